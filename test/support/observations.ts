/** Observations by hand, and by chance. */

import fc from 'fast-check'
import type {Observation, RegionObservation, Sample} from '../../src/model/observation.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export const yes = <T>(value: T): Sample<T> => ({reachable: true, value})
export const no = (reason: string): Sample<never> => ({reachable: false, reason})

export function healthySide(region: string, change: Partial<RegionObservation> = {}): RegionObservation {
  return {
    region,
    cluster: yes({id: `c-${region}`, arn: `arn:${region}`, status: 'available', availableInstances: 1}),
    proxy: yes({available: 1, unavailable: 0}),
    api: yes({status: 200, ok: true, latencyMs: 10}),
    writers: yes('open'),
    lagSeconds: yes(region === HOME ? undefined : 0.1),
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

const side = (region: string): fc.Arbitrary<RegionObservation> =>
  fc.record({
    region: fc.constant(region),
    cluster: sample(fc.record({id: fc.string(), arn: fc.string(), status: fc.string(), availableInstances: fc.nat(2)})),
    proxy: sample(fc.record({available: fc.nat(2), unavailable: fc.nat(2)})),
    api: sample(fc.record({status: fc.constantFrom(200, 401, 500, 503), ok: fc.boolean(), latencyMs: fc.nat()})),
    writers: sample(fc.constantFrom('open' as const, 'fenced' as const, 'partly' as const)),
    lagSeconds: sample(fc.option(fc.double({min: 0, max: 1e6, noNaN: true}), {nil: undefined})),
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
      failover: fc.option(fc.record({status: fc.constantFrom('', 'failing-over', 'a new word')}), {nil: undefined}),
      members: fc.array(member, {maxLength: 3}),
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
