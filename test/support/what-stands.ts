/** All that stands on a lab, asked of the services that have it: no tag and no program of ours has a say. */

import {CloudFormationClient, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {CloudWatchLogsClient, DescribeLogGroupsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {IAMClient, ListRolesCommand} from '@aws-sdk/client-iam'
import {ResourceGroupsTaggingAPIClient, paginateGetResources} from '@aws-sdk/client-resource-groups-tagging-api'

import {labKeys, type LabAccess} from './lab.js'

/** CDK's bootstrap and the log role of API Gateway, which serve others too, and keys, which wait for their end. */
const STAYS = /CDKToolkit|cdk-hnb659fds|^arn:aws:kms:|^role .*-LogRole[\dA-F]{8}-/

/** ARNs and names, in order, without what a teardown leaves. What bears no tag is listed where it is a stack, a role or a log group. */
export async function whatStands(lab: LabAccess, regions: readonly string[]): Promise<string[]> {
  const settings = {endpoint: lab.endpoint, credentials: labKeys(lab)}
  const {Roles = []} = await new IAMClient({region: 'us-east-1', ...settings}).send(new ListRolesCommand({}))
  const found = Roles.map(({RoleName}) => `role ${RoleName}`)
  for (const region of new Set(['us-east-1', ...regions])) {
    const client = new ResourceGroupsTaggingAPIClient({region, ...settings})
    for await (const {ResourceTagMappingList = []} of paginateGetResources({client}, {}))
      found.push(...ResourceTagMappingList.map(({ResourceARN}) => ResourceARN!))
    const {Stacks = []} = await new CloudFormationClient({region, ...settings}).send(new DescribeStacksCommand({}))
    found.push(...Stacks.map(({StackName}) => `stack ${StackName}`))
    const logs = new CloudWatchLogsClient({region, ...settings})
    const {logGroups = []} = await logs.send(new DescribeLogGroupsCommand({}))
    found.push(...logGroups.map(({logGroupName}) => `log group ${logGroupName}`))
  }

  return found.filter((one) => !STAYS.test(one)).sort()
}
