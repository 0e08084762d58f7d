/** The least policy of a command, out of the table. */

import type {Place} from './place.js'
import {CALLS, COMMANDS, type Grant} from './table.js'

export interface Statement {
  Effect: 'Allow'
  Action: string[]
  Resource: string[]
  Condition?: {StringEquals: {'aws:RequestedRegion': string[]}}
}

export interface PolicyDocument {
  Version: '2012-10-17'
  Statement: Statement[]
}

/** The commands that `name` stands for: itself, those of a topic (`crud`), all of them where it is undefined. None: unknown. */
export function commandsOf(name: string | undefined): string[] {
  const all = Object.keys(COMMANDS)
  return name === undefined ? all : all.filter((one) => one === name || one.startsWith(`${name} `))
}

/** One statement for all actions on the same resources, in a stable order. */
export function policyOf(commands: readonly string[], place: Place): PolicyDocument {
  const calls = new Set(commands.flatMap((command) => COMMANDS[command] ?? []))
  const resources = resourcesByAction(
    [...calls].flatMap((call) => CALLS[call]),
    place,
  )
  const statements = new Map<string, Statement>()
  for (const [action, arns] of [...resources].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const Resource = [...arns].sort()
    const statement = statements.get(Resource.join(' '))
    if (statement) statement.Action.push(action)
    else
      statements.set(Resource.join(' '), {Effect: 'Allow', Action: [action], Resource, ...regionsOf(Resource, place)})
  }

  return {Version: '2012-10-17', Statement: [...statements.values()]}
}

function resourcesByAction(grants: readonly Grant[], place: Place): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const {actions, resources} of grants) {
    for (const action of actions) {
      const arns = found.get(action) ?? new Set()
      for (const arn of resources(place)) arns.add(arn)
      found.set(action, arns)
    }
  }

  return found
}

/** What cannot be bound to a resource is bound to the regions. */
const regionsOf = (resources: string[], {home, away}: Place): Pick<Statement, 'Condition'> =>
  resources.includes('*') ? {Condition: {StringEquals: {'aws:RequestedRegion': [home, away]}}} : {}
