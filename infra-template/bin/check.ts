/**
 * `npm run check`: cdk-nag and CloudFormation's offline validation over every variant of the template. `--page FILE` writes
 * down what is acknowledged, and why. The last line counts; the exit status is 1 where anything is left to do.
 */

import {writeFileSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {acknowledgedPage} from '../check/page.js'
import {examine, type Examination, type Finding} from '../check/examine.js'
import {STAND_INS} from '../check/stand-ins.js'
import {buildApp} from '../lib/app.js'
import {loadConfig, PIPELINES, ROUTES, type Config} from '../lib/config.js'

const LOCKED: Partial<Config> = {lockToEdge: true, instances: 1}
const PROTECTED: Partial<Config> = {
  protect: true,
  alarmEmail: 'nobody@example.com',
  databaseInsights: 'advanced',
  backup: {retentionDays: 35, lock: 'governance'},
  proxyAuth: 'iam',
  warmUp: true,
}

/** By the route that it is laid over: each source of a delivery pipeline. */
const DELIVERIES: Partial<Record<Config['route'], Partial<Config>>> = {
  keyvaluestore: {delivery: {source: 'codecommit', branch: 'main'}},
  route53: {
    delivery: {
      source: 'connection',
      branch: 'main',
      connection: 'arn:aws:codeconnections:us-east-1:000000000000:connection/00000000-0000-0000-0000-000000000000',
      repository: 'owner/name',
    },
  },
}

/** Every way to send clients with every kind of pipelines: each combination once, so that what else can be chosen is laid over some of them. */
const VARIANTS = ROUTES.flatMap((route) =>
  PIPELINES.map((pipeline): Partial<Config> => ({
    ...STAND_INS,
    protect: false,
    lockToEdge: false,
    route,
    ...(route === 'route53' && {domain: 'api.example.com'}),
    pipeline,
    ...(pipeline === 'failover' && DELIVERIES[route]),
    ...(route === 'origin' && pipeline === 'none' && LOCKED),
    ...(route === 'route53' && pipeline === 'none' && PROTECTED),
  })),
)

const {values} = parseArgs({options: {page: {type: 'string'}}})
/** Without what only the variants have. */
const config = loadConfig((key) => ({route: 'keyvaluestore', pipeline: 'none'})[key as string])
const examined = VARIANTS.map((change): Examination => examine((app) => buildApp(app, {...config, ...change})))

/** One of each, over all variants. */
const merged = <T>(pick: (examination: Examination) => readonly T[], key: (item: T) => string): T[] => [
  ...new Map(examined.flatMap((examination) => pick(examination)).map((item) => [key(item), item])).values(),
]
const place = ({rule, path}: Finding): string => `${path} ${rule}`

const unsuppressed = merged(({unsuppressed}) => unsuppressed, place)
const suppressed = merged(({suppressed}) => suppressed, place)
const errors = merged(
  ({errors}) => errors,
  (error) => place(error) + error.description,
)
const warnings = merged(
  ({warnings}) => warnings,
  (warning) => place(warning) + warning.description,
)
const resources = merged(
  ({resources}) => resources,
  (resource) => resource,
)
// An acknowledgement may be needed in one variant only: idle is what is needed in none of those that make it.
const needed = new Set(examined.flatMap(({used}) => used))
const idle = merged(
  ({idle}) => idle,
  (one) => one,
).filter((one) => !needed.has(one))

const print = (line: string): boolean => process.stdout.write(`${line}\n`)
for (const [title, list] of Object.entries({'cdk-nag': unsuppressed, error: errors, warning: warnings}))
  for (const {rule, path, description} of list) print(`${title} ${rule} at ${path}: ${description}`)
for (const one of idle) print(`idle acknowledgement: ${one}`)
if (values.page) writeFileSync(values.page, acknowledgedPage(suppressed))
print(
  `cdk-nag ${unsuppressed.length} unsuppressed, validation ${errors.length} errors, ${resources.length} resources, ${suppressed.length} suppressed`,
)
process.exitCode = unsuppressed.length + errors.length + idle.length > 0 ? 1 : 0
