import type {Fault} from '../../kernel.js'
import type {Rejoining} from './rejoining.js'
import type {ClusterRecord, Rds} from './store.js'

const KILLS = new Set(['region-loss', 'database-crash'])

/** Starts a cluster's server where the cluster has an instance and no fault keeps it down. */
export async function startWanted({lab}: Rds, {region, instances, database}: ClusterRecord): Promise<void> {
  if (lab.faults.lost(region) || lab.faults.has('database-crash', region)) return
  if (instances.some(({status}) => status === 'available')) await database.start()
}

/** What faults do to databases, and what happens when they are lifted. */
export function obeyFaults(rds: Rds, rejoining: Rejoining): void {
  const {lab, store, fleet} = rds
  const {faults} = lab
  const inRegion = (region: string): ClusterRecord[] => store.clusters.inRegion(region)

  const obeyPartitions = (): void => {
    for (const database of fleet.databases) database.obeyPartition()
  }

  /** A former primary that was failed away from must not come back as one: it waits for its new volume. */
  const awaitsResync = (cluster: ClusterRecord): boolean =>
    store.globalOf(cluster)?.members.some((member) => member.cluster === cluster && member.pendingResync) ?? false

  const restart = async (cluster: ClusterRecord): Promise<void> => {
    if (!awaitsResync(cluster)) await startWanted(rds, cluster)
  }

  const rejoinAll = (): void => {
    for (const global of store.globals.values()) for (const member of global.members) rejoining.begin(global, member)
  }

  faults.onStart(async ({kind, region}: Fault) => {
    if (kind === 'partition') obeyPartitions()
    if (KILLS.has(kind)) await Promise.all(inRegion(region).map(({database}) => database.kill()))
  })

  faults.onLift(async ({kind, region}: Fault) => {
    if (kind === 'partition') obeyPartitions()
    if (KILLS.has(kind)) await Promise.all(inRegion(region).map((cluster) => restart(cluster)))
    await fleet.reconnectReplicas()
    rejoinAll()
  })
}
