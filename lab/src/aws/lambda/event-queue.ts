import {EnvironmentLost, Throttled, type Outcome} from '../../data-plane/lambda/invocation.js'

/** After an error of the function: two more attempts, one and two minutes later [from memory]. */
const ERROR_RETRIES_MS = [60_000, 120_000]
/** After a throttle: from one second, doubling to five minutes, for six hours [from memory]. */
const THROTTLE_FIRST_MS = 1000
const THROTTLE_LAST_MS = 300_000
const MAX_AGE_MS = 6 * 3_600_000

interface Event {
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

  add(region: string, name: string, attempt: () => Promise<Outcome>): void {
    const event: Event = {region, name, attempt, acceptedAt: Date.now(), failures: 0, throttles: 0}
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
      this.retry(event, ERROR_RETRIES_MS[event.failures++])
    } catch (error) {
      if (error instanceof EnvironmentLost) return this.done(event)
      const delay = Math.min(THROTTLE_LAST_MS, THROTTLE_FIRST_MS * 2 ** event.throttles++)
      this.retry(event, error instanceof Throttled && Date.now() - event.acceptedAt < MAX_AGE_MS ? delay : undefined)
    }
  }

  private retry(event: Event, delay: number | undefined): void {
    if (delay === undefined || !this.events.has(event)) return this.done(event)
    event.timer = setTimeout(() => void this.run(event), delay)
    event.timer.unref()
  }

  private done(event: Event): void {
    this.events.delete(event)
  }
}
