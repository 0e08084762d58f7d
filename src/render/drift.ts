/** What drift found, as lines: each difference with what is expected and what is there, and what to do next. Pure. */

import type {Difference, DriftResult} from '../actions/drift/result.js'

/** More differences of one kind are counted and not shown; --json has them all. */
const SHOWN = 100

export function driftLines({differences, expected, accepted, expired, unknown, skipped}: DriftResult): string[] {
  const shown = differences.filter(
    ({kind}, index) => differences.slice(0, index).filter((other) => other.kind === kind).length < SHOWN,
  )
  const more = differences.length - shown.length
  return [
    ...skipped.map(({kind, reason}) => `skipped  ${kind}: ${reason}`),
    ...shown.flatMap((difference) => differenceLines(difference)),
    ...(more > 0 ? [`and ${more} more: --json lists them all`] : []),
    ...unknown.flatMap(({kind, region, subject, reason, next}) => [
      `unknown  ${[kind, region, subject].filter((part) => part !== null).join('  ')}: ${reason}`,
      ...(next === null ? [] : [`  -> ${next}`]),
    ]),
    ...expected.map(
      ({kind, class: type, region, subject, text}) =>
        `no drift  ${kind}  ${[type, region, subject].filter((part) => part !== null).join('  ')}: ${text}`,
    ),
    ...expired.map(
      ({line, kind, subject, expires, reason}) =>
        `expired  line ${line} of the baseline: ${kind} ${subject} was accepted until ${expires} (${reason})`,
    ),
    ...(accepted.length > 0 ? [`accepted ${counted(accepted.length)} by the baseline`] : []),
    summaryLine(differences.length, unknown.length),
  ]
}

const counted = (count: number): string => `${count} difference${count === 1 ? '' : 's'}`

function summaryLine(differences: number, unknown: number): string {
  const doubts = unknown > 0 ? `; ${unknown} thing${unknown === 1 ? '' : 's'} could not be compared` : ''
  return differences === 0 && unknown === 0 ? 'No drift.' : `${counted(differences)}${doubts}.`
}

function differenceLines(difference: Difference): string[] {
  const {kind, class: type, region, subject, text, next, fix = []} = difference
  const key = difference.kind === 'rows' ? keyText(difference.key) : ''
  return [
    `${kind}  ${type}  ${[region, subject].filter((part) => part !== null).join('  ')}${key}: ${text}`,
    ...valueLines(difference),
    ...(next === null || fix.length > 0 ? [] : [`  -> ${next}`]),
    ...fix.map((statement) => `  ${statement}`),
  ]
}

const keyText = (key: Record<string, unknown>): string =>
  Object.entries(key)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join('')

/** Texts between quotes, so that a blank at an end is seen. */
function valueLines(difference: Difference): string[] {
  if (difference.kind !== 'rows')
    return [`  expected ${JSON.stringify(difference.expected)}`, `  actual   ${JSON.stringify(difference.actual)}`]
  return difference.columns.map(
    ({name, expected, actual}) => `  ${name}: expected ${JSON.stringify(expected)}, actual ${JSON.stringify(actual)}`,
  )
}
