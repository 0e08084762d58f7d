/** Looks of `health`, by hand: all is well but for what a test changes. */

import {diagnose} from '../../src/diagnose.js'
import type {EdgeAnswer, Look, RegionLook} from '../../src/actions/health/look.js'
import type {Cluster, ClusterDetails, Observation, RegionObservation} from '../../src/model/observation.js'
import type {Judgement} from '../../src/model/finding.js'
import {CHECKS} from '../../src/actions/health/checks/index.js'
import {sampleDeployment} from './deployment.js'
import {AWAY, healthy, healthySide, HOME, yes} from './observations.js'

/** An instant at which everything is looked at. */
export const NOW = Date.UTC(2026, 0, 31)

export const details = (region: string, change: Partial<ClusterDetails> = {}): ClusterDetails => ({
  backupDays: 7,
  instances: [
    {
      id: `i-${region}`,
      status: 'available',
      instanceClass: 'db.serverless',
      isWriter: region === HOME,
      upgradesItself: false,
    },
  ],
  ...change,
})

/** What is no member of a cluster itself stands in its details. */
type ClusterChange = Partial<ClusterDetails & Pick<Cluster, 'capacity' | 'engineVersion'>>

const cluster = (region: string, {capacity, engineVersion, ...change}: ClusterChange): Cluster => ({
  id: `c-${region}`,
  arn: `arn:${region}`,
  status: 'available',
  instances: ['available'],
  engineVersion: engineVersion ?? '8.0.mysql_aurora.3.10.4',
  capacity: capacity ?? {min: 0.5, max: 8},
  details: details(region, change),
})

/** A side whose cluster has details. */
export const side = (
  region: string,
  change: ClusterChange = {},
  more: Partial<RegionObservation> = {},
): RegionObservation =>
  healthySide(region, {
    cluster: yes(cluster(region, change)),
    proxy: yes({available: 1, unavailable: 0, writable: region === HOME ? 1 : 0}),
    ...(region === AWAY && {lag: {seconds: 0.1, at: NOW - 60_000, periodSeconds: 60}}),
    ...more,
  })

/** Of functions and proxy. */
const SUBNETS = ['subnet-1', 'subnet-2']

export function regionLook(region: string, change: Partial<RegionLook> = {}): RegionLook {
  const {writers, readers} = sampleDeployment().regions.find((one) => one.region === region)!.functions
  return {
    functions: yes(
      [...writers, ...readers].map((name) => ({name, state: 'Active', update: 'Successful', subnets: SUBNETS})),
    ),
    concurrencyLimit: yes(1000),
    requestRate: yes(10_000),
    snapshots: yes({count: 3, quota: 100}),
    subnets: yes(SUBNETS),
    trouble: yes({errors: [], throttles: []}),
    peak: yes({capacity: 2, connections: 12}),
    schedules: yes([]),
    alarms: yes([{name: `demo-${region}-ApiErrors`, state: 'OK'}]),
    secrets: yes([
      {name: 'Demo/app', version: 'v1', replicas: region === HOME ? [{region: AWAY, status: 'InSync'}] : []},
    ]),
    token: yes({}),
    outage: yes([]),
    reached: {known: true, value: {latencyMs: 20, offsetMs: 0}},
    identity: {
      known: true,
      value: {account: '123456789012', arn: 'arn:aws:iam::123456789012:user/u', source: 'a profile'},
    },
    ...change,
  }
}

export interface LookChange extends Partial<Omit<Look, 'observation' | 'regions'>> {
  observation?: Partial<Observation>
  home?: RegionObservation
  away?: RegionObservation
  homeLook?: Partial<RegionLook>
  awayLook?: Partial<RegionLook>
}

export function wellLook({observation: seen, home, away, homeLook, awayLook, ...change}: LookChange = {}): Look {
  const observation = healthy({
    at: NOW,
    regions: {[HOME]: home ?? side(HOME), [AWAY]: away ?? side(AWAY)},
    ...seen,
  })
  const edge: EdgeAnswer = {status: 200, ok: true, region: HOME}
  return {
    at: NOW,
    intent: 'failover',
    deployment: sampleDeployment(),
    maxLagSeconds: 5,
    observation,
    diagnosis: diagnose(observation),
    primary: HOME,
    standby: AWAY,
    from: HOME,
    to: AWAY,
    settled: false,
    refusals: [],
    regions: {[HOME]: regionLook(HOME, homeLook), [AWAY]: regionLook(AWAY, awayLook)},
    edge: yes(edge),
    distribution: yes({status: 'Deployed', enabled: true, origins: {}}),
    routeSetUp: yes([]),
    lease: yes(undefined),
    permissions: yes({asked: 18, denied: [], unsure: []}),
    unfinished: [],
    unprovenFence: null,
    fencedByUs: [],
    ...change,
  }
}

/** The judgements of one check, those of one region where it is given. */
export const judgements = (id: string, look: Look, region?: string): Judgement[] =>
  CHECKS.find((check) => check.id === id)!
    .judge(look)
    .filter((one) => region === undefined || one.region === region)
