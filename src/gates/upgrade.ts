import {distanceOf} from '../model/engine-version.js'
import type {Distance, UpgradeTarget} from '../model/engine-version.js'
import type {Gate, GateInput, Objection} from '../model/gate.js'
import type {Cluster, Sample} from '../model/observation.js'
import {isConnected} from '../model/topology.js'
import type {Region} from '../model/deployment.js'

/** `from` is the standby, which comes first, and `to` the primary. */
export interface UpgradeInput extends GateInput {
  from: Region
  /** In full, as RDS writes it. */
  version: string
  /** What each region's cluster can be upgraded to, by RDS. */
  targets: Readonly<Record<Region, Sample<UpgradeTarget[]>>>
}

/** Of what must be done by hand: the Aurora user guide says how. */
const GUIDE = 'Aurora user guide'

/** What is refused of a version, by how far it is from the one that runs. */
const DISTANCES: Partial<Record<Distance, (region: Region, now: string, wanted: string) => Objection>> = {
  downgrade: (region, now, wanted) => ({
    reason: `${region} runs ${now}: ${wanted} is older, and RDS has no way back from an upgrade`,
    hint: 'to run an older version, restore a snapshot that was taken with it into a new cluster',
  }),
  major: (region, now, wanted) => ({
    reason: `MAJOR UPGRADE: ${region} runs ${now}, and ${wanted} is another major version; nobody can switch while it lasts, and todo-dr does not do it`,
    hint: `it is done to the whole global database at once, with an outage: ${GUIDE}, "Upgrading the major version of an Amazon Aurora MySQL DB cluster", "In-place major upgrades for global databases"; rehearse it on a clone`,
  }),
  minor: (region, now, wanted) => ({
    reason: `${region} runs ${now}, and ${wanted} is another minor version, with another community MySQL: AWS does not upgrade the members of an Aurora MySQL global database to it in place`,
    hint: `the way that AWS names: remove the standby from the global database, upgrade the primary alone, and add the region again (${GUIDE}, "Upgrading Aurora MySQL by modifying the engine version"); until then no region can take over`,
  }),
  unknown: (region, now, wanted) => ({
    reason: `${region} runs ${now}: whether ${wanted} is an upgrade of it cannot be told`,
    hint: `give the version as RDS writes it: aws rds describe-db-engine-versions --region ${region} --engine aurora-mysql --engine-version ${now}`,
  }),
}

const clusterIn = ({observation}: GateInput, region: Region): Sample<Cluster> =>
  observation.regions[region]?.cluster ?? {reachable: false, reason: `${region} was not looked at`}

/** The first of both regions, the standby before the primary, that something is said of. */
const inEach =
  (judge: (region: Region, cluster: Cluster, input: UpgradeInput) => Objection | undefined) =>
  (input: UpgradeInput): Objection | undefined => {
    for (const region of [input.from, input.to]) {
      const cluster = clusterIn(input, region)
      const objection = cluster.reachable ? judge(region, cluster.value, input) : undefined
      if (objection) return objection
    }
  }

const LOOK = 'wait until it is available; check with todo-dr status'

/**
 * Refuses to begin what could not be ended: between the first upgrade and the last, no region can take over from the other. In the order
 * in which a person would ask.
 */
export const upgradeGates: readonly Gate<UpgradeInput>[] = [
  {
    /** An upgrade of the standby while the primary is gone, or the other way round, only removes what is left. */
    id: 'both-answer',
    check(input) {
      const silent = [input.from, input.to]
        .map((region) => clusterIn(input, region))
        .flatMap((cluster) => (cluster.reachable ? [] : [cluster.reason]))
      if (silent.length === 0) return
      return {reason: `an upgrade needs both clusters: ${silent.join('; ')}`, hint: 'todo-dr status'}
    },
  },
  {
    /** RDS takes no upgrade of a cluster that it works on; one that it is upgrading already is what is asked for. */
    id: 'clusters-available',
    check: inEach((region, {status}) =>
      status === 'available' || status === 'upgrading'
        ? undefined
        : {reason: `the cluster in ${region} is ${status}`, hint: LOOK},
    ),
  },
  {
    /** "A secondary cluster must have at least one DB instance to perform a minor upgrade" (Upgrading an Amazon Aurora global database). */
    id: 'has-instance',
    check: inEach((region, {instances}) =>
      instances.length > 0
        ? undefined
        : {
            reason: `the cluster in ${region} has no instance, and RDS upgrades none without`,
            hint: 'add an instance first',
          },
    ),
  },
  {
    /** Otherwise the primary would restart with nobody behind it. */
    id: 'standby-replicates',
    check({from, observation: {global}}) {
      if (!global.reachable) return
      const member = global.value.members.find((one) => one.region === from)
      if (member && isConnected(member.synchronization)) return
      const why = member ? `the member is ${member.synchronization}` : 'it is not a member'
      return {
        reason: `replication to ${from} is stalled: ${why}`,
        hint: 'try again when it has caught up; check with todo-dr status',
      }
    },
  },
  {
    id: 'version',
    check: inEach((region, {engineVersion: now}, {version}) => {
      if (now !== undefined) return DISTANCES[distanceOf(now, version)]?.(region, now, version)
      return {reason: `RDS does not say which version ${region} runs`, hint: 'todo-dr status'}
    }),
  },
  {
    /** What RDS would refuse midway: each region has the versions that it has. */
    id: 'upgrade-target',
    check: inEach((region, {engineVersion: now}, {version, targets}) => {
      const asked = targets[region]
      if (now === version || !asked) return
      if (!asked.reachable)
        return {reason: `what ${region} can be upgraded to is unknown: ${asked.reason}`, hint: 'try again'}
      const target = asked.value.find((one) => one.version === version)
      if (target?.isMajor) return DISTANCES.major!(region, now ?? '', version)
      if (target) return
      const all = asked.value.filter((one) => !one.isMajor).map((one) => one.version)
      return {
        reason: `RDS cannot upgrade ${region} from ${now} to ${version}`,
        hint: all.length > 0 ? `it can be upgraded to ${all.join(', ')}` : 'there is no later version',
      }
    }),
  },
]
