/** RDS for a teardown: what is there, members that leave their global cluster, deletions that are waited for. */

import type {DBCluster, GlobalCluster, Tag} from '@aws-sdk/client-rds'
import type {Region} from '../../../model/deployment.js'
import {OWNER_TAG} from '../../../model/estate.js'
import type {EstateResource} from '../../../model/estate.js'
import {regionOfArn} from '../arn.js'
import {isFault} from '../errors.js'
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
  const rds = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const [clusters, instances, snapshots] = await Promise.all([
    pages((Marker) =>
      caller.must({action: 'rds:DescribeDBClusters', region}, (abortSignal) =>
        client.send(new rds.DescribeDBClustersCommand({Marker}), {abortSignal}),
      ),
    ),
    pages((Marker) =>
      caller.must({action: 'rds:DescribeDBInstances', region}, (abortSignal) =>
        client.send(new rds.DescribeDBInstancesCommand({Marker}), {abortSignal}),
      ),
    ),
    pages((Marker) =>
      caller.must({action: 'rds:DescribeDBClusterSnapshots', region}, (abortSignal) =>
        client.send(new rds.DescribeDBClusterSnapshotsCommand({Marker}), {abortSignal}),
      ),
    ),
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
  const {DescribeGlobalClustersCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const found = await pages((Marker) =>
    caller.must({action: 'rds:DescribeGlobalClusters', region}, (abortSignal) =>
      client.send(new DescribeGlobalClustersCommand({Marker}), {abortSignal}),
    ),
  )
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
  const {DescribeGlobalClustersCommand, RemoveFromGlobalClusterCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  let told = ''
  await caller.until(`${arn} leaves the global cluster ${global}`, MEMBER_MS, async () => {
    const answer = await caller.call(
      {action: 'rds:DescribeGlobalClusters', region},
      (abortSignal) => client.send(new DescribeGlobalClustersCommand({GlobalClusterIdentifier: global}), {abortSignal}),
      NO_GLOBAL,
    )
    const members = answer?.GlobalClusters?.[0]?.GlobalClusterMembers ?? []
    if (!members.some(({DBClusterArn}) => DBClusterArn === arn)) {
      const status = (await clusterByArn(caller, region, arn))?.Status
      return status === undefined || status === 'available'
    }

    const command = new RemoveFromGlobalClusterCommand({GlobalClusterIdentifier: global, DbClusterIdentifier: arn})
    try {
      await caller.call(
        {action: 'rds:RemoveFromGlobalCluster', region},
        (abortSignal) => client.send(command, {abortSignal}),
        [...NO_GLOBAL, ...NO_CLUSTER],
      )
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
  const {DescribeDBClustersCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const answer = await caller.call(
    {action: 'rds:DescribeDBClusters', region},
    (abortSignal) => client.send(new DescribeDBClustersCommand({DBClusterIdentifier: arn}), {abortSignal}),
    NO_CLUSTER,
  )
  return answer?.DBClusters?.[0]
}

/** Without a final snapshot, and with its automated backups: data that is torn down is gone. */
export async function deleteCluster(caller: Caller, {id, arn, region}: EstateTarget): Promise<void> {
  const {DeleteDBClusterCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const command = new DeleteDBClusterCommand({
    DBClusterIdentifier: id,
    SkipFinalSnapshot: true,
    DeleteAutomatedBackups: true,
  })
  await caller.until(`the cluster ${id} is deleted`, MEMBER_MS, async () => {
    const status = (await clusterByArn(caller, region, arn))?.Status
    if (status === undefined) return true
    if (status === 'deleting') return false
    await ofState(
      caller.call(
        {action: 'rds:DeleteDBCluster', region},
        (abortSignal) => client.send(command, {abortSignal}),
        NO_CLUSTER,
      ),
      'InvalidDBClusterStateFault',
    )
    return false
  })
}

export async function deleteInstance(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {DeleteDBInstanceCommand, DescribeDBInstancesCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  await caller.until(`the instance ${id} is deleted`, MEMBER_MS, async () => {
    const answer = await caller.call(
      {action: 'rds:DescribeDBInstances', region},
      (abortSignal) => client.send(new DescribeDBInstancesCommand({DBInstanceIdentifier: id}), {abortSignal}),
      NO_INSTANCE,
    )
    const status = answer?.DBInstances?.[0]?.DBInstanceStatus
    if (status === undefined) return true
    if (status === 'deleting') return false
    const command = new DeleteDBInstanceCommand({DBInstanceIdentifier: id, SkipFinalSnapshot: true})
    await ofState(
      caller.call(
        {action: 'rds:DeleteDBInstance', region},
        (abortSignal) => client.send(command, {abortSignal}),
        NO_INSTANCE,
      ),
      'InvalidDBInstanceState',
      'InvalidDBInstanceStateFault',
    )
    return false
  })
}

export async function deleteSnapshot(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {DeleteDBClusterSnapshotCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const command = new DeleteDBClusterSnapshotCommand({DBClusterSnapshotIdentifier: id})
  await caller.call(
    {action: 'rds:DeleteDBClusterSnapshot', region},
    (abortSignal) => client.send(command, {abortSignal}),
    ['DBClusterSnapshotNotFoundFault'],
  )
}

export async function deleteGlobal(caller: Caller, {id, region}: EstateTarget): Promise<void> {
  const {DeleteGlobalClusterCommand, DescribeGlobalClustersCommand} = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  await caller.until(`the global cluster ${id} is deleted`, MEMBER_MS, async () => {
    const answer = await caller.call(
      {action: 'rds:DescribeGlobalClusters', region},
      (abortSignal) => client.send(new DescribeGlobalClustersCommand({GlobalClusterIdentifier: id}), {abortSignal}),
      NO_GLOBAL,
    )
    const status = answer?.GlobalClusters?.[0]?.Status
    if (status === undefined) return true
    if (status === 'deleting') return false
    await ofState(
      caller.call(
        {action: 'rds:DeleteGlobalCluster', region},
        (abortSignal) => client.send(new DeleteGlobalClusterCommand({GlobalClusterIdentifier: id}), {abortSignal}),
        NO_GLOBAL,
      ),
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
  const rds = await import('@aws-sdk/client-rds')
  const client = await caller.clients.rds(region)
  const off = {DeletionProtection: false}
  if (kind === 'global-cluster') {
    await caller.must({action: 'rds:ModifyGlobalCluster', region}, (abortSignal) =>
      client.send(new rds.ModifyGlobalClusterCommand({GlobalClusterIdentifier: id, ...off}), {abortSignal}),
    )
  } else if (kind === 'db-cluster') {
    await caller.must({action: 'rds:ModifyDBCluster', region}, (abortSignal) =>
      client.send(new rds.ModifyDBClusterCommand({DBClusterIdentifier: id, ApplyImmediately: true, ...off}), {
        abortSignal,
      }),
    )
  } else {
    await caller.must({action: 'rds:ModifyDBInstance', region}, (abortSignal) =>
      client.send(new rds.ModifyDBInstanceCommand({DBInstanceIdentifier: id, ApplyImmediately: true, ...off}), {
        abortSignal,
      }),
    )
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

async function pages<P extends {Marker?: string}>(read: (marker: string | undefined) => Promise<P>): Promise<P[]> {
  const all: P[] = []
  do all.push(await read(all.at(-1)?.Marker))
  while (all.at(-1)?.Marker)
  return all
}
