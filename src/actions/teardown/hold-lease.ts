/** The operator lease of a teardown, which takes down the very buckets that keep it. */

import type {Journal} from '../../engine/journal.js'
import {holdLease} from '../../engine/lease-keeper.js'
import {leaseBucketsOf} from '../../model/estate.js'
import type {Estate} from '../../model/estate.js'
import type {Region} from '../../model/deployment.js'
import type {TeardownAct} from '../../model/teardown-plan.js'
import type {PartingLease} from '../../ports/teardown.js'
import type {Clock} from '../../ports/world.js'

export interface LeaseInput {
  estate: Estate
  /** The lease in these buckets, by region. */
  leaseIn(buckets: {[region: Region]: string}): PartingLease
  clock: Clock
  signal: AbortSignal
}

export interface Hold {
  /** Aborts when another operator has taken the lease over. */
  lost: AbortSignal
  /** To be awaited before each act: a lease that is renewed in a bucket that was emptied would keep the bucket from going. */
  before(act: TeardownAct): Promise<void>
  release(): Promise<void>
}

/** Throws `LeaseHeld` (exit refused) where another operator is at work. Where no bucket is left, there is nothing to hold. */
export async function holdWhileItStands(
  {estate, leaseIn, clock, signal}: LeaseInput,
  owner: string,
  journal: Journal,
): Promise<Hold> {
  const buckets = leaseBucketsOf(estate)
  if (buckets.length === 0) {
    journal.jot({
      event: 'lease-note',
      text: 'the buckets of the operator lease are gone: other operators can no longer be locked out',
    })
    return {lost: new AbortController().signal, before: async () => undefined, release: async () => undefined}
  }

  const lease = leaseIn(Object.fromEntries(buckets.map(({region, id}) => [region, id])))
  const held = await holdLease({lease, clock}, owner, journal, signal)
  const regionOf = new Map(buckets.map(({arn, region}) => [arn, region]))
  return {
    lost: held.lost,
    release: () => held.release(),
    async before({target}) {
      await held.check()
      const region = regionOf.get(target.arn)
      if (region === undefined) return
      const left = await lease.forget(region)
      journal.jot({event: 'lease-note', text: `the lease in ${region} ends: its bucket is deleted next`})
      if (left === 0) await held.release()
    },
  }
}
