/** AWS::RDS::DBClusterParameterGroup and DBSubnetGroup. */

import {
  call,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'
import {identifier} from './kinds.js'

/** `{Parameters: {name: value}}` as ModifyDBClusterParameterGroup wants it. */
const parameterList = (parameters: Properties) =>
  Object.entries(parameters ?? {}).map(([ParameterName, value]) => ({
    ParameterName,
    ParameterValue: String(value),
    ApplyMethod: 'pending-reboot',
  }))

export const parameterGroup: ResourceProvider = {
  tags: TAGS,
  createOnly: ['DBClusterParameterGroupName', 'Description', 'Family'],
  async create(properties, context) {
    const name = identifier(properties.DBClusterParameterGroupName, context)
    await request(context, 'rds', 'CreateDBClusterParameterGroup', {
      ...properties,
      DBClusterParameterGroupName: name,
      DBParameterGroupFamily: properties.Family,
    })
    context.allocated(name)
    await applyParameters(name, properties, context)
    return {physicalId: name}
  },
  async update(physicalId, properties, _previous, context) {
    await applyParameters(physicalId, properties, context)
    return {physicalId}
  },
  async delete(DBClusterParameterGroupName, _properties, context) {
    await unlessGone(call(context, 'rds', 'DeleteDBClusterParameterGroup', {DBClusterParameterGroupName}))
  },
}

async function applyParameters(name: string, properties: Properties, context: ResourceContext): Promise<void> {
  const Parameters = parameterList(properties.Parameters)
  if (Parameters.length === 0) return
  await call(context, 'rds', 'ModifyDBClusterParameterGroup', {DBClusterParameterGroupName: name, Parameters})
}

export const subnetGroup: ResourceProvider = {
  tags: TAGS,
  createOnly: ['DBSubnetGroupName'],
  async create(properties, context) {
    const name = identifier(properties.DBSubnetGroupName, context)
    await request(context, 'rds', 'CreateDBSubnetGroup', {...properties, DBSubnetGroupName: name})
    return {physicalId: name}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, 'rds', 'ModifyDBSubnetGroup', {...properties, DBSubnetGroupName: physicalId})
    return {physicalId}
  },
  async delete(DBSubnetGroupName, _properties, context) {
    await unlessGone(call(context, 'rds', 'DeleteDBSubnetGroup', {DBSubnetGroupName}))
  },
}
