/** AWS::RDS::DBClusterParameterGroup and DBSubnetGroup. */

import {
  call,
  changedProperties,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'
import {identifier, rdsTags} from './kinds.js'
import {liveParameterGroup, liveSubnetGroup} from './live.js'
import {rdsArn} from './names.js'

/** `{Parameters: {name: value}}` as ModifyDBClusterParameterGroup wants it. */
const parameterList = (parameters: Properties) =>
  Object.entries(parameters ?? {}).map(([ParameterName, value]) => ({
    ParameterName,
    ParameterValue: String(value),
    ApplyMethod: 'pending-reboot',
  }))

export const parameterGroup: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((name, _, region) => rdsArn(region, 'cluster-pg', name)),
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
  /** What others have set meanwhile stays: only what differs is set, and what is gone from the template is reset. */
  async update(physicalId, {Parameters: after = {}}, {Parameters: before = {}}, context) {
    const changed = changedProperties(before, after)
    const set = changed.filter((name) => Object.hasOwn(after, name)).map((name) => [name, after[name]])
    await applyParameters(physicalId, {Parameters: Object.fromEntries(set)}, context)
    const gone = changed.filter((name) => !Object.hasOwn(after, name))
    if (gone.length > 0)
      await call(context, 'rds', 'ResetDBClusterParameterGroup', {
        DBClusterParameterGroupName: physicalId,
        Parameters: gone.map((ParameterName) => ({ParameterName, ApplyMethod: 'pending-reboot'})),
      })
    return {physicalId}
  },
  read: liveParameterGroup,
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
  tagCalls: rdsTags((name, _, region) => rdsArn(region, 'subgrp', name)),
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
  read: liveSubnetGroup,
  async delete(DBSubnetGroupName, _properties, context) {
    await unlessGone(call(context, 'rds', 'DeleteDBSubnetGroup', {DBSubnetGroupName}))
  },
}
