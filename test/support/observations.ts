/** Observations by hand, and by chance. */

import fc from 'fast-check'
import type {Observation, RegionObservation, Sample} from '../../src/model/observation.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export const ENGINE_VERSION = '8.0.mysql_aurora.3.10.3'

export const yes = <T>(value: T): Sample<T> => ({reachable: true, value})
export const no = (reason: string): Sample<never> => ({reachable: false, reason})

export function healthySide(region: string, change: Partial<RegionObservation> = {}): RegionObservation {
  return {
    region,
    cluster: yes({
      id: `c-${region}`,
      arn: `arn:${region}`,
      status: 'available',
      instances: ['available'],
      engineVersion: ENGINE_VERSION,
      capacity: {min: 0.5, max: 8},
    }),
    proxy: yes({available: 1, unavailable: 0}),
    api: yes({status: 200, ok: true, latencyMs: 10}),
    writers: yes('open'),
    lagSeconds: yes(region === HOME ? undefined : 0.1),
    peakAcu: yes(0.5),
    secrets: yes([{name: 'ToDoMgmt/admin', version: 'v1', replicas: []}]),
    concurrencyLimit: yes(1000),
    ...change,
  }
}

export const silentSide = (region: string): RegionObservation => ({
  region,
  cluster: no(`the cluster in ${region}: no answer`),
  proxy: no(`the proxy in ${region}: no answer`),
  api: no(`the API in ${region}: no answer`),
  writers: no(`the functions in ${region}: no answer`),
  lagSeconds: no(`the lag in ${region}: no answer`),
})

/** Home writes, away stands by, the edge serves home. */
export function healthy(change: Partial<Observation> = {}): Observation {
  return {
    at: 0,
    app: 'ToDoMgmt',
    order: [HOME, AWAY],
    global: yes({
      id: 'todomgmt',
      status: 'available',
      engineVersion: ENGINE_VERSION,
      members: [
        {region: HOME, clusterArn: `arn:${HOME}`, isWriter: true},
        {region: AWAY, clusterArn: `arn:${AWAY}`, isWriter: false, synchronization: 'connected'},
      ],
    }),
    globalVia: HOME,
    edge: yes(HOME),
    regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY)},
    ...change,
  }
}

const sample = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Sample<T>> =>
  fc.oneof(
    {weight: 3, arbitrary: value.map((one) => yes(one) as Sample<T>)},
    fc.string().map((reason) => no(reason) as Sample<T>),
  )

const status = fc.oneof(fc.constantFrom('available', 'backing-up', 'failed', 'stopped'), fc.string())

const acu = fc.nat(256).map((halves) => halves / 2)
const version = fc.constantFrom(undefined, ENGINE_VERSION, '8.0.mysql_aurora.3.10.4')

const secret = fc.record({
  name: fc.constantFrom('a', 'b'),
  version: fc.constantFrom(undefined, 'v1', 'v2'),
  replicas: fc.array(
    fc.record({region: fc.constantFrom(HOME, AWAY), status: fc.constantFrom('InSync', 'Failed', 'a new word')}),
    {maxLength: 2},
  ),
})

const side = (region: string): fc.Arbitrary<RegionObservation> =>
  fc.record({
    region: fc.constant(region),
    cluster: sample(
      fc.record(
        {
          id: fc.string(),
          arn: fc.string(),
          status,
          instances: fc.array(status, {maxLength: 2}),
          engineVersion: version,
          capacity: fc.record({min: acu, max: acu}),
          raisedFrom: fc.record({min: acu}),
        },
        {requiredKeys: ['id', 'arn', 'status', 'instances']},
      ),
    ),
    proxy: sample(fc.record({available: fc.nat(2), unavailable: fc.nat(2), authFailed: fc.boolean()})),
    api: sample(fc.record({status: fc.constantFrom(200, 401, 500, 503), ok: fc.boolean(), latencyMs: fc.nat()})),
    writers: sample(fc.constantFrom('open' as const, 'fenced' as const, 'partly' as const)),
    lagSeconds: sample(fc.option(fc.double({min: 0, max: 1e6, noNaN: true}), {nil: undefined})),
    peakAcu: sample(fc.option(acu, {nil: undefined})),
    secrets: sample(fc.array(secret, {maxLength: 2})),
    concurrencyLimit: sample(fc.constantFrom(10, 1000)),
    tables: sample(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'))),
  })

const member = fc.record({
  region: fc.constantFrom(HOME, AWAY, 'eu-west-1'),
  clusterArn: fc.string(),
  isWriter: fc.boolean(),
  synchronization: fc.constantFrom(undefined, 'connected', 'pending-resync', 'something new'),
})

/** Anything that a look may find, sensible or not. */
export const anyObservation: fc.Arbitrary<Observation> = fc.record({
  at: fc.nat(),
  app: fc.constant('ToDoMgmt'),
  order: fc.constant([HOME, AWAY]),
  global: sample(
    fc.record({
      id: fc.string(),
      status: fc.string(),
      engineVersion: version,
      failover: fc.option(fc.record({status: fc.constantFrom('', 'failing-over', 'a new word')}), {nil: undefined}),
      // Each member of a global database is in a region of its own.
      members: fc.uniqueArray(member, {selector: ({region}) => region, maxLength: 3}),
    }),
  ),
  edge: sample(fc.constantFrom(HOME, AWAY, 'elsewhere')),
  regions: fc
    .record({home: side(HOME), away: side(AWAY), both: fc.boolean()})
    .map(({home, away, both}): Record<string, RegionObservation> =>
      both ? {[HOME]: home, [AWAY]: away} : {[HOME]: home},
    ),
})

/** Every sample of an observation. */
export const samplesOf = ({global, edge, regions}: Observation): Sample<unknown>[] => [
  global,
  edge,
  ...Object.values(regions).flatMap((one) => [one.cluster, one.proxy, one.api, one.writers, one.lagSeconds]),
]
