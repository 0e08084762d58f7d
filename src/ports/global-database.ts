/** The Aurora global database, as RDS answers for it. */

import type {Region} from '../model/deployment.js'
import type {UpgradeTarget} from '../model/engine-version.js'
import type {Cluster, GlobalCluster, Lag, ProxyHealth} from '../model/observation.js'
import type {CallOptions} from './call.js'

export interface RdsEvent {
  /** Epoch milliseconds by RDS's clock. */
  at: number
  text: string
}

/** RDS's answer to a promotion that it has accepted, which it carries out afterwards. */
export interface Accepted {
  /** Epoch milliseconds by RDS's own clock. */
  at: number
  /** The status in the answer's `FailoverState`, an open string: later looks may not show it for a while. */
  status?: string
}

/** The Aurora global database. `via` names the region whose RDS endpoint is asked. */
export interface GlobalDatabase {
  /** Epoch milliseconds by RDS's clock, as far as its answers have told it. */
  now(): number
  describe(via: Region, options?: CallOptions): Promise<GlobalCluster>
  cluster(region: Region, options?: CallOptions): Promise<Cluster>
  proxy(region: Region, options?: CallOptions): Promise<ProxyHealth>
  /**
   * `SwitchoverGlobalCluster`, sent to the primary's region. Loses nothing. Returns when accepted, not when done.
   */
  switchover(primary: Region, target: Region, options?: CallOptions): Promise<Accepted>
  /** `FailoverGlobalCluster` with AllowDataLoss, sent to the target's region. Returns when accepted, as `switchover`. */
  failover(target: Region, options?: CallOptions): Promise<Accepted>
  /**
   * `ModifyDBCluster` with an engine version, to be applied at once: the cluster's instances restart. Returns when accepted, not when
   * done.
   */
  upgrade(region: Region, version: string, options?: CallOptions): Promise<void>
  /** What a cluster of a version can be upgraded to, by RDS in that region. */
  upgradeTargets(region: Region, version: string, options?: CallOptions): Promise<UpgradeTarget[]>
  /** What RDS says, in any region that answers, of a promotion that it has cancelled or that has failed since that instant. */
  givenUp(target: Region, since: number, options?: CallOptions): Promise<string | undefined>
  /**
   * What RDS says in a region, from that instant on, of a failover's write block (0390, 0391) and of the resynchronization behind it
   * (0240, 0241), in its own words, oldest first. Evidence beside what is seen: Aurora's block is a best effort.
   */
  failoverEvents(via: Region, since: number, options?: CallOptions): Promise<RdsEvent[]>
  /** The newest datum of `AuroraGlobalDBRPOLag` that the region reports; undefined where there is no recent one. */
  lag(region: Region, options?: CallOptions): Promise<Lag | undefined>
}
