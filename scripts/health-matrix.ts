/** The part of docs/health.md that shows what is found: made of the very plants that test/system/matrix.test.ts plants and finds. */

import {BEDS} from '../test/plants/index.js'
import {NEVER_REHEARSED} from '../test/plants/operator.js'
import type {Drift, IllHealth, Plant} from '../test/plants/plant.js'

const PLANTS = [NEVER_REHEARSED, ...BEDS.flatMap(({plants}) => plants)]

export const healthMatrix = (): string => `
## What is found

Each of these ${PLANTS.length} kinds of ill health and drift is planted on a lab by a test, as it comes about on AWS, and found as it says here; nothing else is said. Nothing at all is said of a
deployment with which nothing is wrong: not when it is new, and not after a failover, a switchover or a failback. \`us-east-1\` is home and the primary here. What is
found by \`drift\` is explained in [drift.md](drift.md).

| what is wrong | how it is planted | found by | as | it says | next |
| --- | --- | --- | --- | --- | --- |
${PLANTS.map((plant) => rowsOf(plant)).join('')}`

const rowsOf = ({name, by, health = [], drift = []}: Plant): string =>
  [...health.map((one) => ofHealth(one)), ...drift.map((one) => ofDrift(one))]
    .map((cells, index) => row([...(index === 0 ? [name, by] : ['', '']), ...cells]))
    .join('')

const ofHealth = ({check, region, level, says, next}: IllHealth): string[] => [
  '`health`',
  [level, code(check), region].filter(Boolean).join(', '),
  says,
  next,
]

const ofDrift = ({kind, class: type, region, subject, id, says, next}: Drift): string[] => [
  code(`drift --${kind}`),
  [type, code(id === undefined ? subject : `${subject} ${id}`), region].filter(Boolean).join(', '),
  says,
  next,
]

const code = (text: string): string => `\`${text}\``

const row = (cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |\n`
