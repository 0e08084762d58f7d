/** A deployment that nothing stands in the way of: lease, bootstrap, stacks, and what became of them. */

import {carriedBy} from '../../engine/carrier.js'
import {Journal} from '../../engine/journal.js'
import {holdLease} from '../../engine/lease-keeper.js'
import type {HeldLease} from '../../engine/lease-keeper.js'
import {DrError} from '../../errors.js'
import type {Refusal} from '../../model/gate.js'
import {stackKey, stackTitle} from '../../model/stack.js'
import type {ProjectStack, StackState} from '../../model/stack.js'
import type {DeployerEvent} from '../../ports/deployer.js'
import {afterFailure} from './after-failure.js'
import {askDatabase} from './ask-gates.js'
import type {DeployLook} from './ask-gates.js'
import type {DeployInput} from './input.js'
import {lookAtStacks} from './look.js'
import type {Place} from './look.js'
import type {DeployOutcome} from './outcome.js'
import {standingOf} from './standing.js'
import type {Standing} from './standing.js'
import {DeployTracker} from './tracker.js'

/**
 * Deploys. What went wrong is a value, so that what became of each stack is told too. Throws `LeaseHeld` (exit refused)
 * where another operator is at work, and `NotBootstrapped` (exit usage); nothing has been changed then.
 */
export async function carryOut(input: DeployInput, stacks: ProjectStack[], look: DeployLook): Promise<DeployOutcome> {
  const {world, waivers, owner, clock, app, signal} = input
  if (look.missing.length > 0 && !input.bootstrap) throw notBootstrapped(look.missing)
  const run = await input.runs.create('deploy')
  const journal = new Journal(run, clock)
  const places = stacks.map(({name, region}) => ({name, region}))
  await journal.write({event: 'deploy-started', app, stacks: places, ...carriedBy(owner)})
  for (const {name, reason} of waivers) await journal.write({event: 'waiver', name, reason})
  let lease: HeldLease | undefined
  try {
    lease = world && (await holdLease(world, owner, journal, signal))
    const outcome = await underLease(
      lease ? {...input, signal: AbortSignal.any([signal, lease.lost])} : input,
      stacks,
      look,
      signal,
    )
    for (const {name, region, status, failure} of outcome.stacks)
      journal.jot({event: 'stack-ended', stack: name, region, status, reason: failure?.reason})
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

/** `asked`: aborted by a person alone; that of the input also by the loss of the lease. */
async function underLease(
  input: DeployInput,
  stacks: ProjectStack[],
  look: DeployLook,
  asked: AbortSignal,
): Promise<DeployOutcome> {
  const {deployer, clock, emit, concurrency, rollback, signal} = input
  const {states, missing} = look
  const standing = (stack: ProjectStack): Standing => standingOf(states.get(stackKey(stack)))
  const existed = new Set(stacks.filter((stack) => standing(stack) !== 'absent').map((stack) => stackKey(stack)))
  const tracker = new DeployTracker(stacks, existed, () => clock.now())
  const bootstrapped: string[] = []
  try {
    bootstrapped.push(...(await bootstrapAll(input, missing)))
    const stuck = stacks.filter((stack) => standing(stack) === 'stuck')
    const mended = await continueRollbacks(input, stuck)
    const late = stacks.filter((stack) => bootstrapped.includes(stack.region) || stuck.includes(stack))
    const {refusals} = await askDatabase(input, late, new Map([...states, ...mended]))
    if (refusals.length > 0) throw refusedLate(refusals)
    const onEvent = (event: DeployerEvent): void => {
      for (const line of tracker.follow(event)) emit(line)
    }

    const ids = stacks.map(({id}) => id)
    await deployer.deploy(ids, {concurrency, rollback}, {signal, onEvent})
  } catch (error) {
    return afterFailure({input, asked, tracker, bootstrapped, error})
  }

  const outcomes = tracker.outcomes({reasons: new Map(), inProgress: new Set()})
  const unchanged = outcomes.every(({status}) => status === 'unchanged')
  return {status: unchanged ? 'unchanged' : 'deployed', exit: 'done', stacks: outcomes, bootstrapped}
}

async function bootstrapAll({deployer, stage, signal}: DeployInput, missing: Place[]): Promise<string[]> {
  if (missing.length === 0) return []
  const regions = missing.map(({region}) => region)
  await stage('bootstrap', `CDK bootstrap of ${regions.join(', ')}`, () => deployer.bootstrap(missing, {signal}))
  return regions
}

/** The states of these stacks afterwards: what a deployment would do to them can only be asked then. */
async function continueRollbacks(input: DeployInput, stuck: ProjectStack[]): Promise<Map<string, StackState>> {
  if (stuck.length === 0) return new Map()
  const {deployer, stage, signal} = input
  const ids = stuck.map(({id}) => id)
  const title = `Continue the rollback of ${stuck.map((stack) => stackTitle(stack)).join(', ')}`
  await stage('continue-rollback', title, () => deployer.continueRollback(ids, {signal}))
  return lookAtStacks({...input, stacks: stuck, continueRollback: false})
}

const refusedLate = ([first]: Refusal[]): DrError =>
  new DrError({
    code: 'Refused',
    exit: 'refused',
    what: `the deployment is refused by ${first!.gate}; no stack was deployed, but a bootstrap or rollback that had to come first is done`,
    why: first!.reason,
    next: first!.hint,
  })

const notBootstrapped = (missing: Place[]): DrError => {
  const places = missing.map(({account, region}) => `aws://${account}/${region}`)
  return new DrError({
    code: 'NotBootstrapped',
    exit: 'usage',
    what: `CDK is not bootstrapped, or its bootstrap is too old, in ${missing.map(({region}) => region).join(', ')}`,
    why: '--no-bootstrap is set',
    next: `npx cdk bootstrap ${places.join(' ')}, or todo-dr deploy without --no-bootstrap`,
  })
}
