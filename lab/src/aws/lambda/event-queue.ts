/** Source of the figures: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide. */

import {Throttled, type Outcome} from '../../data-plane/lambda/invocation.js'
import type {EventPolicy} from './event-invoke-config.js'

/** After an error of the function: two more attempts at the most, one and two minutes later. */
const ERROR_RETRIES_MS = [60_000, 120_000]
/** After a throttle: from one second, doubling to five minutes, until the event is too old. */
const THROTTLE_FIRST_MS = 1000
const THROTTLE_LAST_MS = 300_000

interface Event extends EventPolicy {
  region: string
  name: string
  acceptedAt: number
  failures: number
  throttles: number
  attempt: () => Promise<Outcome>
  timer?: NodeJS.Timeout
}

/** Asynchronous invocations: accepted first, run afterwards, retried as AWS does, and lost with their region. */
export class EventQueue {
  private readonly events = new Set<Event>()

  constructor(private readonly log: (text: string) => void) {}

  /** `policy` is that of the moment at which the event is accepted, an assumption. */
  add(region: string, name: string, policy: EventPolicy, attempt: () => Promise<Outcome>): void {
    const event: Event = {...policy, region, name, attempt, acceptedAt: Date.now(), failures: 0, throttles: 0}
    this.events.add(event)
    void this.run(event)
  }

  /** Forgets the events of a region, or all. */
  drop(region?: string): void {
    for (const event of this.events) {
      if (region !== undefined && event.region !== region) continue
      clearTimeout(event.timer)
      this.events.delete(event)
    }
  }

  private async run(event: Event): Promise<void> {
    try {
      const {functionError, payload} = await event.attempt()
      if (!functionError) return this.done(event)
      this.log(`event for ${event.name} failed: ${payload.toString().slice(0, 500)}`)
      this.retry(event, ERROR_RETRIES_MS.slice(0, event.retries)[event.failures++])
    } catch (error) {
      if (!(error instanceof Throttled)) return this.done(event)
      this.retry(event, Math.min(THROTTLE_LAST_MS, THROTTLE_FIRST_MS * 2 ** event.throttles++))
    }
  }

  /** An event that would be too old by then is discarded now: nothing would run it. */
  private retry(event: Event, delay: number | undefined): void {
    const isTooOld = Date.now() + (delay ?? 0) - event.acceptedAt > event.maxAgeMs
    if (delay === undefined || isTooOld || !this.events.has(event)) return this.done(event)
    event.timer = setTimeout(() => void this.run(event), delay)
    event.timer.unref()
  }

  private done(event: Event): void {
    this.events.delete(event)
  }
}
