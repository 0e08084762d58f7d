/** AWS::RDS::GlobalCluster, DBCluster and DBInstance. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  unlessGone,
  waitUntil,
  withoutUnchanged,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'
import {clusters, globalClusters, identifier, instances, rdsTags} from './kinds.js'
import {liveCluster, liveGlobalCluster, liveInstance} from './live.js'
import {globalArn} from './names.js'

async function clusterAttributes(id: string, context: ResourceContext): Promise<Properties> {
  const cluster = await clusters.available(id, context)
  return {
    DBClusterArn: cluster.DBClusterArn,
    DBClusterResourceId: cluster.DbClusterResourceId,
    'Endpoint.Address': cluster.Endpoint,
    'Endpoint.Port': String(cluster.Port ?? 3306),
    'ReadEndpoint.Address': cluster.ReaderEndpoint,
  }
}

const isEmpty = (value: unknown): boolean => value === undefined || value === ''

/** RDS minds no letter case in names. */
const isOtherText = (before: unknown, after: unknown): boolean =>
  String(before).toLowerCase() !== String(after).toLowerCase()

/**
 * What CloudFormation's handler sends only where it differs. So an update of anything else works after a switch, though the
 * template of a former primary has a password, which a secondary refuses. Source: modifyDbClusterRequest in AWS's
 * cloudformation-resource-providers-rds, aws-rds-dbcluster.
 */
const SENT_WHEN_CHANGED = [
  'EnableIAMDatabaseAuthentication',
  'EngineVersion',
  'ManageMasterUserPassword',
  'MasterUserPassword',
  'Port',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'ServerlessV2ScalingConfiguration',
  'VpcSecurityGroupIds',
]

/** A rollback sends no version, since RDS cannot go back from an upgrade (the same source, for all three types). */
function withoutUpgrade(properties: Properties, {rollback}: ResourceContext): Properties {
  const {EngineVersion: _, ...others} = properties
  return rollback ? others : properties
}

/** The kinds of logs that are exported from now on, and no longer. */
function logExports({EnableCloudwatchLogsExports: after = []}: Properties, previous: Properties): Properties {
  const before: string[] = previous.EnableCloudwatchLogsExports ?? []
  return {
    EnableLogTypes: after.filter((one: string) => !before.includes(one)),
    DisableLogTypes: before.filter((one) => !after.includes(one)),
  }
}

/** A member that CloudFormation calls otherwise than RDS. */
const asInput = ({PerformanceInsightsEnabled, ...others}: Properties): Properties => ({
  ...others,
  EnablePerformanceInsights: PerformanceInsightsEnabled,
})

export const cluster: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((_, {DBClusterArn}) => DBClusterArn),
  createOnly: [
    'AvailabilityZones',
    'ClusterScalabilityType',
    'DBClusterIdentifier',
    'DBSubnetGroupName',
    'DBSystemId',
    'DatabaseName',
    'EngineMode',
    'KmsKeyId',
    'PubliclyAccessible',
    'RestoreToTime',
    'RestoreType',
    'SnapshotIdentifier',
    'SourceDBClusterIdentifier',
    'SourceDbClusterResourceId',
    'SourceRegion',
    'StorageEncrypted',
    'UseLatestRestorableTime',
  ],
  conditional: {
    Engine: isOtherText,
    // Emptied, it takes the cluster out of its global database; any other value wants a new cluster.
    GlobalClusterIdentifier: (_before, after) => !isEmpty(after),
    MasterUsername: isOtherText,
  },
  deletionPolicy: () => 'Snapshot',
  async create(properties, context) {
    const id = identifier(properties.DBClusterIdentifier, context)
    await request(context, 'rds', 'CreateDBCluster', {...asInput(properties), DBClusterIdentifier: id})
    context.allocated(id)
    return {physicalId: id, attributes: await clusterAttributes(id, context)}
  },
  async update(physicalId, properties, previous, context) {
    if (!isEmpty(previous.GlobalClusterIdentifier) && isEmpty(properties.GlobalClusterIdentifier))
      await leaveGlobalCluster(await clusters.describe(physicalId, context), previous.GlobalClusterIdentifier, context)
    await request(context, 'rds', 'ModifyDBCluster', {
      ...asInput(withoutUnchanged(withoutUpgrade(properties, context), previous, SENT_WHEN_CHANGED)),
      CloudwatchLogsExportConfiguration: logExports(properties, previous),
      DBClusterIdentifier: physicalId,
      ApplyImmediately: true,
    })
    return {physicalId, attributes: await clusterAttributes(physicalId, context)}
  },
  read: liveCluster,
  /** A member leaves its global cluster first, as AWS's own handler does it. */
  async delete(physicalId, properties, context, {snapshot}) {
    const found = await unlessGone(clusters.describe(physicalId, context))
    if (!found) return
    if (properties.GlobalClusterIdentifier) await leaveGlobalCluster(found, properties.GlobalClusterIdentifier, context)
    await clusters.remove(physicalId, context, ending(snapshot, context))
  },
}

/** Detached, a secondary is promoted, and only then can it be deleted. */
async function leaveGlobalCluster(
  found: Properties,
  GlobalClusterIdentifier: string,
  context: ResourceContext,
): Promise<void> {
  const {DBClusterIdentifier: id, DBClusterArn: DbClusterIdentifier} = found
  await unlessGone(call(context, 'rds', 'RemoveFromGlobalCluster', {GlobalClusterIdentifier, DbClusterIdentifier}))
  await waitUntil(
    `The promotion of ${id}`,
    () => clusters.describe(id, context),
    ({Status}) => Status !== 'promoting',
  )
}

/** How the deletion of a database ends: with a final snapshot where the deletion policy wants one. */
function ending(snapshot: boolean | undefined, {stackName, logicalId}: ResourceContext): Properties {
  if (!snapshot) return {SkipFinalSnapshot: true}
  const name = generatedName(`${stackName}-snapshot`, logicalId, {lowerCase: true})
  return {SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: name}
}

async function instanceAttributes(id: string, context: ResourceContext): Promise<Properties> {
  const instance = await instances.available(id, context)
  return {
    DBInstanceArn: instance.DBInstanceArn,
    DbiResourceId: instance.DbiResourceId,
    'Endpoint.Address': instance.Endpoint?.Address,
    'Endpoint.Port': String(instance.Endpoint?.Port ?? 3306),
    'Endpoint.HostedZoneId': instance.Endpoint?.HostedZoneId,
  }
}

/** Conditional for other engines than Aurora, whose instances take them in place. */
const MODIFIED = [
  'AutoMinorVersionUpgrade',
  'BackupRetentionPeriod',
  'DBParameterGroupName',
  'MultiAZ',
  'PerformanceInsightsKMSKeyId',
  'PreferredMaintenanceWindow',
  'StorageType',
]

/** Where an instance is restored from: another origin is another instance. */
const ORIGINS = [
  'DBClusterSnapshotIdentifier',
  'DBSnapshotIdentifier',
  'RestoreTime',
  'SourceDBClusterIdentifier',
  'SourceDBInstanceAutomatedBackupsArn',
  'SourceDBInstanceIdentifier',
  'SourceDbiResourceId',
  'UseLatestRestorableTime',
]

export const instance: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((_, {DBInstanceArn}) => DBInstanceArn),
  createOnly: [
    'BackupTarget',
    'CharacterSetName',
    'CustomIAMInstanceProfile',
    'DBClusterIdentifier',
    'DBInstanceIdentifier',
    'DBName',
    'DBSubnetGroupName',
    'DBSystemId',
    'KmsKeyId',
    'MasterUsername',
    'NcharCharacterSetName',
    'Port',
    'SourceRegion',
    'StorageEncrypted',
    'Timezone',
  ],
  conditional: {
    ...Object.fromEntries(MODIFIED.map((name) => [name, () => false])),
    ...Object.fromEntries(ORIGINS.map((name) => [name, () => true])),
    AvailabilityZone: isOtherText,
    Engine: isOtherText,
  },
  deletionPolicy: ({DBClusterIdentifier}) => (DBClusterIdentifier ? 'Delete' : 'Snapshot'),
  async create(properties, context) {
    const id = identifier(properties.DBInstanceIdentifier, context)
    await request(context, 'rds', 'CreateDBInstance', {...properties, DBInstanceIdentifier: id})
    context.allocated(id)
    return {physicalId: id, attributes: await instanceAttributes(id, context)}
  },
  /** All but the tier is sent only where it differs (modifyDbInstanceRequest of the same sources, aws-rds-dbinstance). */
  async update(physicalId, properties, previous, context) {
    const {PromotionTier, ...others} = withoutUpgrade(properties, context)
    const change = {...withoutUnchanged(others, previous, Object.keys(others)), PromotionTier}
    await request(context, 'rds', 'ModifyDBInstance', {
      ...change,
      DBInstanceIdentifier: physicalId,
      ApplyImmediately: true,
    })
    return {physicalId, attributes: await instanceAttributes(physicalId, context)}
  },
  read: liveInstance,
  async delete(physicalId, _properties, context, {snapshot}) {
    await instances.remove(physicalId, context, ending(snapshot, context))
  },
}

export const globalCluster: ResourceProvider = {
  tags: TAGS,
  tagCalls: rdsTags((id) => globalArn(id)),
  createOnly: ['Engine', 'GlobalClusterIdentifier', 'SourceDBClusterIdentifier', 'StorageEncrypted'],
  async create(properties, context) {
    const id = identifier(properties.GlobalClusterIdentifier, context)
    await request(context, 'rds', 'CreateGlobalCluster', {...properties, GlobalClusterIdentifier: id})
    context.allocated(id)
    const found = await globalClusters.available(id, context)
    return {physicalId: id, attributes: {'GlobalEndpoint.Address': found.Endpoint}}
  },
  /** A version that stays in the template must not take back an upgrade that was made beside it. */
  async update(physicalId, properties, previous, context) {
    const change = withoutUnchanged(withoutUpgrade(properties, context), previous, ['EngineVersion'])
    await request(context, 'rds', 'ModifyGlobalCluster', {...change, GlobalClusterIdentifier: physicalId})
    return {physicalId}
  },
  read: liveGlobalCluster,
  /** The last member, which is the writer, is taken out before the empty global cluster goes. */
  async delete(physicalId, _properties, context) {
    const found = await unlessGone(globalClusters.describe(physicalId, context))
    if (!found) return
    const members: Properties[] = found.GlobalClusterMembers ?? []
    if (members.length === 1)
      await call(context, 'rds', 'RemoveFromGlobalCluster', {
        GlobalClusterIdentifier: physicalId,
        DbClusterIdentifier: members[0]!.DBClusterArn,
      })
    await globalClusters.remove(physicalId, context)
  },
}
