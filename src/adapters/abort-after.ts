/** Every call over the network ends by its deadline, or with its caller. */

import {setMaxListeners} from 'node:events'

/**
 * Runs `call` with a signal that aborts after `ms`, or when `outer` does, and waits until the call has ended: the connection or the
 * process behind it is gone then. `withDeadline` of the ports does not wait, as it does not trust what it calls. The timer and the
 * listener are taken back when the call ends: `AbortSignal.any` over a long-lived signal keeps every short one alive on Node 20.
 */
export async function abortAfter<T>(
  ms: number,
  outer: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted()
  // Many calls of one question hang on one signal. Each takes its listener off again.
  if (outer) setMaxListeners(0, outer)
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms)
  const follow = (): void => controller.abort(outer!.reason)
  outer?.addEventListener('abort', follow, {once: true})
  try {
    return await call(controller.signal)
  } catch (error) {
    // Libraries answer an abort with errors of their own; the reason says which of the two it was.
    if (controller.signal.aborted && controller.signal.reason instanceof Error) throw controller.signal.reason
    throw error
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', follow)
  }
}
