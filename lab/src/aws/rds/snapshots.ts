import type {
  CopyDBClusterSnapshotMessage,
  CreateDBClusterSnapshotMessage,
  DBClusterSnapshot,
  DeleteDBClusterSnapshotMessage,
  DescribeDBClusterSnapshotsMessage,
  Tag,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {notAvailable} from './cluster-rules.js'
import {ENGINE} from './engine-versions.js'
import {clusterReference, rdsArn} from './names.js'
import {refuseBeyondQuota} from './quotas.js'
import type {ClusterRecord, Rds, SnapshotRecord} from './store.js'

/** Records a snapshot of the cluster as it is now. `volume`: under which name its volume is kept, where it is. */
export function recordSnapshot(
  {store}: Rds,
  cluster: ClusterRecord,
  id: string,
  type: SnapshotRecord['type'],
  volume?: string,
): SnapshotRecord {
  const {region} = cluster
  if (store.snapshots.has(region, id))
    throw fault('DBClusterSnapshotAlreadyExistsFault', `DB cluster snapshot ${id} already exists`)
  const arn = rdsArn(region, 'cluster-snapshot', id)
  store.tags.set(arn, cluster.copyTagsToSnapshot ? [...(store.tags.get(cluster.arn) ?? [])] : [])
  const status = 'available' as const
  const kept = {region, id, arn, type, cluster: {...cluster}, createdAt: new Date(), status, volume}
  return store.snapshots.put(id, kept)
}

/** Records that the volume, which the cluster is about to surrender, is kept under this id. */
export function recordKeptVolume(rds: Rds, cluster: ClusterRecord, id: string, type: SnapshotRecord['type']): void {
  recordSnapshot(rds, cluster, id, type, cluster.database.hasVolume ? id : undefined)
}

/** By its id or its ARN. */
export function availableSnapshot({store}: Rds, region: string, named: string): SnapshotRecord {
  const found = store.snapshots.get(region, named.replace(/^arn:.*:cluster-snapshot:/, ''))
  if (found.status !== 'available') throw notYet(found)
  return found
}

/** Letters, digits and hyphens, beginning with a letter (CreateDBClusterSnapshot, RDS API reference). In lower case. */
function snapshotId(given: string, parameter: string): string {
  if (!/^[a-z](?:-?[\da-z])*$/i.test(given) || given.length > 63)
    throw fault('InvalidParameterValue', `The parameter ${parameter} is not a valid identifier.`)
  return given.toLowerCase()
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
  const {store, events, lab} = rds
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

    /** It is of the cluster as it is now, and available soon afterwards. */
    CreateDBClusterSnapshot(input: CreateDBClusterSnapshotMessage, {region}) {
      const {DBClusterSnapshotIdentifier = '', DBClusterIdentifier, Tags = []} = input
      const cluster = store.clusters.get(region, clusterReference(DBClusterIdentifier, region).id)
      const id = snapshotId(DBClusterSnapshotIdentifier, 'DBClusterSnapshotIdentifier')
      if (cluster.status !== 'available') throw notAvailable(cluster)
      refuseBeyondQuota(rds, region)
      const snapshot = recordSnapshot(rds, cluster, id, 'manual')
      snapshot.status = 'creating'
      const own = new Set(Tags.map(({Key}) => Key))
      const copied = (store.tags.get(snapshot.arn) ?? []).filter(({Key}) => !own.has(Key))
      store.tags.set(snapshot.arn, [...copied, ...Tags])
      const about = {region, id, type: 'db-cluster-snapshot' as const, category: 'backup'}
      events.add(about, '0074', 'Creating manual cluster snapshot.')
      inBackground(lab, `creating the snapshot ${id}`, async () => {
        snapshot.status = 'available'
        events.add(about, '0075', 'Manual cluster snapshot created.')
      })
      return {DBClusterSnapshot: shown(snapshot, store.tags.get(snapshot.arn))}
    },

    /** Within a region. What is copied is available at once. */
    CopyDBClusterSnapshot(input: CopyDBClusterSnapshotMessage, {region}) {
      const {SourceDBClusterSnapshotIdentifier: source = '', TargetDBClusterSnapshotIdentifier: target = ''} = input
      const original = availableSnapshot(rds, region, source)
      const id = snapshotId(target, 'TargetDBClusterSnapshotIdentifier')
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
      if (snapshot.status !== 'available') throw notYet(snapshot)
      store.snapshots.remove(region, snapshot.id)
      store.tags.delete(snapshot.arn)
      return {DBClusterSnapshot: shown(snapshot)}
    },
  }
}

const notYet = ({id, status}: SnapshotRecord): Error =>
  fault('InvalidDBClusterSnapshotStateFault', `DB cluster snapshot ${id} is not in available state: ${status}.`)

const shown = ({id, arn, type, cluster, createdAt, status}: SnapshotRecord, TagList?: Tag[]): DBClusterSnapshot => ({
  DBClusterSnapshotIdentifier: id,
  DBClusterSnapshotArn: arn,
  DBClusterIdentifier: cluster.id,
  DbClusterResourceId: cluster.resourceId,
  SnapshotType: type,
  SnapshotCreateTime: createdAt,
  ClusterCreateTime: cluster.createdAt,
  Status: status,
  PercentProgress: status === 'available' ? 100 : 0,
  Engine: ENGINE,
  EngineMode: 'provisioned',
  EngineVersion: cluster.engineVersion,
  MasterUsername: cluster.masterUsername,
  Port: cluster.port,
  StorageEncrypted: cluster.storageEncrypted,
  KmsKeyId: cluster.kmsKeyId,
  TagList,
})
