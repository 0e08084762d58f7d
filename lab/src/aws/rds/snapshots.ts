import type {
  CopyDBClusterSnapshotMessage,
  DBClusterSnapshot,
  DeleteDBClusterSnapshotMessage,
  DescribeDBClusterSnapshotsMessage,
  Tag,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {ENGINE} from './engine-versions.js'
import {clusterReference, rdsArn} from './names.js'
import {refuseBeyondQuota} from './quotas.js'
import type {ClusterRecord, Rds, SnapshotRecord} from './store.js'

/** Records that the cluster's present volume is kept under this id. */
export function recordSnapshot({store}: Rds, cluster: ClusterRecord, id: string, type: SnapshotRecord['type']): void {
  const {region} = cluster
  if (store.snapshots.has(region, id))
    throw fault('DBClusterSnapshotAlreadyExistsFault', `DB cluster snapshot ${id} already exists`)
  const arn = rdsArn(region, 'cluster-snapshot', id)
  store.snapshots.put(id, {region, id, arn, type, cluster: {...cluster}, createdAt: new Date()})
  store.tags.set(arn, cluster.copyTagsToSnapshot ? [...(store.tags.get(cluster.arn) ?? [])] : [])
}

/** An automated snapshot lives no longer than its cluster, unless the deletion says otherwise (DeleteAutomatedBackups, RDS API). */
export function dropAutomatedSnapshots({store}: Rds, {region, id}: ClusterRecord): void {
  for (const snapshot of store.snapshots.inRegion(region)) {
    if (snapshot.type !== 'automated' || snapshot.cluster.id !== id) continue
    store.snapshots.remove(region, snapshot.id)
    store.tags.delete(snapshot.arn)
  }
}

/** Under this name RDS keeps the volume of a primary that a failover left behind (Aurora user guide, disaster recovery). */
export const failoverSnapshotId = (cluster: ClusterRecord): string =>
  `rds:unplanned-global-failover-${cluster.id}-${new Date().toISOString().slice(0, 23).replaceAll(/[T:.]/g, '-')}`

export function snapshotOperations(rds: Rds): Record<string, Operation> {
  const {store} = rds
  return {
    DescribeDBClusterSnapshots(input: DescribeDBClusterSnapshotsMessage, {region}) {
      const cluster = input.DBClusterIdentifier && clusterReference(input.DBClusterIdentifier, region).id
      const id = input.DBClusterSnapshotIdentifier
      const found = id ? [store.snapshots.get(region, id)] : store.snapshots.inRegion(region)
      const wanted = found.filter(
        (one) => (!cluster || one.cluster.id === cluster) && (!input.SnapshotType || one.type === input.SnapshotType),
      )
      return {DBClusterSnapshots: wanted.map((one) => shown(one, store.tags.get(one.arn)))}
    },

    /** Within a region. What is copied is available at once. */
    CopyDBClusterSnapshot(input: CopyDBClusterSnapshotMessage, {region}) {
      const {SourceDBClusterSnapshotIdentifier: source = '', TargetDBClusterSnapshotIdentifier: target = ''} = input
      const original = store.snapshots.get(region, source.replace(/^arn:.*:cluster-snapshot:/, ''))
      // As of CreateDBClusterSnapshot: letters, digits and hyphens, beginning with a letter (RDS API).
      if (!/^[a-z](?:-?[\da-z])*$/i.test(target) || target.length > 63)
        throw fault(
          'InvalidParameterValue',
          `The parameter TargetDBClusterSnapshotIdentifier is not a valid identifier.`,
        )
      const id = target.toLowerCase()
      if (store.snapshots.has(region, id))
        throw fault('DBClusterSnapshotAlreadyExistsFault', `DB cluster snapshot ${id} already exists`)
      refuseBeyondQuota(rds, region)
      const arn = rdsArn(region, 'cluster-snapshot', id)
      const copy: SnapshotRecord = {...original, id, arn, type: 'manual', createdAt: new Date()}
      store.snapshots.put(id, copy)
      store.tags.set(arn, input.CopyTags ? [...(store.tags.get(original.arn) ?? [])] : [...(input.Tags ?? [])])
      return {DBClusterSnapshot: shown(copy, store.tags.get(arn))}
    },

    DeleteDBClusterSnapshot({DBClusterSnapshotIdentifier: id}: DeleteDBClusterSnapshotMessage, {region}) {
      const snapshot = store.snapshots.get(region, id)
      if (snapshot.type === 'automated')
        throw fault('InvalidDBClusterSnapshotStateFault', `Automated snapshot ${snapshot.id} cannot be deleted.`)
      store.snapshots.remove(region, snapshot.id)
      store.tags.delete(snapshot.arn)
      return {DBClusterSnapshot: shown(snapshot)}
    },
  }
}

const shown = ({id, arn, type, cluster, createdAt}: SnapshotRecord, TagList?: Tag[]): DBClusterSnapshot => ({
  DBClusterSnapshotIdentifier: id,
  DBClusterSnapshotArn: arn,
  DBClusterIdentifier: cluster.id,
  DbClusterResourceId: cluster.resourceId,
  SnapshotType: type,
  SnapshotCreateTime: createdAt,
  ClusterCreateTime: cluster.createdAt,
  Status: 'available',
  PercentProgress: 100,
  Engine: ENGINE,
  EngineMode: 'provisioned',
  EngineVersion: cluster.engineVersion,
  MasterUsername: cluster.masterUsername,
  Port: cluster.port,
  StorageEncrypted: cluster.storageEncrypted,
  KmsKeyId: cluster.kmsKeyId,
  TagList,
})
