/** What every kind of action is given, and gives back. */

import type * as Api from '@aws-sdk/client-codepipeline'

import type {Lab, S3Place} from '../../kernel.js'

/** An artifact of one execution. */
export interface Artifact extends S3Place {
  /** Of the source that it was made from; undefined for what a build has made. */
  revision: {id: string; summary?: string; createdAt: Date} | undefined
}

/** One execution of one action. */
export interface ActionRun {
  id: string
  stageName: string
  declaration: Api.ActionDeclaration
  status: Api.ActionExecutionStatus
  startedAt: Date
  updatedAt: Date
  summary?: string
  /** Of an approval that waits, or that has been given. */
  token?: string
  lastUpdatedBy?: string
  externalId?: string
  externalUrl?: string
  error?: Api.ErrorDetails
  /** With its variables put in. */
  configuration: Record<string, string>
  inputs: Map<string, Artifact>
  outputs: Map<string, Artifact>
  variables: Record<string, string>
}

export interface ActionContext {
  lab: Lab
  region: string
  pipelineName: string
  run: ActionRun
  /** Where an artifact of this name goes. */
  placeOf(artifact: string): S3Place
  /** Aborted when nobody waits for the action any more. */
  abandoned: AbortSignal
}

export interface ActionType {
  /** The fewest and the most artifacts ("Valid number of input and output artifacts", CodePipeline user guide). */
  inputs: readonly [number, number]
  outputs: readonly [number, number]
  required: readonly string[]
  optional: readonly string[]
  /** Throws for a configuration that the service refuses or the lab does not carry out. */
  check?(action: Api.ActionDeclaration, region: string): void
  /** Fills in what the run shows. @throws ActionFailure */
  perform(context: ActionContext): Promise<void>
}
