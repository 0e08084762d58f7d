/** What the checks and the gates both want to know is asked once. */

import type {Region} from '../../model/deployment.js'
import type {Sample} from '../../model/observation.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions} from '../../ports/call.js'
import type {Asked, Checkup, Identity} from '../../ports/checkup.js'
import type {Vitals} from '../../ports/vitals.js'
import type {World} from '../../ports/world.js'

/** Asks within milliseconds, and gives a reason where there is no answer. */
export type Ask = <T>(what: string, ms: number, call: (signal: AbortSignal) => Promise<T>) => Promise<Sample<T>>

type AskOnce<T> = (region: Region, options?: CallOptions) => Promise<T>

/** Of each region once, for all who want to know. */
function once<T>(ask: AskOnce<T>): AskOnce<T> {
  const asked = new Map<Region, Promise<T>>()
  return (region, options) => {
    const one = asked.get(region) ?? ask(region, options)
    asked.set(region, one)
    return one
  }
}

/** Vitals of one look, in which what the gates ask too is asked once. */
export const onceEach = (vitals: Vitals): Vitals => ({
  functions: once((region, options) => vitals.functions(region, options)),
  concurrencyLimit: once((region, options) => vitals.concurrencyLimit(region, options)),
  peak: once((region, options) => vitals.peak(region, options)),
  secrets: once((region, options) => vitals.secrets(region, options)),
  trouble: (region, options) => vitals.trouble(region, options),
  alarms: (region, options) => vitals.alarms(region, options),
  denied: (principal, wanted, options) => vitals.denied(principal, wanted, options),
  distribution: (options) => vitals.distribution(options),
})

/** Who asks is asked once in each region too. */
export const identityOnce = (checkup: Checkup): ((region: Region) => Promise<Asked<Identity>>) =>
  once((region) => checkup.identity(region))

/** A world that answers the gates with those vitals: whether the functions that write are open, the capacity used, what must be alike. */
export function sharing(world: World, vitals: Vitals): World {
  const {deployment, writers, capacity} = world
  const mode: World['writers']['mode'] = async (region, options) => {
    const found = await vitals.functions(region, options)
    const {writers: names} = regionOf(deployment, region).functions
    const open = (name: string): boolean =>
      found.some((one) => one.name === name && one.state !== 'Missing' && one.reserved !== 0)
    // Why one is closed, only its memory knows.
    return names.every((name) => open(name)) ? 'open' : writers.mode(region, options)
  }

  return {
    ...world,
    vitals,
    writers: {
      mode,
      fence: (region, options) => writers.fence(region, options),
      unfence: (region, options) => writers.unfence(region, options),
    },
    capacity: {
      peak: async (region, options) => (await vitals.peak(region, options)).lastHour,
      raise: (region, min, options) => capacity.raise(region, min, options),
      restore: (region, options) => capacity.restore(region, options),
    },
  }
}
