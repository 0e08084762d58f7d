import type {
  CreateDBClusterParameterGroupMessage,
  CreateDBSubnetGroupMessage,
  DBClusterParameterGroup,
  DBSubnetGroup,
  DescribeDBClusterParametersMessage,
  ModifyDBClusterParameterGroupMessage,
  ModifyDBSubnetGroupMessage,
  ResetDBClusterParameterGroupMessage,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {groupName, rdsArn, resourceId} from './names.js'
import type {ParameterGroupRecord, Rds, SubnetGroupRecord} from './store.js'

export const FAMILY = 'aurora-mysql8.0'
export const DEFAULT_PARAMETER_GROUP = `default.${FAMILY}`

/** The values of a cluster's parameter group, as far as somebody set them. */
export function parameterValues({store}: Rds, region: string, name: string): Record<string, string> {
  const values = store.parameterGroups.find(region, name)?.values ?? {}
  return Object.fromEntries(Object.entries(values).map(([key, {value}]) => [key, value]))
}

/** Cluster parameter groups. Immediate changes reach running servers, of which `pending-reboot` ones wait for a reboot. */
export function parameterGroupOperations(rds: Rds): Record<string, Operation> {
  const {store} = rds
  const shown = (record: ParameterGroupRecord): DBClusterParameterGroup => ({
    DBClusterParameterGroupName: record.name,
    DBParameterGroupFamily: record.family,
    Description: record.description,
    DBClusterParameterGroupArn: record.arn,
  })
  const inUse = (record: ParameterGroupRecord) =>
    store.clusters.inRegion(record.region).filter((cluster) => cluster.parameterGroup === record.name)
  const changeable = (region: string, name: string | undefined): ParameterGroupRecord => {
    if (name?.toLowerCase() === DEFAULT_PARAMETER_GROUP) {
      throw fault('InvalidParameterValue', 'Default parameter groups cannot be modified or deleted')
    }

    return store.parameterGroups.get(region, name)
  }

  const apply = async (record: ParameterGroupRecord): Promise<void> => {
    const immediate = Object.entries(record.values).filter(([, {applyMethod}]) => applyMethod === 'immediate')
    const values = Object.fromEntries(immediate.map(([key, {value}]) => [key, value]))
    for (const {database} of inUse(record)) {
      await database.applyParameters(values).catch((error: Error) => {
        throw fault('InvalidParameterValue', error.message)
      })
    }
  }

  return {
    CreateDBClusterParameterGroup(input: CreateDBClusterParameterGroupMessage, {region}) {
      const name = groupName(input.DBClusterParameterGroupName, 'DBClusterParameterGroupName')
      if (store.parameterGroups.has(region, name) || name === DEFAULT_PARAMETER_GROUP) {
        throw fault('DBParameterGroupAlreadyExists', `Parameter group ${name} already exists`)
      }

      if (input.DBParameterGroupFamily !== FAMILY) {
        throw fault(
          'InvalidParameterValue',
          `ParameterGroupFamily ${input.DBParameterGroupFamily} is not a valid parameter group family`,
        )
      }

      const arn = rdsArn(region, 'cluster-pg', name)
      store.tags.set(arn, input.Tags ?? [])
      const record = {region, name, arn, family: FAMILY, description: input.Description ?? '', values: {}}
      return {DBClusterParameterGroup: shown(store.parameterGroups.put(name, record))}
    },
    async ModifyDBClusterParameterGroup(input: ModifyDBClusterParameterGroupMessage, {region}) {
      const record = changeable(region, input.DBClusterParameterGroupName)
      for (const {ParameterName, ParameterValue, ApplyMethod = 'pending-reboot'} of input.Parameters ?? []) {
        if (!ParameterName || ParameterValue === undefined) {
          throw fault('InvalidParameterValue', 'A parameter needs a name and a value')
        }

        const changed = {value: ParameterValue, applyMethod: ApplyMethod}
        record.values = {...record.values, [ParameterName]: changed}
      }

      await apply(record)
      return {DBClusterParameterGroupName: record.name}
    },
    ResetDBClusterParameterGroup(input: ResetDBClusterParameterGroupMessage, {region}) {
      const record = changeable(region, input.DBClusterParameterGroupName)
      const names = input.ResetAllParameters
        ? Object.keys(record.values)
        : (input.Parameters ?? []).map((one) => one.ParameterName!)
      for (const name of names) delete record.values[name]
      return {DBClusterParameterGroupName: record.name}
    },
    DescribeDBClusterParameterGroups({DBClusterParameterGroupName: name}, {region}) {
      const records = name ? [store.parameterGroups.get(region, name)] : store.parameterGroups.inRegion(region)
      return {DBClusterParameterGroups: records.map((record) => shown(record))}
    },
    DescribeDBClusterParameters(input: DescribeDBClusterParametersMessage, {region}) {
      const isDefault = input.DBClusterParameterGroupName?.toLowerCase() === DEFAULT_PARAMETER_GROUP
      const values = isDefault ? {} : store.parameterGroups.get(region, input.DBClusterParameterGroupName).values
      // Only what a user has set is known here; AWS lists the engine's defaults too.
      if (input.Source && input.Source !== 'user') return {Parameters: []}
      const Parameters = Object.entries(values).map(([ParameterName, {value, applyMethod}]) => ({
        ParameterName,
        ParameterValue: value,
        Source: 'user',
        ApplyMethod: applyMethod,
        IsModifiable: true,
      }))
      return {Parameters}
    },
    DeleteDBClusterParameterGroup({DBClusterParameterGroupName: name}, {region}) {
      const record = changeable(region, name)
      if (inUse(record).length > 0) {
        throw fault(
          'InvalidDBParameterGroupState',
          'One or more database clusters are still members of this parameter group, so the group cannot be deleted',
        )
      }

      store.parameterGroups.remove(region, record.name)
      store.tags.delete(record.arn)
      return {}
    },
  }
}

/** Subnet groups: recorded, and held to the rules by which stacks depend on each other. */
export function subnetGroupOperations({store}: Rds): Record<string, Operation> {
  const shown = (record: SubnetGroupRecord): DBSubnetGroup => ({
    DBSubnetGroupName: record.name,
    DBSubnetGroupDescription: record.description,
    DBSubnetGroupArn: record.arn,
    VpcId: resourceId('vpc', record.region, record.subnets.join(',')).toLowerCase().slice(0, 21),
    SubnetGroupStatus: 'Complete',
    Subnets: record.subnets.map((SubnetIdentifier, index) => ({
      SubnetIdentifier,
      SubnetStatus: 'Active',
      SubnetAvailabilityZone: {Name: `${record.region}${'abc'[index % 3]}`},
    })),
  })
  const subnets = (ids: string[] | undefined): string[] => {
    if (!ids || ids.length < 2) {
      throw fault(
        'DBSubnetGroupDoesNotCoverEnoughAZs',
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.",
      )
    }

    return ids
  }

  return {
    CreateDBSubnetGroup(input: CreateDBSubnetGroupMessage, {region}) {
      const name = groupName(input.DBSubnetGroupName, 'DBSubnetGroupName')
      if (store.subnetGroups.has(region, name)) {
        throw fault('DBSubnetGroupAlreadyExists', `The DB subnet group '${name}' already exists.`)
      }

      const arn = rdsArn(region, 'subgrp', name)
      store.tags.set(arn, input.Tags ?? [])
      const record = {
        region,
        name,
        arn,
        description: input.DBSubnetGroupDescription ?? '',
        subnets: subnets(input.SubnetIds),
      }
      return {DBSubnetGroup: shown(store.subnetGroups.put(name, record))}
    },
    ModifyDBSubnetGroup(input: ModifyDBSubnetGroupMessage, {region}) {
      const record = store.subnetGroups.get(region, input.DBSubnetGroupName)
      record.subnets = subnets(input.SubnetIds)
      record.description = input.DBSubnetGroupDescription ?? record.description
      return {DBSubnetGroup: shown(record)}
    },
    DescribeDBSubnetGroups({DBSubnetGroupName: name}, {region}) {
      const records = name ? [store.subnetGroups.get(region, name)] : store.subnetGroups.inRegion(region)
      return {DBSubnetGroups: records.map((record) => shown(record))}
    },
    DeleteDBSubnetGroup({DBSubnetGroupName: name}, {region}) {
      const record = store.subnetGroups.get(region, name)
      if (store.clusters.inRegion(region).some((cluster) => cluster.subnetGroup === record.name)) {
        throw fault(
          'InvalidDBSubnetGroupStateFault',
          `Cannot delete the subnet group '${record.name}' because at least one database cluster is still using it.`,
        )
      }

      store.subnetGroups.remove(region, record.name)
      store.tags.delete(record.arn)
      return {}
    },
  }
}
