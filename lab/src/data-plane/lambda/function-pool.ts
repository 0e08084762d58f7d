import {availableParallelism} from 'node:os'

import type {Lab} from '../../kernel.js'
import type {RegionConcurrency} from './concurrency.js'
import {Environment} from './environment.js'
import {EnvironmentLost, Invocation, Throttled, type FunctionSpec, type Outcome} from './invocation.js'
import type {InvocationMetrics} from './invocation-metrics.js'
import type {RuntimeApi} from './runtime-api.js'

/**
 * Processes of one function at most: about 50 MB each. AWS has no such bound; calls beyond it wait, see `invoke`. A warm
 * process serves hundreds of calls a second, and a start costs as much processor as a hundred calls: more processes than
 * a machine has processors for only slow each other down.
 */
const mostOf = (processors: number): number => Math.max(4, processors)
export const MAX_ENVIRONMENTS = mostOf(availableParallelism())
/** A call waits so long for a process that runs before another one is started, which takes longer than most calls do. */
const GROW_AFTER_MS = 100
/** A call waits at least so long for a process: a loaded machine may take seconds to start one. */
const MIN_WAIT_MS = 10_000

/** A call that has waited for longer comes after those that have not. */
const STALE_MS = 1000

/**
 * How many processes of a function are started now: one for each call that waits and has none on its way, but no more at one time
 * than half the processors, so that those which run keep the others, and no more in all than the bound.
 */
export function startsNow(
  {waiting, starting, live}: {waiting: number; starting: number; live: number},
  processors = availableParallelism(),
): number {
  const atOnce = Math.max(1, Math.floor(processors / 2))
  return Math.max(0, Math.min(waiting - starting, atOnce - starting, mostOf(processors) - live))
}

/**
 * The index of the call that is served next, of those that wait in the order in which they came. The oldest: one that waits while
 * later ones are served would be an outage of its own, which AWS does not have. But after an overload, or a slow start, the callers
 * of the oldest have gone, and serving them first would keep all the others late.
 */
export function nextOf(waiting: readonly {since: number}[], now: number): number {
  return Math.max(
    0,
    waiting.findIndex(({since}) => now - since <= STALE_MS),
  )
}

interface Waiting {
  invocation: Invocation
  /** By `performance.now()`. */
  since: number
  timer: NodeJS.Timeout
}

/** The execution environments of one version of a function, and the calls that wait for one. */
export class FunctionPool {
  private readonly live = new Set<Environment>()
  /** Stopped, and not gone yet. */
  private readonly ending = new Set<Environment>()
  private idle: Environment[] = []
  private queue: Waiting[] = []
  private inFlight = 0
  private growth: NodeJS.Timeout | undefined

  constructor(
    private spec: FunctionSpec,
    private readonly lab: Lab,
    private readonly api: () => Promise<RuntimeApi>,
    private readonly concurrency: RegionConcurrency,
    private readonly metrics: InvocationMetrics,
  ) {}

  /** Process ids, for the lab's status and for tests. */
  get pids(): number[] {
    return [...this.live, ...this.ending].flatMap(({pid}) => (pid === undefined ? [] : [pid]))
  }

  /** When all of these are gone. */
  get ended(): Promise<unknown> {
    return Promise.all([...this.live, ...this.ending].map(({ended}) => ended))
  }

  /**
   * Runs the function. AWS gives every call an environment at once and throttles what is beyond the concurrency limits; it
   * queues no synchronous call (Lambda developer guide, "Lambda scaling behavior"). Here a few processes run, and a call
   * beyond them waits its turn, in the order of arrival, as long as the function's own timeout (10 s at the least) and while a
   * process starts, counted as in flight, and is then throttled.
   * `functionArn`: as the caller named it.
   * @throws Throttled; EnvironmentLost when the region or the lab goes away
   */
  async invoke(payload: Buffer, functionArn: string): Promise<Outcome> {
    const at = Date.now()
    const leave = this.enter()
    try {
      const api = await this.api()
      const invocation = new Invocation(payload, functionArn)
      this.queue.push({invocation, timer: this.patience(invocation), since: performance.now()})
      this.dispatch(api)
      const outcome = await invocation.outcome
      const {begunAt, endedAt} = invocation
      this.metrics.ended(at, outcome.functionError !== undefined, begunAt === 0 ? undefined : endedAt - begunAt)
      return outcome
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

  /** Calls that have begun and not ended. */
  get running(): number {
    return this.inFlight - this.queue.length
  }

  /**
   * For a reservation that has become less: calls that run end normally; those that wait for a process have not begun, and beyond the
   * limit they never will. After a reservation of 0 nothing starts any more.
   * @returns how many still wait
   */
  keepWaiting(most: number): number {
    for (const waiting of this.queue.splice(Math.max(0, most))) {
      this.refuse(waiting, 'ReservedFunctionConcurrentInvocationLimitExceeded')
    }
    return this.queue.length
  }

  /** The region is lost, or the function deleted: everything ends now, and no call is answered. The processes are gone after so long. */
  abandon(laterMs = 0): void {
    this.idle = []
    for (const {invocation, timer} of this.queue.splice(0)) {
      clearTimeout(timer)
      invocation.abort(new EnvironmentLost(`no environment of ${this.spec.name} is running`))
    }
    for (const environment of this.live) this.ending.add(environment)
    this.live.clear()
    for (const environment of this.ending) environment.abandon(laterMs)
  }

  private enter(): () => void {
    const place = this.concurrency.enter(this.spec.name)
    if (typeof place === 'string') throw this.throttled(place)
    this.inFlight++
    this.metrics.begun(place.own, place.all)
    return () => {
      this.inFlight--
      place.leave()
    }
  }

  private dispatch(api: RuntimeApi): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const [waiting] = this.queue.splice(nextOf(this.queue, performance.now()), 1) as [Waiting]
      clearTimeout(waiting.timer)
      // The one that was busy last: the others stay cold in memory.
      ;(this.idle.pop() as Environment).run(waiting.invocation)
    }

    if (this.queue.length === 0) {
      clearTimeout(this.growth)
      this.growth = undefined
    } else if (this.live.size === 0) this.start(api)
    else if (this.startsNow() > 0) this.growth ??= setTimeout(() => this.grow(api), GROW_AFTER_MS)
  }

  private grow(api: RuntimeApi): void {
    this.growth = undefined
    for (let left = this.startsNow(); left > 0; left--) this.start(api)
  }

  private startsNow(): number {
    return startsNow({waiting: this.queue.length, starting: this.starting, live: this.live.size})
  }

  private get starting(): number {
    return [...this.live].filter((environment) => environment.starting).length
  }

  private start(api: RuntimeApi): void {
    const environment = new Environment(this.spec, this.lab, api, {
      onIdle: () => {
        this.idle.push(environment)
        this.dispatch(api)
      },
      onGone: (_, initError) => {
        this.live.delete(environment)
        this.ending.delete(environment)
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

  private patience(invocation: Invocation): NodeJS.Timeout {
    return setTimeout(() => this.giveUp(invocation), Math.max(MIN_WAIT_MS, this.spec.timeoutSeconds * 1000))
  }

  /** But not while a process starts: that ends by itself, well or badly, and nothing is throttled for a slow start on AWS. */
  private giveUp(invocation: Invocation): void {
    const waiting = this.queue.find((one) => one.invocation === invocation)
    if (!waiting) return
    if (this.starting > 0) {
      waiting.timer = this.patience(invocation)
      return
    }
    this.queue.splice(this.queue.indexOf(waiting), 1)
    this.refuse(waiting, 'ConcurrentInvocationLimitExceeded')
  }

  private refuse({invocation, timer}: Waiting, reason: Throttled['reason']): void {
    clearTimeout(timer)
    invocation.abort(this.throttled(reason))
  }

  private throttled(reason: Throttled['reason']): Throttled {
    this.metrics.throttled()
    return new Throttled(reason)
  }
}
