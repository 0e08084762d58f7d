/**
 * How an alarm judges its data. Source: "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data", CloudWatch user
 * guide, whose two tables a test holds this against.
 */

import type {ComparisonOperator, StateValue} from '@aws-sdk/client-cloudwatch'

import type {Point} from './periods.js'

export interface Rule {
  /** How many points are judged. */
  evaluationPeriods: number
  /** How many of them must breach. */
  datapointsToAlarm: number
  threshold: number
  operator: ComparisonOperator
  treatMissing: 'breaching' | 'ignore' | 'missing' | 'notBreaching'
}

export interface Judgment {
  /** Undefined: the state that the alarm has is kept. */
  state: StateValue | undefined
  /** The real points that were judged, newest first. */
  judged: Point[]
  /** How many missing points were taken for breaching, or for not breaching. */
  filled: number
}

/** How many periods back data are asked for: in both of AWS's tables two more than are judged. */
export const rangeOf = ({evaluationPeriods}: Pick<Rule, 'evaluationPeriods'>): number => evaluationPeriods + 2

const COMPARE: Partial<Record<ComparisonOperator, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
}

/** Those of anomaly detection have no place here. */
export const isComparison = (operator: string | undefined): boolean => Object.hasOwn(COMPARE, operator ?? '')

/** `range`: the points of the evaluation range, newest first; undefined where one is missing. */
export function judge(rule: Rule, range: readonly (Point | undefined)[]): Judgment {
  const {evaluationPeriods, datapointsToAlarm, treatMissing} = rule
  const breaches = ({value}: Point): boolean => COMPARE[rule.operator]!(value, rule.threshold)
  const judged = range.filter((point) => point !== undefined).slice(0, evaluationPeriods)
  const breaching = judged.filter((point) => breaches(point)).length
  const filled = evaluationPeriods - judged.length
  const verdict = (isAlarm: boolean): Judgment => ({state: isAlarm ? 'ALARM' : 'OK', judged, filled})
  if (filled === 0) return verdict(breaching >= datapointsToAlarm)
  if (treatMissing === 'breaching') return verdict(breaching + filled >= datapointsToAlarm)
  if (treatMissing === 'notBreaching') return verdict(breaching >= datapointsToAlarm)
  if (judged.length === 0) return {state: treatMissing === 'missing' ? 'INSUFFICIENT_DATA' : undefined, judged, filled}
  if (breaching >= datapointsToAlarm) return verdict(true)
  // "Premature alarm state": the oldest breaching point is old enough, and all newer ones breach or are missing.
  const oldest = range.slice(0, evaluationPeriods).findLastIndex((point) => point && breaches(point))
  const allBreach = judged.every((point) => breaches(point))
  if (!allBreach || oldest + 1 < datapointsToAlarm) return verdict(false)
  return treatMissing === 'missing' ? verdict(true) : {state: undefined, judged, filled}
}

const WORDS: Partial<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanOrEqualToThreshold: 'less than or equal to',
  LessThanThreshold: 'less than',
}

/** Why an alarm came into a state, in the form of AWS's mails. */
export function reasonOf(rule: Rule, {state, judged, filled}: Judgment, before: string): string {
  const {evaluationPeriods, datapointsToAlarm, operator, threshold, treatMissing} = rule
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${counted(evaluationPeriods, 'datapoint')} ${evaluationPeriods === 1 ? 'was' : 'were'} unknown.`
  if (judged.length === 0) {
    const treated = treatMissing === 'breaching' ? 'Breaching' : 'NonBreaching'
    return `Threshold Crossed: no datapoints were received for ${counted(filled, 'period')} and ${counted(filled, 'missing datapoint')} ${filled === 1 ? 'was' : 'were'} treated as [${treated}].`
  }

  const breaches = (point: Point): boolean => COMPARE[operator]!(point.value, threshold)
  const telling = judged.filter((point) => breaches(point) === (state === 'ALARM'))
  const shown = telling.map(({at, value}) => `${decimal(value)} (${timeOf(at)})`).join(', ')
  const least = state === 'ALARM' ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1
  return (
    `Threshold Crossed: ${telling.length} out of the last ${counted(evaluationPeriods, 'datapoint')} [${shown}] ` +
    `${telling.length === 1 ? 'was' : 'were'} ${state === 'ALARM' ? '' : 'not '}${WORDS[operator]} the threshold (${decimal(threshold)}) ` +
    `(minimum ${counted(least, 'datapoint')} for ${before} -> ${state} transition).`
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value))

/** As AWS writes it: day, month, year. */
function timeOf(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  const [year = '', month, day] = date.split('-')
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`
}
