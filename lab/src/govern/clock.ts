/** AWS's clock, which may differ from that of the machine that calls. */
export class Clock {
  offsetMs = 0

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.offsetMs
  }
}
