import type {Fault, FaultKind, Faults} from './kernel.js'

type Wanted = {kind: FaultKind; region: string; mode?: 'refuse' | 'hang'}

export const FAULT_KINDS: readonly FaultKind[] = ['region-loss', 'database-crash', 'api-outage', 'partition']

/**
 * The nemesis. A fault is active from the moment it is asked for, so that new calls fail at once, and in force when
 * `start` returns. Starting and lifting are serialised: two callers never see each other's handlers half run.
 */
export class LabFaults implements Faults {
  private readonly faults = new Map<string, Fault>()
  private readonly startHandlers: ((fault: Fault) => Promise<void> | void)[] = []
  private readonly liftHandlers: ((fault: Fault) => Promise<void> | void)[] = []
  private readonly lagHandlers: ((ms: number) => void)[] = []
  private queue: Promise<unknown> = Promise.resolve()
  private lag = 0

  active(): Fault[] {
    return [...this.faults.values()].map((fault) => ({...fault}))
  }

  has(kind: FaultKind, region: string): boolean {
    return this.faults.has(key(kind, region))
  }

  lost(region: string): boolean {
    return this.has('region-loss', region)
  }

  /** How a lost region fails; undefined where it is not lost. */
  lossMode(region: string): 'refuse' | 'hang' | undefined {
    return this.faults.get(key('region-loss', region))?.mode
  }

  /** Starting an active fault again does nothing; in another mode it is an error. */
  start({kind, region, mode = 'refuse'}: Wanted): Promise<void> {
    return this.serially(async () => {
      const present = this.faults.get(key(kind, region))
      if (present?.mode === mode) return
      if (present) throw new Error(`${kind} of ${region} is already active in mode ${present.mode}: end it first`)
      const fault: Fault = {kind, region, mode, startedAt: Date.now()}
      this.faults.set(key(kind, region), fault)
      await runAll(this.startHandlers, fault)
    })
  }

  /** Lifting a fault that is not in force does nothing. */
  lift({kind, region}: {kind: FaultKind; region: string}): Promise<void> {
    return this.serially(async () => {
      const present = this.faults.get(key(kind, region))
      if (!present) return
      this.faults.delete(key(kind, region))
      await runAll(this.liftHandlers, present)
    })
  }

  lagMs(): number {
    return this.lag
  }

  /** `ms`: a finite number of milliseconds, 0 or more. */
  setLag(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`the lag must be 0 ms or more, not ${ms} ms`)
    this.lag = ms
    for (const handler of this.lagHandlers) handler(ms)
  }

  onStart(handler: (fault: Fault) => Promise<void> | void): void {
    this.startHandlers.push(handler)
  }

  onLift(handler: (fault: Fault) => Promise<void> | void): void {
    this.liftHandlers.push(handler)
  }

  onLag(handler: (ms: number) => void): void {
    this.lagHandlers.push(handler)
  }

  private serially(work: () => Promise<void>): Promise<void> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => undefined)
    return result
  }
}

const key = (kind: FaultKind, region: string): string => `${kind} ${region}`

/** Every handler runs, whatever another one throws: a region must not stay half lost. */
async function runAll(handlers: ((fault: Fault) => Promise<void> | void)[], fault: Fault): Promise<void> {
  const errors: unknown[] = []
  for (const handler of handlers) {
    try {
      await handler(fault)
    } catch (error) {
      errors.push(error)
    }
  }

  if (errors.length > 0) {
    const texts = errors.map((error) => (error instanceof Error ? error.message : String(error)))
    throw new AggregateError(errors, `${fault.kind} of ${fault.region}: ${texts.join('; ')}`)
  }
}
