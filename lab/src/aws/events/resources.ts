/** AWS::Events::Rule, of the default bus: on a schedule, or for events. */

import {generatedName} from '../../cloudformation/names.js'
import type {Properties, ResourceContext, ResourceProvider} from '../../cloudformation/provider.js'
import {recordsOf} from '../../cloudformation/records.js'
import {TAGS} from '../../cloudformation/tags.js'
import {arn, fault, type Lab} from '../../kernel.js'
import {checkPattern, type Pattern} from './pattern.js'
import {begin, everyMs, isBuild, isPipeline, type Rule, type Target} from './schedule.js'

const TYPE = 'AWS::Events::Rule'
const MAX_NAME = 64

/** What ends each rule's schedule, by lab and ARN. */
const running = new WeakMap<Lab, Map<string, () => void>>()

function schedulesOf(lab: Lab): Map<string, () => void> {
  const found = running.get(lab)
  if (found) return found
  const made = new Map<string, () => void>()
  running.set(lab, made)
  lab.onStop(() => {
    for (const end of made.values()) end()
  })
  return made
}

/** @throws Error for what the lab does not run, by name; ValidationException for what AWS refuses */
function ruleOf(name: string, properties: Properties, {region}: ResourceContext): Rule {
  const {EventBusName = 'default', Targets = []} = properties
  if (EventBusName !== 'default') throw new Error(`The lab does not support EventBusName of ${TYPE}`)
  const when = whenOf(properties)
  for (const target of Targets as Properties[]) checkTarget(target)
  return {arn: arn('events', region, `rule/${name}`), region, when, targets: Targets as Target[]}
}

function whenOf({EventPattern, ScheduleExpression}: Properties): number | Pattern {
  if (EventPattern && ScheduleExpression)
    throw new Error(`The lab does not support both EventPattern and ScheduleExpression of ${TYPE}`)
  if (EventPattern) {
    checkPattern(EventPattern)
    return EventPattern
  }

  if (String(ScheduleExpression).startsWith('cron('))
    throw new Error(`The lab does not support cron schedules of ${TYPE}`)
  const every = everyMs(ScheduleExpression ?? '')
  if (every === undefined) throw fault('ValidationException', 'Parameter ScheduleExpression is not valid.')
  return every
}

function checkTarget(target: Properties): void {
  const {Arn, RoleArn} = target
  // What EventBridge calls with a role's rights [EventBridge user guide, "Using identity-based policies"].
  const byRole = isPipeline(Arn) || isBuild(Arn)
  if (!byRole && !String(Arn).startsWith('arn:aws:lambda:'))
    throw new Error(`The lab supports functions, pipelines and builds only as targets of ${TYPE}`)
  // The text is assumed.
  if (byRole && !RoleArn) throw fault('ValidationException', `RoleArn is required for target ${Arn}.`)
  const known = new Set(['Arn', 'Id', 'RetryPolicy', byRole ? 'RoleArn' : 'Input'])
  const other = Object.keys(target).find((member) => !known.has(member))
  if (other) throw new Error(`The lab does not support ${other} in a target of ${TYPE}`)
}

function start(rule: Rule, {State = 'ENABLED'}: Properties, {lab}: ResourceContext): void {
  stop(rule.arn, lab)
  if (State === 'ENABLED') schedulesOf(lab).set(rule.arn, begin(lab, rule))
}

function stop(ruleArn: string, lab: Lab): void {
  schedulesOf(lab).get(ruleArn)?.()
  schedulesOf(lab).delete(ruleArn)
}

export const rule: ResourceProvider = {
  tags: TAGS,
  createOnly: ['EventBusName', 'Name'],
  async create(properties, context) {
    const name = properties.Name ?? generatedName(context.stackName, context.logicalId, {max: MAX_NAME})
    const made = ruleOf(name, properties, context)
    const {lab, region} = context
    if (recordsOf(lab).find(region, TYPE, name)) throw fault('AlreadyExists', `Rule ${name} already exists.`)
    const attributes = {Arn: made.arn, RuleName: name}
    const record = {type: TYPE, region, physicalId: name, arn: made.arn, properties, attributes, createdAt: new Date()}
    recordsOf(lab).put(record)
    start(made, properties, context)
    return {physicalId: name, attributes}
  },
  async update(name, properties, _previous, context) {
    const made = ruleOf(name, properties, context)
    const record = recordsOf(context.lab).find(context.region, TYPE, name)
    if (record) record.properties = properties
    start(made, properties, context)
    return {physicalId: name, attributes: {Arn: made.arn, RuleName: name}}
  },
  async read(name, _all, {lab, region}) {
    return recordsOf(lab).find(region, TYPE, name)?.properties
  },
  async delete(name, _properties, {lab, region}) {
    stop(arn('events', region, `rule/${name}`), lab)
    recordsOf(lab).remove(region, TYPE, name)
  },
}
