/** Numbers and names as a report writes them. */

import type {LateRecovery} from '../measure/checkers/late.js'
import type {SingleWriter} from '../measure/checkers/single-writer.js'
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
export function achieved({
  seconds,
  errorSeconds,
  lowerBound,
}: Pick<RecoveryTime, 'errorSeconds' | 'lowerBound' | 'seconds'>): string {
  if (seconds === null) return 'no outage seen'
  return `${lowerBound ? 'at least ' : ''}${duration(seconds)} ±${Number(errorSeconds.toPrecision(2))}`
}

/** What is said of a client that keeps a name for too long, in the row of its figures. */
export const lateTitle = ({keptSeconds}: LateRecovery): string => `writes, name kept for ${duration(keptSeconds)}`

/** The word for `met`, which is never only a colour. */
export const metWord = (met: boolean | null): 'met' | 'missed' | 'unknown' =>
  met === null ? 'unknown' : met ? 'met' : 'missed'

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The verdict on the single writer, for the ways that writes were sent: of another way it says nothing. */
export function writerSentence({valid, overlaps, withoutRegion, through}: SingleWriter): string {
  if (valid === true) return `valid: no two regions acknowledged writes at the same time (${waysOf(through)})`
  if (valid === 'unknown')
    return withoutRegion > 0
      ? `unknown: ${plural(withoutRegion, 'answer')} named no region`
      : 'unknown: no write was acknowledged'
  const [first] = overlaps
  const more = overlaps.length > 1 ? `, and ${overlaps.length - 1} more (result.json names them)` : ''
  return `VIOLATED: ${first!.laterRegion} acknowledged ${first!.later} after ${first!.earlierRegion} had answered ${first!.earlier}${more}`
}

function waysOf(through: readonly string[]): string {
  const direct = through.filter((way) => way !== 'edge')
  const ways = [
    ...(through.includes('edge') ? ['through the edge'] : []),
    ...(direct.length > 0 ? [`sent directly to ${direct.join(' and ')}`] : []),
  ]
  return direct.length > 0 ? `writes ${ways.join(', and ')}` : `writes ${ways.join('')}; no region was asked directly`
}

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
