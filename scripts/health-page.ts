/** docs/health.md: what `todo-dr health` looks at, and what each finding costs. Made of the checks themselves, and of what tests plant. */

import {AREAS, costOf} from '../src/actions/health/check.js'
import type {Area} from '../src/actions/health/check.js'
import {healthMatrix} from './health-matrix.js'
import {CHECKS} from '../src/actions/health/checks/index.js'

const HEADINGS: Record<Area, string> = {
  data: 'The database',
  path: "The clients' way",
  operator: 'Whoever runs the switch',
}

export const healthPage = (): string => `# Health

Generated from \`src/actions/health/checks\` and \`test/plants\`.

Failovers fail for what changed quietly since the last rehearsal. \`todo-dr health\` asks both regions, at once and within seconds, everything that a
switch depends on. It changes nothing:

    todo-dr health
    todo-dr health --for switchover --json
    todo-dr health --target prod --format prometheus > todo-dr.prom
    todo-dr health --watch

Each line is a finding: its level, the check, the region, a fact, and what it costs. The line beneath says what to do.

- \`problem\`: a switch would fail, or would leave clients worse off. The exit status is 5.
- \`unknown\`: it could not be found out in time, or AWS refused to say. Nobody may take silence for health. Without a problem, the exit status is 6.
- \`warning\`: the switch would work, but not as well as it could. The exit status stays 0.

\`--for\` says which switch the regions should be ready for: \`failover\` (the default), \`switchover\` or \`failback\`. The gates of that very switch are asked
of the same look; a refusal is a finding like any other.

A region that does not answer costs its deadline once (3 seconds, or 5 where a function may have to start). Its findings are \`unknown\`, and the rest is complete. Where no region answers, all are asked once more.

\`--format json\` is the same as \`--json\` (schema: \`schemas/health.schema.json\`). \`junit\` has a test suite for each area below: a problem is a failure, unknown is an
error. \`prometheus\` is the text format of Prometheus, for the textfile collector of its node exporter.

\`--watch\` looks again and again, \`--every\` so many seconds. On a terminal it is a live screen that shows what has changed since when, and rings when
something gets worse; elsewhere it prints a line for each change. Ctrl-C ends it, with the exit status of the last look.

\`todo-dr iam-policy health\` prints the permissions that it needs. It reads no value of any secret. \`permissions\` asks IAM's policy simulator what the
switch may change; where these credentials may not ask, it is unknown, and those that may only look, as a monitor's, are a warning. No certificate is looked at: the template has no domain of its own, and the
certificate of \`cloudfront.net\` is AWS's.

## Readiness

The score is 100 less the points of all findings, and never below 0. A problem costs the points of its check, unknown half of them, and a warning a
quarter. Each region's finding counts. Some checks matter for some switches only.
${AREAS.map((area) => `\n### ${HEADINGS[area]}\n\n${table(area)}`).join('')}${healthMatrix()}`

function table(area: Area): string {
  const rows = CHECKS.filter((check) => check.area === area).map((check) => {
    const only = check.intents ? ` (For \`${check.intents.join('` and `')}\` only.)` : ''
    const costs = (['problem', 'unknown', 'warning'] as const).map((level) => costOf(check, level))
    return `| \`${check.id}\` | ${check.asks}${only} | ${costs.join(' | ')} |\n`
  })
  return `| check | what it asks | problem | unknown | warning |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`
}
