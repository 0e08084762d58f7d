/** The words that plans are made of. Deadlines in seconds. */

import type {Deployment, Region} from '../model/deployment.js'
import type {PlanStep} from '../model/plan.js'

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
  deadlineSeconds: api === 'required' ? 20 : 5,
})

export const catchUp = ({from, to}: Route, maxLagSeconds: number): PlanStep => ({
  id: 'catch-up',
  kind: 'wait-replication',
  args: {from, to, maxLagSeconds},
  title: `Wait until ${to} replicates again and has caught up`,
  phase: 'decide',
  deadlineSeconds: REBUILD_SECONDS,
})

/**
 * Close, wait out (and use the time), prove: three stages. The last two only make sense after a fence that was carried
 * out; a failover from a region that is gone waits for nothing.
 */
export const fence = ({from, to}: Route, deployment: Deployment): PlanStep[][] => {
  const seconds = deployment.regions.find(({region}) => region === from)?.writerTimeoutSeconds ?? 0
  return [
    [
      {
        id: 'fence',
        kind: 'fence-region',
        args: {region: from, to},
        title: `Fence writes in ${from}`,
        phase: 'fence',
        deadlineSeconds: 10,
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
      {
        id: 'warm-target',
        kind: 'warm-target',
        args: {region: to},
        title: `Warm up the writing functions of ${to}`,
        phase: 'fence',
        deadlineSeconds: seconds + 15,
        onlyAfter: 'fence',
      },
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

export const steerTo = ({to}: Route): PlanStep => ({
  id: 'steer-edge',
  kind: 'steer-edge',
  args: {to},
  title: `Point the edge at ${to}`,
  phase: 'edge',
  deadlineSeconds: 60,
})

export const verify = ({to}: Route): PlanStep => ({
  id: 'verify-edge',
  kind: 'verify-edge',
  args: {to},
  title: `Verify GET, POST and DELETE through the edge`,
  phase: 'confirm',
  deadlineSeconds: 300,
})

export const unfenceSource = ({from}: Route): PlanStep => ({
  id: 'unfence-source',
  kind: 'unfence-region',
  args: {region: from},
  title: `Reopen ${from}, now the standby`,
  phase: 'confirm',
  deadlineSeconds: 60,
})
