/** What EventBridge calls the functions of a region for by itself: when, and with what. */

import type {DescribeRuleResponse, Target} from '@aws-sdk/client-eventbridge'
import {servingFunctions} from '../../../model/deployment.js'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import {pages} from '../pages.js'
import {functionArn, isDisabled, rulesCalling} from '../rules.js'
import type {Asked} from './asked.js'
import {settingsOf, sorted} from './values.js'

export async function scheduleItems(asked: Asked): Promise<Item[]> {
  const names = servingFunctions(regionOf(asked.deployment, asked.region).functions)
  const found = await Promise.all(names.map((name) => itemsOf(asked, name)))
  return found.flat()
}

/** Rules have random names: one is called after its function, and further ones have a number behind that. */
async function itemsOf(asked: Asked, name: string): Promise<Item[]> {
  const rules = await rulesCalling(asked, name)
  const all = await Promise.all(rules.map((rule) => itemOf(asked, name, rule)))
  const order = ({settings: {state: _, ...rest}}: Item): string => JSON.stringify(rest)
  return all
    .sort((left, right) => (order(left) < order(right) ? -1 : 1))
    .map((item, index) => (index === 0 ? item : {...item, name: `${name} ${index + 1}`}))
}

async function itemOf(asked: Asked, name: string, rule: DescribeRuleResponse): Promise<Item> {
  const {clients, region, options} = asked
  const {Name: Rule, State, ScheduleExpression, EventPattern, RoleArn} = rule
  const found = await pages((NextToken) =>
    clients.call('events', region, 'ListTargetsByRule', {Rule, NextToken}, options),
  )
  const arn = functionArn(asked, name)
  const targets = found.flatMap(({Targets = []}) => Targets).filter(({Arn}) => Arn === arn)
  return {
    kind: 'schedule',
    name,
    settings: settingsOf({
      state: State,
      schedule: ScheduleExpression,
      'event pattern': EventPattern,
      role: RoleArn,
      input: textOf(targets, ({Input, InputPath, InputTransformer}) => Input ?? InputPath ?? InputTransformer),
      retries: textOf(targets, ({RetryPolicy}) => RetryPolicy),
      'dead letters': textOf(targets, ({DeadLetterConfig}) => DeadLetterConfig?.Arn),
    }),
    ...(isDisabled(rule) && {fixes: {state: `aws events enable-rule --region ${region} --name ${Rule}`}}),
  }
}

/** A rule may call a function more than once. */
function textOf(targets: Target[], of: (target: Target) => unknown): string | undefined {
  const texts = targets.flatMap((target) => {
    const found = of(target)
    return found === undefined ? [] : [typeof found === 'string' ? found : JSON.stringify(found)]
  })
  return texts.length === 0 ? undefined : sorted(texts).join(', ')
}
