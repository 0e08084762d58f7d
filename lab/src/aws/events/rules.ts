/** The rules of a lab, of the default bus: what they must be like, and which of them run. */

import type {Properties} from '../../cloudformation/provider.js'
import {arn, fault, type Lab} from '../../kernel.js'
import {checkPattern, type Pattern} from './pattern.js'
import {begin, everyMs, isBuild, isPipeline, type Rule, type Target} from './schedule.js'

export const RULE = 'AWS::Events::Rule'
export const BUS = 'default'

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
export function ruleOf(name: string, properties: Properties, region: string): Rule {
  const {EventBusName = BUS, Targets = []} = properties
  if (EventBusName !== BUS) throw new Error(`The lab does not support EventBusName of ${RULE}`)
  const when = whenOf(properties)
  for (const target of Targets as Properties[]) checkTarget(target)
  return {arn: arn('events', region, `rule/${name}`), region, when, targets: Targets as Target[]}
}

function whenOf({EventPattern, ScheduleExpression}: Properties): number | Pattern {
  if (EventPattern && ScheduleExpression)
    throw new Error(`The lab does not support both EventPattern and ScheduleExpression of ${RULE}`)
  if (EventPattern) {
    checkPattern(EventPattern)
    return EventPattern
  }

  if (String(ScheduleExpression).startsWith('cron('))
    throw new Error(`The lab does not support cron schedules of ${RULE}`)
  const every = everyMs(ScheduleExpression ?? '')
  if (every === undefined) throw fault('ValidationException', 'Parameter ScheduleExpression is not valid.')
  return every
}

function checkTarget(target: Properties): void {
  const {Arn, RoleArn} = target
  // What EventBridge calls with a role's rights [EventBridge user guide, "Using identity-based policies"].
  const byRole = isPipeline(Arn) || isBuild(Arn)
  if (!byRole && !String(Arn).startsWith('arn:aws:lambda:'))
    throw new Error(`The lab supports functions, pipelines and builds only as targets of ${RULE}`)
  // The text is assumed.
  if (byRole && !RoleArn) throw fault('ValidationException', `RoleArn is required for target ${Arn}.`)
  const known = new Set(['Arn', 'Id', 'RetryPolicy', byRole ? 'RoleArn' : 'Input'])
  const other = Object.keys(target).find((member) => !known.has(member))
  if (other) throw new Error(`The lab does not support ${other} in a target of ${RULE}`)
}

export const isOn = ({State = 'ENABLED'}: Properties): boolean => State !== 'DISABLED'

/** Begins it anew where its properties have it on. */
export function start(rule: Rule, properties: Properties, lab: Lab): void {
  stop(rule.arn, lab)
  if (isOn(properties)) schedulesOf(lab).set(rule.arn, begin(lab, rule))
}

export function stop(ruleArn: string, lab: Lab): void {
  schedulesOf(lab).get(ruleArn)?.()
  schedulesOf(lab).delete(ruleArn)
}
