/** Holds the operator lease while a plan runs: two operators who switch in opposite directions undo each other's work. */

import {DrError} from '../errors.js'
import type {Clock, Lease} from '../ports/world.js'
import type {Journal} from './journal.js'

/** Seconds that the lease outlives its holder. */
const TTL_SECONDS = 60
/** Milliseconds between two renewals: two may fail before it runs out. */
const RENEW_MS = (TTL_SECONDS * 1000) / 3

interface Keeping {
  lease: Lease
  clock: Clock
}

export interface HeldLease {
  /** Aborts when another operator has taken the lease over: this one must change nothing any more. */
  lost: AbortSignal
  release(): Promise<void>
}

/** Throws what the lease throws: `LeaseHeld` (exit refused) where another operator is at work. */
export async function holdLease(
  keeping: Keeping,
  owner: string,
  journal: Journal,
  signal: AbortSignal,
): Promise<HeldLease> {
  const {regions, unreachable, token} = await keeping.lease.acquire(owner, TTL_SECONDS, {signal})
  await journal.write({event: 'lease-taken', regions, unreachable, token})
  const lost = new AbortController()
  const stop = new AbortController()
  const renewing = renew(keeping, owner, journal, stop.signal).catch((error: unknown) => lost.abort(error))
  return {
    lost: lost.signal,
    async release() {
      stop.abort()
      await renewing
      // It runs out by itself where nobody answers any more.
      if (!lost.signal.aborted) await keeping.lease.release(owner).catch(() => undefined)
    },
  }
}

async function renew({clock, lease}: Keeping, owner: string, journal: Journal, stop: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(RENEW_MS, stop).catch(() => undefined)
    if (stop.aborted) return
    try {
      await lease.acquire(owner, TTL_SECONDS, {signal: stop})
    } catch (error) {
      if (stop.aborted) return
      if (error instanceof DrError && error.exit === 'refused') throw error
      journal.jot({event: 'lease-note', text: `the lease could not be renewed: ${(error as Error).message}`})
    }
  }
}
