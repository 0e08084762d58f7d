import {setTimeout as sleep} from 'node:timers/promises'

import {until} from '../../database/until.js'
import {fault} from '../../kernel.js'
import {inBackground} from './background.js'
import {notAvailable} from './cluster-rules.js'
import type {Rejoining} from './rejoining.js'
import type {ClusterRecord, GlobalRecord, MemberRecord, Rds} from './store.js'

/** Of the profile's promotion time, this part passes while the old primary still writes. AWS publishes no such figure. */
const BEFORE_DEMOTION = 0.25
/** Beyond the replication lag. */
const DRAIN_DEADLINE_MS = 20_000
const WRITE_BLOCK_DEADLINE_MS = 5000
const RESTREAM_DEADLINE_MS = 10_000

const wrongState = (text: string): Error => fault('InvalidGlobalClusterStateFault', text)

/**
 * Switchover and failover of a global database (Aurora user guide, "Using switchover or failover in an Aurora global
 * database"). Both answer when they are accepted and work on afterwards; what comes of it is in the members' flags and events.
 */
export class Switching {
  constructor(
    private readonly rds: Rds,
    private readonly rejoining: Rejoining,
  ) {}

  /**
   * Loses nothing: the old primary is drained first. Refused while replication is not healthy. SwitchoverGlobalCluster is sent to the
   * primary's region, as the user guide says. For FailoverGlobalCluster without AllowDataLoss it names no region, and AWS's own sample
   * sends that to the target's: `alsoFromTarget`.
   */
  async switchover(global: GlobalRecord, to: MemberRecord, region: string, alsoFromTarget = false): Promise<void> {
    const from = this.pair(global, to)
    if (from.cluster.region !== region && !(alsoFromTarget && to.cluster.region === region)) {
      throw wrongState(
        `A switchover of global cluster ${global.id} must be sent to the primary's region ${from.cluster.region}, not to ${region}.`,
      )
    }

    if (!from.cluster.database.up || to.pendingResync || !(await isReplicating(to.cluster))) {
      throw wrongState(
        `DB cluster ${to.cluster.arn} is not synchronized with the primary: a switchover needs a healthy global database.`,
      )
    }

    // Another switch may have begun during the look at the replica.
    if (global.switching) throw wrongState(`Global cluster ${global.id} is in state ${global.switching.status}.`)
    this.begin(global, from, to, false, () => this.runSwitchover(global, from, to))
  }

  /** Loses what had not been replicated. Sent to the target's region; the primary may be dead. */
  failover(global: GlobalRecord, to: MemberRecord, region: string): void {
    const from = this.pair(global, to)
    if (to.cluster.region !== region) {
      throw wrongState(
        `A failover of global cluster ${global.id} must be sent to the target's region ${to.cluster.region}, not to ${region}.`,
      )
    }

    if (to.pendingResync || to.cluster.database.role !== 'reader' || !to.cluster.database.up) {
      throw fault(
        'InvalidDBClusterStateFault',
        `DB cluster ${to.cluster.arn} cannot be promoted: it is not synchronized, or its instance is not available.`,
      )
    }

    this.begin(global, from, to, true, () => this.runFailover(global, from, to))
  }

  private pair(global: GlobalRecord, to: MemberRecord): MemberRecord {
    const from = global.members.find((member) => member.isWriter)
    if (!from) throw wrongState(`Global cluster ${global.id} has no primary.`)
    if (from === to)
      throw fault(
        'InvalidDBClusterStateFault',
        `DB cluster ${to.cluster.arn} is already the primary of global cluster ${global.id}.`,
      )
    if (to.cluster.instances.length === 0) {
      throw fault(
        'InvalidDBClusterStateFault',
        `DB cluster ${to.cluster.arn} has no instance: create one before it is promoted.`,
      )
    }

    this.refuseUnlike(from.cluster, to.cluster)
    return from
  }

  /**
   * None of the minor versions of Aurora MySQL lets the patch levels differ (Aurora user guide, "Upgrading an Amazon Aurora global database");
   * the text is that of AWS's knowledge center, its code is assumed.
   */
  private refuseUnlike(from: ClusterRecord, to: ClusterRecord): void {
    if (from.engineVersion !== to.engineVersion)
      throw fault(
        'InvalidDBClusterStateFault',
        `Target cluster ${to.id} must have the same engine version as the current primary cluster.`,
      )
    const busy = [from, to].find(({status}) => status === 'upgrading')
    if (busy) throw notAvailable(busy)
  }

  private begin(
    global: GlobalRecord,
    from: MemberRecord,
    to: MemberRecord,
    dataLoss: boolean,
    run: () => Promise<void>,
  ): void {
    const shownFrom = performance.now() + this.rds.lab.profile.hiddenMs
    global.switching = {status: 'pending', from: from.cluster, to: to.cluster, dataLoss, shownFrom}
    inBackground(this.rds.lab, `${dataLoss ? 'failover' : 'switchover'} of ${global.id}`, async () => {
      global.switching!.status = dataLoss ? 'failing-over' : 'switching-over'
      to.cluster.status = 'promoting'
      try {
        await run()
      } finally {
        to.cluster.status = 'available'
        global.switching = undefined
      }

      for (const member of global.members) this.rejoining.begin(global, member)
    })
  }

  private async runSwitchover(global: GlobalRecord, from: MemberRecord, to: MemberRecord): Promise<void> {
    const {events, lab} = this.rds
    const [old, fresh] = [from.cluster.database, to.cluster.database]
    events.addGlobal('0181', to.cluster)
    try {
      await sleep(lab.profile.promotionMs * BEFORE_DEMOTION)
      const position = await old.demote()
      events.addGlobal('0390', from.cluster)
      events.addGlobal('0182', from.cluster, to.cluster)
      if (!(await fresh.hasApplied(position, DRAIN_DEADLINE_MS + lab.faults.lagMs()))) {
        events.addGlobal('0183', from.cluster, to.cluster)
        throw new Error('the new primary did not catch up')
      }

      await sleep(lab.profile.promotionMs * (1 - BEFORE_DEMOTION))
      await fresh.promote()
    } catch (error) {
      await this.cancel(global, from, to)
      throw error
    }

    this.hand(global, to)
    events.addGlobal('0184', to.cluster)
    for (const {cluster, isWriter} of global.members) if (!isWriter) await cluster.database.follow(fresh)
    await until(() => !old.up || old.streaming, RESTREAM_DEADLINE_MS)
    events.addGlobal('0185', to.cluster)
  }

  /** Everything as it was: the old primary writes again where it lives, the target goes on replicating. */
  private async cancel(global: GlobalRecord, from: MemberRecord, to: MemberRecord): Promise<void> {
    global.switching!.status = 'cancelling'
    await from.cluster.database.resumeWriting()
    await to.cluster.database.follow(from.cluster.database).catch(() => undefined)
    this.rds.events.addGlobal('0186', to.cluster)
  }

  private async runFailover(global: GlobalRecord, from: MemberRecord, to: MemberRecord): Promise<void> {
    const {events, lab} = this.rds
    const old = from.cluster.database
    let blocked = false
    try {
      await sleep(lab.profile.promotionMs * BEFORE_DEMOTION)
      blocked = await this.blockWrites(from.cluster)
      events.addGlobal(blocked ? '0390' : '0391', from.cluster, to.cluster)
      await sleep(lab.profile.promotionMs * (1 - BEFORE_DEMOTION))
      await to.cluster.database.promote()
    } catch (error) {
      if (blocked) await old.resumeWriting()
      events.addGlobal('0239', to.cluster)
      throw error
    }

    this.hand(global, to)
    for (const member of global.members) {
      if (member.isWriter) continue
      member.pendingResync = true
      // One that could not be blocked goes on writing by itself, unknown to the rest: the split that AWS warns of.
      if (member !== from || blocked || !old.up) member.cluster.database.role = 'rebuilding'
    }

    events.addGlobal('0238', to.cluster)
  }

  /** Best effort, as in AWS: what the new primary's side cannot reach, it cannot block. */
  private async blockWrites({database, region}: ClusterRecord): Promise<boolean> {
    const {faults} = this.rds.lab
    if (!database.up || faults.lost(region) || faults.has('partition', region)) return false
    const late = sleep(WRITE_BLOCK_DEADLINE_MS).then(() => false)
    return Promise.race([
      late,
      database.demote().then(
        () => true,
        () => false,
      ),
    ])
  }

  private hand(global: GlobalRecord, to: MemberRecord): void {
    for (const member of global.members) member.isWriter = member === to
  }
}

const isReplicating = ({database}: ClusterRecord): Promise<boolean> => database.isReplicating().catch(() => false)
