/** The summary that a person reads when the switch is over. */

import type {LedgerEntry} from '../model/ledger.js'
import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {columns} from './columns.js'
import {achieved, duration, metWord, plural, topologyRows} from './format.js'
import {timelineText} from './timeline.js'

const NAMED = 5
const BAR = 32

/** Lines without colour; `entries` add the timeline of writes. */
export function summaryText(result: DrillResult, entries: readonly LedgerEntry[] = []): string[] {
  return [
    ...heading(result),
    '',
    ...objectives(result),
    '',
    ...loss(result),
    `Single writer  ${writerSentence(result)}`,
    '',
    ...phases(result),
    '',
    ...topology(result),
    ...(entries.length > 0
      ? ['', 'Writes, one line per second', ...timelineText(entries, 'write', regionsOf(result))]
      : []),
    ...notices(result),
    '',
    ...nextSteps(result),
  ]
}

function heading({verdict, scenario, target, notices}: DrillResult): string[] {
  const word = {passed: 'PASSED', missed: 'MISSED', unknown: 'UNKNOWN'}[verdict]
  const stamp = notices.find((notice) => notice.startsWith('LAB'))
  return [`${word}  ${scenario ?? 'switch'} on ${target}${stamp ? `   [${stamp}]` : ''}`]
}

function objectives({rto, rpo, objectives: {rtoSeconds, rpoSeconds}}: DrillResult): string[] {
  const time = (name: string, recovery: RecoveryTime): string[] => [
    name,
    achieved(recovery),
    duration(rtoSeconds),
    metWord(recovery.met),
  ]
  return columns([
    ['', 'achieved', 'objective', ''],
    time('RTO, writes', rto.write),
    time('RTO, reads', rto.read),
    ['RPO', rpo.checked ? duration(rpo.windowSeconds) : 'unknown', duration(rpoSeconds), metWord(rpo.met)],
    ["operator's clock", duration(rto.operatorSeconds), '', ''],
  ])
}

function loss({rpo}: DrillResult): string[] {
  const {acknowledged, lost, lostCount, unsureCount, unsureSurvivedCount, lagEstimateSeconds} = rpo
  const named = lost
    .slice(0, NAMED)
    .map(({requestId, acknowledgedAt}) => `    ${requestId}  acknowledged ${acknowledgedAt}`)
  const estimate = lagEstimateSeconds === null ? '' : `; the lag metric said ${duration(lagEstimateSeconds)} before it`
  return [
    rpo.checked
      ? `Lost writes    ${lostCount} of ${acknowledged} acknowledged${estimate}`
      : `Lost writes    unknown: ${acknowledged} were acknowledged, but the new primary could not be asked${estimate}`,
    ...named,
    ...(lostCount > NAMED ? [`    and ${lostCount - NAMED} more in result.json`] : []),
    ...(unsureCount > 0
      ? [
          `Unsure         ${plural(unsureCount, 'write')} without a clear answer; ${unsureSurvivedCount} found on the new primary`,
        ]
      : []),
  ]
}

function writerSentence({singleWriter: {valid, overlaps, withoutRegion}}: DrillResult): string {
  if (valid === true) return 'valid: no two regions acknowledged writes at the same time'
  if (valid === 'unknown')
    return withoutRegion > 0
      ? `unknown: ${plural(withoutRegion, 'answer')} named no region`
      : 'unknown: no write was acknowledged'
  const [first] = overlaps
  return `VIOLATED: ${first!.laterRegion} acknowledged ${first!.later} after ${first!.earlierRegion} had answered ${first!.earlier}`
}

/** Bars in proportion, so that the longest phase is seen before a number is read. */
function phases(result: DrillResult): string[] {
  const total = result.phases.reduce((sum, phase) => sum + phase.seconds, 0)
  return [
    'Phases',
    ...result.phases.map(({id, seconds}) => {
      const cells = total === 0 ? 0 : Math.max(seconds > 0 ? 1 : 0, Math.round((seconds / total) * BAR))
      return `  ${id.padEnd(8)} ${duration(seconds).padStart(8)}  ${'#'.repeat(cells)}`
    }),
  ]
}

function topology(result: DrillResult): string[] {
  const rows = topologyRows(result).map(([name, ...cells]) => [`  ${name}`, ...cells])
  return columns([['Topology', 'primary', 'standby', 'edge', 'replication'], ...rows])
}

const regionsOf = ({topology: {before}}: DrillResult) => ({home: before.primary, away: before.standby})

function notices(result: DrillResult): string[] {
  const others = result.notices.filter((notice) => !notice.startsWith('LAB'))
  return others.length === 0 ? [] : ['', ...others.map((notice) => `Note: ${notice}`)]
}

function nextSteps(result: DrillResult): string[] {
  const {
    verdict,
    topology: {afterFailback},
    rpo,
    runDirectory,
  } = result
  const files = `The record is in ${runDirectory}`
  if (verdict === 'unknown') return [files, 'Next: look at the notes above, then todo-dr status']
  if (rpo.lostCount > 0 && !afterFailback) {
    return [files, 'Next: keep the lost request ids (result.json), then todo-dr failback when the old primary is back']
  }

  return afterFailback ? [files] : [files, 'Next: todo-dr status, and todo-dr failback when the old primary is back']
}
