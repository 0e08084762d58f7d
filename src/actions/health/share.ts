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

/**
 * Of each region once, for all who want to know. The answer belongs to the whole look, whose `signal` alone ends the asking: who
 * waits no longer leaves the others their answer.
 */
export function once<T>(signal: AbortSignal, ask: AskOnce<T>): AskOnce<T> {
  const asked = new Map<Region, Promise<T>>()
  return (region, options = {}) => {
    const one = asked.get(region) ?? ask(region, {signal})
    asked.set(region, one)
    return waitedFor(one, options.signal)
  }
}

/** Throws the reason of the signal, where that comes first. */
function waitedFor<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  work.catch(() => undefined)
  if (!signal) return work
  return new Promise((done, fail) => {
    const leave = (): void => fail(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, {once: true})
    work.then(done, fail).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** Vitals of one look, in which what the gates ask too is asked once. `signal` ends the look. */
export const onceEach = (vitals: Vitals, signal: AbortSignal): Vitals => ({
  functions: once(signal, (region, options) => vitals.functions(region, options)),
  concurrencyLimit: once(signal, (region, options) => vitals.concurrencyLimit(region, options)),
  peak: once(signal, (region, options) => vitals.peak(region, options)),
  secrets: once(signal, (region, options) => vitals.secrets(region, options)),
  requestRate: (region, options) => vitals.requestRate(region, options),
  clusterSnapshots: (region, options) => vitals.clusterSnapshots(region, options),
  proxySubnets: (region, options) => vitals.proxySubnets(region, options),
  trouble: (region, options) => vitals.trouble(region, options),
  schedules: (region, options) => vitals.schedules(region, options),
  alarms: (region, options) => vitals.alarms(region, options),
  denied: (principal, wanted, options) => vitals.denied(principal, wanted, options),
  distribution: (options) => vitals.distribution(options),
})

/** Who asks is asked once in each region too. */
export const identityOnce = (
  checkup: Pick<Checkup, 'identity'>,
  signal: AbortSignal,
): ((region: Region) => Promise<Asked<Identity>>) => once(signal, (region) => checkup.identity(region))

/** What needs no map: who asks, and the other side's clock. */
export type Greeter = Pick<Checkup, 'identity' | 'reach'>

/** A greeter that has asked each region for its clock and for who asks before anybody wants to know; later looks ask anew. */
export function askedAhead(checkup: Greeter, regions: readonly Region[]): Greeter {
  const ahead = <T>(ask: (region: Region) => Promise<T>): ((region: Region) => Promise<T>) => {
    const begun = new Map(regions.map((region) => [region, ask(region)]))
    for (const one of begun.values()) one.catch(() => undefined)
    return (region) => {
      const one = begun.get(region)
      begun.delete(region)
      return one ?? ask(region)
    }
  }

  return {
    identity: ahead((region) => checkup.identity(region)),
    reach: ahead((region) => checkup.reach(region)),
  }
}

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
