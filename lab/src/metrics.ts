/**
 * What the lab's servers measure, for CloudWatch to answer from: sums by second for the last quarter of an hour, by minute for a day.
 * (CloudWatch keeps data of less than a minute for three hours, and of a minute for 15 days: GetMetricData, CloudWatch API.)
 *
 * To record costs an addition: data planes do it for every request.
 */

import type {Lab} from './kernel.js'

export type Unit = 'Count' | 'Milliseconds' | 'None' | 'Percent'

/** Of a metric, by name; the same metric has other values for each set of them. */
export type Dimensions = Readonly<Record<string, string>>

/** All values of one period, as far as CloudWatch's statistics need them. */
export interface Aggregate {
  /** Epoch milliseconds. */
  start: number
  count: number
  sum: number
  min: number
  max: number
}

const SECOND = 1000
const MINUTE = 60_000
const KEEP_SECONDS_MS = 15 * MINUTE
const KEEP_MINUTES_MS = 25 * 60 * MINUTE

/** One metric with one set of dimensions. */
export class Series {
  /** Oldest first. */
  private readonly seconds: Aggregate[] = []
  private readonly minutes: Aggregate[] = []

  constructor(
    readonly namespace: string,
    readonly name: string,
    readonly dimensions: Dimensions,
    /** As AWS documents it; of a custom metric, what came with its first value. */
    readonly unit: string,
  ) {}

  /** `at`: epoch milliseconds, by this machine's clock. `times`: how often the value was measured. */
  add(value: number, at = Date.now(), times = 1): void {
    this.merge({start: at, count: times, sum: value * times, min: value, max: value})
  }

  /** What has been summed up elsewhere; `start` need not be the beginning of a second. */
  merge(values: Aggregate): void {
    const newest = this.seconds.at(-1)?.start ?? 0
    if (values.start < newest - KEEP_SECONDS_MS) {
      into(this.minutes, MINUTE, values)
      return
    }

    if (!into(this.seconds, SECOND, values)) return
    const oldest = this.seconds.at(-1)!.start - KEEP_SECONDS_MS
    while (this.seconds[0]!.start < oldest) into(this.minutes, MINUTE, this.seconds.shift()!)
    while (this.minutes.length > 0 && this.minutes[0]!.start < oldest - KEEP_MINUTES_MS) this.minutes.shift()
  }

  /** The sums of whole seconds, or of all that is kept: minutes and, for the last of them, seconds. Oldest first. */
  kept(resolution: 'seconds' | 'all'): readonly Aggregate[] {
    return resolution === 'seconds' ? this.seconds : [...this.minutes, ...this.seconds]
  }

  /** Of the newest second with a value; 0 where there is none. */
  get newest(): number {
    return this.seconds.at(-1)?.start ?? 0
  }
}

/** Adds to the aggregate of its time, which is nearly always the last one. Returns whether there was none yet. */
function into(buckets: Aggregate[], length: number, values: Aggregate): boolean {
  const start = values.start - (values.start % length)
  let index = buckets.length
  while (index > 0 && buckets[index - 1]!.start > start) index--
  const present = buckets[index - 1]
  if (present?.start !== start) {
    buckets.splice(index, 0, {...values, start})
    return true
  }

  present.count += values.count
  present.sum += values.sum
  present.min = Math.min(present.min, values.min)
  present.max = Math.max(present.max, values.max)
  return false
}

/** All series of a lab. A series is made once and kept by who adds to it. */
class Metrics {
  private readonly regions = new Map<string, Map<string, Series>>()

  series(region: string, namespace: string, name: string, dimensions: Dimensions, unit: string): Series {
    const all = this.regions.get(region) ?? new Map<string, Series>()
    this.regions.set(region, all)
    const key = keyOf(namespace, name, dimensions)
    const found = all.get(key) ?? new Series(namespace, name, dimensions, unit)
    all.set(key, found)
    return found
  }

  find(region: string, namespace: string, name: string, dimensions: Dimensions): Series | undefined {
    return this.regions.get(region)?.get(keyOf(namespace, name, dimensions))
  }

  inRegion(region: string): Series[] {
    return [...(this.regions.get(region)?.values() ?? [])]
  }
}

/** The order of dimensions makes no difference. */
const keyOf = (namespace: string, name: string, dimensions: Dimensions): string =>
  JSON.stringify([namespace, name, ...Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1))])

const byLab = new WeakMap<Lab, Metrics>()

/** One a lab, made when first asked for. */
export function metricsOf(lab: Lab): Metrics {
  const metrics = byLab.get(lab) ?? new Metrics()
  byLab.set(lab, metrics)
  return metrics
}
