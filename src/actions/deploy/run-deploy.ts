/** A deployment from looking to result: look, gates, bootstrap, deploy, and what became of it. */

import {hostname} from 'node:os'
import {Journal} from '../../engine/journal.js'
import {holdLease} from '../../engine/lease-keeper.js'
import type {HeldLease} from '../../engine/lease-keeper.js'
import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import {checkDatabaseMembers} from '../../gates/database-members.js'
import type {GateVerdict} from '../../gates/index.js'
import type {Emit} from '../../messages.js'
import type {Refusal, Waiver} from '../../model/gate.js'
import type {ProjectStack, StackOutcome, StackState} from '../../model/stack.js'
import {homeOf, otherRegion} from '../../model/regions.js'
import {isSwitching} from '../../model/topology.js'
import type {Deployer, DeployerEvent, Stacks} from '../../ports/deployer.js'
import type {Run} from '../../ports/runs.js'
import type {Clock, World} from '../../ports/world.js'
import {afterFailure} from './after-failure.js'
import {databaseChanges} from './database-gate.js'
import {bootstrapWanted, lookAtStacks} from './look.js'
import type {Place} from './look.js'
import {standingOf} from './standing.js'
import type {Standing} from './standing.js'
import {DeployTracker} from './tracker.js'

export interface DeployInput {
  /** Absent for a project that names none. */
  app?: string
  /** Those that were chosen, in the order of the project. */
  stacks: ProjectStack[]
  deployer: Deployer
  cloudFormation: Stacks
  clock: Clock
  /** Of the deployment that stands; undefined where there is none yet. */
  world?: World
  waivers: Waiver[]
  bootstrap: boolean
  rollback: boolean
  continueRollback: boolean
  /** Stacks at a time. */
  concurrency: number
  /** Who holds the operator lease meanwhile. */
  owner: string
  /** Begins the record of what is done; called once something is about to be. */
  newRun(): Promise<Run>
  emit: Emit
  signal: AbortSignal
}

export interface DeployLook extends GateVerdict {
  states: Map<string, StackState>
  missing: Place[]
}

export interface DeployOutcome {
  status: 'deployed' | 'unchanged' | 'failed' | 'stopped'
  exit: ExitName
  stacks: StackOutcome[]
  bootstrapped: string[]
  /** What to say of a deployment that did not end well. */
  error?: DrError
}

/** Looks and asks the gates; every refusal is given at once. Changes nothing. */
export async function lookBeforeDeploy(input: DeployInput): Promise<DeployLook> {
  const {stacks, cloudFormation, world, signal} = input
  const refusals: Refusal[] = world ? await switchInProgress(world, signal) : []
  const [states, missing] = await Promise.all([lookAtStacks(input), bootstrapWanted(stacks, cloudFormation, signal)])
  const unready = new Set(missing.map(({region}) => region))
  // Without a bootstrap, or in a rollback that has failed, no change set can be made: those stacks are asked about after it.
  const members = await askDatabase(
    input,
    stacks.filter(({region}) => !unready.has(region)),
    states,
  )
  return {states, missing, refusals: [...refusals, ...members.refusals], waived: members.waived}
}

async function askDatabase(
  {app = '', deployer, cloudFormation, waivers, emit, signal}: DeployInput,
  stacks: ProjectStack[],
  states: ReadonlyMap<string, StackState>,
): Promise<GateVerdict> {
  const options = {signal, onEvent: warningsTo(emit)}
  const changes = await databaseChanges({stacks, states, deployer, cloudFormation, options})
  return checkDatabaseMembers(changes, {app, waivers})
}

async function switchInProgress(world: World, signal: AbortSignal): Promise<Refusal[]> {
  const home = homeOf(world.deployment)
  const global = await world.database
    .describe(home, {signal})
    .catch(() => world.database.describe(otherRegion(world.deployment, home), {signal}))
    .catch((error: unknown) => {
      // Without its global database there is no switch: an earlier deployment, or its teardown, went half the way.
      if (error instanceof DrError && error.code === 'GlobalClusterNotFoundFault') return
      throw error
    })
  if (!global || !isSwitching(global)) return []
  return [
    {
      gate: 'no-switch-in-progress',
      reason: `a switch is under way: the global database is ${global.failover!.status}`,
      hint: 'todo-dr resume goes on with it; deploy afterwards',
    },
  ]
}

/**
 * Deploys. What went wrong is a value, so that what became of each stack is told too. Throws `LeaseHeld` (exit refused)
 * where another operator is at work, and `NotBootstrapped` (exit usage); nothing has been changed then.
 */
export async function runDeploy(input: DeployInput, look: DeployLook): Promise<DeployOutcome> {
  const {stacks, world, waivers, owner, clock, app, signal} = input
  if (look.missing.length > 0 && !input.bootstrap) throw notBootstrapped(look.missing)
  const run = await input.newRun()
  const journal = new Journal(run, clock)
  const names = stacks.map(({name}) => name)
  await journal.write({event: 'deploy-started', app, stacks: names, owner, pid: process.pid, host: hostname()})
  for (const {name, reason} of waivers) await journal.write({event: 'waiver', name, reason})
  let lease: HeldLease | undefined
  try {
    lease = world && (await holdLease(world, owner, journal, signal))
    const outcome = await underLease(input, look, lease ? anyOf(signal, lease.lost) : signal)
    for (const {name, status, failure} of outcome.stacks)
      journal.jot({event: 'stack-ended', stack: name, status, reason: failure?.reason})
    await journal.write({event: 'run-finished', status: 'done', exit: outcome.exit})
    return outcome
  } catch (error) {
    const exit = error instanceof DrError ? error.exit : 'failed'
    await journal.write({event: 'run-finished', status: 'refused', exit})
    throw error
  } finally {
    await lease?.release()
  }
}

async function underLease(input: DeployInput, look: DeployLook, signal: AbortSignal): Promise<DeployOutcome> {
  const {stacks, deployer, clock, emit, concurrency, rollback} = input
  const {states, missing} = look
  const standing = ({name}: ProjectStack): Standing => standingOf(states.get(name))
  const existed = new Set(stacks.filter((stack) => standing(stack) !== 'absent').map(({name}) => name))
  const tracker = new DeployTracker(stacks, existed, () => clock.now())
  const bootstrapped: string[] = []
  try {
    bootstrapped.push(...(await bootstrapAll(input, missing, signal)))
    const stuck = stacks.filter((stack) => standing(stack) === 'stuck')
    const mended = await continueRollbacks(input, stuck, signal)
    const late = stacks.filter((stack) => bootstrapped.includes(stack.region) || stuck.includes(stack))
    const {refusals} = await askDatabase(input, late, new Map([...states, ...mended]))
    if (refusals.length > 0) throw refusedLate(refusals)
    const onEvent = (event: DeployerEvent): void => {
      for (const line of tracker.follow(event)) emit(line)
    }

    const ids = stacks.map(({id}) => id)
    await deployer.deploy(ids, {concurrency, rollback}, {signal, onEvent})
  } catch (error) {
    return afterFailure({input, tracker, bootstrapped, error, signal})
  }

  const outcomes = tracker.outcomes({reasons: new Map(), inProgress: new Set()})
  const unchanged = outcomes.every(({status}) => status === 'unchanged')
  return {status: unchanged ? 'unchanged' : 'deployed', exit: 'done', stacks: outcomes, bootstrapped}
}

async function bootstrapAll(input: DeployInput, missing: Place[], signal: AbortSignal): Promise<string[]> {
  if (missing.length === 0) return []
  const regions = missing.map(({region}) => region)
  await asStep(input, 'bootstrap', `CDK bootstrap of ${regions.join(' and ')}`, () =>
    input.deployer.bootstrap(missing, {signal}),
  )
  return regions
}

/** The states of these stacks afterwards: what a deployment would do to them can only be asked then. */
async function continueRollbacks(
  input: DeployInput,
  stuck: ProjectStack[],
  signal: AbortSignal,
): Promise<Map<string, StackState>> {
  if (stuck.length === 0) return new Map()
  const ids = stuck.map(({id}) => id)
  await asStep(input, 'continue-rollback', `Go on with the rollback of ${stuck.map(({name}) => name).join(', ')}`, () =>
    input.deployer.continueRollback(ids, {signal}),
  )
  return lookAtStacks({...input, stacks: stuck, continueRollback: false, signal})
}

/** Work that is a line for a person, with its end and its time. */
async function asStep({emit, clock}: DeployInput, id: string, title: string, work: () => Promise<void>): Promise<void> {
  const begun = clock.now()
  const ended = (outcome: 'done' | 'failed'): void =>
    emit({code: 'step-finished', id, title, outcome, seconds: (clock.now() - begun) / 1000})
  emit({code: 'step-started', id, title})
  try {
    await work()
  } catch (error) {
    ended('failed')
    throw error
  }

  ended('done')
}

const refusedLate = ([first]: Refusal[]): DrError =>
  new DrError({
    code: 'Refused',
    exit: 'refused',
    what: `the deployment is refused by ${first!.gate}; no stack was deployed, but a bootstrap or rollback that had to come first was made`,
    why: first!.reason,
    next: first!.hint,
  })

const notBootstrapped = (missing: Place[]): DrError => {
  const places = missing.map(({account, region}) => `aws://${account}/${region}`)
  return new DrError({
    code: 'NotBootstrapped',
    exit: 'usage',
    what: `CDK is not bootstrapped, or too old, in ${missing.map(({region}) => region).join(' and ')}`,
    why: '--no-bootstrap keeps this command from doing it',
    next: `npx cdk bootstrap ${places.join(' ')}, or todo-dr deploy without --no-bootstrap`,
  })
}

const warningsTo =
  (emit: Emit) =>
  (event: DeployerEvent): void => {
    if (event.kind === 'note' && event.level === 'warning') emit({code: 'warning', text: event.text})
  }

/** Aborts with the first of the two. */
function anyOf(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController()
  for (const signal of [one, other]) {
    const follow = (): void => controller.abort(signal.reason)
    if (signal.aborted) follow()
    else signal.addEventListener('abort', follow, {once: true})
  }

  return controller.signal
}
