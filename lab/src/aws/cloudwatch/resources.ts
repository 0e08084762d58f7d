/** AWS::CloudWatch::Alarm. */

import {arn} from '../../kernel.js'
import {generatedName} from '../../cloudformation/names.js'
import {
  call,
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

/** PutMetricAlarm makes and changes alike. */
export const alarm: ResourceProvider = {
  tags: TAGS,
  createOnly: ['AlarmName'],
  create: (properties, context) =>
    put(properties.AlarmName ?? generatedName(context.stackName, context.logicalId), properties, context),
  update: (physicalId, properties, _previous, context) => put(physicalId, properties, context),
  async delete(name, _properties, context) {
    await unlessGone(call(context, 'monitoring', 'DeleteAlarms', {AlarmNames: [name]}))
  },
}
