/** One execution of a pipeline: what it has brought with it, what it has made so far, and how far it is. */

import {randomUUID} from 'node:crypto'

import type * as Api from '@aws-sdk/client-codepipeline'

import type {ActionRun, Artifact} from './action.js'
import type {Namespaces} from './variables.js'

export class Execution {
  readonly id = randomUUID()
  status: Api.PipelineExecutionStatus = 'InProgress'
  statusSummary: string | undefined
  updatedAt: Date
  stopReason: string | undefined
  /** By name; of stages that it has not entered there is none. */
  readonly stages = new Map<string, Api.StageExecutionStatus>()
  /** In the order in which they began. */
  readonly runs: ActionRun[] = []
  readonly artifacts = new Map<string, Artifact>()
  private readonly outputs = new Map<string, Record<string, string>>()
  /** Of the actions that run now. */
  abandonment = new AbortController()

  constructor(
    /** With which it has begun, and which it keeps: assumed. */
    readonly declaration: Api.PipelineDeclaration,
    readonly trigger: Api.ExecutionTrigger,
    readonly variables: Readonly<Record<string, string>>,
    readonly startedAt: Date,
  ) {
    this.updatedAt = startedAt
  }

  get stageList(): readonly Api.StageDeclaration[] {
    return this.declaration.stages ?? []
  }

  get namespaces(): Namespaces {
    return new Map<string, Record<string, string>>([
      ...this.outputs,
      ['codepipeline', {PipelineExecutionId: this.id}],
      ['variables', {...this.variables}],
    ])
  }

  /** The newest run of each action of a stage, by its name. */
  latestRuns(stageName: string): Map<string, ActionRun> {
    const here = this.runs.filter((run) => run.stageName === stageName)
    return new Map(here.map((run) => [run.declaration.name ?? '', run]))
  }

  /** What a run that has succeeded leaves to those after it. */
  keep({declaration: {namespace}, outputs, variables}: ActionRun): void {
    for (const [name, artifact] of outputs) this.artifacts.set(name, artifact)
    if (namespace !== undefined) this.outputs.set(namespace, variables)
  }

  /** Of its sources, with the action that has brought each. */
  revisions(): {run: ActionRun; name: string; artifact: Artifact}[] {
    return this.runs.flatMap((run) =>
      run.declaration.actionTypeId?.category === 'Source'
        ? [...run.outputs].map(([name, artifact]) => ({run, name, artifact}))
        : [],
    )
  }
}
