/** AWS::CloudWatch::Alarm and Dashboard. */

import {arn} from '../../kernel.js'
import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  liveOf,
  unlessGone,
  type Properties,
  type Provisioned,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'

async function put(AlarmName: string, properties: Properties, context: ResourceContext): Promise<Provisioned> {
  await request(context, 'monitoring', 'PutMetricAlarm', {...properties, AlarmName})
  return {physicalId: AlarmName, attributes: {Arn: arn('cloudwatch', context.region, `alarm:${AlarmName}`)}}
}

const COMPARED = [
  'ActionsEnabled',
  'AlarmActions',
  'AlarmDescription',
  'AlarmName',
  'ComparisonOperator',
  'DatapointsToAlarm',
  'Dimensions',
  'EvaluationPeriods',
  'InsufficientDataActions',
  'MetricName',
  'Metrics',
  'Namespace',
  'OKActions',
  'Period',
  'Statistic',
  'Threshold',
  'TreatMissingData',
  'Unit',
]

/** PutMetricAlarm makes and changes alike. */
export const alarm: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: 'monitoring',
    add: 'TagResource',
    remove: 'UntagResource',
    target: (_, {Arn}) => ({ResourceARN: Arn}),
    shape: 'list',
  },
  createOnly: ['AlarmName'],
  create: (properties, context) =>
    put(properties.AlarmName ?? generatedName(context.stackName, context.logicalId), properties, context),
  update: (physicalId, properties, _previous, context) => put(physicalId, properties, context),
  async read(name, {Arn}, context) {
    const {MetricAlarms} = await call(context, 'monitoring', 'DescribeAlarms', {AlarmNames: [name]})
    if (MetricAlarms.length === 0) return undefined
    const {Tags} = await call(context, 'monitoring', 'ListTagsForResource', {ResourceARN: Arn})
    return liveOf(MetricAlarms[0], COMPARED, {Tags})
  },
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
  },
}

/** PutDashboard makes and changes alike. */
export const dashboard: ResourceProvider = {
  tags: TAGS,
  createOnly: ['DashboardName'],
  async create({DashboardName, DashboardBody}, context) {
    const name = DashboardName ?? generatedName(context.stackName, context.logicalId)
    await call(context, 'monitoring', 'PutDashboard', {DashboardName: name, DashboardBody})
    return {physicalId: name}
  },
  async update(DashboardName, {DashboardBody}, _previous, context) {
    await call(context, 'monitoring', 'PutDashboard', {DashboardName, DashboardBody})
    return {physicalId: DashboardName}
  },
  async read(DashboardName, _all, context) {
    const found = await unlessGone(call(context, 'monitoring', 'GetDashboard', {DashboardName}))
    return found && {DashboardName, DashboardBody: found.DashboardBody}
  },
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'monitoring', 'DeleteDashboards', {DashboardNames: [name]}))
  },
}
