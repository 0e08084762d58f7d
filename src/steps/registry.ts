/**
 * The words that plans are made of, and the acts that they become: a plan is data, and an act is made when its turn comes.
 * Deadlines in seconds.
 */

import {DrError} from '../errors.js'
import {routesOf} from '../model/deployment.js'
import type {Deployment, Region} from '../model/deployment.js'
import {FENCE_AGAIN} from '../model/fence.js'
import type {PlanStep, StepArgument} from '../model/plan.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {canaryRefused} from './canary-refused.js'
import {fenceRegion} from './fence-region.js'
import {keepFencing} from './keep-fencing.js'
import {keepLeftVolumes} from './keep-left-volumes.js'
import {newPrimaryTakesWrite} from './new-primary-takes-write.js'
import {openTarget} from './open-target.js'
import {preflightProbe} from './preflight-probe.js'
import {promoteFailover} from './promote-failover.js'
import {promoteSwitchover} from './promote-switchover.js'
import {raiseCapacity} from './raise-capacity.js'
import {restoreCapacity} from './restore-capacity.js'
import {rolesSettled} from './roles-settled.js'
import {STEER_SECONDS, steerEdge} from './steer-edge.js'
import {unfenceRegion} from './unfence-region.js'
import {upgradeCluster} from './upgrade-cluster.js'
import type {UpgradeOf} from './upgrade-cluster.js'
import {verifyEdge} from './verify-edge.js'
import {waitInFlight} from './wait-in-flight.js'
import {waitReplication} from './wait-replication.js'
import {wakeTarget} from './wake-target.js'
import {warmTarget} from './warm-target.js'
import {watchRoles} from './watch-roles.js'

export interface Route {
  from: Region
  to: Region
}

/** Promotions take minutes on AWS; half an hour without an end is a case for a person. */
const PROMOTION_SECONDS = 1800
/** Aurora rebuilds the volume of a returned region in "a few minutes to several hours". */
const REBUILD_SECONDS = 12 * 3600

export const preflight = ({from, to}: Route, api: 'required' | 'any'): PlanStep => ({
  id: 'preflight',
  kind: 'preflight-probe',
  args: {from, to, api},
  title: `Check ${to} once more`,
  phase: 'decide',
  deadlineSeconds: 20,
})

/** Beside all that follows: it needs no fence. */
export const wake = ({to}: Route): PlanStep => ({
  id: 'wake-target',
  kind: 'wake-target',
  args: {region: to},
  title: `Start the writing functions of ${to}`,
  phase: 'fence',
  deadlineSeconds: 30,
  beside: true,
})

export const catchUp = ({from, to}: Route, maxLagSeconds: number): PlanStep => ({
  id: 'catch-up',
  kind: 'wait-replication',
  args: {from, to, maxLagSeconds},
  title: `Wait until ${to} replicates again and has caught up`,
  phase: 'decide',
  deadlineSeconds: REBUILD_SECONDS,
})

/** Before a planned switch stops anything. */
export const openStandby = ({to}: Route): PlanStep => ({
  id: 'open-target',
  kind: 'open-target',
  args: {region: to},
  title: `Open the writing functions of ${to}`,
  phase: 'decide',
  deadlineSeconds: 60,
  always: true,
})

export const warm = ({to}: Route): PlanStep => ({
  id: 'warm-target',
  kind: 'warm-target',
  args: {region: to},
  title: `Warm up the writing functions of ${to}`,
  phase: 'decide',
  deadlineSeconds: 30,
})

/**
 * Close, wait out (and use the time for `meanwhile`), prove: three stages. The last two only make sense after a fence that was
 * carried out; a failover from a region that is gone waits for nothing.
 */
export const fence = ({from, to}: Route, deployment: Deployment, meanwhile: PlanStep[] = []): PlanStep[][] => {
  const seconds = deployment.regions.find(({region}) => region === from)?.writerTimeoutSeconds ?? 0
  return [
    [
      {
        id: 'fence',
        kind: 'fence-region',
        args: {region: from, to},
        title: `Fence writes in ${from}`,
        phase: 'fence',
        deadlineSeconds: 30,
      },
    ],
    [
      {
        id: 'in-flight',
        kind: 'wait-in-flight',
        args: {region: from, seconds},
        title: `Wait for calls in flight in ${from}`,
        phase: 'fence',
        deadlineSeconds: seconds + 5,
        onlyAfter: 'fence',
      },
      ...meanwhile.map((step): PlanStep => ({...step, phase: 'fence', onlyAfter: 'fence'})),
    ],
    [
      {
        id: 'canary',
        kind: 'canary-refused',
        args: {region: from, to},
        title: `Prove that ${from} refuses a write`,
        phase: 'fence',
        deadlineSeconds: 10,
        onlyAfter: 'fence',
      },
    ],
  ]
}

/** Beside all that follows the promotion, where the fence before it was not proven. */
export const fenceAgain = ({from, to}: Route): PlanStep => ({
  id: FENCE_AGAIN,
  kind: 'keep-fencing',
  args: {region: from, to},
  title: `Try again to fence writes in ${from}, if that is not proven`,
  phase: 'confirm',
  deadlineSeconds: PROMOTION_SECONDS + 1200,
  unless: 'fence',
  beside: true,
})

export const promoteByFailover = ({to}: Route): PlanStep => ({
  id: 'promote',
  kind: 'promote-failover',
  args: {to},
  title: `Promote ${to}, without waiting for the old primary`,
  phase: 'promote',
  deadlineSeconds: PROMOTION_SECONDS,
  pointOfNoReturn: true,
})

export const promoteBySwitchover = ({from, to}: Route): PlanStep => ({
  id: 'promote',
  kind: 'promote-switchover',
  args: {from, to},
  title: `Switch the primary from ${from} to ${to}`,
  phase: 'promote',
  deadlineSeconds: PROMOTION_SECONDS,
  pointOfNoReturn: true,
})

export const unfenceTarget = ({to}: Route): PlanStep => ({
  id: 'unfence-target',
  kind: 'unfence-region',
  args: {region: to},
  title: `Open writes in ${to}`,
  phase: 'connect',
  deadlineSeconds: 60,
})

export const takesWrite = ({to}: Route): PlanStep => ({
  id: 'takes-write',
  kind: 'new-primary-takes-write',
  args: {region: to},
  title: `Wait until ${to} accepts a write`,
  phase: 'connect',
  deadlineSeconds: 600,
})

/** `escaped`: nothing of `from` may be needed any more. */
export const steerTo = ({from, to}: Route, deployment: Deployment, escaped: boolean): PlanStep => {
  const routes = routesOf(deployment)
  const seconds = routes.reduce((sum, {steerSeconds = STEER_SECONDS}) => sum + steerSeconds, 0)
  return {
    id: 'steer-edge',
    kind: 'steer-edge',
    args: {
      to,
      ...(seconds !== STEER_SECONDS && {seconds}),
      ...(escaped && routes.length > 1 && {leaving: from}),
    },
    title: `Point the edge at ${to}`,
    phase: 'edge',
    deadlineSeconds: seconds,
  }
}

export const verify = ({to}: Route): PlanStep => ({
  id: 'verify-edge',
  kind: 'verify-edge',
  args: {to},
  title: `Verify GET, POST and DELETE through the edge`,
  phase: 'confirm',
  deadlineSeconds: 300,
})

/** Before a closed region is opened for no other reason than RDS's word. */
export const watch = ({to}: Route): PlanStep => ({
  id: 'watch-roles',
  kind: 'watch-roles',
  args: {to},
  title: `Watch whether RDS keeps showing ${to} as the only writer`,
  phase: 'decide',
  deadlineSeconds: 120,
})

/** RDS may take minutes to show the end of a switch that clients have behind them. */
export const settle = ({to}: Route): PlanStep => ({
  id: 'roles-settled',
  kind: 'roles-settled',
  args: {to},
  title: `Wait until RDS shows ${to} as the only writer`,
  phase: 'confirm',
  deadlineSeconds: PROMOTION_SECONDS,
})

export const unfenceSource = ({from}: Route): PlanStep => ({
  id: 'unfence-source',
  kind: 'unfence-region',
  args: {region: from},
  title: `Reopen ${from}, now the standby`,
  phase: 'confirm',
  deadlineSeconds: 60,
})

/** Longer than the step tries: it ends by itself. */
const CAPACITY_SECONDS = 90

export const raise = ({to}: Route, acu: number): PlanStep => ({
  id: 'raise-capacity',
  kind: 'raise-capacity',
  args: {region: to, acu},
  title: `Raise the minimum capacity of ${to} to ${acu} ACU`,
  phase: 'decide',
  deadlineSeconds: CAPACITY_SECONDS,
})

export const restore = (region: Region): PlanStep => ({
  id: `restore-capacity-${region}`,
  kind: 'restore-capacity',
  args: {region},
  title: `Put back the minimum capacity of ${region}`,
  phase: 'confirm',
  deadlineSeconds: CAPACITY_SECONDS,
})

export const keepLeft = (region: Region): PlanStep => ({
  id: 'keep-left-volumes',
  kind: 'keep-left-volumes',
  args: {region},
  title: `Keep what ${region} had when a failover left it`,
  phase: 'confirm',
  deadlineSeconds: 60,
})

/** Minutes on AWS, whatever the size of the database; half an hour without an end is a case for a person. */
const UPGRADE_SECONDS = 1800

export const upgrade = ({region, version, role}: UpgradeOf): PlanStep => ({
  id: `upgrade-${role}`,
  kind: 'upgrade-cluster',
  args: {region, version, role},
  title: `Upgrade ${region}, the ${role}, to ${version}`,
  phase: 'upgrade',
  deadlineSeconds: UPGRADE_SECONDS,
})

/** After an upgrade: the restarted standby, or that of the restarted primary. */
export const replicatesAgain = (id: string, {from, to}: Route, maxLagSeconds: number): PlanStep => ({
  id,
  kind: 'wait-replication',
  args: {from, to, maxLagSeconds},
  title: `Wait until ${to} replicates again and has caught up`,
  phase: 'confirm',
  deadlineSeconds: UPGRADE_SECONDS,
})

/** The arguments of a step in a plan, each looked at as it is taken. */
interface Arguments {
  text(name: string): string
  number(name: string): number
  has(name: string): boolean
}

const KINDS: Record<string, (args: Arguments) => Step<World>> = {
  'open-target': ({text}) => openTarget({region: text('region')}),
  'watch-roles': ({text}) => watchRoles({to: text('to')}),
  'roles-settled': ({text}) => rolesSettled({to: text('to')}),
  'preflight-probe': ({text}) =>
    preflightProbe({from: text('from'), to: text('to'), api: text('api') === 'any' ? 'any' : 'required'}),
  'wait-replication': ({text, number}) =>
    waitReplication({from: text('from'), to: text('to'), maxLagSeconds: number('maxLagSeconds')}),
  'fence-region': ({text}) => fenceRegion({region: text('region'), to: text('to')}),
  'keep-fencing': ({text}) => keepFencing({region: text('region'), to: text('to')}),
  'raise-capacity': ({text, number}) => raiseCapacity({region: text('region'), acu: number('acu')}),
  'restore-capacity': ({text}) => restoreCapacity({region: text('region')}),
  'keep-left-volumes': ({text}) => keepLeftVolumes({region: text('region')}),
  'wait-in-flight': ({text, number}) => waitInFlight({region: text('region'), seconds: number('seconds')}),
  'wake-target': ({text}) => wakeTarget({region: text('region')}),
  'warm-target': ({text}) => warmTarget({region: text('region')}),
  'canary-refused': ({text}) => canaryRefused({region: text('region'), to: text('to')}),
  'promote-failover': ({text}) => promoteFailover({to: text('to')}),
  'promote-switchover': ({text}) => promoteSwitchover({from: text('from'), to: text('to')}),
  'upgrade-cluster': ({text}) =>
    upgradeCluster({
      region: text('region'),
      version: text('version'),
      role: text('role') === 'primary' ? 'primary' : 'standby',
    }),
  'unfence-region': ({text}) => unfenceRegion({region: text('region')}),
  'new-primary-takes-write': ({text}) => newPrimaryTakesWrite({region: text('region')}),
  'steer-edge': ({text, number, has}) =>
    steerEdge({
      to: text('to'),
      ...(has('seconds') && {seconds: number('seconds')}),
      ...(has('leaving') && {leaving: text('leaving')}),
    }),
  'verify-edge': ({text}) => verifyEdge({to: text('to')}),
}

/** A fresh instance for one run: what a step has proven, it has proven for that run alone. */
export function stepOf({id, kind, args}: PlanStep): Step<World> {
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!make) throw planUnreadable(`the step ${id} has an unknown kind, ${kind}`)
  const argument = (name: string): StepArgument => {
    const value = Object.hasOwn(args, name) ? args[name] : undefined
    if (value === undefined) throw planUnreadable(`the step ${id} lacks ${name}`)
    return value
  }

  return make({
    has: (name) => Object.hasOwn(args, name),
    text: (name) => String(argument(name)),
    number(name) {
      // A run of an earlier version, which is resumed by this one, has its numbers as text.
      const value = Number(argument(name))
      if (Number.isNaN(value)) throw planUnreadable(`the step ${id} has no number for ${name}`)
      return value
    },
  })
}

const planUnreadable = (why: string): DrError =>
  new DrError({
    code: 'PlanUnreadable',
    exit: 'failed',
    what: 'This version cannot carry out the plan',
    why,
    next: 'resume it with the version that created it',
  })
