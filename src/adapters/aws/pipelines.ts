/** The failover pipelines as CodePipeline and CodeBuild know them. */

import {randomUUID} from 'node:crypto'
import {DrError} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import {STAGES, pipelineName} from '../../model/pipeline.js'
import type {Approval, Execution, PipelineCommand, PipelineState, Verdict} from '../../model/pipeline.js'
import type {Answer, LogPage, Pipelines} from '../../ports/pipelines.js'
import type {CallOptions} from '../../ports/world.js'
import {buildLog} from './build-log.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {sendChange} from './send-change.js'
import type {Input, Operation, Output} from './services.js'
import {stopExecution} from './stop-execution.js'

/** Executions that a look goes back. */
const NEWEST = 5

type Action = NonNullable<Output<'codepipeline', 'ListActionExecutions'>['actionExecutionDetails']>[number]

export class AwsPipelines implements Pipelines {
  readonly #clients: Clients
  readonly #app: string

  constructor(clients: Clients, app: string) {
    this.#clients = clients
    this.#app = app
  }

  async look(region: Region, options: CallOptions = {}): Promise<PipelineState> {
    const pipelineName = this.#name(region)
    const newest = {pipelineName, maxResults: NEWEST}
    const {pipelineExecutionSummaries = []} = await this.#ask(region, 'ListPipelineExecutions', newest, options)
    const executions = await Promise.all(
      pipelineExecutionSummaries.map(async ({pipelineExecutionId: id = '', status = '', startTime}) => {
        const [{pipelineExecution}, actions] = await Promise.all([
          this.#ask(region, 'GetPipelineExecution', {pipelineName, pipelineExecutionId: id}, options),
          this.#actions(region, id, options),
        ])
        const command = pipelineExecution?.variables?.find(({name}) => name === 'COMMAND')?.resolvedValue ?? null
        const startedAt = startTime?.getTime() ?? 0
        return {id, status, startedAt, command, approval: approvalOf(actions), build: buildOf(actions)}
      }),
    )
    return {region, pipeline: pipelineName, executions}
  }

  async start(region: Region, command: PipelineCommand, options: CallOptions = {}): Promise<string> {
    const input = {
      name: this.#name(region),
      variables: [{name: 'COMMAND', value: command}],
      // Sent again, it is the same execution.
      clientRequestToken: randomUUID(),
    }
    let id = ''
    const send = async (): Promise<void> => {
      id = (await this.#ask(region, 'StartPipelineExecution', input, options)).pipelineExecutionId ?? ''
    }

    await sendChange(send, async () => false, options.signal)
    return id
  }

  async answer(region: Region, execution: string, answer: Answer, options: CallOptions = {}): Promise<void> {
    const {verdict, comment: summary} = answer
    const token = await this.#token(region, execution, options)
    const input = {
      pipelineName: this.#name(region),
      stageName: STAGES.approve,
      actionName: STAGES.approve,
      result: {status: verdict === 'approved' ? ('Approved' as const) : ('Rejected' as const), summary},
      token,
    }
    const isDone = async (): Promise<boolean> =>
      approvalOf(await this.#actions(region, execution, options))?.verdict === verdict
    try {
      await sendChange(() => this.#ask(region, 'PutApprovalResult', input, options), isDone, options.signal)
    } catch (error) {
      if (isFault(error, 'ApprovalAlreadyCompletedException', 'InvalidApprovalTokenException'))
        throw nothingWaits(execution, error)
      throw error
    }
  }

  async stop(region: Region, {id, build}: Execution, options: CallOptions = {}): Promise<void> {
    const running = build?.status === 'InProgress' ? build.id : null
    const of = {pipelineName: this.#name(region), execution: id, build: running}
    await stopExecution(this.#clients, region, of, options)
  }

  async approval(region: Region, execution: string, options: CallOptions = {}): Promise<Approval> {
    const found = approvalOf(await this.#actions(region, execution, options))
    const {by, at, comment} = found?.verdict === 'approved' ? found : {by: null, at: null, comment: null}
    return {pipeline: this.#name(region), region, execution, by, at, comment}
  }

  log(region: Region, build: string, from: string | undefined, options: CallOptions = {}): Promise<LogPage> {
    return buildLog(this.#clients, region, build, from, options)
  }

  /** The token of the open approval. Throws `NothingWaits` (exit refused) where another execution waits, or none. */
  async #token(region: Region, execution: string, options: CallOptions): Promise<string> {
    const {stageStates = []} = await this.#ask(region, 'GetPipelineState', {name: this.#name(region)}, options)
    const stage = stageStates.find(({stageName}) => stageName === STAGES.approve)
    const action = stage?.actionStates?.find(({actionName}) => actionName === STAGES.approve)?.latestExecution
    const waits = stage?.latestExecution?.pipelineExecutionId === execution && action?.status === 'InProgress'
    if (waits && action.token !== undefined) return action.token
    throw nothingWaits(execution)
  }

  async #actions(region: Region, pipelineExecutionId: string, options: CallOptions): Promise<Action[]> {
    const input = {pipelineName: this.#name(region), filter: {pipelineExecutionId}}
    const {actionExecutionDetails = []} = await this.#ask(region, 'ListActionExecutions', input, options)
    return actionExecutionDetails
  }

  async #ask<O extends Operation<'codepipeline'>>(
    region: Region,
    operation: O,
    input: Input<'codepipeline', O>,
    options: CallOptions,
  ): Promise<Output<'codepipeline', O>> {
    try {
      return await this.#clients.call('codepipeline', region, operation, input, options)
    } catch (error) {
      if (isFault(error, 'PipelineNotFoundException')) throw pipelineMissing(this.#name(region), region, error)
      throw error
    }
  }

  #name(region: Region): string {
    return pipelineName(this.#app, region)
  }
}

/**
 * Newest first: a stage that was tried again has its action twice. `updatedBy` is the ARN of who answered, and the comment is the summary
 * of the external execution [CodePipeline API reference, ActionExecutionDetail and ActionExecutionResult; that an approval fills them so is
 * an assumption].
 */
function approvalOf(actions: Action[]): Execution['approval'] {
  const action = newestOf(actions, STAGES.approve)
  if (!action) return null
  const comment = action.output?.executionResult?.externalExecutionSummary ?? null
  const verdict = verdictOf(action)
  if (verdict === 'waiting') return {verdict, by: null, at: null, comment: null}
  return {verdict, by: action.updatedBy ?? null, at: action.lastUpdateTime?.getTime() ?? null, comment}
}

function verdictOf({status, updatedBy}: Action): Verdict {
  if (status === 'Succeeded') return 'approved'
  if (status === 'InProgress') return 'waiting'
  if (status === 'Abandoned') return 'withdrawn'
  return updatedBy === undefined ? 'expired' : 'rejected'
}

function buildOf(actions: Action[]): Execution['build'] {
  const action = newestOf(actions, STAGES.switch)
  return action ? {id: action.output?.executionResult?.externalExecutionId ?? null, status: action.status ?? ''} : null
}

const newestOf = (actions: Action[], name: string): Action | undefined =>
  actions
    .filter(({actionName}) => actionName === name)
    .sort((one, other) => (other.startTime?.getTime() ?? 0) - (one.startTime?.getTime() ?? 0))[0]

const pipelineMissing = (name: string, region: Region, cause: unknown): DrError =>
  new DrError({
    code: 'PipelineMissing',
    exit: 'usage',
    what: `there is no failover pipeline in ${region}`,
    why: `CodePipeline has no pipeline named ${name}`,
    next: 'set "pipeline": "failover" in config.json of the CDK project, then run todo-dr deploy',
    cause,
  })

const nothingWaits = (execution: string, cause?: unknown): DrError =>
  new DrError({
    code: 'NothingWaits',
    exit: 'refused',
    what: `the execution ${execution} does not wait for an approval`,
    why: 'somebody has answered, its time is up, or it was stopped; nothing was changed',
    next: 'todo-dr pipeline status',
    cause,
  })
