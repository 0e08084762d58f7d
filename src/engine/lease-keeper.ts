/** Holds the operator lease while a plan runs: two operators who switch in opposite directions undo each other's work. */

import {DrError} from '../errors.js'
import {bound} from '../ports/bound.js'
import type {Clock, Lease, LeaseHold, World} from '../ports/world.js'
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
  /** The fencing number. */
  token: number
  /**
   * To be awaited right before each act. Throws `LeaseLost` (exit refused) where the lease is lost, or where this process was
   * stopped for longer than the lease lives: others may have acted meanwhile, so it must stop and look again. `surely` asks
   * the regions too, at the cost of one call.
   */
  check(surely?: boolean): Promise<void>
  release(): Promise<void>
}

/**
 * Takes the lease while the beginning of the run is being `recorded`, and gives it back where that fails. Throws what the lease throws:
 * `LeaseHeld` (exit refused) where another operator is at work.
 */
export async function holdLease(
  {lease, clock}: Keeping,
  owner: string,
  journal: Journal,
  signal: AbortSignal,
  recorded: Promise<void> = Promise.resolve(),
): Promise<HeldLease> {
  const [taken] = await Promise.allSettled([lease.acquire(owner, TTL_SECONDS, {signal}), recorded])
  if (taken.status === 'rejected') throw taken.reason
  const {regions, unreachable, token} = taken.value
  try {
    await recorded
  } catch (error) {
    await lease.release({owner, token}).catch(() => undefined)
    throw error
  }

  const keeper = new Keeper(lease, clock, journal, {owner, token})
  await journal.write({event: 'lease-taken', regions, unreachable, token})
  return keeper
}

class Keeper implements HeldLease {
  readonly #lost = new AbortController()
  readonly #stop = new AbortController()
  readonly #renewing: Promise<void>
  /** When this process last was seen to run, epoch milliseconds. */
  #beat: number

  constructor(
    private readonly lease: Lease,
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly hold: LeaseHold,
  ) {
    this.#beat = clock.now()
    this.#renewing = this.#renew().catch((error: unknown) => this.#lost.abort(error))
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  get token(): number {
    return this.hold.token
  }

  async check(surely = false): Promise<void> {
    this.#refuseAfterPause()
    if (surely) await this.#asked((signal) => this.lease.confirm(this.hold, {signal}))
    this.lost.throwIfAborted()
  }

  async release(): Promise<void> {
    this.#stop.abort()
    await this.#renewing
    // It runs out by itself where nobody answers any more.
    if (!this.lost.aborted) await this.lease.release(this.hold).catch(() => undefined)
  }

  async #renew(): Promise<void> {
    for (;;) {
      await this.clock.sleep(RENEW_MS, this.#stop.signal).catch(() => undefined)
      if (this.#stop.signal.aborted) return
      this.#refuseAfterPause()
      await this.#asked((signal) => this.lease.renew(this.hold, TTL_SECONDS, {signal}))
    }
  }

  /** Silence is no loss: a region that is falling apart must not stop the switch away from it. */
  async #asked(ask: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await ask(this.#stop.signal)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      if (error instanceof DrError && error.exit === 'refused') {
        this.#lost.abort(error)
        throw error
      }

      this.journal.jot({event: 'lease-note', text: `the lease could not be renewed: ${(error as Error).message}`})
    }
  }

  /** A laptop with a closed lid, a stopped process, a machine that was moved: the lease may have been another's since. */
  #refuseAfterPause(): void {
    const now = this.clock.now()
    const seconds = Math.round((now - this.#beat) / 1000)
    if (seconds > TTL_SECONDS) this.#lost.abort(pausedTooLong(seconds))
    this.lost.throwIfAborted()
    this.#beat = now
  }
}

/** The world as it may be changed under the lease: each act asks first whether it is still held. */
export function underLease(world: World, lease: Pick<HeldLease, 'check'>): World {
  const {database, capacity, leftVolumes, writers, route} = world
  return {
    ...world,
    database: {
      ...bound(database, 'now', 'describe', 'cluster', 'proxy', 'lag', 'givenUp', 'failoverEvents', 'upgradeTargets'),
      async switchover(...args) {
        await lease.check(true)
        return database.switchover(...args)
      },
      async failover(...args) {
        await lease.check(true)
        return database.failover(...args)
      },
      async upgrade(...args) {
        await lease.check(true)
        return database.upgrade(...args)
      },
    },
    capacity: {
      ...bound(capacity, 'peak'),
      async raise(...args) {
        await lease.check()
        return capacity.raise(...args)
      },
      async restore(...args) {
        await lease.check()
        return capacity.restore(...args)
      },
    },
    leftVolumes: {
      ...bound(leftVolumes, 'list'),
      async keep(...args) {
        await lease.check()
        return leftVolumes.keep(...args)
      },
    },
    writers: {
      ...bound(writers, 'mode'),
      async fence(...args) {
        await lease.check()
        return writers.fence(...args)
      },
      async unfence(...args) {
        await lease.check()
        return writers.unfence(...args)
      },
    },
    route: {
      needs: route.needs,
      spread: route.spread,
      ...bound(route, 'byHand', 'serving', 'verify'),
      ...(route.isSet && bound(route, 'isSet')),
      async steer(...args) {
        await lease.check()
        return route.steer(...args)
      },
    },
  }
}

const pausedTooLong = (seconds: number): DrError =>
  new DrError({
    code: 'LeaseLost',
    exit: 'refused',
    what: `this process was paused for ${seconds} s, longer than its lease of ${TTL_SECONDS} s; it changes nothing more`,
    why: 'another operator may have acted meanwhile',
    next: 'todo-dr status',
  })
