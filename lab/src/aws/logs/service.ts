import type {
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  LogGroup,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs'

import {fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {recordsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {page} from '../by-region.js'
import {api} from './api.js'

const TYPE = 'AWS::Logs::LogGroup'
/** The largest page of DescribeLogGroups, and its default (CloudWatch Logs API). */
const PAGE = 50
/** In days (PutRetentionPolicy, CloudWatch Logs API). */
const RETENTIONS = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

/** CloudWatch Logs: the log groups that templates made. Nothing is written to them: `todo-dr lab logs` has what functions say. */
export class LogsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation> = {
    DescribeLogGroups: (input: DescribeLogGroupsRequest, {region}) => {
      const {logGroupNamePrefix = '', limit = PAGE, nextToken} = input
      const groups = this.groups(region).filter(({physicalId}) => physicalId.startsWith(logGroupNamePrefix))
      const {items, next} = page(groups, limit, nextToken)
      return {logGroups: items.map(shown), nextToken: next}
    },
    DeleteLogGroup: ({logGroupName = ''}: DeleteLogGroupRequest, {region}) => {
      this.group(logGroupName, region)
      recordsOf(this.lab).remove(region, TYPE, logGroupName)
      return {}
    },
    PutRetentionPolicy: ({logGroupName, retentionInDays}: PutRetentionPolicyRequest, {region}) => {
      if (!RETENTIONS.has(retentionInDays ?? 0))
        throw fault('InvalidParameterException', `The retention of ${retentionInDays} days is not supported.`)
      const group = this.group(logGroupName, region)
      group.properties = {...group.properties, RetentionInDays: retentionInDays}
      return {}
    },
    DeleteRetentionPolicy: ({logGroupName}: DeleteRetentionPolicyRequest, {region}) => {
      const group = this.group(logGroupName, region)
      group.properties = {...group.properties, RetentionInDays: undefined}
      return {}
    },
  }

  constructor(private readonly lab: Lab) {}

  private group(name: string | undefined, region: string): ResourceRecord {
    const found = recordsOf(this.lab).find(region, TYPE, name ?? '')
    if (!found) throw fault('ResourceNotFoundException', 'The specified log group does not exist.')
    return found
  }

  private groups(region: string): ResourceRecord[] {
    return recordsOf(this.lab)
      .inRegion(region, TYPE)
      .sort((left, right) => (left.physicalId < right.physicalId ? -1 : 1))
  }
}

const shown = ({physicalId, arn, attributes, properties, createdAt}: ResourceRecord): LogGroup => ({
  logGroupName: physicalId,
  arn: attributes.Arn,
  logGroupArn: arn,
  creationTime: createdAt.getTime(),
  retentionInDays: properties.RetentionInDays,
  kmsKeyId: properties.KmsKeyId,
  storedBytes: 0,
})
