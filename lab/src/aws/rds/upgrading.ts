import {setTimeout as sleep} from 'node:timers/promises'
import type {ModifyDBClusterMessage} from '@aws-sdk/client-rds'

import {fault} from '../../kernel.js'
import {inBackground} from './background.js'
import {compareVersions, ENGINE, listedVersion, minorOf} from './engine-versions.js'
import {instanceStatus} from './instances.js'
import type {ClusterRecord, GlobalRecord, Rds} from './store.js'
import {startWanted} from './weather.js'

/** Of the profile's time for an upgrade, this part passes before the server goes down. AWS publishes no such figure. */
const BEFORE_RESTART = 0.5

/**
 * An upgrade in place, by ModifyDBCluster: all instances of the cluster restart at the same time ("An update requires a database restart
 * on all instances in a DB cluster", Aurora user guide, "Database engine updates for Amazon Aurora MySQL"), and zero-downtime patching
 * is not there for members of a global database ("Using zero-downtime patching").
 *
 * Refuses at once. What it returns begins the upgrade, or notes it for the maintenance window where ApplyImmediately is missing,
 * which never comes in a lab.
 */
export function upgradeOf(
  rds: Rds,
  cluster: ClusterRecord,
  {EngineVersion: wanted, ApplyImmediately: atOnce}: ModifyDBClusterMessage,
): () => void {
  if (!wanted || wanted === cluster.engineVersion) return () => undefined
  const version = refuseUpgrade(rds, cluster, wanted)
  return () => {
    if (atOnce) begin(rds, cluster, version)
    else cluster.pendingVersion = version
  }
}

function begin(rds: Rds, cluster: ClusterRecord, version: string): void {
  const {lab, events, store} = rds
  const upgraded = cluster.instances.filter(({status}) => status === 'available')
  const about = {...cluster, type: 'db-cluster' as const, category: 'maintenance'}
  cluster.status = 'upgrading'
  for (const instance of upgraded) instance.status = 'upgrading'
  events.add(about, '0177', 'Database cluster upgrade is in progress.')
  inBackground(lab, `upgrading ${cluster.id}`, async () => {
    try {
      await sleep(lab.profile.upgradeMs * BEFORE_RESTART)
      await cluster.database.stop()
      cluster.engineVersion = version
      cluster.pendingVersion = undefined
      const global = store.globalOf(cluster)
      if (global && isWriter(global, cluster)) global.engineVersion = version
      for (const instance of upgraded) instance.status = 'available'
      await startWanted(rds, cluster)
      await sleep(lab.profile.upgradeMs * (1 - BEFORE_RESTART))
      events.add(about, '0173', 'Database cluster engine version has been upgraded.')
    } finally {
      for (const instance of upgraded) instance.status = 'available'
      cluster.status = 'available'
    }
  })
}

/**
 * Codes and texts are those that users report of AWS: of a downgrade and an unknown version, of a cluster without an instance
 * (terraform-provider-aws, global_cluster.go), of a primary before its secondaries (its issue 30358) and of a minor version that has
 * another community MySQL (its acceptance test of a global cluster in several regions). The last is also in the Aurora user
 * guide, "Upgrading Aurora MySQL by modifying the engine version": from 3.04 on, a new minor version needs the secondaries removed.
 */
function refuseUpgrade({store}: Rds, cluster: ClusterRecord, wanted: string): string {
  const version = listedVersion(wanted)
  const {id, engineVersion: now} = cluster
  if (compareVersions(version, now) < 0)
    throw fault('InvalidParameterCombination', `Cannot upgrade ${ENGINE} from ${now} to ${version}`)
  if (!cluster.instances.some((instance) => instanceStatus(cluster, instance) === 'available'))
    throw fault(
      'InvalidDBClusterStateFault',
      `Cannot modify engine version without a primary instance in DB cluster: ${id}`,
    )
  const global = store.globalOf(cluster)
  if (!global || global.members.length < 2) return version
  if (global.switching)
    throw fault('InvalidDBClusterStateFault', `DB cluster ${id} is not in available state: ${global.switching.status}.`)
  if (minorOf(version) !== minorOf(now))
    throw fault(
      'InvalidParameterValue',
      `In-place minor version upgrade of Aurora MySQL global database cluster '${id}' to Aurora MySQL engine version ${version} isn't supported. ` +
        `The selected target version ${version} supports a higher version of community MySQL that introduces changes incompatible with previous ` +
        'minor versions of Aurora MySQL. See the Aurora documentation for how to perform a minor version upgrade on global database clusters.',
    )
  if (
    isWriter(global, cluster) &&
    global.members.some((one) => compareVersions(one.cluster.engineVersion, version) < 0 && one.cluster !== cluster)
  )
    throw fault(
      'InvalidParameterValue',
      `Cannot upgrade DB cluster '${id}' to engine version ${version} as global replica(s) are running lower version. ` +
        'Please upgrade global replicas first before upgrading the primary member.',
    )
  return version
}

const isWriter = ({members}: GlobalRecord, cluster: ClusterRecord): boolean =>
  members.some((one) => one.isWriter && one.cluster === cluster)
