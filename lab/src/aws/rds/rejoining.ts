import {setTimeout as sleep} from 'node:timers/promises'

import {inBackground} from './background.js'
import {failoverSnapshotId, recordKeptVolume} from './snapshots.js'
import type {GlobalRecord, MemberRecord, Rds} from './store.js'

const RETRY_MS = 1000

/**
 * The re-adding of a former primary after a failover: once its region is back, its old volume is kept as a cluster snapshot,
 * and it replays everything from the new primary on a new volume (Aurora user guide, disaster recovery).
 */
export class Rejoining {
  private readonly underWay = new Set<MemberRecord>()

  constructor(private readonly rds: Rds) {}

  /** Begins where it is due and possible; call again whenever something has changed. */
  begin(global: GlobalRecord, member: MemberRecord): void {
    if (this.underWay.has(member) || !this.isPossible(global, member)) return
    this.underWay.add(member)
    inBackground(this.rds.lab, `re-adding ${member.cluster.id} in ${member.cluster.region}`, async () => {
      try {
        await this.run(global, member)
      } finally {
        this.underWay.delete(member)
      }
    })
  }

  private async run(global: GlobalRecord, member: MemberRecord): Promise<void> {
    const {events, lab} = this.rds
    const {database} = member.cluster
    await sleep(lab.profile.rejoinMs)
    let begun = false
    while (this.isPossible(global, member)) {
      const primary = global.members.find((one) => one.isWriter)!.cluster
      if (!begun) events.addGlobal('0240', primary)
      try {
        await database.surrenderVolume(begun ? undefined : this.snapshot(member))
        begun = true
        if (member.cluster.instances.length > 0) await database.rebuild(primary.database)
        else await database.follow(primary.database)
        member.pendingResync = false
        // Removed from the global database meanwhile: it stands alone.
        if (!global.members.includes(member)) await database.detach()
        events.addGlobal('0241', primary)
      } catch (error) {
        lab.log('rds', `copying the data of the primary to ${member.cluster.id} failed: ${(error as Error).message}`)
        await sleep(RETRY_MS)
      }
    }
  }

  private snapshot({cluster}: MemberRecord): string {
    const id = failoverSnapshotId(cluster)
    recordKeptVolume(this.rds, cluster, id, 'automated')
    return id
  }

  private isPossible(global: GlobalRecord, member: MemberRecord): boolean {
    const {faults} = this.rds.lab
    const {region} = member.cluster
    const writer = global.members.find((one) => one.isWriter)
    return (
      member.pendingResync &&
      global.members.includes(member) &&
      !global.switching &&
      (writer?.cluster.database.up ?? false) &&
      [region, writer!.cluster.region].every((one) => !faults.lost(one) && !faults.has('partition', one)) &&
      !faults.has('database-crash', region)
    )
  }
}
