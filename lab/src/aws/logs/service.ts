import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  LogGroup,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs'

import {arn, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {recordsOf, type ResourceRecord} from '../../cloudformation/records.js'
import {tagList} from '../../cloudformation/tags.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {streamOperations} from './streams.js'

const TYPE = 'AWS::Logs::LogGroup'
/** The largest page of DescribeLogGroups, and its default (CloudWatch Logs API). */
const PAGE = 50
/** In days (PutRetentionPolicy, CloudWatch Logs API). */
const RETENTIONS = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

/** CloudWatch Logs: what builds print. What functions say is in `todo-dr lab logs` alone. */
export class LogsService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>

  constructor(private readonly lab: Lab) {
    this.operations = {
      ...this.groupOperations(),
      ...streamOperations(
        (name, region) => this.group(name, region),
        () => lab.now(),
      ),
    }
  }

  private readonly groupOperations = (): Record<string, Operation> => ({
    CreateLogGroup: (input: CreateLogGroupRequest, {region}) => this.create(input, region),
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
  })

  private create({logGroupName: name = '', kmsKeyId, tags}: CreateLogGroupRequest, region: string): object {
    if (recordsOf(this.lab).find(region, TYPE, name))
      throw fault('ResourceAlreadyExistsException', 'The specified log group already exists')
    const groupArn = arn('logs', region, `log-group:${name}`)
    recordsOf(this.lab).put({
      type: TYPE,
      region,
      physicalId: name,
      arn: groupArn,
      properties: {LogGroupName: name, KmsKeyId: kmsKeyId, Tags: tagList(tags)},
      attributes: {Arn: `${groupArn}:*`},
      createdAt: new Date(this.lab.now()),
    })
    return {}
  }

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
