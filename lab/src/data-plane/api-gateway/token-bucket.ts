/** AWS's throttling: `burst` requests at once, refilled at `rate` a second [AWS: Throttle requests to your REST APIs]. */
export class TokenBucket {
  private tokens: number
  private filledAt: number

  constructor(
    private readonly rate: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = burst
    this.filledAt = now()
  }

  has(rate: number, burst: number): boolean {
    return this.rate === rate && this.burst === burst
  }

  /** False where the request is one too many. */
  take(): boolean {
    const now = this.now()
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) / 1000) * this.rate)
    this.filledAt = now
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }
}
