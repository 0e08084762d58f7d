/** A switch under load: the load before, during and after it, and the judgement of what its clients were told. */

import {setMaxListeners} from 'node:events'
import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {primaryOf} from '../model/observation.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {Observation} from '../model/observation.js'
import type {Phase} from '../model/plan.js'
import {isSwitching} from '../model/topology.js'
import type {Region} from '../model/deployment.js'
import type {Objectives} from '../model/verdict.js'
import type {Run} from '../ports/runs.js'
import type {World} from '../ports/world.js'
import {observe} from '../probes/observe.js'
import {OUTAGE} from './checkers/recovery.js'
import {rest} from './clock.js'
import {compactLedger} from './ledger-file.js'
import {startLoad} from './load.js'
import {startPulse} from './pulse.js'
import {resultOf} from './result-of.js'
import type {DrillResult} from './result.js'
import {survivors} from './survivors.js'
import {PROMPT_MS, untilServed, whyNotServed} from './warm-up.js'
import type {Prober} from './prober.js'

/** What must be known of the run of a plan; the engine's outcome has it. */
export interface Switched {
  from: Region
  /** The region that the plan made, or should have made, primary. */
  to: Region
  /** done: as planned. undone: taken back. stopped: midway, resumable. */
  status: 'done' | 'undone' | 'stopped'
  /** Seconds of each phase, from the journal. */
  phases: {id: Phase; seconds: number}[]
  /** Ids of the steps that ended without proof. */
  unsure: string[]
}

export interface MeasureInput<Outcome extends Switched> {
  world: World
  run: Run
  target: string
  /** The target is a lab: the result says so. */
  lab: boolean
  scenario: string | null
  objectives: Objectives
  maxLagSeconds: number
  /** Writes a second, and as many reads. */
  ratePerSecond: number
  /** The rate that was asked for, where the machine could not serve that. */
  askedPerSecond?: number
  seed: number
  signal: AbortSignal
  emit: Emit
  /** Load before the fault or the command, seconds. Default 2. */
  warmupSeconds?: number
  /** How long the load may take to be served before the fault, seconds. Default 30. */
  warmUpLimitSeconds?: number
  /** Waits until the stage for the fault is set, under load; no part of the outage. */
  beforeFault?: () => Promise<void>
  /** Clients are served until the switch: it waits for up to some seconds until the load is, and refuses nothing. */
  planned?: boolean
  /** The outage, made under load once writes and reads are served. Throws `WarmUpFailed` where they are not. */
  fault?: () => Promise<void>
  /** When an outage that is on already began, epoch milliseconds, where somebody wrote it down. */
  outageAt?: number
  /** Does the switch. `detected`, called when the diagnosis stands, ends the phase `detect` and returns that instant. */
  execute: (detected: () => number) => Promise<Outcome>
  /** How long recovery is waited for after the run, seconds. Default 30. */
  recoverySeconds?: number
  /** Load after recovery, seconds, to see it hold. Default 1. */
  settleSeconds?: number
}

const WARM_UP_LIMIT_SECONDS = 30
/** For what the start of the load has left waiting. */
const CALM_SECONDS = 5
/** What the judgement may take where somebody waits for the end of what they have interrupted. */
const JUDGE_LIMIT_MS = 10_000
/** A part of that: for so long the end of a switch is waited for, whose run was not done. */
const SWITCH_LIMIT_MS = 5000
const SWITCH_POLL_MS = 250
/** Of a measurement that was interrupted. */
export const INTERRUPTED = 'interrupted: what came after that was neither done nor measured'

/**
 * Warms up, makes the fault if there is one, executes, keeps the load on until reads and writes are served again, then
 * asks the new primary for every acknowledged write and judges. Writes `result.json` unless the run stopped midway,
 * since a run with a result is finished and is not resumed. The ledger is closed and kept in every case.
 *
 * Once it has begun to execute, an interruption ends the load and not the judgement, which goes as far as the ledger goes.
 *
 * Without `fault` it never refuses to go on: in a real outage a measurement must not stand in the way of a failover.
 */
export async function measureSwitch<Outcome extends Switched>(
  input: MeasureInput<Outcome>,
): Promise<{result: DrillResult; outcome: Outcome; entries: readonly LedgerEntry[]}> {
  const {world, run, emit, signal} = input
  const load = await startLoad(input)
  const {edge} = load
  const endPulse = startPulse(edge, {clock: world.clock, emit})
  try {
    const before = await warmUp(input, edge)
    const {outcome, instants} = await switchOver(input)
    await recover(input, edge, outcome.status === 'done' ? instants.verified : undefined)
    endPulse()
    await load.stop()

    const ended = world.clock.now()
    const judging = outlasting(signal, JUDGE_LIMIT_MS)
    const after = await lookAfter(world, outcome, judging)
    const entries = load.entries()
    const found = await survivors(world, holderIn(after, outcome), entries, {emit, signal: judging})
    const result = resultOf({
      ...input,
      ...found,
      ...before,
      after,
      entries,
      gaps: edge.gaps(),
      health: edge.health(),
      outcome,
      instants: {...instants, started: edge.startedAt, ended},
      outageExpected: input.fault !== undefined,
    })
    if (signal.aborted) result.notices.push(INTERRUPTED)
    if (outcome.status !== 'stopped') await run.writeJson('result.json', result)
    return {result, outcome, entries}
  } finally {
    endPulse()
    await load.stop()
    await compactLedger(run, load.entries(), load.gaps())
  }
}

/**
 * Load, and a look at both regions meanwhile. Before a fault it must be served, and just before it promptly, for half a second:
 * what still limps from a cold start would be counted as the fault's doing, and loss can only be seen where writes are
 * acknowledged up to the last moment.
 */
async function warmUp<Outcome extends Switched>(
  input: MeasureInput<Outcome>,
  prober: Prober,
): Promise<{before: Observation; justBefore: Observation}> {
  const {world, signal, emit, fault, planned, beforeFault, ratePerSecond, warmupSeconds = 2} = input
  const seconds = input.warmUpLimitSeconds ?? WARM_UP_LIMIT_SECONDS
  emit({code: 'progress', text: `load: ${ratePerSecond} writes/s and as many reads/s`})
  const [before] = await Promise.all([observe(world, {signal}), rest(world.clock, warmupSeconds * 1000, signal)])
  signal.throwIfAborted()
  if (!fault && !planned) return {before, justBefore: before}
  await beforeFault?.()
  const justBefore = await observe(world, {signal})
  const count = Math.max(OUTAGE.k, Math.ceil(ratePerSecond / 2))
  const {clock} = world
  const wanted = {clock, signal, since: 0, count}
  // On a machine that stays slow it goes on all the same: the outage is then longer by what was waiting before it.
  const calm = await untilServed(prober, {...wanted, seconds: CALM_SECONDS, slowMs: PROMPT_MS})
  const served = calm || !fault || (await untilServed(prober, {...wanted, seconds}))
  signal.throwIfAborted()
  if (!served) throw warmUpFailed(prober, {seconds, now: clock.now()})
  return {before, justBefore}
}

async function switchOver<Outcome extends Switched>({world: {clock}, fault, outageAt, execute}: MeasureInput<Outcome>) {
  const outage = fault ? clock.now() : outageAt
  await fault?.()
  const command = clock.now()
  let diagnosed = command
  const outcome = await execute(() => (diagnosed = clock.now()))
  return {outcome, instants: {outage, command, detected: diagnosed, verified: clock.now()}}
}

/** Keeps the load on until it is served and has been for a while; where the run was not done, only for a while. */
async function recover<Outcome extends Switched>(
  input: MeasureInput<Outcome>,
  prober: Prober,
  since: number | undefined,
) {
  const {world, emit, signal} = input
  const seconds = input.recoverySeconds ?? 30
  const served = since === undefined || (await untilServed(prober, {clock: world.clock, since, seconds, signal}))
  await rest(world.clock, (input.settleSeconds ?? 1) * 1000, signal)
  if (!served && !signal.aborted)
    emit({code: 'warning', text: `clients were not served again within ${seconds} s`, hint: 'todo-dr status'})
}

/** Of a run that was not done the switch may still be under way: then who the primary is, shows when it is over, or never in time. */
async function lookAfter(world: World, {status}: Switched, signal: AbortSignal): Promise<Observation> {
  const since = world.clock.now()
  for (;;) {
    const after = await observe(world, {signal})
    if (status === 'done' || !switches(after) || world.clock.now() - since > SWITCH_LIMIT_MS) return after
    await rest(world.clock, SWITCH_POLL_MS, signal)
  }
}

const switches = ({global}: Observation): boolean => global.reachable && isSwitching(global.value)

/**
 * Who holds what has survived. Of a run that is done the region that took the writes: RDS may still call the old primary the writer, which
 * holds what is lost. While a switch is under way nobody knows.
 */
function holderIn(after: Observation, {status, to}: Switched): Region | undefined {
  if (status === 'done') return to
  return switches(after) ? undefined : (primaryOf(after) ?? to)
}

/** Aborts so long after the other. */
function outlasting(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController()
  // Every call in flight listens to it.
  setMaxListeners(0, later.signal)
  const begin = (): void => void setTimeout(() => later.abort(signal.reason), ms).unref()
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, {once: true})
  return later.signal
}

/** Thrown by `measureSwitch` before it has broken anything. */
export const WARM_UP_FAILED = 'WarmUpFailed'

function warmUpFailed(prober: Prober, when: {seconds: number; now: number}): DrError {
  return new DrError({
    code: WARM_UP_FAILED,
    exit: 'failed',
    what: `${prober.ratePerSecond} writes/s and as many reads/s were not served within ${when.seconds} s, so the outage was not started`,
    why: whyNotServed(prober, when.now),
    next: 'close other programs or wait until this machine is less busy, then todo-dr drill again',
  })
}
