import {setTimeout as sleep} from 'node:timers/promises'

import type {
  CreateDBInstanceMessage,
  DBInstance,
  DescribeDBInstancesMessage,
  ModifyDBInstanceMessage,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {notAvailable} from './cluster-rules.js'
import {closeInstanceEndpoint, openInstanceEndpoint} from './endpoints.js'
import {ENGINE} from './engine-versions.js'
import {FAMILY, parameterValues} from './groups.js'
import {instanceInsights, shownInsights} from './insights.js'
import {hostName, identifier, rdsArn, resourceId} from './names.js'
import type {ClusterRecord, InstanceRecord, Rds} from './store.js'
import {startWanted} from './weather.js'

/**
 * `failed` while the server is down though nobody asked for it (Aurora user guide: "the instance has failed and RDS can't
 * recover it"); `modifying` while a former primary's volume is replaced, for which no status is documented.
 */
export function instanceStatus({database}: ClusterRecord, instance: InstanceRecord): string {
  if (instance.status !== 'available') return instance.status
  if (database.role === 'rebuilding') return 'modifying'
  return database.up ? 'available' : 'failed'
}

/** The cluster's server runs while the cluster has an instance; further instances share it, as they share Aurora's volume. */
export function instanceOperations(rds: Rds): Record<string, Operation> {
  const {store, events, lab} = rds
  const clusterOf = (instance: InstanceRecord): ClusterRecord => store.clusters.get(instance.region, instance.clusterId)
  const shown = (instance: InstanceRecord): DBInstance => showInstance(rds, clusterOf(instance), instance)
  const event = (instance: InstanceRecord, category: string, number: string, message: string): void =>
    events.add({...instance, type: 'db-instance', category}, number, message)

  return {
    async CreateDBInstance(input: CreateDBInstanceMessage, {region}) {
      const id = identifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier')
      if (store.instances.has(region, id)) throw fault('DBInstanceAlreadyExists', `DB instance already exists: ${id}`)
      if (input.Engine !== ENGINE) throw fault('InvalidParameterValue', `Invalid DB engine: ${input.Engine}`)
      if (!input.DBClusterIdentifier)
        throw fault('InvalidParameterCombination', `An instance of ${ENGINE} needs a DBClusterIdentifier`)
      const cluster = store.clusters.get(region, input.DBClusterIdentifier)
      if (cluster.status === 'deleting')
        throw fault('InvalidDBClusterStateFault', `DB cluster ${cluster.id} is being deleted.`)
      // "You can create DB instances only after the RestoreDBClusterFromSnapshot operation has completed" (RDS API reference).
      if (cluster.isRestored && cluster.status === 'creating') throw notAvailable(cluster)
      if (input.DBInstanceClass === 'db.serverless' && !cluster.serverless) {
        throw fault(
          'InvalidParameterCombination',
          'Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.',
        )
      }

      const instance = newInstance(rds, cluster, id, input)
      store.instances.put(id, instance)
      store.tags.set(instance.arn, input.Tags ?? [])
      cluster.instances.push(instance)
      await openInstanceEndpoint(rds, cluster, instance)
      inBackground(lab, `creating ${id}`, async () => {
        try {
          await sleep(lab.profile.makingMs.instance)
          if (instance.status !== 'creating') return
          await cluster.database.applyParameters(parameterValues(rds, region, cluster.parameterGroup))
          await cluster.database.start()
          instance.status = 'available'
          event(instance, 'creation', '0005', 'DB instance created.')
        } catch (error) {
          instance.status = 'failed'
          event(instance, 'failure', '0035', `Database instance put into failed. ${(error as Error).message}`)
          throw error
        }
      })
      return {DBInstance: shown(instance)}
    },

    DescribeDBInstances(input: DescribeDBInstancesMessage, {region}) {
      const clusters = input.Filters?.find(({Name}) => Name === 'db-cluster-id')?.Values?.map((value) =>
        value.split(':').at(-1)!.toLowerCase(),
      )
      const id = input.DBInstanceIdentifier?.split(':').at(-1)
      const found = id ? [store.instances.get(region, id)] : store.instances.inRegion(region)
      return {
        DBInstances: found.filter(({clusterId}) => !clusters || clusters.includes(clusterId)).map((one) => shown(one)),
      }
    },

    ModifyDBInstance(input: ModifyDBInstanceMessage, {region}) {
      const instance = store.instances.get(region, input.DBInstanceIdentifier)
      if (input.NewDBInstanceIdentifier)
        throw fault('NotImplemented', 'rds.ModifyDBInstance: NewDBInstanceIdentifier', 501)
      instance.performanceInsights = instanceInsights(input, clusterOf(instance), instance.performanceInsights)
      instance.instanceClass = input.DBInstanceClass ?? instance.instanceClass
      instance.promotionTier = input.PromotionTier ?? instance.promotionTier
      instance.autoMinorVersionUpgrade = input.AutoMinorVersionUpgrade ?? instance.autoMinorVersionUpgrade
      instance.publiclyAccessible = input.PubliclyAccessible ?? instance.publiclyAccessible
      instance.parameterGroup = input.DBParameterGroupName ?? instance.parameterGroup
      return {DBInstance: shown(instance)}
    },

    RebootDBInstance({DBInstanceIdentifier: id}, {region}) {
      const instance = store.instances.get(region, id)
      const cluster = clusterOf(instance)
      if (instanceStatus(cluster, instance) !== 'available' || store.globalOf(cluster)?.switching) {
        throw fault('InvalidDBInstanceState', `Instance ${instance.id} is not in available state.`)
      }

      instance.status = 'rebooting'
      inBackground(lab, `rebooting ${instance.id}`, async () => {
        await cluster.database.stop()
        cluster.database.parameters = parameterValues(rds, region, cluster.parameterGroup)
        instance.status = 'available'
        await startWanted(rds, cluster)
        event(instance, 'availability', '0006', 'DB instance restarted.')
      })
      return {DBInstance: shown(instance)}
    },

    DeleteDBInstance({DBInstanceIdentifier: id}, {region}) {
      const instance = store.instances.get(region, id)
      if (instance.status === 'deleting')
        throw fault('InvalidDBInstanceState', `Instance ${instance.id} is already being deleted.`)
      const cluster = clusterOf(instance)
      if (store.globalOf(cluster)?.switching)
        throw fault('InvalidDBClusterStateFault', 'The global database is switching over or failing over.')
      instance.status = 'deleting'
      const answer = {DBInstance: shown(instance)}
      inBackground(lab, `deleting ${instance.id}`, async () => {
        if (cluster.instances.every((one) => one.status === 'deleting')) await cluster.database.stop()
        await closeInstanceEndpoint(rds, instance)
        cluster.instances = cluster.instances.filter((one) => one !== instance)
        store.instances.remove(region, instance.id)
        store.tags.delete(instance.arn)
        event(instance, 'deletion', '0003', 'DB instance deleted.')
      })
      return answer
    },
  }
}

function newInstance({lab}: Rds, cluster: ClusterRecord, id: string, input: CreateDBInstanceMessage): InstanceRecord {
  const {region} = cluster
  return {
    region,
    id,
    arn: rdsArn(region, 'db', id),
    resourceId: resourceId('db', lab.name, region, id, String(Date.now())),
    clusterId: cluster.id,
    status: 'creating',
    instanceClass: input.DBInstanceClass ?? 'db.serverless',
    availabilityZone: input.AvailabilityZone ?? region + 'abc'[cluster.instances.length % 3]!,
    createdAt: new Date(),
    publiclyAccessible: input.PubliclyAccessible ?? false,
    promotionTier: input.PromotionTier ?? 1,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    parameterGroup: input.DBParameterGroupName ?? `default.${FAMILY}`,
    performanceInsights: instanceInsights(input, cluster),
  }
}

function showInstance({store, lab}: Rds, cluster: ClusterRecord, instance: InstanceRecord): DBInstance {
  return {
    DBInstanceIdentifier: instance.id,
    DBInstanceArn: instance.arn,
    DbiResourceId: instance.resourceId,
    DBClusterIdentifier: instance.clusterId,
    DBInstanceStatus: instanceStatus(cluster, instance),
    DBInstanceClass: instance.instanceClass,
    Engine: ENGINE,
    EngineVersion: cluster.engineVersion,
    Endpoint: {Address: hostName('instance', instance.id, lab.name, instance.region), Port: cluster.port},
    MasterUsername: cluster.masterUsername,
    DBName: cluster.databaseName,
    AvailabilityZone: instance.availabilityZone,
    InstanceCreateTime: instance.createdAt,
    MultiAZ: false,
    PubliclyAccessible: instance.publiclyAccessible,
    PromotionTier: instance.promotionTier,
    AutoMinorVersionUpgrade: instance.autoMinorVersionUpgrade,
    DBParameterGroups: [{DBParameterGroupName: instance.parameterGroup, ParameterApplyStatus: 'in-sync'}],
    VpcSecurityGroups: cluster.securityGroups.map((id) => ({VpcSecurityGroupId: id, Status: 'active'})),
    DBSubnetGroup: cluster.subnetGroup ? {DBSubnetGroupName: cluster.subnetGroup} : undefined,
    StorageEncrypted: cluster.storageEncrypted,
    KmsKeyId: cluster.kmsKeyId,
    StorageType: 'aurora',
    ...shownInsights(instance.performanceInsights, cluster.insights.mode),
    BackupRetentionPeriod: cluster.backupRetentionDays,
    TagList: store.tags.get(instance.arn),
  }
}
