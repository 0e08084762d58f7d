/** The cluster of a region, its instances and the parameters that somebody has set. */

import type {DBCluster, DBInstance, Parameter} from '@aws-sdk/client-rds'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import {capacityOf} from '../capacity.js'
import {pages} from '../pages.js'
import type {Asked} from './asked.js'
import {logItems} from './logs.js'
import {settingsOf, sorted, tagSettings, tagsOf} from './values.js'

export async function databaseItems(asked: Asked): Promise<Item[]> {
  const {clients, deployment, region, options} = asked
  const DBClusterIdentifier = regionOf(deployment, region).clusterId.toLowerCase()
  const ofCluster = {Filters: [{Name: 'db-cluster-id', Values: [DBClusterIdentifier]}]}
  const [{DBClusters: [cluster] = []}, {DBInstances = []}] = await Promise.all([
    clients.call('rds', region, 'DescribeDBClusters', {DBClusterIdentifier}, options),
    clients.call('rds', region, 'DescribeDBInstances', ofCluster, options),
  ])
  if (!cluster) return []
  const instances = DBInstances.filter((one) => one.DBClusterIdentifier === DBClusterIdentifier)
  const group = cluster.DBClusterParameterGroup
  const [ofGroup, ofInstanceGroups, ...logs] = await Promise.all([
    group === undefined
      ? []
      : parametersOf(asked, group).then((found) => [parameterItem('database parameters', found)]),
    instanceParameters(asked, instances),
    ...(cluster.EnabledCloudwatchLogsExports ?? []).map((log) =>
      logItems(asked, `/aws/rds/cluster/${DBClusterIdentifier}/${log}`),
    ),
  ])
  return [clusterItem(cluster, instances), ...ofGroup, ...ofInstanceGroups, ...logs.flat()]
}

/** Of the groups that somebody has made: those of AWS begin so, and nobody can change them. */
async function instanceParameters(asked: Asked, instances: DBInstance[]): Promise<Item[]> {
  const groups = instances.flatMap(({DBParameterGroups = []}) =>
    DBParameterGroups.map((one) => one.DBParameterGroupName),
  )
  const made = [...new Set(groups)].filter((name) => name !== undefined && !name.startsWith('default.'))
  const all = await Promise.all(made.map((name) => ofInstances(asked, name!)))
  return made.length === 0 ? [] : [parameterItem('instance parameters', all.flat())]
}

function clusterItem(cluster: DBCluster, instances: DBInstance[]): Item {
  const {capacity, raisedFrom} = capacityOf(cluster)
  return {
    kind: 'database',
    name: '',
    settings: {
      ...settingsOf({
        'engine version': cluster.EngineVersion,
        'backup retention': cluster.BackupRetentionPeriod,
        'deletion protection': cluster.DeletionProtection,
        encryption: cluster.StorageEncrypted,
        'storage type': cluster.StorageType,
        port: cluster.Port,
        'IAM authentication': cluster.IAMDatabaseAuthenticationEnabled,
        'tags on snapshots': cluster.CopyTagsToSnapshot,
        logs: sorted(cluster.EnabledCloudwatchLogsExports),
        'minimum capacity': capacity?.min,
        'maximum capacity': capacity?.max,
        'pause after': capacity?.pauseAfterSeconds,
        instances: instances.length,
        'instance classes': each(instances, ({DBInstanceClass}) => DBInstanceClass),
        'instance versions': each(instances, ({EngineVersion}) => EngineVersion),
        'public instances': each(instances, ({PubliclyAccessible}) => PubliclyAccessible),
        'minor upgrades': each(instances, ({AutoMinorVersionUpgrade}) => AutoMinorVersionUpgrade),
        'promotion tiers': each(instances, ({PromotionTier}) => PromotionTier),
        'instance tags': each(instances, ({TagList}) => JSON.stringify(tagSettings(tagsOf(TagList)))),
        'cluster parameters applied': sorted(
          (cluster.DBClusterMembers ?? []).map((one) => one.DBClusterParameterGroupStatus ?? ''),
        ),
        'instance parameters applied': each(instances, ({DBParameterGroups = []}) =>
          DBParameterGroups.map((one) => one.ParameterApplyStatus),
        ),
      }),
      ...tagSettings(tagsOf(cluster.TagList)),
    },
    ...(raisedFrom && {held: {'minimum capacity': 'capacity', 'pause after': 'capacity'}}),
  }
}

/** What the instances have, once for each of them, in an order that their names do not change. */
const each = (instances: DBInstance[], of: (one: DBInstance) => unknown): string[] =>
  sorted(instances.map((one) => String(of(one))))

const parameterItem = (kind: string, parameters: Parameter[]): Item => ({
  kind,
  name: '',
  settings: Object.fromEntries(
    parameters.map(({ParameterName = '', ParameterValue}) => [ParameterName, ParameterValue ?? null]),
  ),
})

async function parametersOf({clients, region, options}: Asked, group: string): Promise<Parameter[]> {
  const found = await pages((Marker) => {
    const question = {DBClusterParameterGroupName: group, Source: 'user', Marker}
    return clients.call('rds', region, 'DescribeDBClusterParameters', question, options)
  })
  return found.flatMap(({Parameters = []}) => Parameters)
}

async function ofInstances({clients, region, options}: Asked, DBParameterGroupName: string): Promise<Parameter[]> {
  const found = await pages((Marker) => {
    const question = {DBParameterGroupName, Source: 'user', Marker}
    return clients.call('rds', region, 'DescribeDBParameters', question, options)
  })
  return found.flatMap(({Parameters = []}) => Parameters)
}
