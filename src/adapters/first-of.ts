import {Unreachable} from '../errors.js'

/**
 * The first that is fulfilled. Where none is, an answer that says no tells more than silence, and the earlier in the list more
 * than the later; of a caller who gave up it says nothing.
 */
export async function firstOf<T>(asked: Promise<T>[], signal?: AbortSignal): Promise<T> {
  try {
    return await Promise.any(asked)
  } catch (error) {
    const causes: unknown[] = error instanceof AggregateError ? error.errors : [error]
    throw causes.find((cause) => !(cause instanceof Unreachable) && !signal?.aborted) ?? causes[0]
  }
}
