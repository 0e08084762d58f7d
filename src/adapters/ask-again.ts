/** One slow, throttled or failed read must not decide anything: it is asked again within its deadline. */

export interface Again {
  /** Ends all attempts. */
  signal: AbortSignal
  /** Milliseconds of silence after which another attempt is started beside the one that is waited for. */
  hedgeMs: number
  /**
   * Milliseconds until the next attempt, after so many that have failed; undefined where no other one would do better.
   * `elapsedMs` is counted from the first attempt.
   */
  pauseAfter(error: unknown, failures: number, elapsedMs: number): number | undefined
}

/** Attempts that may be waited for at one time. */
const BESIDE = 3

/**
 * The first answer of all attempts; where none succeeds, the last error. A connection that hangs is not waited for alone: the next
 * attempt, on another one, is mostly answered at once. Only for what changes nothing, as several attempts may be carried out.
 */
export async function askAgain<T>(again: Again, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const {signal, hedgeMs, pauseAfter} = again
  const answered = new AbortController()
  const follow = (): void => answered.abort(signal.reason)
  signal.addEventListener('abort', follow, {once: true})
  const began = performance.now()
  const waiting = new Set<Promise<Ended<T>>>()
  let failures = 0
  let nextMs: number | undefined = 0
  try {
    for (;;) {
      if (nextMs === 0) {
        waiting.add(attempt(ask, answered.signal))
        nextMs = waiting.size < BESIDE ? hedgeMs : undefined
      }

      const ended: Ended<T> | undefined = await firstOrLater([...waiting], nextMs)
      if (ended === undefined) {
        nextMs = 0
        continue
      }

      if ('value' in ended) return ended.value
      waiting.delete(ended.attempt)
      failures++
      nextMs = signal.aborted ? undefined : pauseAfter(ended.error, failures, performance.now() - began)
      if (nextMs === undefined && waiting.size === 0) throw ended.error
    }
  } finally {
    signal.removeEventListener('abort', follow)
    answered.abort()
  }
}

type Ended<T> = {value: T} | {error: unknown; attempt: Promise<Ended<T>>}

function attempt<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Ended<T>> {
  const made: Promise<Ended<T>> = ask(signal).then(
    (value) => ({value}),
    (error: unknown) => ({error, attempt: made}),
  )
  return made
}

/** Undefined where none of them has ended after so many milliseconds; waits for ever without a number. */
async function firstOrLater<T>(waiting: Promise<T>[], ms: number | undefined): Promise<T | undefined> {
  if (ms === undefined) return Promise.race(waiting)
  let timer: NodeJS.Timeout | undefined
  const later = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([...waiting, later])
  } finally {
    clearTimeout(timer)
  }
}
