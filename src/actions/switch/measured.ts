/** A failover under load: before, during and after it, judged afterwards. */

import type {RunOutcome} from '../../engine/outcome.js'
import {measureSwitch} from '../../measure/measure-switch.js'
import type {DrillResult} from '../../measure/result.js'
import type {LedgerEntry} from '../../model/ledger.js'
import type {Objectives} from '../../model/verdict.js'
import {regionNames} from '../../model/regions.js'
import type {Outage} from '../../ports/outage.js'
import {answerWithin} from '../../ports/waits.js'
import {carryOut, lookBeforeSwitch, mayRun, resultOf, switchRefused} from './run.js'
import type {SwitchInput} from './run.js'
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
  const run = await input.newRun()
  return measureSwitch<RunOutcome>({
    ...input,
    run,
    scenario: null,
    outageAt: await outageBegan(input),
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
