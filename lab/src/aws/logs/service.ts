import type {DeleteLogGroupRequest, DescribeLogGroupsRequest, LogGroup} from '@aws-sdk/client-cloudwatch-logs'

import {fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {recordsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {page} from '../by-region.js'
import {api} from './api.js'

const TYPE = 'AWS::Logs::LogGroup'
/** The largest page of DescribeLogGroups, and its default (CloudWatch Logs API). */
const PAGE = 50

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
      if (!recordsOf(this.lab).find(region, TYPE, logGroupName))
        throw fault('ResourceNotFoundException', 'The specified log group does not exist.')
      recordsOf(this.lab).remove(region, TYPE, logGroupName)
      return {}
    },
  }

  constructor(private readonly lab: Lab) {}

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
