/** The least policy for the calls of commands, out of the table. */

import {OWNER_TAG} from '../model/estate.js'
import {withEdge} from '../model/regions.js'
import type {Grant, Place} from '../model/permission.js'
import type {Calls} from './calls.js'
import {CALLS} from './table.js'

export interface Statement {
  Effect: 'Allow'
  Action: string[]
  Resource: string[]
  Condition?: {StringEquals: Record<string, string[]>; BoolIfExists?: Record<string, string>}
}

export interface PolicyDocument {
  Version: '2012-10-17'
  Statement: Statement[]
}

/** The calls of each command that acts on a deployment. `drill` and `lab` act on a lab, whose key pair is an administrator. */
export type CallsOfCommands = Readonly<Record<string, Calls>>

/** The commands that `name` stands for: itself, those of a topic (`crud`), all of them where it is undefined. None: unknown. */
export function commandsOf(name: string | undefined, commands: CallsOfCommands): string[] {
  const all = Object.keys(commands)
  return name === undefined ? all : all.filter((one) => one === name || one.startsWith(`${name} `))
}

/**
 * One statement for all resources with the same actions under the same condition, in a stable order. A resource stands in one statement
 * alone: its ARN is what makes a policy long, and IAM takes 6,144 characters in a managed one ("IAM and AWS STS quotas", IAM user guide).
 */
export function policyOf(calls: Calls, place: Place): PolicyDocument {
  const resources = new Map<string, {resource: string; actions: string[]; condition: Condition}>()
  const grants = [...new Set(calls)].flatMap((call): readonly Grant[] => ({...CALLS, ...place.route})[call] ?? [])
  for (const {action, resources: all, condition} of permissions(grants, place))
    for (const resource of all) {
      const key = JSON.stringify([resource, condition])
      const found = resources.get(key) ?? {resource, actions: [], condition}
      found.actions.push(action)
      resources.set(key, found)
    }

  const statements = new Map<string, Statement>()
  for (const {resource, actions, condition} of resources.values()) {
    const key = JSON.stringify([actions, condition])
    const statement = statements.get(key) ?? {Effect: 'Allow', Action: actions, Resource: [], ...condition}
    statement.Resource.push(resource)
    statements.set(key, statement)
  }

  return {Version: '2012-10-17', Statement: [...statements.values()]}
}

type Condition = Pick<Statement, 'Condition'>

interface Permission {
  action: string
  resources: string[]
  condition: Condition
}

/** Each action once under each condition, with all of its resources. */
function permissions(grants: readonly Grant[], place: Place): Permission[] {
  const found = new Map<string, Permission>()
  for (const grant of grants) {
    if (grant.locked && !place.lockedToEdge) continue
    const condition = conditionOf(grant, place)
    for (const action of grant.actions) {
      const key = `${action} ${JSON.stringify(condition)}`
      const resources = [...(found.get(key)?.resources ?? []), ...grant.resources(place)]
      found.set(key, {action, resources: [...new Set(resources)].sort(), condition})
    }
  }

  return [...found].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, permission]) => permission)
}

/** What cannot be bound to a resource is bound to the regions. */
function conditionOf({resources, owned, forServices, edge}: Grant, place: Place): Condition {
  // Every call that makes a grant has this key, and no other call has it.
  const BoolIfExists = forServices && {'kms:GrantIsForAWSResource': 'true'}
  if (owned) {
    const StringEquals = {[`aws:ResourceTag/${OWNER_TAG}`]: [place.app]}
    return {Condition: {StringEquals, ...(BoolIfExists && {BoolIfExists})}}
  }

  if (!resources(place).includes('*')) return {}
  return {
    Condition: {
      StringEquals: {'aws:RequestedRegion': edge ? withEdge(place.order) : [...place.order]},
    },
  }
}
