/** RDS for a teardown: what is there, members that leave their global cluster, deletions that are waited for. */

import type {DBCluster, GlobalCluster, Tag} from '@aws-sdk/client-rds'
import type {Region} from '../../../model/deployment.js'
import {OWNER_TAG} from '../../../model/estate.js'
import type {EstateResource} from '../../../model/estate.js'
import {regionOfArn} from '../arn.js'
import {isFault} from '../errors.js'
import {pages} from '../pages.js'
import type {Caller} from './caller.js'

/** Promotion of a secondary that leaves and deletion of a cluster take AWS minutes. */
const MEMBER_MS = 45 * 60_000

const NO_GLOBAL = ['GlobalClusterNotFoundFault']
const NO_CLUSTER = ['DBClusterNotFoundFault']
const NO_INSTANCE = ['DBInstanceNotFound', 'DBInstanceNotFoundFault']

const carries = (tags: Tag[] | undefined, app: string): boolean =>
  (tags ?? []).some(({Key, Value}) => Key === OWNER_TAG && Value === app)

/**
 * Clusters, instances and snapshots of a region, ours or not: a member that is not ours must be seen. Automated snapshots go
 * with their cluster, and by no call of their own: they are listed only where their cluster is gone.
 */
export async function databasesOf(caller: Caller, region: Region, app: string): Promise<EstateResource[]> {
  const [clusters, instances, snapshots] = await Promise.all([
    pages((Marker) => caller.must('rds', region, 'DescribeDBClusters', {Marker})),
    pages((Marker) => caller.must('rds', region, 'DescribeDBInstances', {Marker})),
    pages((Marker) => caller.must('rds', region, 'DescribeDBClusterSnapshots', {Marker})),
  ])
  const arnOf = new Map(
    clusters.flatMap(({DBClusters = []}) => DBClusters.map((one) => [one.DBClusterIdentifier, one.DBClusterArn])),
  )
  return [
    ...clusters.flatMap(({DBClusters = []}) =>
      DBClusters.map((one): EstateResource => ({
        kind: 'db-cluster',
        arn: one.DBClusterArn!,
        id: one.DBClusterIdentifier!,
        region,
        owned: carries(one.TagList, app),
        protected: one.DeletionProtection === true,
      })),
    ),
    ...instances.flatMap(({DBInstances = []}) =>
      DBInstances.map((one): EstateResource => ({
        kind: 'db-instance',
        arn: one.DBInstanceArn!,
        id: one.DBInstanceIdentifier!,
        region,
        owned: carries(one.TagList, app),
        protected: one.DeletionProtection === true && one.DBClusterIdentifier === undefined,
        cluster: arnOf.get(one.DBClusterIdentifier),
      })),
    ),
    ...snapshots.flatMap(({DBClusterSnapshots = []}) =>
      DBClusterSnapshots.filter(
        ({SnapshotType, DBClusterIdentifier}) => SnapshotType === 'manual' || !arnOf.has(DBClusterIdentifier),
      ).map((one): EstateResource => ({
        kind: one.SnapshotType === 'manual' ? 'db-snapshot' : 'other',
        arn: one.DBClusterSnapshotArn!,
        id: one.DBClusterSnapshotIdentifier!,
        region,
        owned: carries(one.TagList, app),
        protected: false,
      })),
    ),
  ]
}

/** Global clusters are the same from every region. */
export async function globalsOf(caller: Caller, region: Region, app: string): Promise<EstateResource[]> {
  const found = await pages((Marker) => caller.must('rds', region, 'DescribeGlobalClusters', {Marker}))
  return found.flatMap(({GlobalClusters = []}) => GlobalClusters.map((one) => toResource(one, region, app)))
}

function toResource(one: GlobalCluster, region: Region, app: string): EstateResource {
  return {
    kind: 'global-cluster',
    arn: one.GlobalClusterArn!,
    id: one.GlobalClusterIdentifier!,
    region,
    owned: carries(one.TagList, app),
    protected: one.DeletionProtection === true,
    switching: Boolean(one.FailoverState?.Status),
    members: (one.GlobalClusterMembers ?? []).map(({DBClusterArn = '', IsWriter = false}) => ({
      arn: DBClusterArn,
      region: regionOfArn(DBClusterArn),
      isWriter: IsWriter,
    })),
  }
}

/** Returns when the cluster is no member and stands on its own, or is gone. */
export async function leaveGlobal(
  caller: Caller,
  {arn, region, global}: {arn: string; region: Region; global: string},
  note: (text: string) => void,
): Promise<void> {
  let told = ''
  await caller.until(`${arn} leaves the global cluster ${global}`, MEMBER_MS, async () => {
    const answer = await caller.call(
      'rds',
      region,
      'DescribeGlobalClusters',
      {GlobalClusterIdentifier: global},
      NO_GLOBAL,
    )
    const members = answer?.GlobalClusters?.[0]?.GlobalClusterMembers ?? []
    if (!members.some(({DBClusterArn}) => DBClusterArn === arn)) {
      const status = (await clusterByArn(caller, region, arn))?.Status
      return status === undefined || status === 'available'
    }

    const input = {GlobalClusterIdentifier: global, DbClusterIdentifier: arn}
    try {
      await caller.call('rds', region, 'RemoveFromGlobalCluster', input, [...NO_GLOBAL, ...NO_CLUSTER])
    } catch (error) {
      // RDS refuses while something else is under way, and takes it afterwards.
      if (!isFault(error, 'InvalidGlobalClusterStateFault', 'InvalidDBClusterStateFault')) throw error
      const why = (error as {why?: string}).why ?? ''
      if (why !== told) note(why)
      told = why
    }

    return false
  })
}

async function clusterByArn(caller: Caller, region: Region, arn: string): Promise<DBCluster | undefined> {
  const answer = await caller.call('rds', region, 'DescribeDBClusters', {DBClusterIdentifier: arn}, NO_CLUSTER)
  return answer?.DBClusters?.[0]
}

/** Without a final snapshot, and with its automated backups: data that is torn down is gone. */
export async function deleteCluster(caller: Caller, {id, arn, region}: EstateTarget): Promise<void> {
  const input = {
    DBClusterIdentifier: id,
    SkipFinalSnapshot: true,
    DeleteAutomatedBackups: true,
  }
  await caller.until(`the cluster ${id} is deleted`, MEMBER_MS, async () => {
    const status = (await clusterByArn(caller, region, arn))?.Status
    if (status === undefined) return true
    if (status === 'deleting') return false
    await ofState(caller.call('rds', region, 'DeleteDBCluster', input, NO_CLUSTER), 'InvalidDBClusterStateFault')
    return false
  })
}

export async function deleteInstance(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  await caller.until(`the instance ${id} is deleted`, MEMBER_MS, async () => {
    const answer = await caller.call('rds', region, 'DescribeDBInstances', {DBInstanceIdentifier: id}, NO_INSTANCE)
    const status = answer?.DBInstances?.[0]?.DBInstanceStatus
    if (status === undefined) return true
    if (status === 'deleting') return false
    const input = {DBInstanceIdentifier: id, SkipFinalSnapshot: true}
    await ofState(
      caller.call('rds', region, 'DeleteDBInstance', input, NO_INSTANCE),
      'InvalidDBInstanceState',
      'InvalidDBInstanceStateFault',
    )
    return false
  })
}

export async function deleteSnapshot(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const input = {DBClusterSnapshotIdentifier: id}
  await caller.call('rds', region, 'DeleteDBClusterSnapshot', input, ['DBClusterSnapshotNotFoundFault'])
}

export async function deleteGlobal(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  await caller.until(`the global cluster ${id} is deleted`, MEMBER_MS, async () => {
    const answer = await caller.call('rds', region, 'DescribeGlobalClusters', {GlobalClusterIdentifier: id}, NO_GLOBAL)
    const status = answer?.GlobalClusters?.[0]?.Status
    if (status === undefined) return true
    if (status === 'deleting') return false
    await ofState(
      caller.call('rds', region, 'DeleteGlobalCluster', {GlobalClusterIdentifier: id}, NO_GLOBAL),
      'InvalidGlobalClusterStateFault',
    )
    return false
  })
}

/** Lifts the deletion protection of a cluster or a global cluster. */
export async function unprotectDatabase(
  caller: Caller,
  kind: 'db-cluster' | 'db-instance' | 'global-cluster',
  {id, region}: EstateTarget,
): Promise<void> {
  const off = {DeletionProtection: false}
  if (kind === 'global-cluster') {
    await caller.must('rds', region, 'ModifyGlobalCluster', {GlobalClusterIdentifier: id, ...off})
  } else if (kind === 'db-cluster') {
    await caller.must('rds', region, 'ModifyDBCluster', {DBClusterIdentifier: id, ApplyImmediately: true, ...off})
  } else {
    await caller.must('rds', region, 'ModifyDBInstance', {DBInstanceIdentifier: id, ApplyImmediately: true, ...off})
  }
}

export interface EstateTarget {
  id: string
  arn: string
  region: Region
}

/** What RDS refuses for its present state it takes later: looked past, as the caller asks again. */
async function ofState(call: Promise<unknown>, ...codes: string[]): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isFault(error, ...codes)) throw error
  }
}
