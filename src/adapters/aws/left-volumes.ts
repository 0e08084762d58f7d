/** Snapshots of volumes that failovers left behind, over RDS. */

import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions, LeftVolume, LeftVolumes} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {sendChange} from './send-change.js'

/**
 * Aurora tries to take a snapshot of the old primary's volume, under this name. It goes with the backups of its cluster, so that it
 * is to be copied to a manual one (Aurora user guide, "Using switchover or failover in Amazon Aurora Global Database").
 */
const LEFT = 'rds:unplanned-global-failover-'

export class AwsLeftVolumes implements LeftVolumes {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async list(region: Region, options: CallOptions = {}): Promise<LeftVolume[]> {
    const clusterId = regionOf(this.#deployment, region).clusterId.toLowerCase()
    const input = {DBClusterIdentifier: clusterId}
    const answer = await this.#clients.call('rds', region, 'DescribeDBClusterSnapshots', input, options)
    const ids = new Set((answer.DBClusterSnapshots ?? []).map(({DBClusterSnapshotIdentifier: id = ''}) => id))
    return [...ids]
      .filter((id) => id.startsWith(`${LEFT}${clusterId}-`))
      .sort()
      .map((snapshot) => {
        // The id of a manual snapshot has at most 63 characters (RDS API, CopyDBClusterSnapshot): the time without its hyphens.
        const copy = `${clusterId}-kept-${snapshot.slice(LEFT.length + clusterId.length).replaceAll('-', '')}`
        return {snapshot, copy, copied: ids.has(copy)}
      })
  }

  async keep(region: Region, {snapshot, copy}: LeftVolume, options: CallOptions = {}): Promise<void> {
    const input = {
      SourceDBClusterSnapshotIdentifier: snapshot,
      TargetDBClusterSnapshotIdentifier: copy,
      CopyTags: true,
    }
    try {
      await sendChange(
        () => this.#clients.call('rds', region, 'CopyDBClusterSnapshot', input, options),
        async () => (await this.list(region, options)).some((one) => one.copy === copy && one.copied),
        options.signal,
      )
    } catch (error) {
      if (!isFault(error, 'DBClusterSnapshotAlreadyExistsFault')) throw error
    }
  }
}
