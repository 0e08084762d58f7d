/** The delivery pipeline as CodePipeline and CodeBuild know it, and where git pushes to. */

import {DrError} from '../../errors.js'
import {SOURCE, deliveryName, repositoryName} from '../../model/delivery.js'
import type {DeliveryAction, DeliveryExecution} from '../../model/delivery.js'
import type {Region} from '../../model/deployment.js'
import type {Remote} from '../../ports/checkout.js'
import type {DeliveryPipeline} from '../../ports/delivery.js'
import type {LogPage} from '../../ports/pipelines.js'
import type {CallOptions} from '../../ports/world.js'
import {buildLog} from './build-log.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {signedForGit} from './git-signature.js'
import type {Input, Operation, Output} from './services.js'
import {stopExecution} from './stop-execution.js'

/** Executions that a look goes back. */
const NEWEST = 10

interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export class AwsDelivery implements DeliveryPipeline {
  readonly name: string

  /** `region`: home. `endpoint`: of a lab. */
  constructor(
    private readonly clients: Clients,
    private readonly app: string,
    private readonly region: Region,
    private readonly endpoint: string | undefined,
  ) {
    this.name = deliveryName(app)
  }

  async executions(options: CallOptions = {}): Promise<DeliveryExecution[]> {
    const input = {pipelineName: this.name, maxResults: NEWEST}
    const {pipelineExecutionSummaries = []} = await this.#ask('ListPipelineExecutions', input, options)
    return pipelineExecutionSummaries.map(
      ({pipelineExecutionId: id = '', status = '', startTime, sourceRevisions = []}) => ({
        id,
        status,
        startedAt: startTime?.getTime() ?? 0,
        commit: sourceRevisions.find(({actionName}) => actionName === SOURCE)?.revisionId ?? null,
      }),
    )
  }

  async actions(execution: string, options: CallOptions = {}): Promise<DeliveryAction[]> {
    const input = {pipelineName: this.name, filter: {pipelineExecutionId: execution}}
    const {actionExecutionDetails = []} = await this.#ask('ListActionExecutions', input, options)
    return actionExecutionDetails
      .toSorted((one, other) => (one.startTime?.getTime() ?? 0) - (other.startTime?.getTime() ?? 0))
      .map(({stageName: stage = '', actionName: action = '', status = '', input: asked, output}) => {
        const {errorDetails, externalExecutionSummary, externalExecutionId} = output?.executionResult ?? {}
        const isBuild = asked?.actionTypeId?.provider === 'CodeBuild'
        const why = status === 'Failed' ? (errorDetails?.message ?? externalExecutionSummary ?? null) : null
        return {stage, action, status, why, build: isBuild ? (externalExecutionId ?? null) : null}
      })
  }

  stop(execution: string, build: string | null, options: CallOptions = {}): Promise<void> {
    return stopExecution(this.clients, this.region, {pipelineName: this.name, execution, build}, options)
  }

  log(build: string, from: string | undefined, options: CallOptions = {}): Promise<LogPage> {
    return buildLog(this.clients, this.region, build, from, options)
  }

  async remote(): Promise<Remote> {
    const host = this.endpoint ?? `https://git-codecommit.${this.region}.amazonaws.com`
    const {href: url} = new URL(['v1', 'repos', repositoryName(this.app)].join('/'), host)
    const keys = (await this.clients.identity(this.region)) as Keys
    return {url, ...signedForGit(url, this.region, keys, this.clients.now())}
  }

  async #ask<O extends Operation<'codepipeline'>>(
    operation: O,
    input: Input<'codepipeline', O>,
    options: CallOptions,
  ): Promise<Output<'codepipeline', O>> {
    try {
      return await this.clients.call('codepipeline', this.region, operation, input, options)
    } catch (error) {
      if (!isFault(error, 'PipelineNotFoundException')) throw error
      throw new DrError({
        code: 'PipelineMissing',
        exit: 'usage',
        what: `there is no delivery pipeline in ${this.region}`,
        why: `CodePipeline has no pipeline named ${this.name}`,
        next: 'todo-dr deploy, which makes it where config.json of the CDK project has "delivery"',
        cause: error,
      })
    }
  }
}
