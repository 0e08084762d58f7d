/** One way to call AWS for a teardown: nothing in it is urgent, so that throttling and faults of AWS are waited out. */

import {DrError, Unreachable} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {Clock} from '../../../ports/world.js'
import {pollUntil} from '../../../ports/waits.js'
import {abortAfter} from '../../abort-after.js'
import type {Clients} from '../clients.js'
import {isFault, isHiccup} from '../errors.js'
import type {Input, Operation, Output, Service} from '../services.js'

/** Milliseconds for which a call is tried again. A quota of a few calls a second is recovered from in a fraction of it. */
const PATIENCE_MS = 90_000
/** A region that answers nothing for so long is unreachable: nobody shall wait minutes to hear it. */
const SILENCE_MS = 8000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5000

export class Caller {
  constructor(
    readonly clients: Clients,
    readonly clock: Clock,
    readonly signal?: AbortSignal,
  ) {}

  /** Asks until an answer that means something. A fault named in `gone` is the answer `undefined`: it is not there. */
  async call<S extends Service, O extends Operation<S>>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
    gone: string[] = [],
  ): Promise<Output<S, O> | undefined> {
    const {clients, clock, signal} = this
    const began = clock.now()
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await clients.call(service, region, operation, input, {signal})
      } catch (error) {
        signal?.throwIfAborted()
        if (isFault(error, ...gone)) return undefined
        if (clock.now() - began + pause > patienceWith(error)) throw error
        // Half of it by chance, so that what was throttled together does not come back together.
        await clock.sleep(pause * (0.5 + Math.random() / 2), signal)
      }
    }
  }

  /** As `call`, for what must be there. */
  async must<S extends Service, O extends Operation<S>>(
    service: S,
    region: Region,
    operation: O,
    input: Input<S, O>,
  ): Promise<Output<S, O>> {
    return (await this.call(service, region, operation, input)) as Output<S, O>
  }

  /** Looks until `check` says true. Throws `TimedOut` (exit failed) after `ms`, with `what` did not come to pass. */
  async until(what: string, ms: number, check: () => Promise<boolean>): Promise<void> {
    const {clock, signal} = this
    try {
      await abortAfter(ms, signal, (inner) => pollUntil(clock, inner, check, {firstMs: 100, capMs: 5000}))
    } catch (error) {
      if (signal?.aborted || !isTimeout(error)) throw error
      throw new DrError({
        code: 'TimedOut',
        exit: 'failed',
        what: `${what}: not finished within ${Math.round(ms / 60_000)} minutes`,
        next: 'run todo-dr teardown again to continue',
        cause: error,
      })
    }
  }
}

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError'

/** Milliseconds for which an error is worth another try. */
function patienceWith(error: unknown): number {
  if (error instanceof Unreachable) return SILENCE_MS
  return isHiccup(error) ? PATIENCE_MS : 0
}
