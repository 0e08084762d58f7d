/** A switch under load: before, during and after it, judged afterwards. */

import type {RunOutcome} from '../../engine/outcome.js'
import {countUnsureAgain} from '../../measure/count-again.js'
import {measureSwitch} from '../../measure/measure-switch.js'
import type {DrillResult} from '../../measure/result.js'
import {wake} from '../../measure/wake.js'
import type {LedgerEntry} from '../../model/ledger.js'
import type {Plan} from '../../model/plan.js'
import type {Objectives} from '../../model/verdict.js'
import {regionNames} from '../../model/regions.js'
import type {Outage} from '../../ports/outage.js'
import {answerWithin, pollUntil} from '../../ports/waits.js'
import {waitReplication} from '../../steps/wait-replication.js'
import {askToGoAhead, carryOut, lookBeforeSwitch, mayRun, resultOf, switchRefused} from './run.js'
import type {SwitchInput, SwitchLook} from './run.js'
import type {SwitchResult} from './result.js'

export interface MeasuredSwitchInput extends SwitchInput {
  /** The target is a lab: the result says so. */
  lab: boolean
  objectives: Objectives
  outage: Outage
  /** Writes a second, and as many reads. */
  ratePerSecond: number
  seed: number
}

export interface Measured {
  result: DrillResult
  outcome: RunOutcome
  entries: readonly LedgerEntry[]
}

/**
 * Looks again inside of what is measured, as the situation may have changed while the load warmed up; what was told before
 * is not told again. Where a gate refuses, nothing is measured, and the result is that of any switch.
 */
export async function runMeasuredSwitch(input: MeasuredSwitchInput): Promise<Measured | SwitchResult> {
  const {emit} = input
  const look = await lookBeforeSwitch(input)
  if (!mayRun(look, input)) return resultOf(input, look)
  await askToGoAhead(input, look)
  if (look.plan.intent === 'failback') await untilCaughtUp(input, look.plan)
  const planned = isPlanned(look)
  // Clients are still served: what starts cold under the full load at once would be counted as the switch's doing.
  if (planned) await wake(input.world, {tokensOf: look.plan.from, signal: input.signal})
  const run = await input.newRun()
  const measured = await measureSwitch<RunOutcome>({
    ...input,
    run,
    scenario: null,
    planned,
    // An outage that does not keep clients from being served is none of theirs.
    outageAt: planned ? undefined : await outageBegan(input),
    async execute(detected) {
      const still = await lookBeforeSwitch({
        ...input,
        waivers: look.waivers,
        lossConsent: undefined,
        diagnosed: detected,
        emit: (event) => (event.code === 'diagnosis' || event.code === 'plan') && emit(event),
      })
      if (still.refusals.length > 0) throw switchRefused(still)
      return carryOut(input, still, run)
    },
  })
  const {result, outcome} = measured
  await countUnsureAgain({...input, ...measured})
  if (outcome.status !== 'stopped') await run.writeJson('result.json', result)
  return measured
}

/** Clients are served until it begins: not so where their API is down, which waits for nothing. */
const isPlanned = ({plan: {intent}, diagnosis: {situation}}: SwitchLook): boolean =>
  (intent === 'switchover' || intent === 'failback') && !situation.startsWith('Primary')

/** Milliseconds between two looks at a region that Aurora rebuilds, at most. */
const REBUILD_LOOK_MS = 15_000

/** Waits as the plan itself does, which then finds it done: hours of load while home is being rebuilt would measure nothing. */
async function untilCaughtUp(
  {world, maxLagSeconds, emit, signal}: MeasuredSwitchInput,
  {from, to}: Plan,
): Promise<void> {
  const step = waitReplication({from, to, maxLagSeconds})
  let last: string | undefined
  const note = (text: string): void => {
    if (text !== last) emit({code: 'progress', text})
    last = text
  }

  const context = {signal, note, runId: '', accepted: async () => undefined}
  await pollUntil(world.clock, signal, () => step.isDone(world, context), {capMs: REBUILD_LOOK_MS})
}

/** Milliseconds. A lost region must not hold up its failover for a question that only the report asks. */
const OUTAGE_LOOK_MS = 1500

/** When an `outage start` began, where one is on: the beginning that the recovery time counts from. */
async function outageBegan({outage, world, signal}: MeasuredSwitchInput): Promise<number | undefined> {
  const looks = regionNames(world.deployment).map((region) =>
    answerWithin({clock: world.clock, ms: OUTAGE_LOOK_MS, signal, what: `the outages of ${region}`}, (inner) =>
      outage.active(region, {signal: inner}),
    ).catch(() => []),
  )
  const active = (await Promise.all(looks)).flat()
  return active.length > 0 ? Math.min(...active.map(({startedAt}) => startedAt)) : undefined
}
