/** A plan is data; here its words become acts. */

import {DrError} from '../errors.js'
import type {PlanStep} from '../model/plan.js'
import type {Step} from '../model/step.js'
import type {World} from '../ports/world.js'
import {canaryRefused} from './canary-refused.js'
import {fenceRegion} from './fence-region.js'
import {newPrimaryTakesWrite} from './new-primary-takes-write.js'
import {preflightProbe} from './preflight-probe.js'
import {promoteFailover} from './promote-failover.js'
import {promoteSwitchover} from './promote-switchover.js'
import {steerEdge} from './steer-edge.js'
import {unfenceRegion} from './unfence-region.js'
import {verifyEdge} from './verify-edge.js'
import {waitInFlight} from './wait-in-flight.js'
import {waitReplication} from './wait-replication.js'
import {warmTarget} from './warm-target.js'

type Arg = (name: string) => string

const KINDS: Record<string, (arg: Arg) => Step<World>> = {
  'preflight-probe': (arg) =>
    preflightProbe({from: arg('from'), to: arg('to'), api: arg('api') === 'any' ? 'any' : 'required'}),
  'wait-replication': (arg) =>
    waitReplication({from: arg('from'), to: arg('to'), maxLagSeconds: Number(arg('maxLagSeconds'))}),
  'fence-region': (arg) => fenceRegion({region: arg('region'), to: arg('to')}),
  'wait-in-flight': (arg) => waitInFlight({region: arg('region'), seconds: Number(arg('seconds'))}),
  'warm-target': (arg) => warmTarget({region: arg('region')}),
  'canary-refused': (arg) => canaryRefused({region: arg('region'), to: arg('to')}),
  'promote-failover': (arg) => promoteFailover({to: arg('to')}),
  'promote-switchover': (arg) => promoteSwitchover({from: arg('from'), to: arg('to')}),
  'unfence-region': (arg) => unfenceRegion({region: arg('region')}),
  'new-primary-takes-write': (arg) => newPrimaryTakesWrite({region: arg('region')}),
  'steer-edge': (arg) => steerEdge({to: arg('to')}),
  'verify-edge': (arg) => verifyEdge({to: arg('to')}),
}

/** A fresh instance for one run: what a step has proven, it has proven for that run alone. */
export function stepOf({id, kind, args}: PlanStep): Step<World> {
  const make = KINDS[kind]
  if (!make) throw planUnreadable(`the step ${id} is of an unknown kind, ${kind}`)
  return make((name) => {
    const value = args[name]
    if (value === undefined) throw planUnreadable(`the step ${id} lacks ${name}`)
    return value
  })
}

const planUnreadable = (why: string): DrError =>
  new DrError({
    code: 'PlanUnreadable',
    exit: 'failed',
    what: 'The plan cannot be carried out by this version',
    why,
    next: 'resume it with the version that made it',
  })
