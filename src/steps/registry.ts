/** A plan is data; here its words become acts. */

import {DrError} from '../errors.js'
import type {PlanStep, StepArgument} from '../model/plan.js'
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

/** The arguments of a step in a plan, each looked at as it is taken. */
interface Arguments {
  text(name: string): string
  number(name: string): number
}

const KINDS: Record<string, (args: Arguments) => Step<World>> = {
  'preflight-probe': ({text}) =>
    preflightProbe({from: text('from'), to: text('to'), api: text('api') === 'any' ? 'any' : 'required'}),
  'wait-replication': ({text, number}) =>
    waitReplication({from: text('from'), to: text('to'), maxLagSeconds: number('maxLagSeconds')}),
  'fence-region': ({text}) => fenceRegion({region: text('region'), to: text('to')}),
  'wait-in-flight': ({text, number}) => waitInFlight({region: text('region'), seconds: number('seconds')}),
  'warm-target': ({text}) => warmTarget({region: text('region')}),
  'canary-refused': ({text}) => canaryRefused({region: text('region'), to: text('to')}),
  'promote-failover': ({text}) => promoteFailover({to: text('to')}),
  'promote-switchover': ({text}) => promoteSwitchover({from: text('from'), to: text('to')}),
  'unfence-region': ({text}) => unfenceRegion({region: text('region')}),
  'new-primary-takes-write': ({text}) => newPrimaryTakesWrite({region: text('region')}),
  'steer-edge': ({text}) => steerEdge({to: text('to')}),
  'verify-edge': ({text}) => verifyEdge({to: text('to')}),
}

/** A fresh instance for one run: what a step has proven, it has proven for that run alone. */
export function stepOf({id, kind, args}: PlanStep): Step<World> {
  const make = KINDS[kind]
  if (!make) throw planUnreadable(`the step ${id} has an unknown kind, ${kind}`)
  const argument = (name: string): StepArgument => {
    const value = args[name]
    if (value === undefined) throw planUnreadable(`the step ${id} lacks ${name}`)
    return value
  }

  return make({
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
