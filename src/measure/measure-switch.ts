/** A switch under load: the load before, during and after it, and the judgement of what its clients were told. */

import {DrError} from '../errors.js'
import type {Emit} from '../messages.js'
import {primaryOf} from '../model/observation.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {Observation} from '../model/observation.js'
import type {Phase} from '../model/plan.js'
import type {Region} from '../model/deployment.js'
import type {Objectives} from '../model/verdict.js'
import type {Run} from '../ports/runs.js'
import type {World} from '../ports/world.js'
import {observe} from '../probes/observe.js'
import {OUTAGE} from './checkers/recovery.js'
import {rest} from './clock.js'
import {compactLedger} from './ledger-file.js'
import {resultOf} from './result-of.js'
import type {DrillResult} from './result.js'
import {survivors} from './survivors.js'
import {tokenSource} from './token-source.js'
import {untilServed} from './warm-up.js'
import {startProber} from './prober.js'
import type {Prober} from './prober.js'

/** What must be known of the run of a plan; the engine's outcome has it. */
export interface Switched {
  /** The region that the plan made, or should have made, primary. */
  to: Region
  /** done: as planned. undone: taken back. stopped: midway, resumable. */
  status: 'done' | 'undone' | 'stopped'
  /** Seconds of each phase, from the journal. */
  phases: {id: Phase; seconds: number}[]
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
  seed: number
  signal: AbortSignal
  emit: Emit
  /** Load before the fault or the command, seconds. Default 2. */
  warmupSeconds?: number
  /** Waits until the stage for the fault is set, under load; no part of the outage. */
  beforeFault?: () => Promise<void>
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

/**
 * Warms up, makes the fault if there is one, executes, keeps the load on until reads and writes are served again, then
 * asks the new primary for every acknowledged write and judges. Writes `result.json` unless the run stopped midway,
 * since a run with a result is finished and is not resumed. The ledger is closed and kept in every case.
 *
 * Without `fault` it never refuses to go on: in a real outage a measurement must not stand in the way of a failover.
 */
export async function measureSwitch<Outcome extends Switched>(
  input: MeasureInput<Outcome>,
): Promise<{result: DrillResult; outcome: Outcome; entries: readonly LedgerEntry[]}> {
  const {world, run, emit, signal} = input
  const prober = await startLoad(input)
  try {
    const before = await warmUp(input, prober)
    const {outcome, instants} = await switchOver(input)
    await recover(input, prober, outcome.status === 'done' ? instants.verified : undefined)
    await prober.stop()

    const ended = world.clock.now()
    const after = await observe(world, {signal})
    const entries = prober.entries()
    const found = await survivors(world, primaryOf(after) ?? outcome.to, entries, {emit, signal})
    const result = resultOf({
      ...input,
      ...found,
      ...before,
      after,
      entries,
      health: prober.health(),
      outcome,
      instants: {...instants, started: prober.startedAt, ended},
      outageExpected: input.fault !== undefined,
    })
    if (outcome.status !== 'stopped') await run.writeJson('result.json', result)
    return {result, outcome, entries}
  } finally {
    await prober.stop()
    await compactLedger(run, prober.entries())
  }
}

function startLoad<Outcome extends Switched>({
  world,
  run,
  ratePerSecond,
  seed,
  signal,
}: MeasureInput<Outcome>): Promise<Prober> {
  return startProber({
    api: world.api,
    workload: world.workload,
    token: tokenSource(world),
    run,
    ratePerSecond,
    seed,
    signal,
    clock: world.clock,
  })
}

/**
 * Load, and a look at both regions meanwhile. Before a fault it must be served, and just before it, for half a second:
 * what still limps from a cold start would be counted as the fault's doing, and loss can only be seen where writes are
 * acknowledged up to the last moment.
 */
async function warmUp<Outcome extends Switched>(
  input: MeasureInput<Outcome>,
  prober: Prober,
): Promise<{before: Observation; justBefore: Observation}> {
  const {world, signal, emit, fault, beforeFault, ratePerSecond, warmupSeconds = 2} = input
  emit({code: 'progress', text: `load: ${ratePerSecond} writes/s and as many reads/s`})
  const [before] = await Promise.all([observe(world, {signal}), rest(world.clock, warmupSeconds * 1000, signal)])
  signal.throwIfAborted()
  if (!fault) return {before, justBefore: before}
  await beforeFault?.()
  const justBefore = await observe(world, {signal})
  const count = Math.max(OUTAGE.k, Math.ceil(ratePerSecond / 2))
  const {clock} = world
  const served = await untilServed(prober, {clock, signal, since: 0, seconds: WARM_UP_LIMIT_SECONDS, count})
  signal.throwIfAborted()
  if (!served) throw warmUpFailed(prober)
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
  if (!served)
    emit({code: 'warning', text: `clients were not served again within ${seconds} s`, hint: 'todo-dr status'})
}

function warmUpFailed(prober: Prober): DrError {
  const last = prober.entries().findLast((entry) => entry.outcome !== undefined && entry.outcome !== 'ok')
  const [trouble] = prober.health().trouble
  return new DrError({
    code: 'WarmUpFailed',
    exit: 'failed',
    what: `reads and writes were not served within ${WARM_UP_LIMIT_SECONDS} s, so the outage was not started`,
    why:
      trouble ??
      (last ? `the last probe that failed: ${last.kind}, ${last.status ?? 'no answer'}` : 'no probe was answered'),
    next: 'todo-dr status',
  })
}
