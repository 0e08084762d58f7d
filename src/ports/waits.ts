/** Waiting with an end: deadlines and adaptive polling over the world's clock, so that tests need no real time. */

import {setMaxListeners} from 'node:events'
import {DrError, Unreachable} from '../errors.js'
import type {Clock} from './world.js'

export interface Deadline {
  clock: Clock
  /** Milliseconds. */
  ms: number
  /** Aborts the call early, with its own reason. */
  signal?: AbortSignal
  /** What is thrown when the time is up. */
  expired: () => Error
}

/**
 * Runs `call` and waits no longer than the deadline, even where `call` ignores its signal. What a late `call` says is
 * dropped, and what `call` left running at its end is aborted.
 */
export async function withDeadline<T>(deadline: Deadline, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const {clock, ms, signal, expired} = deadline
  signal?.throwIfAborted()
  // One look at both regions hangs a dozen calls on the signal of Ctrl-C: no leak, as each one takes itself off again.
  if (signal) setMaxListeners(0, signal)
  const own = new AbortController()
  const alarm = new AbortController()
  let forward: (() => void) | undefined
  const cut = new Promise<never>((_, reject) => {
    forward = () => {
      reject(signal?.reason)
      own.abort(signal?.reason)
    }

    signal?.addEventListener('abort', forward, {once: true})
    clock.sleep(ms, alarm.signal).then(
      () => {
        if (alarm.signal.aborted) return
        const error = expired()
        reject(error)
        own.abort(error)
      },
      () => undefined, // the alarm was switched off
    )
  })
  const work = call(own.signal)
  work.catch(() => undefined)
  cut.catch(() => undefined)
  try {
    return await Promise.race([work, cut])
  } finally {
    if (forward) signal?.removeEventListener('abort', forward)
    alarm.abort()
    own.abort()
  }
}

/** As `withDeadline`; silence until the deadline is `Unreachable`. For one call to a region that may be gone. */
export function answerWithin<T>(
  options: {clock: Clock; ms: number; signal?: AbortSignal; what: string},
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const {clock, ms, signal, what} = options
  return withDeadline(
    {clock, ms, signal, expired: () => new Unreachable(`${what}: no answer within ${ms / 1000} s`)},
    call,
  )
}

/** Whether `work` ends within so many milliseconds; it is waited for no longer. Throws what `work` throws. */
export async function endsWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const limit = new AbortController()
  const late = clock.sleep(ms, limit.signal).then(
    () => false,
    () => false, // the limit was taken away
  )
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    limit.abort()
  }
}

export interface Pace {
  /** Milliseconds before the second look. */
  firstMs?: number
  /** Milliseconds that a pause never exceeds. */
  capMs?: number
}

/**
 * Looks until `check` says true: short pauses at first, each half as long again, up to a cap. What may pass by itself
 * (silence, throttling, an opaque fault of AWS) is looked past; missing credentials are not. Ends with the reason of
 * `signal`, which carries the deadline.
 */
export async function pollUntil(
  clock: Clock,
  signal: AbortSignal,
  check: () => Promise<boolean>,
  {firstMs = 50, capMs = 2000}: Pace = {},
): Promise<void> {
  for (let pause = firstMs; ; pause = Math.min(pause * 1.5, capMs)) {
    signal.throwIfAborted()
    try {
      if (await check()) return
    } catch (error) {
      signal.throwIfAborted()
      if (!mayPass(error)) throw error
    }

    await clock.sleep(pause, signal)
  }
}

/** Looks until `check` has said true so many times in a row; a false begins the count anew. Otherwise as `pollUntil`. */
export async function inARow(
  times: number,
  clock: Clock,
  signal: AbortSignal,
  check: () => Promise<boolean>,
): Promise<void> {
  let row = 0
  await pollUntil(
    clock,
    signal,
    async () => {
      while (row < times) {
        const before = row
        // A check that throws breaks the row, too.
        row = 0
        if (!(await check())) return false
        row = before + 1
      }

      return true
    },
    {capMs: 1000},
  )
}

/** Whether an error may pass by itself: every coded one but those that a person must act on. Anything else is a bug. */
export const mayPass = (error: unknown): error is DrError =>
  error instanceof DrError && !['credentials', 'usage', 'refused', 'stopped'].includes(error.exit)
