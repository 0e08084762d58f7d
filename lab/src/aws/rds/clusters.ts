import {setTimeout as sleep} from 'node:timers/promises'

import type {
  CreateDBClusterMessage,
  DBCluster,
  DeleteDBClusterMessage,
  DescribeDBClustersMessage,
  ModifyDBClusterMessage,
  RestoreDBClusterFromSnapshotMessage,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {closeClusterEndpoints, clusterHosts, openClusterEndpoints} from './endpoints.js'
import {ENGINE, engineVersion} from './engine-versions.js'
import {
  capacityRange,
  notAvailable,
  refuseDeletion,
  refuseFounder,
  refusePassword,
  refuseSecondary,
} from './cluster-rules.js'
import {DEFAULT_PARAMETER_GROUP, parameterValues} from './groups.js'
import {clusterInsights, shownInsights} from './insights.js'
import {ClusterMetrics} from './metrics.js'
import {clusterReference, identifier, rdsArn, resourceId} from './names.js'
import {availableSnapshot, dropAutomatedSnapshots, recordKeptVolume} from './snapshots.js'
import type {ClusterRecord, GlobalRecord, Rds, SnapshotRecord} from './store.js'
import {upgradeOf} from './upgrading.js'

export function showCluster({store, lab}: Rds, cluster: ClusterRecord): DBCluster {
  const hosts = clusterHosts(cluster, lab.name)
  const global = store.globalOf(cluster)
  const isWriter = cluster.database.role === 'writer'
  return {
    DBClusterIdentifier: cluster.id,
    DBClusterArn: cluster.arn,
    DbClusterResourceId: cluster.resourceId,
    Status: cluster.status,
    Engine: ENGINE,
    EngineVersion: cluster.engineVersion,
    PendingModifiedValues: cluster.pendingVersion ? {EngineVersion: cluster.pendingVersion} : undefined,
    EngineMode: 'provisioned',
    Endpoint: hosts.writer,
    ReaderEndpoint: hosts.reader,
    Port: cluster.port,
    MasterUsername: cluster.masterUsername ?? global?.members.find((member) => member.isWriter)?.cluster.masterUsername,
    DatabaseName: cluster.databaseName,
    DBClusterParameterGroup: cluster.parameterGroup,
    DBSubnetGroup: cluster.subnetGroup,
    VpcSecurityGroups: cluster.securityGroups.map((id) => ({VpcSecurityGroupId: id, Status: 'active'})),
    // A secondary of a global database has readers only.
    DBClusterMembers: cluster.instances.map((instance, index) => ({
      DBInstanceIdentifier: instance.id,
      IsClusterWriter: isWriter && index === 0,
      DBClusterParameterGroupStatus: 'in-sync',
      PromotionTier: instance.promotionTier,
    })),
    AvailabilityZones: ['a', 'b', 'c'].map((zone) => cluster.region + zone),
    MultiAZ: cluster.instances.length > 1,
    StorageEncrypted: cluster.storageEncrypted,
    KmsKeyId: cluster.kmsKeyId,
    DeletionProtection: cluster.deletionProtection,
    BackupRetentionPeriod: cluster.backupRetentionDays,
    CopyTagsToSnapshot: cluster.copyTagsToSnapshot,
    IAMDatabaseAuthenticationEnabled: cluster.iamAuthentication,
    EnabledCloudwatchLogsExports: cluster.logExports,
    ...shownInsights(cluster.insights, cluster.insights.mode),
    ServerlessV2ScalingConfiguration: cluster.serverless,
    ClusterCreateTime: cluster.createdAt,
    GlobalClusterIdentifier: global?.id,
    GlobalWriteForwardingStatus: global ? 'disabled' : undefined,
    TagList: store.tags.get(cluster.arn),
  }
}

export function clusterOperations(rds: Rds): Record<string, Operation> {
  const {store, events, lab} = rds
  const source = (cluster: ClusterRecord) => ({...cluster, type: 'db-cluster' as const})
  const finish = (made: ClusterRecord): void =>
    inBackground(lab, `creating ${made.id}`, async () => {
      await sleep(lab.profile.makingMs.cluster)
      if (made.status !== 'creating') return
      made.status = 'available'
      events.add({...source(made), category: 'creation'}, '0170', 'DB cluster created.')
    })

  return {
    async CreateDBCluster(input: CreateDBClusterMessage, {region}) {
      const id = identifier(input.DBClusterIdentifier, 'DBClusterIdentifier')
      if (store.clusters.has(region, id)) throw fault('DBClusterAlreadyExistsFault', `DB Cluster already exists: ${id}`)
      const global = input.GlobalClusterIdentifier ? store.global(input.GlobalClusterIdentifier) : undefined
      const record = await newCluster(rds, region, id, input, global)
      store.clusters.put(id, record)
      store.tags.set(record.arn, input.Tags ?? [])
      const writer = global?.members.find((member) => member.isWriter)
      if (writer) await record.database.follow(writer.cluster.database)
      global?.members.push({cluster: record, isWriter: !writer, pendingResync: false})
      await openClusterEndpoints(rds, record)
      finish(record)
      return {DBCluster: showCluster(rds, record)}
    },

    /** Without an instance, and with a default configuration. Source: RestoreDBClusterFromSnapshot, RDS API reference. */
    async RestoreDBClusterFromSnapshot(input: RestoreDBClusterFromSnapshotMessage, {region}) {
      const id = identifier(input.DBClusterIdentifier, 'DBClusterIdentifier')
      if (store.clusters.has(region, id)) throw fault('DBClusterAlreadyExistsFault', `DB Cluster already exists: ${id}`)
      const record = await restoredCluster(rds, id, input, availableSnapshot(rds, region, input.SnapshotIdentifier!))
      store.clusters.put(id, record)
      store.tags.set(record.arn, input.Tags ?? [])
      await openClusterEndpoints(rds, record)
      finish(record)
      return {DBCluster: showCluster(rds, record)}
    },

    DescribeDBClusters(input: DescribeDBClustersMessage, {region}) {
      const ids = input.Filters?.find(({Name}) => Name === 'db-cluster-id')?.Values?.map(
        (value) => clusterReference(value, region).id,
      )
      const one = input.DBClusterIdentifier && clusterReference(input.DBClusterIdentifier, region)
      if (one && one.region !== region)
        throw fault('DBClusterNotFoundFault', `DBCluster ${input.DBClusterIdentifier} not found.`, 404)
      const found = one ? [store.clusters.get(region, one.id)] : store.clusters.inRegion(region)
      return {DBClusters: found.filter(({id}) => !ids || ids.includes(id)).map((cluster) => showCluster(rds, cluster))}
    },

    async ModifyDBCluster(input: ModifyDBClusterMessage, {region}) {
      const cluster = store.clusters.get(region, input.DBClusterIdentifier)
      if (input.NewDBClusterIdentifier)
        throw fault('NotImplemented', 'rds.ModifyDBCluster: NewDBClusterIdentifier', 501)
      if (cluster.status !== 'available') throw notAvailable(cluster)
      const beginUpgrade = upgradeOf(rds, cluster, input)
      await modifyCluster(rds, cluster, input)
      beginUpgrade()
      return {DBCluster: showCluster(rds, cluster)}
    },

    DeleteDBCluster(input: DeleteDBClusterMessage, {region}) {
      const cluster = store.clusters.get(region, input.DBClusterIdentifier)
      refuseDeletion(rds, cluster, input)
      cluster.status = 'deleting'
      inBackground(lab, `deleting ${cluster.id}`, async () => {
        const {FinalDBSnapshotIdentifier: snapshot} = input
        if (snapshot && !input.SkipFinalSnapshot) recordKeptVolume(rds, cluster, snapshot.toLowerCase(), 'manual')
        await cluster.database.surrenderVolume(snapshot?.toLowerCase())
        await cluster.database.close()
        await closeClusterEndpoints(rds, cluster)
        if (input.DeleteAutomatedBackups !== false) dropAutomatedSnapshots(rds, cluster)
        store.clusters.remove(region, cluster.id)
        store.tags.delete(cluster.arn)
        events.add({...source(cluster), category: 'deletion'}, '0171', 'DB cluster deleted.')
      })
      return {DBCluster: showCluster(rds, cluster)}
    },
  }
}

async function newCluster(
  rds: Rds,
  region: string,
  id: string,
  input: CreateDBClusterMessage,
  global: GlobalRecord | undefined,
): Promise<ClusterRecord> {
  const version = engineVersion(input.Engine, input.EngineVersion ?? global?.engineVersion)
  const isSecondary = (global?.members.length ?? 0) > 0
  if (isSecondary) refuseSecondary(global!, region, version, input)
  else refuseFounder(input, global)
  const databaseName = input.DatabaseName ?? global?.databaseName
  const StorageEncrypted = input.StorageEncrypted ?? global?.storageEncrypted
  const record = await recordOf(rds, region, id, version, {...input, DatabaseName: databaseName, StorageEncrypted})
  if (!isSecondary) {
    record.database.founding = {
      masterUsername: input.MasterUsername!,
      masterPassword: input.MasterUserPassword!,
      databaseName,
    }
  }

  if (global) {
    // An empty global cluster takes over what its first member brings.
    global.databaseName ??= databaseName
    if (!isSecondary) global.engineVersion = version
  }

  return record
}

/** The lab has the data of those snapshots alone whose volume a failover or a deletion has left behind. */
async function restoredCluster(
  rds: Rds,
  id: string,
  input: RestoreDBClusterFromSnapshotMessage,
  {region, id: snapshot, cluster, volume}: SnapshotRecord,
): Promise<ClusterRecord> {
  if (volume === undefined)
    throw fault('NotImplemented', `rds.RestoreDBClusterFromSnapshot: the lab keeps no data of ${snapshot}`, 501)
  const version = engineVersion(input.Engine, input.EngineVersion ?? cluster.engineVersion)
  const record = await recordOf(rds, region, id, version, {
    ...input,
    MasterUsername: cluster.masterUsername,
    DatabaseName: cluster.databaseName,
    StorageEncrypted: cluster.storageEncrypted,
    KmsKeyId: input.KmsKeyId ?? cluster.kmsKeyId,
    Port: input.Port ?? cluster.port,
  })
  record.isRestored = true
  record.database.original = volume
  return record
}

async function recordOf(
  rds: Rds,
  region: string,
  id: string,
  version: string,
  input: CreateDBClusterMessage,
): Promise<ClusterRecord> {
  const insights = clusterInsights(input)
  const database = rds.fleet.add(region, id, new ClusterMetrics(rds, region, id))
  const parameterGroup = input.DBClusterParameterGroupName?.toLowerCase() ?? DEFAULT_PARAMETER_GROUP
  if (parameterGroup !== DEFAULT_PARAMETER_GROUP) rds.store.parameterGroups.get(region, parameterGroup)
  if (input.DBSubnetGroupName) rds.store.subnetGroups.get(region, input.DBSubnetGroupName)
  await database.applyParameters(parameterValues(rds, region, parameterGroup))
  return {
    region,
    id,
    arn: rdsArn(region, 'cluster', id),
    resourceId: resourceId('cluster', rds.lab.name, region, id, String(Date.now())),
    status: 'creating',
    engineVersion: version,
    masterUsername: input.MasterUsername,
    databaseName: input.DatabaseName,
    parameterGroup,
    subnetGroup: input.DBSubnetGroupName?.toLowerCase(),
    securityGroups: input.VpcSecurityGroupIds ?? [],
    storageEncrypted: input.StorageEncrypted ?? false,
    kmsKeyId: input.KmsKeyId,
    deletionProtection: input.DeletionProtection ?? false,
    backupRetentionDays: input.BackupRetentionPeriod ?? 1,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logExports: input.EnableCloudwatchLogsExports ?? [],
    insights,
    serverless: input.ServerlessV2ScalingConfiguration && capacityRange(input.ServerlessV2ScalingConfiguration),
    port: input.Port ?? 3306,
    createdAt: new Date(),
    instances: [],
    database,
    fronts: [],
  }
}

async function modifyCluster(rds: Rds, cluster: ClusterRecord, input: ModifyDBClusterMessage): Promise<void> {
  const {database} = cluster
  const insights = clusterInsights(input, cluster.insights)
  if (input.MasterUserPassword) {
    if (database.role !== 'writer')
      throw fault('InvalidDBClusterStateFault', 'The master user password can be changed on the primary cluster only.')
    refusePassword(input.MasterUserPassword)
    await database.setMasterPassword(cluster.masterUsername ?? '', input.MasterUserPassword)
    rds.events.add(
      {...cluster, type: 'db-cluster', category: 'configuration change'},
      '0016',
      'Reset master credentials.',
    )
  }

  if (input.DBClusterParameterGroupName) {
    const name = input.DBClusterParameterGroupName.toLowerCase()
    if (name !== DEFAULT_PARAMETER_GROUP) rds.store.parameterGroups.get(cluster.region, name)
    cluster.parameterGroup = name
  }

  const {mode, ...performanceInsights} = insights
  // What is said of the cluster is said of all its instances ("Turning on the Advanced mode", Aurora user guide).
  if ((input.EnablePerformanceInsights ?? input.PerformanceInsightsRetentionPeriod) !== undefined)
    for (const instance of cluster.instances) instance.performanceInsights = performanceInsights
  cluster.insights = {mode, ...performanceInsights}
  cluster.deletionProtection = input.DeletionProtection ?? cluster.deletionProtection
  cluster.backupRetentionDays = input.BackupRetentionPeriod ?? cluster.backupRetentionDays
  cluster.copyTagsToSnapshot = input.CopyTagsToSnapshot ?? cluster.copyTagsToSnapshot
  cluster.iamAuthentication = input.EnableIAMDatabaseAuthentication ?? cluster.iamAuthentication
  cluster.securityGroups = input.VpcSecurityGroupIds ?? cluster.securityGroups
  if (input.ServerlessV2ScalingConfiguration)
    cluster.serverless = capacityRange(input.ServerlessV2ScalingConfiguration, cluster.serverless)
  const {EnableLogTypes = [], DisableLogTypes = []} = input.CloudwatchLogsExportConfiguration ?? {}
  cluster.logExports = [...new Set([...cluster.logExports, ...EnableLogTypes])].filter(
    (one) => !DisableLogTypes.includes(one),
  )
}
