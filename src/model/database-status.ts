/**
 * What RDS's status words say about whether a database can serve. A word is not a proof: where the API of a region answers, the
 * API decides, and a word that is not listed here is named and not taken for an outage.
 *
 * Source: Aurora user guide, "Viewing DB instance status in an Aurora cluster" and "Viewing DB cluster status" (read in 2026).
 * `serves`: the page says that the database stays available, or does not say that it cannot be reached; a reboot or an upgrade
 * interrupts it and ends by itself. `down`: it is not there yet, is going away, is stopped, or cannot be started.
 */

import type {ApiHealth, Cluster, Sample} from './observation.js'

export type Service = 'serves' | 'down'

export const INSTANCE_STATUSES: Readonly<Record<string, Service>> = {
  available: 'serves',
  'backing-up': 'serves',
  backtracking: 'serves',
  'configuring-enhanced-monitoring': 'serves',
  'configuring-iam-database-auth': 'serves',
  'configuring-log-exports': 'serves',
  'converting-to-vpc': 'serves',
  creating: 'down',
  'delete-precheck': 'serves',
  deleting: 'down',
  failed: 'down',
  'inaccessible-encryption-credentials': 'down',
  'inaccessible-encryption-credentials-recoverable': 'down',
  'incompatible-create': 'down',
  'incompatible-network': 'down',
  'incompatible-option-group': 'serves',
  'incompatible-parameters': 'down',
  'incompatible-restore': 'down',
  'insufficient-capacity': 'down',
  maintenance: 'serves',
  modifying: 'serves',
  'moving-to-vpc': 'serves',
  rebooting: 'serves',
  renaming: 'serves',
  'resetting-master-credentials': 'serves',
  'restore-error': 'down',
  starting: 'down',
  stopped: 'down',
  stopping: 'down',
  'storage-config-upgrade': 'serves',
  'storage-full': 'serves',
  'storage-initialization': 'serves',
  'storage-optimization': 'serves',
  upgrade_failed: 'down',
  upgrading: 'serves',
}

export const CLUSTER_STATUSES: Readonly<Record<string, Service>> = {
  available: 'serves',
  'backing-up': 'serves',
  backtracking: 'serves',
  'cloning-failed': 'down',
  creating: 'down',
  deleting: 'down',
  'failing-over': 'serves',
  'inaccessible-encryption-credentials': 'down',
  'inaccessible-encryption-credentials-recoverable': 'down',
  maintenance: 'serves',
  migrating: 'down',
  'migration-failed': 'down',
  modifying: 'serves',
  'preparing-data-migration': 'down',
  promoting: 'serves',
  renaming: 'serves',
  'resetting-master-credentials': 'serves',
  starting: 'down',
  stopped: 'down',
  stopping: 'down',
  'storage-optimization': 'serves',
  'update-iam-db-auth': 'serves',
  upgrade_failed: 'down',
  upgrading: 'serves',
}

const said = (list: Readonly<Record<string, Service>>, status: string): Service | 'unknown' =>
  Object.hasOwn(list, status) ? list[status]! : 'unknown'

/** How many of the cluster's instances can serve, by RDS's words alone: all that are not surely down. */
export const servingInstances = ({status, instances}: Cluster): number =>
  said(CLUSTER_STATUSES, status) === 'down'
    ? 0
    : instances.filter((one) => said(INSTANCE_STATUSES, one) !== 'down').length

/**
 * True where no instance can serve: there is none, or RDS calls all of them down and the region's API, which decides, does not
 * answer well.
 */
export const servesNobody = (cluster: Cluster, api: Sample<ApiHealth>): boolean =>
  cluster.instances.length === 0 || (!answersWell(api) && servingInstances(cluster) === 0)

/**
 * Why a primary cluster has nobody who writes: RDS names no writer, or calls it down. Undefined where it has one, or nobody knows. An
 * API that answers reads proves nothing here: a reader serves them.
 */
export function withoutWriter(region: string, {details}: Cluster): string | undefined {
  if (!details) return undefined
  const writer = details.instances.find(({isWriter}) => isWriter)
  if (!writer) return `no instance of the cluster in ${region} is its writer`
  return said(INSTANCE_STATUSES, writer.status) === 'down'
    ? `RDS calls ${writer.id}, the writer of the cluster in ${region}, "${writer.status}"`
    : undefined
}

export const answersWell = (api: Sample<ApiHealth>): boolean => api.reachable && api.value.ok

/** `the cluster in us-east-1 has no instance that can serve (...)`, with RDS's own words. */
export function withoutInstance(region: string, {status, instances}: Cluster): string {
  const words = instances.length === 0 ? 'it has none' : `its instances are ${listed(instances)}`
  return `the cluster in ${region} has no instance that can serve (the cluster is "${status}", ${words})`
}

/** Each word other than `available`, once, and what it is worth. */
export function statusNotes(region: string, {status, instances}: Cluster, api: Sample<ApiHealth>): string[] {
  const words = [
    {what: 'the cluster', word: status, service: said(CLUSTER_STATUSES, status)},
    ...unique(instances).map((word) => ({what: 'an instance', word, service: said(INSTANCE_STATUSES, word)})),
  ]
  return words
    .filter(({word}) => word !== 'available')
    .map(({what, word, service}) => `RDS calls ${what} in ${region} "${word}"${WORTH[service](answersWell(api))}`)
}

const WORTH: Record<Service | 'unknown', (answers: boolean) => string> = {
  serves: () => ', which alone is no outage',
  down: (answers) => (answers ? ', but the API there answers well, which counts more' : ''),
  unknown: () => ', a status that todo-dr does not know: it is not taken for an outage',
}

const unique = (words: string[]): string[] => [...new Set(words)]
const listed = (words: string[]): string =>
  unique(words)
    .map((word) => `"${word}"`)
    .join(' and ')
