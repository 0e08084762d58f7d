/** Readiness as lines, and in the forms that other programs read. Pure. */

import {AREAS} from '../actions/health/check.js'
import type {HealthResult} from '../actions/health/result.js'
import type {HealthFinding} from '../actions/health/score.js'
import {LEVELS, placeOf} from '../model/finding.js'
import {markup} from '../report/markup.js'
import type {Markup} from '../report/markup.js'
import {visible} from '../report/visible.js'
import {findingLines} from './findings.js'

/** What has to be done stands first. */
const ORDER = [...LEVELS].reverse()

export function healthLines({score, for: intent, from, to, findings}: HealthResult, width?: number): string[] {
  const sorted = ORDER.flatMap((level) => findings.filter((one) => one.level === level))
  return [`readiness ${score} of 100 for a ${intent} from ${from} to ${to}`, ...findingLines(sorted, width)]
}

/**
 * A test suite of each area with a test case of each finding, in the form of JUnit that CI servers share. A problem is a failure,
 * what nobody could find out an error; warnings stand in the suite's output.
 */
export function healthJunit(result: HealthResult): string {
  const suites = AREAS.map((area, id) => suite(id, area, result))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup`<testsuites>\n${suites}</testsuites>\n`.text}`
}

function suite(id: number, area: string, {target, at, findings}: HealthResult): Markup {
  const own = findings.filter((one) => one.area === area)
  const many = (level: string): number => own.filter((one) => one.level === level).length
  const warnings = own.filter(({level}) => level === 'warning').map((one) => `${placeOf(one)}: ${said(one)}\n`)
  // The schema's times have no zone.
  return markup`  <testsuite id="${id}" package="todo-dr" name="health.${area}" hostname="${visible(target)}" timestamp="${at.slice(0, 19)}" tests="${own.length}" failures="${many('problem')}" errors="${many('unknown')}" time="0">
    <properties/>
${own.map((one) => testcase(one))}    <system-out>${warnings}</system-out>
    <system-err/>
  </testsuite>
`
}

function testcase(one: HealthFinding): Markup {
  const head = markup`    <testcase classname="todo-dr.health.${one.area}" name="${placeOf(one)}" time="0"`
  if (one.level === 'problem')
    return markup`${head}><failure type="problem" message="${visible(one.text)}">${said(one)}</failure></testcase>\n`
  if (one.level === 'unknown')
    return markup`${head}><error type="unknown" message="${visible(one.text)}">${said(one)}</error></testcase>\n`
  return markup`${head}/>\n`
}

const said = ({text, remedy}: HealthFinding): string => visible(remedy === null ? text : `${text} -> ${remedy}`)

type Labels = Record<string, string>
type Sample = [labels: Labels, value: number]

/** The text format of Prometheus, version 0.0.4. */
export function healthPrometheus({
  target,
  app,
  for: intent,
  score,
  at,
  regions,
  findings,
  counts,
}: HealthResult): string {
  const common = {target, app, for: intent}
  return [
    metric('todo_dr_health_score', 'Readiness for the switch, from 0 to 100.', [[common, score]]),
    metric(
      'todo_dr_health_findings',
      'Findings by level.',
      LEVELS.map((level): Sample => [{...common, level}, counts[level]]),
    ),
    metric(
      'todo_dr_health_check_points',
      'What each check costs of 100; 0 where it is ok.',
      byName(findings).map(([{check, region}, points]): Sample => [
        {...common, check, ...(region !== null && {region})},
        points,
      ]),
    ),
    metric(
      'todo_dr_health_region_up',
      'Whether anything in the region answered (1) or not (0).',
      regions.map(({region, up}): Sample => [{...common, region}, up ? 1 : 0]),
    ),
    metric('todo_dr_health_timestamp_seconds', 'When it was looked.', [[common, Date.parse(at) / 1000]]),
  ].join('')
}

/** A check may have several findings in one place; a series stands only once. */
function byName(findings: readonly HealthFinding[]): [HealthFinding, number][] {
  const sums = new Map<string, [HealthFinding, number]>()
  for (const one of findings) {
    const before = sums.get(placeOf(one))?.[1] ?? 0
    sums.set(placeOf(one), [one, before + one.points])
  }

  return [...sums.values()]
}

function metric(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
    return `${name}{${pairs.join(',')}} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

/** Of a label's value. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
