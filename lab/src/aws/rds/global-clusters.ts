import type {
  CreateGlobalClusterMessage,
  DescribeGlobalClustersMessage,
  FailoverGlobalClusterMessage,
  GlobalCluster,
  ModifyGlobalClusterMessage,
  RemoveFromGlobalClusterMessage,
  SwitchoverGlobalClusterMessage,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import {inBackground} from './background.js'
import {notAvailable} from './cluster-rules.js'
import {ENGINE, engineVersion} from './engine-versions.js'
import {clusterReference, globalArn, identifier, resourceId} from './names.js'
import type {ClusterRecord, GlobalRecord, MemberRecord, Rds} from './store.js'
import type {Switching} from './switching.js'
import {startWanted} from './weather.js'

/** `FailoverState` is absent when idle; the members come in the order of their joining, so only `IsWriter` tells the primary. */
function showGlobal({store}: Rds, global: GlobalRecord, switching: GlobalRecord['switching']): GlobalCluster {
  const readers = global.members.filter((member) => !member.isWriter).map(({cluster}) => cluster.arn)
  return {
    GlobalClusterIdentifier: global.id,
    GlobalClusterArn: global.arn,
    GlobalClusterResourceId: global.resourceId,
    Status: switching ? (switching.dataLoss ? 'failing-over' : 'switching-over') : 'available',
    Engine: ENGINE,
    EngineVersion: global.engineVersion,
    DatabaseName: global.databaseName,
    StorageEncrypted: global.storageEncrypted,
    DeletionProtection: global.deletionProtection,
    GlobalClusterMembers: global.members.map((member) => ({
      DBClusterArn: member.cluster.arn,
      Readers: member.isWriter ? readers : [],
      IsWriter: member.isWriter,
      GlobalWriteForwardingStatus: member.isWriter ? undefined : 'disabled',
      SynchronizationStatus: member.isWriter ? undefined : synchronization(member),
    })),
    FailoverState: switching && {
      // The SDK's enumeration lacks `switching-over`, which the API documents: an open string.
      Status: switching.status as 'pending',
      FromDbClusterArn: switching.from.arn,
      ToDbClusterArn: switching.to.arn,
      IsDataLossAllowed: switching.dataLoss,
    },
    TagList: store.tags.get(global.arn),
  }
}

/** What a later look shows. The answer of the call that begins a switch shows it at once; that a look may not is assumed. */
const seen = ({switching}: GlobalRecord): GlobalRecord['switching'] =>
  switching && switching.shownFrom <= performance.now() ? switching : undefined

const synchronization = ({cluster, pendingResync}: MemberRecord): 'connected' | 'pending-resync' =>
  !pendingResync && cluster.database.streaming ? 'connected' : 'pending-resync'

export function globalClusterOperations(rds: Rds, switching: Switching): Record<string, Operation> {
  const {store, lab} = rds
  const idle = (global: GlobalRecord): GlobalRecord => {
    if (global.switching) {
      throw fault(
        'InvalidGlobalClusterStateFault',
        `Global cluster ${global.id} is in state ${global.switching.status}; wait until the operation has ended.`,
      )
    }

    return global
  }

  const member = (global: GlobalRecord, name: string | undefined, region: string): MemberRecord => {
    const wanted = clusterReference(name, region)
    const found = global.members.find(({cluster}) => cluster.region === wanted.region && cluster.id === wanted.id)
    if (!found)
      throw fault('DBClusterNotFoundFault', `DBCluster ${name} is not a member of global cluster ${global.id}.`, 404)
    return found
  }

  return {
    CreateGlobalCluster(input: CreateGlobalClusterMessage, {region}) {
      const id = identifier(input.GlobalClusterIdentifier, 'GlobalClusterIdentifier')
      if (store.globals.has(id)) throw fault('GlobalClusterAlreadyExistsFault', `Global cluster ${id} already exists`)
      const source = input.SourceDBClusterIdentifier ? sourceCluster(rds, input, region) : undefined
      const global: GlobalRecord = {
        id,
        region,
        arn: globalArn(id),
        resourceId: resourceId('cluster', 'global', lab.name, id, String(Date.now())),
        engineVersion: source?.engineVersion ?? engineVersion(input.Engine, input.EngineVersion),
        databaseName: source?.databaseName ?? input.DatabaseName,
        storageEncrypted: source?.storageEncrypted ?? input.StorageEncrypted ?? false,
        deletionProtection: input.DeletionProtection ?? false,
        members: source ? [{cluster: source, isWriter: true, pendingResync: false}] : [],
      }
      store.globals.set(id, global)
      store.tags.set(global.arn, input.Tags ?? [])
      return {GlobalCluster: showGlobal(rds, global, global.switching)}
    },

    DescribeGlobalClusters(input: DescribeGlobalClustersMessage) {
      const found = input.GlobalClusterIdentifier
        ? [store.global(input.GlobalClusterIdentifier)]
        : [...store.globals.values()]
      return {GlobalClusters: found.map((global) => showGlobal(rds, global, seen(global)))}
    },

    ModifyGlobalCluster(input: ModifyGlobalClusterMessage) {
      const global = idle(store.global(input.GlobalClusterIdentifier))
      if (input.NewGlobalClusterIdentifier)
        throw fault('NotImplemented', 'rds.ModifyGlobalCluster: NewGlobalClusterIdentifier', 501)
      // Code and text as terraform-provider-aws knows them (global_cluster.go).
      if (input.EngineVersion && input.EngineVersion !== global.engineVersion)
        throw fault(
          'InvalidParameterValue',
          'ModifyGlobalCluster only supports Major Version Upgrades. To patch the members of your global cluster to a newer minor version you need to call ModifyDbCluster in each one of them.',
        )
      global.deletionProtection = input.DeletionProtection ?? global.deletionProtection

      return {GlobalCluster: showGlobal(rds, global, global.switching)}
    },

    DeleteGlobalCluster({GlobalClusterIdentifier: id}) {
      const global = store.global(id)
      if (global.deletionProtection) {
        throw fault(
          'InvalidGlobalClusterStateFault',
          'Cannot delete protected global cluster, please disable deletion protection and try again.',
        )
      }

      if (global.members.length > 0)
        throw fault('InvalidGlobalClusterStateFault', `Global Cluster ${global.arn} is not empty`)
      store.globals.delete(global.id)
      store.tags.delete(global.arn)
      return {GlobalCluster: {...showGlobal(rds, global, undefined), Status: 'deleting'}}
    },

    RemoveFromGlobalCluster(input: RemoveFromGlobalClusterMessage, {region}) {
      const global = idle(store.global(input.GlobalClusterIdentifier))
      const leaving = member(global, input.DbClusterIdentifier, region)
      if (leaving.cluster.region !== region) throw wrongRegion(leaving.cluster, region)
      if (leaving.isWriter && global.members.length > 1) {
        throw fault(
          'InvalidGlobalClusterStateFault',
          `Cluster ${leaving.cluster.arn} is the primary of global cluster ${global.id}: remove its secondary clusters first.`,
        )
      }

      global.members = global.members.filter((one) => one !== leaving)
      if (!leaving.isWriter) {
        leaving.cluster.status = 'promoting'
        inBackground(lab, `detaching ${leaving.cluster.id}`, async () => {
          try {
            await leaving.cluster.database.detach()
            await startWanted(rds, leaving.cluster)
          } finally {
            leaving.cluster.status = 'available'
          }
        })
      }

      return {GlobalCluster: showGlobal(rds, global, global.switching)}
    },

    async SwitchoverGlobalCluster(input: SwitchoverGlobalClusterMessage, {region}) {
      const global = idle(store.global(input.GlobalClusterIdentifier))
      await switching.switchover(global, member(global, input.TargetDbClusterIdentifier, region), region)
      return {GlobalCluster: showGlobal(rds, global, global.switching)}
    },

    async FailoverGlobalCluster(input: FailoverGlobalClusterMessage, {region}) {
      if (input.AllowDataLoss && input.Switchover) {
        throw fault('InvalidParameterCombination', 'AllowDataLoss and Switchover cannot both be specified.')
      }

      const global = idle(store.global(input.GlobalClusterIdentifier))
      const target = member(global, input.TargetDbClusterIdentifier, region)
      if (input.AllowDataLoss) switching.failover(global, target, region)
      else await switching.switchover(global, target, region, true)
      return {GlobalCluster: showGlobal(rds, global, global.switching)}
    },
  }
}

const wrongRegion = (cluster: ClusterRecord, region: string): Error =>
  fault(
    'InvalidDBClusterStateFault',
    `This operation on ${cluster.arn} must be sent to ${cluster.region}, not to ${region}.`,
  )

function sourceCluster({store}: Rds, input: CreateGlobalClusterMessage, region: string): ClusterRecord {
  if (input.Engine || input.DatabaseName || input.StorageEncrypted !== undefined) {
    throw fault(
      'InvalidParameterCombination',
      'When creating a global cluster from a source DB cluster, Engine, DatabaseName and StorageEncrypted cannot be specified.',
    )
  }

  const wanted = clusterReference(input.SourceDBClusterIdentifier, region)
  if (wanted.region !== region)
    throw fault('DBClusterNotFoundFault', `DBCluster ${input.SourceDBClusterIdentifier} not found.`, 404)
  const cluster = store.clusters.get(region, wanted.id)
  if (cluster.status !== 'available') throw notAvailable(cluster)
  if (store.globalOf(cluster))
    throw fault('InvalidDBClusterStateFault', `DB cluster ${cluster.id} is already a member of a global cluster.`)
  return cluster
}
