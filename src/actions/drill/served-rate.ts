/** The load of a drill: what was asked for, or what this machine can serve of it. */

import {DrError} from '../../errors.js'
import {WARM_UP_FAILED} from '../../measure/measure-switch.js'
import type {Emit} from '../../messages.js'

/** Of a measurement; what it needs beside the rate differs from one attempt to the next. */
export interface ServedLoad {
  ratePerSecond: number
  /** Where the machine could not serve that. */
  askedPerSecond?: number
  /** Every attempt sends other request ids. */
  seed: number
  warmUpLimitSeconds?: number
}

interface Asked {
  ratePerSecond: number
  seed: number
  emit: Emit
}

/** Writes a second, and as many reads: what every machine that can hold a lab can serve. */
const LEAST_PER_SECOND = 5
/** A load that is served at all is served in this time, once the functions are awake. The last attempt has longer. */
const ATTEMPT_SECONDS = 10

/**
 * Measures at the rate that was asked for; where that is not served before the outage, at half of it, and so on, and says so.
 * Nothing has been broken by then. Throws `WarmUpFailed` where even the least is not served.
 */
export async function atServedRate<T>(
  {ratePerSecond: asked, seed, emit}: Asked,
  measure: (load: ServedLoad) => Promise<T>,
): Promise<T> {
  for (let attempt = 0, rate = asked; ; attempt++) {
    const lower = Math.max(LEAST_PER_SECOND, Math.ceil(rate / 2))
    const last = lower >= rate
    try {
      return await measure({
        ratePerSecond: rate,
        seed: seed + attempt,
        ...(rate !== asked && {askedPerSecond: asked}),
        ...(!last && {warmUpLimitSeconds: ATTEMPT_SECONDS}),
      })
    } catch (error) {
      if (last || !(error instanceof DrError && error.code === WARM_UP_FAILED)) throw error
      emit({
        code: 'warning',
        text: `this machine cannot serve ${rate} writes/s and as many reads/s: trying ${lower}`,
        hint: error.why,
      })
      rate = lower
    }
  }
}
