/** Pushes the project to the repository of its delivery pipeline, and follows what that deploys to its end. */

import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Delivery, DeliveryAction, DeliveryExecution} from '../../model/delivery.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {isUnderWay} from '../../model/pipeline.js'
import {homeOf} from '../../model/regions.js'
import type {Checkout} from '../../ports/checkout.js'
import type {DeliveryPipeline} from '../../ports/delivery.js'
import {pollUntil, withDeadline} from '../../ports/waits.js'
import type {Clock} from '../../ports/world.js'
import {changeTeller} from './delivery.js'
import {restOfLog} from './rest-of-log.js'
import type {PipelinePushResult} from './result.js'

export interface PushInput {
  target: string
  deployment: Deployment
  /** Of the project; undefined where it has no delivery pipeline. */
  delivery: Delivery | undefined
  /** How to push to a repository outside of AWS; undefined where the source is inside. */
  outside: string | undefined
  folder: string
  checkout: Checkout
  pipeline: DeliveryPipeline
  /** Commits what is changed, with these words. */
  message?: string
  /** Of an execution, from its start. */
  waitMinutes: number
  clock: Clock
  /** A line of a build's log. */
  show(line: string): void
  emit: Emit
  signal: AbortSignal
}

export interface PushEnding {
  result: PipelinePushResult
  exit: ExitName
  /** What a person is told of an execution that did not end well. */
  error?: DrError
}

/** Milliseconds until a push has started the pipeline. */
const STARTS_MS = 180_000
/** Milliseconds between two looks at it. */
const FOLLOW_MS = 3000
/** Lines of the log of a build that has failed. */
const TAIL = 25
/** Changed paths that a refusal names. */
const NAMED = 5

/**
 * Throws `DeliveryMissing`, `DeliveryElsewhere`, `NotCommitted`, `RepositoryAround`, `GitMissing` and `PipelineMissing` (exit usage), and
 * `LocalChanges` and `PushRejected` (exit refused): nothing was pushed then. Throws `NotStarted` (exit failed) where a push has started
 * nothing. An execution that did not end well, or in time, is a value.
 */
export async function pushToPipeline(input: PushInput): Promise<PushEnding> {
  const {target, deployment, checkout, pipeline, signal, emit} = input
  const {branch} = checkDelivery(input)
  const region = homeOf(deployment)
  // Before anything is pushed: whether there is a pipeline that it can start.
  await pipeline.executions({signal})
  const commit = await commitToPush(input, branch)
  const pushed = await checkout.push(await pipeline.remote(), branch, signal)
  const short = commit.slice(0, 8)
  emit({code: 'note', text: pushed ? `pushed ${short} to ${branch}` : `${branch} has ${short} already`})
  const found = await untilStarted(input, region, commit, pushed)
  const {status, actions} = await followed(input, found)
  const failed = actions.find((one) => one.status === 'Failed')
  const head = {schemaVersion: 1 as const, target, region, pipeline: pipeline.name, branch, commit, pushed}
  const failure = failed && {action: failed.action, why: failed.why, build: failed.build}
  const result = {...head, execution: found.id, status, failure: failure ?? null, lines: [] as string[]}
  if (status === 'Succeeded') {
    emit({code: 'done', text: `${short} is deployed to both regions`, next: 'todo-dr status'})
    return {result, exit: 'done'}
  }

  if (isUnderWay(result)) return {result, exit: 'unknown', error: stillRunning(input, short, actions)}
  const lines = failed?.build ? await tailOf(input, failed.build) : []
  for (const line of lines) input.show(line)
  return {result: {...result, lines}, exit: 'failed', error: notDelivered(short, status, failed)}
}

function checkDelivery({delivery, outside}: PushInput): Delivery {
  if (!delivery)
    throw new DrError({
      code: 'DeliveryMissing',
      exit: 'usage',
      what: 'the project has no delivery pipeline; nothing was pushed',
      why: 'config.json of the CDK project has no "delivery"',
      next: 'set "delivery": {"source": "codecommit"} there, then run todo-dr deploy',
    })
  if (outside === undefined) return delivery
  throw new DrError({
    code: 'DeliveryElsewhere',
    exit: 'usage',
    what: 'the delivery pipeline takes its source from a repository outside of AWS; nothing was pushed',
    why: 'config.json of the CDK project says "source": "connection"; a push to that repository starts the pipeline',
    next: outside,
  })
}

/** The commit that is checked out, once nothing differs from it. */
async function commitToPush({checkout, message, folder, emit, signal}: PushInput, branch: string): Promise<string> {
  const state = await checkout.look(signal)
  if (message === undefined) {
    if (!state?.commit) throw notCommitted(folder)
    if (state.changes.length > 0) throw localChanges(state.changes)
    return state.commit
  }

  if (!state) await checkout.init(branch, signal)
  if (state?.commit && state.changes.length === 0) {
    emit({code: 'note', text: 'nothing has changed since the last commit'})
    return state.commit
  }

  return checkout.commitAll(message, signal)
}

/** The execution that has taken the commit as its source. */
async function untilStarted(
  {pipeline, clock, signal}: PushInput,
  region: Region,
  commit: string,
  pushed: boolean,
): Promise<DeliveryExecution> {
  let found: DeliveryExecution | undefined
  const expired = (): DrError => notStarted(commit, region)
  await withDeadline({clock, ms: STARTS_MS, signal, expired}, (inner) =>
    pollUntil(clock, inner, async () => {
      found = (await pipeline.executions({signal: inner})).find((one) => one.commit === commit)
      // What was pushed before may be long ago.
      if (!found && !pushed) throw notStarted(commit, region)
      return found !== undefined
    }),
  )
  return found!
}

/** To its end, or for as long as it is waited for. */
async function followed(
  {pipeline, clock, waitMinutes, emit, signal}: PushInput,
  {id}: DeliveryExecution,
): Promise<{status: string; actions: DeliveryAction[]}> {
  const tell = changeTeller(emit)
  const until = clock.now() + waitMinutes * 60_000
  for (;;) {
    const all = await pipeline.executions({signal})
    const execution = all.find((one) => one.id === id)
    // After the status: an execution that has ended has no action that has not.
    const actions = await pipeline.actions(id, {signal})
    tell(actions)
    const status = execution?.status ?? 'unknown'
    const left = until - clock.now()
    if (!execution || !isUnderWay(execution) || left <= 0) return {status, actions}
    await clock.sleep(Math.min(FOLLOW_MS, left), signal)
  }
}

async function tailOf({pipeline, signal}: PushInput, build: string): Promise<string[]> {
  const {lines} = await restOfLog((from) => pipeline.log(build, from, {signal}))
  return lines.slice(-TAIL)
}

const notCommitted = (folder: string): DrError =>
  new DrError({
    code: 'NotCommitted',
    exit: 'usage',
    what: `nothing is committed in ${folder}; nothing was pushed`,
    why: 'what is pushed is the commit that is checked out',
    next: 'todo-dr pipeline push --message "first commit", which commits all that git does not ignore',
  })

function localChanges(changes: readonly string[]): DrError {
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : ''
  return new DrError({
    code: 'LocalChanges',
    exit: 'refused',
    what: 'there are changes that are not committed; nothing was pushed',
    why: `${changes.slice(0, NAMED).join(', ')}${more}`,
    next: 'commit or stash them; or commit all of them with todo-dr pipeline push --message WHAT',
  })
}

const notStarted = (commit: string, region: Region): DrError =>
  new DrError({
    code: 'NotStarted',
    exit: 'failed',
    what: `no execution of the delivery pipeline has ${commit.slice(0, 8)} as its source`,
    why: `its push has started none within ${STARTS_MS / 1000} s, or it is too long ago`,
    next: `look at the pipeline in the console of CodePipeline in ${region}; "Release change" there deploys the newest commit`,
  })

const notDelivered = (short: string, status: string, failed: DeliveryAction | undefined): DrError =>
  new DrError({
    code: 'NotDelivered',
    exit: 'failed',
    what: failed ? `${failed.action} of ${short} failed` : `the delivery of ${short} ended as ${status}`,
    why: failed?.why ?? undefined,
    next: 'fix it, commit, and run todo-dr pipeline push again',
  })

function stillRunning({waitMinutes}: PushInput, short: string, actions: readonly DeliveryAction[]): DrError {
  const running = actions.find(({status}) => status === 'InProgress')
  return new DrError({
    code: 'StillRunning',
    exit: 'unknown',
    what: `the delivery of ${short} has not ended within ${waitMinutes} minutes; the pipeline continues`,
    why: running ? `${running.action} is under way` : 'an execution before it is under way',
    next: 'todo-dr pipeline logs --delivery --follow; to end it: todo-dr pipeline stop --delivery',
  })
}
