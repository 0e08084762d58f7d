import type {Quota} from '../../service.js'
import type {Throttled} from './invocation.js'

/** Of an account in a region. The default: "Lambda quotas", Lambda developer guide. */
export const CONCURRENT_EXECUTIONS: Quota = {
  serviceCode: 'lambda',
  serviceName: 'AWS Lambda',
  code: 'L-B99A9384',
  name: 'Concurrent executions',
  value: 1000,
}
/** What must stay unreserved [from memory]. */
export const UNRESERVED_MINIMUM = 100

/** What a call has taken. */
export interface Place {
  /** With it, so many calls of the function are in flight, of all its versions together, and so many of the region. */
  own: number
  all: number
  /** Call it once, when the call has ended. */
  leave(): void
}

/**
 * The concurrency of one region: what functions have reserved, and what the others use of the rest. All versions of a function share
 * what it has reserved ("Configuring reserved concurrency for a function", Lambda developer guide).
 */
export class RegionConcurrency {
  private readonly reservations = new Map<string, number>()
  /** Calls in flight by function, where there are any. */
  private readonly calls = new Map<string, number>()
  private unreservedInFlight = 0
  /** Of all functions, with and without a reservation. */
  private inFlight = 0

  /** `limit` is asked anew for each call: a quota can change. */
  constructor(private readonly limit: () => number) {}

  get quota(): number {
    return this.limit()
  }

  /** What functions without a reservation share. */
  get unreserved(): number {
    return this.limit() - this.total()
  }

  reserved(name: string): number | undefined {
    return this.reservations.get(name)
  }

  /** False where it would leave too little for functions without a reservation. */
  reserve(name: string, limit: number): boolean {
    const others = this.total() - (this.reservations.get(name) ?? 0)
    if (limit > 0 && this.limit() - others - limit < UNRESERVED_MINIMUM) return false
    this.reservations.set(name, limit)
    return true
  }

  release(name: string): void {
    this.reservations.delete(name)
  }

  /** A place for one call of a function, or why there is none. */
  enter(name: string): Place | Throttled['reason'] {
    const limit = this.reservations.get(name)
    const own = (this.calls.get(name) ?? 0) + 1
    if (limit !== undefined && own > limit) return 'ReservedFunctionConcurrentInvocationLimitExceeded'
    const shares = limit === undefined
    if (shares && this.unreservedInFlight >= this.unreserved) return 'ConcurrentInvocationLimitExceeded'
    if (shares) this.unreservedInFlight++
    this.calls.set(name, own)
    return {
      own,
      all: ++this.inFlight,
      leave: () => {
        if (shares) this.unreservedInFlight--
        this.inFlight--
        this.calls.set(name, this.calls.get(name)! - 1)
      },
    }
  }

  private total(): number {
    return [...this.reservations.values()].reduce((sum, limit) => sum + limit, 0)
  }
}
