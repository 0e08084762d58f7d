/** A pipeline that runs: its executions, and its stages, each of which has one of them inside at a time. */

import {randomBytes, randomUUID} from 'node:crypto'

import type * as Api from '@aws-sdk/client-codepipeline'

import {fault, type Lab, type S3Place} from '../../kernel.js'
import type {ActionRun} from './action.js'
import {actionTypeOf} from './action-types.js'
import {artifactStore, groupsOf} from './declaration.js'
import {Execution} from './execution.js'
import {ActionFailure} from './faults.js'
import {resolved} from './variables.js'

/** Executions that can wait for one stage of a pipeline in QUEUED mode ("Quotas", CodePipeline user guide). */
const MAX_QUEUED = 50

interface Gate {
  inside: Execution | undefined
  waiting: Execution[]
  /** The last one that has entered. */
  latest: Execution | undefined
}

export class Pipeline {
  version = 1
  updatedAt: Date
  tags: Record<string, string> = {}
  /** Oldest first. */
  readonly executions: Execution[] = []
  private readonly gates = new Map<string, Gate>()
  /** It takes nothing up any more. */
  private deleted = false

  constructor(
    readonly lab: Lab,
    readonly region: string,
    public declaration: Api.PipelineDeclaration,
    readonly createdAt: Date,
  ) {
    this.updatedAt = createdAt
  }

  get name(): string {
    return this.declaration.name ?? ''
  }

  gate(stageName = ''): Gate {
    const found = this.gates.get(stageName) ?? {inside: undefined, waiting: [], latest: undefined}
    this.gates.set(stageName, found)
    return found
  }

  find(id: string | undefined): Execution {
    const found = this.executions.find((execution) => execution.id === id)
    if (!found) throw fault('PipelineExecutionNotFoundException', `The pipeline ${this.name} has no execution ${id}`)
    return found
  }

  /** @throws ConcurrentPipelineExecutionsLimitExceededException where too many wait */
  start(trigger: Api.ExecutionTrigger, variables: Readonly<Record<string, string>>): Execution {
    const [first] = this.declaration.stages ?? []
    if (this.declaration.executionMode === 'QUEUED' && this.gate(first?.name).waiting.length >= MAX_QUEUED)
      throw fault(
        'ConcurrentPipelineExecutionsLimitExceededException',
        `The pipeline has reached the limit of ${MAX_QUEUED} executions that wait`,
      )
    const execution = new Execution(structuredClone(this.declaration), trigger, variables, this.now())
    this.executions.push(execution)
    this.enter(execution, 0)
    return execution
  }

  /**
   * Without `abandon` the actions that run come to their end first.
   * @throws PipelineExecutionNotStoppableException, DuplicatedStopRequestException
   */
  stop(execution: Execution, abandon: boolean, reason: string | undefined): void {
    if (execution.status !== 'InProgress' && execution.status !== 'Stopping')
      throw fault('PipelineExecutionNotStoppableException', `The execution ${execution.id} is ${execution.status}`)
    if (execution.status === 'Stopping' && !abandon)
      throw fault('DuplicatedStopRequestException', `The execution ${execution.id} is being stopped already`)
    execution.stopReason = reason
    this.set(execution, 'Stopping')
    const inside = this.stageOf(execution)
    if (!inside) {
      for (const gate of this.gates.values()) gate.waiting = gate.waiting.filter((one) => one !== execution)
      this.set(execution, 'Stopped')
      return
    }

    execution.stages.set(inside, 'Stopping')
    if (!abandon) return
    for (const run of execution.runs) if (run.status === 'InProgress') this.settle(run, 'Abandoned')
    execution.abandonment.abort()
  }

  /** @throws StageNotRetryableException, NotLatestPipelineExecutionException */
  retry(execution: Execution, stageName: string, mode: Api.StageRetryMode): void {
    const gate = this.gate(stageName)
    if (gate.latest !== execution)
      throw fault('NotLatestPipelineExecutionException', `A newer execution has entered the stage ${stageName}`)
    const status = execution.stages.get(stageName)
    const stage = execution.stageList.findIndex(({name}) => name === stageName)
    if (gate.inside || stage === -1 || (status !== 'Failed' && status !== 'Stopped'))
      throw fault(
        'StageNotRetryableException',
        `The stage ${stageName} has not failed in the execution ${execution.id}`,
      )
    // "You can't retry a stage if the overall pipeline structure changed after the pipeline failed" (CodePipeline user guide).
    if (JSON.stringify(execution.declaration.stages) !== JSON.stringify(this.declaration.stages))
      throw fault('StageNotRetryableException', 'The structure of the pipeline has changed since the stage failed')
    this.set(execution, 'InProgress')
    execution.abandonment = new AbortController()
    void this.run(execution, stage, mode === 'FAILED_ACTIONS')
  }

  /** The pipeline is deleted, or the lab stops: nothing of it goes on. */
  end(): void {
    this.deleted = true
    for (const execution of this.executions) execution.abandonment.abort()
  }

  private stageOf(execution: Execution): string | undefined {
    return [...this.gates].find(([, {inside}]) => inside === execution)?.[0]
  }

  /** Into the stage, or before it where another execution is inside. After the last stage it has succeeded. */
  private enter(execution: Execution, index: number): void {
    const stage = execution.stageList[index]
    if (!stage) return this.set(execution, 'Succeeded')
    const gate = this.gate(stage.name)
    if (!gate.inside) {
      void this.run(execution, index, false)
      return
    }

    if (execution.declaration.executionMode !== 'QUEUED')
      for (const older of gate.waiting.splice(0)) this.set(older, 'Superseded', `Superseded by ${execution.id}`)
    gate.waiting.push(execution)
  }

  private async run(execution: Execution, index: number, failedOnly: boolean): Promise<void> {
    const stage = execution.stageList[index]!
    const stageName = stage.name ?? ''
    const gate = this.gate(stageName)
    gate.inside = execution
    gate.latest = execution
    execution.stages.set(stageName, 'InProgress')
    const done = failedOnly
      ? [...execution.latestRuns(stageName)].flatMap(([name, {status}]) => (status === 'Succeeded' ? [name] : []))
      : []
    const status = await this.actions(execution, stage, new Set(done))
    if (this.deleted) return
    execution.stages.set(stageName, status)
    gate.inside = undefined
    if (status === 'Succeeded') this.enter(execution, index + 1)
    else this.set(execution, status)
    const next = gate.inside ? undefined : gate.waiting.shift()
    if (next)
      void this.run(
        next,
        next.stageList.findIndex(({name}) => name === stageName),
        false,
      )
  }

  private async actions(
    execution: Execution,
    {name: stageName = '', actions = []}: Api.StageDeclaration,
    done: ReadonlySet<string>,
  ): Promise<'Succeeded' | 'Failed' | 'Stopped'> {
    for (const group of groupsOf(actions)) {
      const due = group.filter(({name = ''}) => !done.has(name))
      const runs = await Promise.all(due.map((action) => this.action(execution, stageName, action)))
      if (execution.status === 'Stopping') return 'Stopped'
      if (runs.some(({status}) => status !== 'Succeeded')) return 'Failed'
    }

    return 'Succeeded'
  }

  /** Never rejects. Ends early where it is abandoned. */
  private async action(
    execution: Execution,
    stageName: string,
    declaration: Api.ActionDeclaration,
  ): Promise<ActionRun> {
    const run: ActionRun = {
      id: randomUUID(),
      stageName,
      declaration,
      status: 'InProgress',
      startedAt: this.now(),
      updatedAt: this.now(),
      configuration: {...declaration.configuration},
      inputs: new Map(),
      outputs: new Map(),
      variables: {},
    }
    execution.runs.push(run)
    execution.updatedAt = run.startedAt
    const {signal} = execution.abandonment
    const abandoned = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await Promise.race([abandoned, this.perform(execution, run)])
    execution.updatedAt = this.now()
    return run
  }

  private async perform(execution: Execution, run: ActionRun): Promise<void> {
    const {lab, region, name: pipelineName} = this
    const {declaration} = run
    try {
      // What is started is seen as started before anything of it happens.
      await Promise.resolve()
      run.configuration = resolved(run.configuration, execution.namespaces)
      for (const {name = ''} of declaration.inputArtifacts ?? []) {
        const artifact = execution.artifacts.get(name)
        if (!artifact) throw new ActionFailure('ConfigurationError', `The input artifact ${name} was not made`)
        run.inputs.set(name, artifact)
      }

      const placeOf = (artifact: string): S3Place => this.placeOf(execution, artifact)
      const type = actionTypeOf(declaration.actionTypeId as Api.ActionTypeId)!
      await type.perform({lab, region, pipelineName, run, placeOf, abandoned: execution.abandonment.signal})
      if (run.status !== 'InProgress') return
      execution.keep(run)
      this.settle(run, 'Succeeded')
    } catch (error) {
      if (run.status !== 'InProgress') return
      const known = error instanceof ActionFailure
      if (!known) lab.log('codepipeline', error instanceof Error ? (error.stack ?? error.message) : String(error))
      const {code, message} = known ? error : {code: 'JobFailed', message: 'The lab has an internal error'}
      run.error = {code, message}
      this.settle(run, 'Failed')
    }
  }

  /** `PIPELINE/ARTIFACT/RANDOM`, the names cut as AWS cuts them: 20 and 10 characters, as in the keys that its user guide shows. */
  private placeOf({declaration}: Execution, artifact: string): S3Place {
    const random = randomBytes(6).toString('base64url').slice(0, 7)
    const key = [this.name.slice(0, 20), artifact.slice(0, 10), random].join('/')
    return {bucket: artifactStore(declaration, this.region), key}
  }

  private settle(run: ActionRun, status: Api.ActionExecutionStatus): void {
    run.status = status
    run.updatedAt = this.now()
  }

  private set(execution: Execution, status: Api.PipelineExecutionStatus, summary?: string): void {
    execution.status = status
    execution.statusSummary = summary
    execution.updatedAt = this.now()
  }

  private now(): Date {
    return new Date(this.lab.now())
  }
}
