/** A change whose answer was lost may have been carried out: the state is looked at before anything is sent again. */

import {DrError} from '../../errors.js'

/** So often at most is one change sent. */
const TRIES = 3

/**
 * Sends a change. Where nobody knows whether it was carried out (silence, a connection that was reset, a 5xx) `isDone` looks, and only
 * what is not so yet is sent again. Throws what the last sending threw, or what a look throws.
 */
export async function sendChange(
  send: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await send()
      return
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof DrError) || !error.unclear) throw error
      if (await isDone()) return
      if (attempt === TRIES) throw error
    }
  }
}
