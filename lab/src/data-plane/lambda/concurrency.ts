import type {Quota} from '../../service.js'

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

/** The concurrency of one region: what functions have reserved, and what the others use of the rest. */
export class RegionConcurrency {
  private readonly reservations = new Map<string, number>()
  private unreservedInFlight = 0
  /** Of all functions, with and without a reservation. */
  inFlight = 0

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

  /** A place among the unreserved executions; call what it returns when the call has ended. Undefined: none is left. */
  enter(): (() => void) | undefined {
    if (this.unreservedInFlight >= this.unreserved) return undefined
    this.unreservedInFlight++
    let left = false
    return () => {
      if (!left) this.unreservedInFlight--
      left = true
    }
  }

  private total(): number {
    return [...this.reservations.values()].reduce((sum, limit) => sum + limit, 0)
  }
}
