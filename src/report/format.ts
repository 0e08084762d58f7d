/** Numbers and names as a report writes them. */

import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import type {ReportedTopology} from '../model/topology.js'

/** `0.412 s`, `12.3 s`, `15 min`: three significant digits, whole minutes where it comes out even. */
export function duration(seconds: number): string {
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`
  if (seconds >= 100) return `${Math.round(seconds)} s`
  if (seconds >= 10) return `${seconds.toFixed(1)} s`
  return `${seconds.toFixed(seconds >= 1 || seconds === 0 ? 2 : 3)} s`
}

/** With its error bar: `1.24 s ±0.02`; a lower bound says so. */
export function achieved({seconds, errorSeconds, lowerBound}: RecoveryTime): string {
  if (seconds === null) return 'no outage seen'
  return `${lowerBound ? 'at least ' : ''}${duration(seconds)} ±${Number(errorSeconds.toPrecision(2))}`
}

/** The word for `met`, which is never only a colour. */
export const metWord = (met: boolean | null): 'met' | 'missed' | 'unknown' =>
  met === null ? 'unknown' : met ? 'met' : 'missed'

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The topology before and after, a row a look: name, primary, standby, edge, replication. */
export function topologyRows({topology: {before, afterFailover, afterFailback}}: DrillResult): string[][] {
  const row = (name: string, {primary, standby, edge, replication}: ReportedTopology): string[] => [
    name,
    primary,
    standby,
    edge,
    replication,
  ]
  return [
    row('before', before),
    row('after', afterFailover),
    ...(afterFailback ? [row('after failback', afterFailback)] : []),
  ]
}
