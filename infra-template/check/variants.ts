/** What is examined: every way to send clients with every kind of pipelines. */

import {loadConfig, PIPELINES, ROUTES, type Config, type Delivery} from '../lib/config.js'
import {STAND_INS} from './stand-ins.js'

const DELIVERIES: Record<Delivery['source'], Delivery> = {
  codecommit: {source: 'codecommit', branch: 'main'},
  connection: {
    source: 'connection',
    branch: 'main',
    connection: 'arn:aws:codeconnections:us-east-1:000000000000:connection/00000000-0000-0000-0000-000000000000',
    repository: 'owner/name',
  },
}

/** A delivery pipeline is made beside failover pipelines. */
const KINDS: Pick<Config, 'delivery' | 'pipeline'>[] = [
  ...PIPELINES.map((pipeline) => ({pipeline, delivery: undefined})),
  ...Object.values(DELIVERIES).map((delivery) => ({pipeline: 'failover' as const, delivery})),
]

const LOCKED: Partial<Config> = {lockToEdge: true, instances: 1}
const PROTECTED: Partial<Config> = {
  protect: true,
  alarmEmail: 'nobody@example.com',
  databaseInsights: 'advanced',
  backup: {retentionDays: 35, lock: 'governance'},
  proxyAuth: 'iam',
  warmUp: true,
}

/** Each combination once, so that what else can be chosen is laid over some of them. */
const VARIANTS: readonly Partial<Config>[] = ROUTES.flatMap((route) =>
  KINDS.map((kind): Partial<Config> => ({
    protect: false,
    lockToEdge: false,
    route,
    ...(route === 'route53' && {domain: 'api.example.com'}),
    ...kind,
    ...(kind.pipeline === 'none' && {origin: LOCKED, route53: PROTECTED, keyvaluestore: {}}[route]),
  })),
)

/** Of config.json, as `load` reads it, all but what the variants say. */
export function variants(load = loadConfig): Config[] {
  const first: Partial<Config> = {...STAND_INS, route: 'keyvaluestore', pipeline: 'none'}
  const config = {...load((key) => first[key]), ...STAND_INS}
  return VARIANTS.map((variant) => ({...config, ...variant}))
}
