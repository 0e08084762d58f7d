/** One act of a command that takes its time: told as it begins and as it ends, with its seconds. */

import type {Emit} from '../messages.js'

/** `says` and `fails` add a word to the line at the end. What `act` throws is let through, after the line that says so. */
export type Stage = <T>(
  id: string,
  title: string,
  act: () => Promise<T>,
  says?: (value: T) => string,
  fails?: (error: unknown) => string | undefined,
) => Promise<T>

/** The one timed stage. `now` gives milliseconds; seconds are told to the microsecond. */
export function tellStages(emit: Emit, now: () => number = () => performance.now()): Stage {
  return async (id, title, act, says, fails) => {
    const since = now()
    const ended = (outcome: 'done' | 'failed', text: string | undefined): void =>
      emit({code: 'step-finished', id, title, outcome, seconds: Math.round((now() - since) * 1000) / 1e6, text})
    emit({code: 'step-started', id, title})
    try {
      const value = await act()
      ended('done', says?.(value))
      return value
    } catch (error) {
      ended('failed', fails?.(error))
      throw error
    }
  }
}
