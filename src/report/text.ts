/** The summary that a person reads when the switch is over. */

import type {LedgerEntry} from '../model/ledger.js'
import type {RecoveryTime} from '../model/verdict.js'
import type {DrillResult} from '../measure/result.js'
import {columns} from './columns.js'
import {achieved, duration, lateTitle, metWord, plural, topologyRows, writerSentence} from './format.js'
import {timelineText} from './timeline.js'
import {hanging, wrapped} from './wrapped.js'

const NAMED = 5
const BAR = 32

export interface Shown {
  /** Puts the target into a hint. */
  aim?: (hint: string) => string
  /** Of the terminal. */
  width?: number
}

/** Lines without colour; `entries` add the timeline of writes. */
export function summaryText(
  result: DrillResult,
  entries: readonly LedgerEntry[] = [],
  {aim = (hint) => hint, width}: Shown = {},
): string[] {
  return [
    ...heading(result).flatMap((line) => wrapped(line, width)),
    '',
    ...columns(objectives(result), width),
    '',
    ...loss(result).flatMap(([head, text]) => hanging(head, text, width)),
    '',
    ...phases(result),
    '',
    'Topology',
    ...columns(topology(result), width),
    ...(entries.length > 0
      ? ['', ...timelineText(entries, 'write', regionsOf(result)).flatMap((line) => wrapped(line, width))]
      : []),
    ...notices(result).flatMap((line) => wrapped(line, width)),
    '',
    ...nextSteps(result, aim),
  ]
}

function heading({verdict, scenario, target, notices}: DrillResult): string[] {
  const word = {passed: 'PASSED', missed: 'MISSED', unknown: 'UNKNOWN'}[verdict]
  const stamp = notices.find((notice) => notice.startsWith('LAB'))
  return [`${word}  ${scenario ?? 'switch'} on ${target}${stamp ? `   [${stamp}]` : ''}`]
}

function objectives({rto, rpo, objectives: {rtoSeconds, rpoSeconds}}: DrillResult): string[][] {
  const time = (name: string, recovery: RecoveryTime): string[] => [
    name,
    achieved(recovery),
    duration(rtoSeconds),
    metWord(recovery.met),
  ]
  return [
    ['', 'achieved', 'objective', ''],
    time('RTO, writes', rto.write),
    time('RTO, reads', rto.read),
    ...(rto.late ? [[lateTitle(rto.late), achieved(rto.late), '', '']] : []),
    ['RPO', rpo.checked ? duration(rpo.windowSeconds) : 'unknown', duration(rpoSeconds), metWord(rpo.met)],
    ["operator's clock", duration(rto.operatorSeconds), '', ''],
  ]
}

/** Each line in two parts; the second is broken below itself. */
function loss({rpo, singleWriter}: DrillResult): [head: string, text: string][] {
  const {acknowledged, lost, lostCount, unsureCount, unsureSurvivedCount, lagEstimateSeconds} = rpo
  const named = lost
    .slice(0, NAMED)
    .map(({requestId, acknowledgedAt}): [string, string] => ['    ', `${requestId}  acknowledged ${acknowledgedAt}`])
  const estimate = lagEstimateSeconds === null ? '' : `; the lag metric said ${duration(lagEstimateSeconds)} before it`
  const found = `${plural(unsureCount, 'write')} without a clear answer; ${unsureSurvivedCount} found on the new primary`
  return [
    [
      'Lost writes    ',
      rpo.checked
        ? `${lostCount} of ${acknowledged} acknowledged${estimate}`
        : `unknown: ${acknowledged} were acknowledged, but the new primary could not be asked${estimate}`,
    ],
    ...named,
    ...(lostCount > NAMED ? [['    ', `and ${lostCount - NAMED} more in result.json`] as [string, string]] : []),
    ...(unsureCount > 0 ? [['Unsure         ', found] as [string, string]] : []),
    ['Single writer  ', writerSentence(singleWriter)],
  ]
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

function topology(result: DrillResult): string[][] {
  const rows = topologyRows(result).map(([name, ...cells]) => [`  ${name}`, ...cells])
  return [['', 'primary', 'standby', 'edge', 'replication'], ...rows]
}

const regionsOf = ({topology: {before}}: DrillResult) => ({home: before.primary, away: before.standby})

function notices(result: DrillResult): string[] {
  const others = result.notices.filter((notice) => !notice.startsWith('LAB'))
  return others.length === 0 ? [] : ['', ...others.map((notice) => `Note: ${notice}`)]
}

function nextSteps(result: DrillResult, aim: (hint: string) => string): string[] {
  const {
    verdict,
    topology: {afterFailback},
    rpo,
    runDirectory,
  } = result
  const files = `The record is in ${runDirectory}`
  const next = (hint: string): string[] => [files, `Next: ${aim(hint)}`]
  if (verdict === 'unknown') return next('look at the notes above, then todo-dr status')
  if (rpo.lostCount > 0 && !afterFailback) {
    return next('keep the lost request ids (result.json), then todo-dr failback when the old primary is back')
  }

  return afterFailback ? [files] : next('todo-dr status, and todo-dr failback when the old primary is back')
}
