/** The longest that a timer of Node.js can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** AWS's clock, which may differ from that of the machine that calls. */
export class Clock {
  private moved = 0
  /** What looks again how late it is. */
  private readonly waiting = new Set<() => void>()

  get offsetMs(): number {
    return this.moved
  }

  /** What has waited for an instant that has come thereby begins before this returns. */
  set offsetMs(ms: number) {
    this.moved = ms
    for (const look of this.waiting) look()
  }

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.moved
  }

  /**
   * Acts once, at this instant or later, and never before this has returned. Keeps no process alive.
   * @returns what calls it off
   */
  at(instant: number, act: () => void): () => void {
    let timer: NodeJS.Timeout
    const wait = (ms: number): void => {
      timer = setTimeout(look, Math.min(ms, MAX_TIMER_MS)).unref()
    }
    const callOff = (): void => {
      clearTimeout(timer)
      this.waiting.delete(look)
    }
    const look = (): void => {
      clearTimeout(timer)
      const left = instant - this.now()
      if (left > 0) return wait(left)
      callOff()
      act()
    }
    this.waiting.add(look)
    wait(instant - this.now())
    return callOff
  }
}
