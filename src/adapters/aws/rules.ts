/** The rules by which EventBridge calls a function. CloudFormation names them, so that they are found by what they call. */

import type {DescribeRuleResponse} from '@aws-sdk/client-eventbridge'
import {regionOf} from '../../model/regions.js'
import {pages} from './pages.js'
import type {Asked} from './settings/asked.js'

export async function rulesCalling(asked: Asked, functionName: string): Promise<DescribeRuleResponse[]> {
  const {clients, region, options} = asked
  const TargetArn = functionArn(asked, functionName)
  const found = await pages((NextToken) =>
    clients.call('events', region, 'ListRuleNamesByTarget', {TargetArn, NextToken}, options),
  )
  const names = found.flatMap(({RuleNames = []}) => RuleNames)
  return Promise.all(names.map((Name) => clients.call('events', region, 'DescribeRule', {Name}, options)))
}

/** The map names functions, and only the cluster's ARN says whose account it is. */
export function functionArn({deployment, region}: Pick<Asked, 'deployment' | 'region'>, name: string): string {
  const cluster = regionOf(deployment, region).clusterArn.split(':')
  return `arn:${cluster[1]}:lambda:${region}:${cluster[4]}:function:${name}`
}

export const isDisabled = ({State}: DescribeRuleResponse): boolean => State === 'DISABLED'
