import {DrError} from '../errors.js'

/** So often at most is one call made. */
const TRIES = 3

/** Makes a call again whose answer was lost, or said that it may pass. Only for what is safe to repeat. */
export async function repeated<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt === TRIES || !(error instanceof DrError && (error.unclear || error.passing))) throw error
    }
  }
}
