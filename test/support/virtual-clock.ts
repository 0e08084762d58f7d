/** Time that passes only when nothing else is left to do: hours of waiting in milliseconds, always in the same order. */

import type {Clock} from '../../src/ports/world.js'

const aborted = (signal: AbortSignal): Error => signal.reason as Error

/** More than any test needs. A clock that goes on serves something that nobody ends, at the cost of every test that follows. */
const MOST_WAKES = 100_000

interface Sleeper {
  at: number
  order: number
  wake: () => void
}

export class VirtualClock implements Clock {
  #now = 1_700_000_000_000
  #order = 0
  #sleepers: Sleeper[] = []
  #pumping = false
  #wakes = 0
  #stopped = false

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return void reject(aborted(signal))
      const cut = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper)
        reject(aborted(signal!))
      }

      const wake = (): void => {
        signal?.removeEventListener('abort', cut)
        resolve()
      }

      const sleeper: Sleeper = {at: this.#now + ms, order: this.#order++, wake}
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', cut, {once: true})
      this.#pump()
    })
  }

  /** Time passes and nobody wakes: what a blocked event loop sees. */
  jump(ms: number): void {
    this.#now += ms
  }

  /** As for a process that was killed: whoever sleeps, or wants to, sleeps for ever. */
  stop(): void {
    this.#stopped = true
  }

  /** Every microtask has run when an immediate fires: then the earliest sleeper wakes, and time jumps to it. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => {
      this.#pumping = false
      if (this.#stopped) return
      if (++this.#wakes > MOST_WAKES) throw new Error('a virtual clock never comes to rest: something is left running')
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (first, one) => (!first || one.at < first.at || (one.at === first.at && one.order < first.order) ? one : first),
        undefined,
      )
      if (!next) return
      this.#sleepers = this.#sleepers.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.at)
      next.wake()
      this.#pump()
    })
  }
}
