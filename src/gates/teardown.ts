/** What refuses a teardown. Every refusal is shown together. */

import type {Estate} from '../model/estate.js'
import type {Refusal} from '../model/gate.js'
import {stackTitle} from '../model/stack.js'

interface Options {
  unprotect: boolean
}

type TeardownGate = (estate: Estate, options: Options) => Omit<Refusal, 'gate'> | undefined

/** Prevents half a teardown: what a silent region holds would be left, billed, and without what it depends on. */
const everyRegionAnswers: TeardownGate = ({unreachable}) =>
  unreachable.length === 0
    ? undefined
    : {
        reason: `${unreachable.map(({region, reason}) => `${region} does not answer (${reason})`).join('; ')}: half of the application would be left`,
        hint: 'wait until it answers, then run the command again',
      }

/** Prevents the loss of what somebody chose to protect. */
const protectionIsLifted: TeardownGate = ({stacks, resources}, {unprotect}) => {
  const guarded = [
    ...stacks.filter((one) => one.owned && one.protected).map((stack) => stackTitle(stack)),
    ...resources.filter((one) => one.owned && one.protected).map(({id, region}) => stackTitle({name: id, region})),
  ]
  if (unprotect || guarded.length === 0) return undefined
  return {
    reason: `protected against deletion: ${guarded.join(', ')}`,
    hint: 'todo-dr teardown --unprotect removes their protection; their data is then lost permanently',
  }
}

/** Prevents a detached database that is not this application's: only a member that carries the tag is ever touched. */
const membersAreOurs: TeardownGate = ({resources, unreachable}) => {
  // Whose a member of a silent region is, nobody can tell.
  const silent = new Set(unreachable.map(({region}) => region))
  const own = new Set(resources.filter(({owned}) => owned).map(({arn}) => arn))
  const foreign = resources
    .filter(({owned}) => owned)
    .flatMap(({members = []}) =>
      members.filter(({arn, region}) => !own.has(arn) && !silent.has(region)).map(({arn}) => arn),
    )
  if (foreign.length === 0) return undefined
  return {
    reason: `a member of the global cluster does not have the ownership tag: ${foreign.join(', ')}`,
    hint: 'remove it from the global cluster, or tag it for this application',
  }
}

/** Prevents members from being taken apart while AWS exchanges their roles, which it refuses anyway. */
const noSwitchUnderWay: TeardownGate = ({resources}) => {
  const busy = resources.find(({owned, switching}) => owned && switching)
  if (!busy) return undefined
  return {
    reason: `a switchover or failover of ${busy.id} is in progress`,
    hint: 'wait until it is finished; check with todo-dr status',
  }
}

/** Prevents that other applications of the account lose the roles that their stacks are deployed with. */
const toolkitIsUnused: TeardownGate = ({toolkitUsers}) => {
  if (toolkitUsers.length === 0) return undefined
  const users = toolkitUsers.map(({name, region}) => `${name} in ${region}`).join(', ')
  return {reason: `other stacks use CDK's bootstrap stack: ${users}`, hint: 'leave out --no-keep-toolkit'}
}

const GATES: Record<string, TeardownGate> = {
  'every-region-answers': everyRegionAnswers,
  'protection-lifted': protectionIsLifted,
  'members-are-ours': membersAreOurs,
  'no-switch-under-way': noSwitchUnderWay,
  'toolkit-unused': toolkitIsUnused,
}

export function checkTeardown(estate: Estate, options: Options): Refusal[] {
  return Object.entries(GATES).flatMap(([gate, check]) => {
    const refused = check(estate, options)
    return refused ? [{gate, ...refused}] : []
  })
}
