import {availableParallelism} from 'node:os'

import type {Lab} from '../../kernel.js'
import type {RegionConcurrency} from './concurrency.js'
import {Environment} from './environment.js'
import {EnvironmentLost, Invocation, Throttled, type FunctionSpec, type Outcome} from './invocation.js'
import type {RuntimeApi} from './runtime-api.js'

/**
 * Processes of one function at most: about 50 MB each. AWS has no such bound; calls beyond it wait, see `invoke`. A warm
 * process serves hundreds of calls a second, and a start costs as much processor as a hundred calls: more processes than
 * a machine has processors for only slow each other down.
 */
export const MAX_ENVIRONMENTS = Math.max(4, availableParallelism())
/** A call waits so long for a process that runs before another one is started, which takes longer than most calls do. */
const GROW_AFTER_MS = 100
/** A call waits at least so long for a process: a loaded machine may take seconds to start one. */
const MIN_WAIT_MS = 10_000

interface Waiting {
  invocation: Invocation
  timer: NodeJS.Timeout
}

/** The execution environments of one function, and the calls that wait for one. */
export class FunctionPool {
  private readonly live = new Set<Environment>()
  private idle: Environment[] = []
  private queue: Waiting[] = []
  private inFlight = 0
  private growth: NodeJS.Timeout | undefined

  constructor(
    private spec: FunctionSpec,
    private readonly lab: Lab,
    private readonly api: () => Promise<RuntimeApi>,
    private readonly concurrency: RegionConcurrency,
  ) {}

  /** Process ids, for the lab's status and for tests. */
  get pids(): number[] {
    return [...this.live].flatMap(({pid}) => (pid === undefined ? [] : [pid]))
  }

  /**
   * Runs the function. AWS gives every call an environment at once, up to the concurrency limits; here a few
   * processes run, and a call beyond them waits as long as the function's own timeout (10 s at the least), counted as in
   * flight, and is then throttled.
   * @throws Throttled; EnvironmentLost when the region or the lab goes away
   */
  async invoke(payload: Buffer): Promise<Outcome> {
    const leave = this.enter()
    try {
      const api = await this.api()
      const invocation = new Invocation(payload)
      const timer = setTimeout(() => this.giveUp(invocation), Math.max(MIN_WAIT_MS, this.spec.timeoutSeconds * 1000))
      this.queue.push({invocation, timer})
      this.dispatch(api)
      return await invocation.outcome
    } finally {
      leave()
    }
  }

  /** New code or configuration: calls in flight end as they began, later ones run anew. */
  update(spec: FunctionSpec): void {
    this.spec = spec
    this.idle = []
    for (const environment of this.live) environment.retire()
  }

  /**
   * Call after the reservation has changed. Calls in flight end normally; those that wait for a process have not begun,
   * and beyond the limit they never will: after a reservation of 0 nothing starts any more.
   */
  reservationChanged(): void {
    const limit = this.concurrency.reserved(this.spec.name)
    if (limit === undefined) return
    const running = this.inFlight - this.queue.length
    for (const waiting of this.queue.splice(Math.max(0, limit - running))) {
      this.refuse(waiting, 'ReservedFunctionConcurrentInvocationLimitExceeded')
    }
  }

  /** The region is lost, or the function deleted: everything ends now, and no call is answered. */
  abandon(): void {
    this.idle = []
    for (const {invocation, timer} of this.queue.splice(0)) {
      clearTimeout(timer)
      invocation.abort(new EnvironmentLost(`no environment of ${this.spec.name} is running`))
    }
    for (const environment of this.live) environment.abandon()
  }

  private enter(): () => void {
    const limit = this.concurrency.reserved(this.spec.name)
    if (limit !== undefined && this.inFlight >= limit)
      throw new Throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
    const leaveRegion = limit === undefined ? this.concurrency.enter() : () => undefined
    if (!leaveRegion) throw new Throttled('ConcurrentInvocationLimitExceeded')
    this.inFlight++
    return () => {
      this.inFlight--
      leaveRegion()
    }
  }

  private dispatch(api: RuntimeApi): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      // The newest: after an overload the caller of the oldest has long gone, and serving it would keep all the others late.
      const waiting = this.queue.pop() as Waiting
      clearTimeout(waiting.timer)
      // The one that was busy last: the others stay cold in memory.
      ;(this.idle.pop() as Environment).run(waiting.invocation)
    }

    if (this.queue.length === 0) {
      clearTimeout(this.growth)
      this.growth = undefined
    } else if (this.live.size === 0) this.start(api)
    else if (this.mayGrow()) this.growth ??= setTimeout(() => this.grow(api), GROW_AFTER_MS)
  }

  private grow(api: RuntimeApi): void {
    this.growth = undefined
    if (this.queue.length > 0 && this.mayGrow()) this.start(api)
  }

  /** One start at a time, so that the processes which run keep the processor. */
  private mayGrow(): boolean {
    return this.live.size < MAX_ENVIRONMENTS && ![...this.live].some(({starting}) => starting)
  }

  private start(api: RuntimeApi): void {
    const environment = new Environment(this.spec, this.lab, api, {
      onIdle: () => {
        this.idle.push(environment)
        this.dispatch(api)
      },
      onGone: (_, initError) => {
        this.live.delete(environment)
        this.idle = this.idle.filter((one) => one !== environment)
        // A start that failed fails one call: the one that has waited longest.
        const waiting = initError && this.queue.shift()
        if (waiting) {
          clearTimeout(waiting.timer)
          waiting.invocation.fail(initError, '')
        }
        this.dispatch(api)
      },
    })
    this.live.add(environment)
  }

  private giveUp(invocation: Invocation): void {
    const index = this.queue.findIndex((waiting) => waiting.invocation === invocation)
    const [waiting] = index === -1 ? [] : this.queue.splice(index, 1)
    if (waiting) this.refuse(waiting, 'ConcurrentInvocationLimitExceeded')
  }

  private refuse({invocation, timer}: Waiting, reason: Throttled['reason']): void {
    clearTimeout(timer)
    invocation.abort(new Throttled(reason))
  }
}
