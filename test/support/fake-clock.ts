/** A clock that stands still until it is told to move. */

import type {Clock} from '../../src/ports/world.js'

interface Sleeper {
  at: number
  wake(): void
}

export class FakeClock implements Clock {
  private time = 1_700_000_000_000
  private readonly sleepers = new Set<Sleeper>()

  now(): number {
    return this.time
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.time + ms,
        wake: () => {
          this.sleepers.delete(sleeper)
          signal?.removeEventListener('abort', sleeper.wake)
          resolve()
        },
      }
      this.sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake, {once: true})
    })
  }

  /** Moves on by `ms`, waking every sleeper at its own instant and letting it do what it does. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      await settle()
      const next = [...this.sleepers].sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > until) break
      this.time = Math.max(this.time, next.at)
      next.wake()
    }

    this.time = until
  }

  /** Time passes and nobody wakes: what a blocked event loop sees. */
  async jump(ms: number): Promise<void> {
    await settle()
    this.time += ms
  }
}

/** Lets all promise callbacks run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
