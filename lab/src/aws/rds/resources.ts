/** AWS::RDS::GlobalCluster, DBCluster, DBInstance, DBClusterParameterGroup and DBSubnetGroup. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  unlessGone,
  waitUntil,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'

/** RDS keeps identifiers in lower case, at most 63 characters. */
export const identifier = (given: unknown, context: ResourceContext): string =>
  typeof given === 'string' ? given : generatedName(context.stackName, context.logicalId, {max: 63, lowerCase: true})

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

async function describeCluster(id: string, context: ResourceContext): Promise<Properties> {
  const {DBClusters} = await call(context, 'rds', 'DescribeDBClusters', {DBClusterIdentifier: id})
  return DBClusters[0]
}

/** Statuses that no waiting ends. */
const HOPELESS = new Set(['failed', 'inaccessible-encryption-credentials', 'incompatible-parameters', 'storage-full'])

/** True once it is available. Throws where it never will be, with what RDS's events say of it. */
function readiness(type: 'db-cluster' | 'db-instance', id: string, context: ResourceContext) {
  return async (status: string): Promise<boolean> => {
    if (!HOPELESS.has(status)) return status === 'available'
    const {Events = []} = await call(context, 'rds', 'DescribeEvents', {SourceType: type, SourceIdentifier: id})
    throw new Error(`${id} is in the status ${status}. ${Events.at(-1)?.Message ?? ''}`)
  }
}

async function clusterAttributes(id: string, context: ResourceContext): Promise<Properties> {
  const isReady = readiness('db-cluster', id, context)
  const cluster = await waitUntil(
    `The cluster ${id}`,
    () => describeCluster(id, context),
    ({Status}) => isReady(Status),
  )
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

export const cluster: ResourceProvider = {
  tags: TAGS,
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
    await request(context, 'rds', 'CreateDBCluster', {...properties, DBClusterIdentifier: id})
    context.allocated(id)
    return {physicalId: id, attributes: await clusterAttributes(id, context)}
  },
  async update(physicalId, properties, previous, context) {
    if (!isEmpty(previous.GlobalClusterIdentifier) && isEmpty(properties.GlobalClusterIdentifier))
      await leaveGlobalCluster(await describeCluster(physicalId, context), previous.GlobalClusterIdentifier, context)
    await request(context, 'rds', 'ModifyDBCluster', {
      ...properties,
      DBClusterIdentifier: physicalId,
      ApplyImmediately: true,
    })
    return {physicalId, attributes: await clusterAttributes(physicalId, context)}
  },
  /** A member leaves its global cluster first, as AWS's own handler does it. */
  async delete(physicalId, properties, context, {snapshot}) {
    const found = await unlessGone(describeCluster(physicalId, context))
    if (!found) return
    if (properties.GlobalClusterIdentifier) await leaveGlobalCluster(found, properties.GlobalClusterIdentifier, context)
    const last = snapshot
      ? {SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshotName(context)}
      : {SkipFinalSnapshot: true}
    await unlessGone(call(context, 'rds', 'DeleteDBCluster', {DBClusterIdentifier: physicalId, ...last}))
    await waitUntil(
      `The deletion of ${physicalId}`,
      () => unlessGone(describeCluster(physicalId, context)),
      (left) => !left,
    )
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
    () => describeCluster(id, context),
    ({Status}) => Status !== 'promoting',
  )
}

const finalSnapshotName = ({stackName, logicalId}: ResourceContext): string =>
  generatedName(`${stackName}-snapshot`, logicalId, {lowerCase: true})

async function describeInstance(id: string, context: ResourceContext): Promise<Properties> {
  const {DBInstances} = await call(context, 'rds', 'DescribeDBInstances', {DBInstanceIdentifier: id})
  return DBInstances[0]
}

async function instanceAttributes(id: string, context: ResourceContext): Promise<Properties> {
  const isReady = readiness('db-instance', id, context)
  const instance = await waitUntil(
    `The instance ${id}`,
    () => describeInstance(id, context),
    ({DBInstanceStatus}) => isReady(DBInstanceStatus),
  )
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
  async update(physicalId, properties, _previous, context) {
    const change = {...properties, DBInstanceIdentifier: physicalId, ApplyImmediately: true}
    await request(context, 'rds', 'ModifyDBInstance', change)
    return {physicalId, attributes: await instanceAttributes(physicalId, context)}
  },
  async delete(physicalId, _properties, context, {snapshot}) {
    const last = snapshot
      ? {SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: finalSnapshotName(context)}
      : {SkipFinalSnapshot: true}
    await unlessGone(call(context, 'rds', 'DeleteDBInstance', {DBInstanceIdentifier: physicalId, ...last}))
    await waitUntil(
      `The deletion of ${physicalId}`,
      () => unlessGone(describeInstance(physicalId, context)),
      (left) => !left,
    )
  },
}

async function describeGlobalCluster(id: string, context: ResourceContext): Promise<Properties> {
  const {GlobalClusters} = await call(context, 'rds', 'DescribeGlobalClusters', {GlobalClusterIdentifier: id})
  return GlobalClusters[0]
}

export const globalCluster: ResourceProvider = {
  tags: TAGS,
  createOnly: ['Engine', 'GlobalClusterIdentifier', 'SourceDBClusterIdentifier', 'StorageEncrypted'],
  async create(properties, context) {
    const id = identifier(properties.GlobalClusterIdentifier, context)
    await request(context, 'rds', 'CreateGlobalCluster', {...properties, GlobalClusterIdentifier: id})
    context.allocated(id)
    const found = await waitUntil(
      `The global cluster ${id}`,
      () => describeGlobalCluster(id, context),
      ({Status}) => Status === 'available',
    )
    return {physicalId: id, attributes: {'GlobalEndpoint.Address': found.Endpoint}}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, 'rds', 'ModifyGlobalCluster', {...properties, GlobalClusterIdentifier: physicalId})
    return {physicalId}
  },
  /** The last member, which is the writer, is taken out before the empty global cluster goes. */
  async delete(physicalId, _properties, context) {
    const found = await unlessGone(describeGlobalCluster(physicalId, context))
    if (!found) return
    const members: Properties[] = found.GlobalClusterMembers ?? []
    if (members.length === 1)
      await call(context, 'rds', 'RemoveFromGlobalCluster', {
        GlobalClusterIdentifier: physicalId,
        DbClusterIdentifier: members[0]!.DBClusterArn,
      })
    await unlessGone(call(context, 'rds', 'DeleteGlobalCluster', {GlobalClusterIdentifier: physicalId}))
    await waitUntil(
      `The deletion of ${physicalId}`,
      () => unlessGone(describeGlobalCluster(physicalId, context)),
      (left) => !left,
    )
  },
}
