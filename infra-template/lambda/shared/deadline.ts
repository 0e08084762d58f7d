/** The instant by which an invocation must have answered, and a race against it. */

/** Kept back from the function's remaining time, to say what happened while there is still time to say it. */
const RESERVE_MS = 750

export class Deadline {
  private constructor(private readonly endsAt: number) {}

  static of(context: {getRemainingTimeInMillis(): number}): Deadline {
    return new Deadline(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS)
  }

  static in(milliseconds: number): Deadline {
    return new Deadline(Date.now() + milliseconds)
  }

  /** Milliseconds; 0 when it has passed. */
  get remaining(): number {
    return Math.max(0, this.endsAt - Date.now())
  }

  /** Whichever comes first. */
  within(milliseconds: number): Deadline {
    return new Deadline(Math.min(this.endsAt, Date.now() + milliseconds))
  }

  /** Settles as `work` does, or rejects with `TimedOut` at the deadline; `onLate` runs then. */
  async race<T>(work: Promise<T>, onLate: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        onLate()
        reject(new TimedOut())
      }, this.remaining)
    })
    try {
      return await Promise.race([work, timeout])
    } finally {
      clearTimeout(timer)
    }
  }
}

export class TimedOut extends Error {
  readonly code = 'TIMED_OUT'

  constructor() {
    super('The time for it has passed.')
    this.name = 'TimedOut'
  }
}
