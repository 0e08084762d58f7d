/** What commands ask of a deployment: the calls that several of them make. */

import type {PortCall} from './table.js'

export type Calls = readonly PortCall[]

/** One look at both regions; the health of the API is asked for with a token. */
export const LOOK: Calls = [
  'map.read',
  'database.describe',
  'database.cluster',
  'database.proxy',
  'database.lag',
  'writers.mode',
  'route.serving',
  'api.direct',
  'tokens.get',
]
/** One request through the edge, with a token. */
export const REQUEST: Calls = ['map.read', 'route.serving', 'tokens.get']
/** What every switch changes, beside its promotion. */
const CHANGES: Calls = [
  'capacity.raise',
  'capacity.restore',
  'lease',
  'mirror.put',
  'writers.fence',
  'writers.unfence',
  'route.steer',
]
/** What every switch does, beside its promotion. */
export const SWITCH: Calls = [
  ...LOOK,
  'database.givenUp',
  'database.failoverEvents',
  'capacity.peak',
  'vitals.likeness',
  'functions.compare',
  'mirror.get',
  ...CHANGES,
]
/** What each switch changes. */
export const CHANGES_OF: Readonly<Record<'failback' | 'failover' | 'switchover', Calls>> = {
  failback: [...CHANGES, 'database.switchover'],
  failover: [...CHANGES, 'database.failover'],
  switchover: [...CHANGES, 'database.switchover'],
}
/** What a switch asks for under --measure: the outage that it measures, and the writes that survived. */
export const MEASURE: Calls = ['outage.active', 'functions.present']
/** What the three switches do with all of their flags: what the build of a failover pipeline is allowed. */
export const SWITCHES: Calls = [
  ...SWITCH,
  ...MEASURE,
  'database.failover',
  'database.switchover',
  'leftVolumes.list',
  'leftVolumes.keep',
]
/** What an upgrade does, beside its look. */
export const UPGRADE: Calls = [
  'database.upgradeTargets',
  'database.upgrade',
  'database.failoverEvents',
  'lease',
  'mirror.get',
  'mirror.put',
]

/** What `deploy` does, with and without --dry-run. CloudFormation reads the clusters with these rights. */
const LOOK_AT_STACKS: Calls = [
  'map.read',
  'database.describe',
  'database.cluster',
  'stacks.look',
  'stacks.name',
  'stacks.connection',
  'stacks.drift',
  'toolkit.act',
]
export const DEPLOY: Calls = [...LOOK_AT_STACKS, 'lease', 'pipeline.publish']
export const HEALTH: Calls = [
  ...LOOK,
  'functions.compare',
  'lease.holder',
  'mirror.get',
  'outage.active',
  'route.setUp',
  'vitals.ask',
  'vitals.likeness',
]
export const DRIFT: Calls = [
  ...LOOK,
  'functions.compare',
  'clusters.find',
  'settings.read',
  'stacks.list',
  'stacks.drift',
]

/** What the builds of a delivery pipeline run, as infra-template/lib/delivery-stack.ts has it. */
export const DELIVERY: Readonly<Record<'build' | 'deploy' | 'drift' | 'test', Calls>> = {
  build: LOOK_AT_STACKS,
  deploy: [...DEPLOY, ...LOOK, 'mirror.get'],
  test: [...REQUEST, ...HEALTH],
  drift: DRIFT,
}
