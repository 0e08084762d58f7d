/** The global database: who is in it, whether both sides are alike, and whether the standby can carry what the primary does. */

import {servesNobody, statusNotes, withoutInstance, withoutWriter} from '../../../model/database-status.js'
import type {Region} from '../../../model/deployment.js'
import {shortSeconds} from '../../../model/duration.js'
import {ok, problem, unknown, warning} from '../../../model/finding.js'
import type {Judgement} from '../../../model/finding.js'
import type {Cluster, ClusterDetails, Sample} from '../../../model/observation.js'
import {isConnected, isStale, isSwitching, oldLagText, STALLED_LAG_SECONDS} from '../../../model/topology.js'
import {inEach, notAsked, rolesUnknown, seen, together} from '../check.js'
import type {Check} from '../check.js'
import type {Look} from '../look.js'
import {judgeCapacity} from './capacity.js'
import {judgeConnections} from './connections.js'

/** Days. A mistake is often found only after a weekend. */
const LEAST_BACKUP_DAYS = 7

const clusterOf = ({observation}: Look, region: Region): Sample<Cluster> =>
  observation.regions[region]?.cluster ?? {reachable: false, reason: `${region} was not asked`}

/** Judges the details of a region's cluster. */
const detailed = (look: Look, region: Region, judge: (details: ClusterDetails) => Judgement): Judgement =>
  seen(clusterOf(look, region), ({details}) => (details ? judge(details) : notAsked))

/** Judges the clusters of primary and standby side by side. */
function compared(look: Look, judge: (primary: Cluster, standby: Cluster) => Judgement): Judgement {
  const {primary, standby} = look
  if (primary === undefined || standby === undefined) return rolesUnknown
  return seen(clusterOf(look, primary), (one) => seen(clusterOf(look, standby), (other) => judge(one, other)))
}

export const globalDatabase: Check = {
  id: 'global-database',
  area: 'data',
  asks: 'Is the global database available, with one writer and a connected standby, and with no switch in progress?',
  points: 40,
  judge: (look) => [
    together(
      seen(look.observation.global, (global) => {
        const {primary, standby} = look
        const {members, status, failover} = global
        if (isSwitching(global))
          return problem(
            `a switch is in progress: it is ${failover!.status}`,
            'wait until it ends, then todo-dr health',
          )
        const writers = members.filter(({isWriter}) => isWriter).map(({region}) => region)
        if (primary === undefined)
          return problem(
            writers.length === 0 ? 'no member is a writer' : `${writers.join(' and ')} are both writers`,
            'todo-dr status',
          )
        const member = members.find(({region}) => region === standby)
        if (!member)
          return problem(`it has no member in ${standby}: nothing can take over`, 'todo-dr status says how to go on')
        if (!isConnected(member.synchronization))
          return problem(
            `the member in ${standby} is ${member.synchronization}`,
            'wait until it is connected again; check with todo-dr status',
          )
        return status === 'available'
          ? ok(`${primary} writes, ${standby} is connected`)
          : warning(`RDS calls it "${status}"`, 'wait until it is available; check with todo-dr status')
      }),
    ),
  ],
}

export const instances: Check = {
  id: 'instances',
  area: 'data',
  asks: 'Has each cluster an instance that can serve?',
  points: 30,
  judge: (look) =>
    inEach(look, (region) => {
      const side = look.observation.regions[region]
      if (!side) return notAsked
      return seen(side.cluster, (cluster) => {
        if (servesNobody(cluster, side.api))
          return problem(withoutInstance(region, cluster), `aws rds describe-db-instances --region ${region}`)
        const [note] = statusNotes(region, cluster, side.api)
        const {length} = cluster.instances
        return note === undefined
          ? ok(`${length} ${length === 1 ? 'instance is' : 'instances are'} available`)
          : warning(
              note,
              `it may pass; look again with todo-dr health, or aws rds describe-db-instances --region ${region}`,
            )
      })
    }),
}

/**
 * A managed switch needs the same major, minor and patch version on both sides: none of Aurora MySQL's minor versions lets the patch level
 * differ (Aurora user guide, "Upgrading an Amazon Aurora global database").
 */
export const engineVersions: Check = {
  id: 'engine-versions',
  area: 'data',
  asks: 'Do both clusters run the same engine version? AWS refuses a switch between different ones.',
  points: 40,
  judge: (look) => [
    together(
      compared(look, ({engineVersion: primary}, {engineVersion: standby}) => {
        if (primary === undefined || standby === undefined) return notAsked
        return primary === standby
          ? ok(primary)
          : problem(
              `${look.primary} runs ${primary}, but ${look.standby} runs ${standby}`,
              'todo-dr upgrade --to VERSION upgrades the older one; AWS wants the standby first',
            )
      }),
    ),
  ],
}

export const engineUpgrades: Check = {
  id: 'engine-upgrades',
  area: 'data',
  asks: 'Is no upgrade waiting that would make the versions differ, and does none come by itself?',
  points: 12,
  judge: (look) =>
    inEach(look, (region) =>
      detailed(look, region, ({pendingVersion, instances: found}) => {
        if (pendingVersion !== undefined)
          return warning(
            `an upgrade to ${pendingVersion} waits for the maintenance window`,
            'upgrade both regions on the same day, the standby first',
          )
        const own = found.filter(({upgradesItself}) => upgradesItself).map(({id}) => id)
        return own.length === 0
          ? ok('none is pending')
          : warning(
              `${own.join(' and ')} would be upgraded by RDS, without the other region`,
              `aws rds modify-db-instance --region ${region} --db-instance-identifier ${own[0]} --no-auto-minor-version-upgrade`,
            )
      }),
    ),
}

export const replicationLag: Check = {
  id: 'replication-lag',
  area: 'data',
  asks: 'How far behind is the standby? A value that is older than two periods of the metric says nothing about now: then the database of the primary is asked.',
  points: 20,
  judge(look) {
    const {standby, observation, at, maxLagSeconds} = look
    if (standby === undefined) return [together(rolesUnknown)]
    const side = observation.regions[standby]
    const lag = side?.lag
    const judgement = !side
      ? notAsked
      : seen(side.lagSeconds, (seconds) => {
          if (seconds === undefined)
            return unknown(
              "no lag has been reported in the last 5 minutes, and the primary's database tells none",
              'todo-dr status says whether the standby replicates',
            )
          if (lag && isStale(lag, at))
            return unknown(oldLagText(lag, at), 'CloudWatch has no newer one: look again with todo-dr health')
          const behind = `${shortSeconds(seconds)} behind${lag?.bySql ? ', by SQL: the metric has no recent value' : ''}`
          if (seconds > STALLED_LAG_SECONDS)
            return problem(
              `${behind}: a failover now loses that much`,
              'todo-dr status says whether replication is stalled',
            )
          return seconds > maxLagSeconds
            ? warning(
                `${behind}: more than the ${maxLagSeconds} s of your objective`,
                'wait, or look for a burst of writes',
              )
            : ok(behind)
        })
    return [{region: standby, ...judgement}]
  },
}

/** A read that a reader answers proves no write. */
export const primaryWritable: Check = {
  id: 'primary-writable',
  area: 'data',
  asks: 'Has the primary cluster a writer that is available, and its proxy a target that takes writes?',
  points: 30,
  judge(look) {
    const {primary, observation} = look
    if (primary === undefined) return [together(rolesUnknown)]
    const judgement = seen(clusterOf(look, primary), (cluster) => {
      const writer = cluster.details?.instances.find(({isWriter}) => isWriter)
      const trouble = withoutWriter(primary, cluster)
      if (trouble !== undefined)
        return problem(
          trouble,
          `aws rds describe-db-clusters --region ${primary}; todo-dr status says whether to switch`,
        )
      if (!writer) return notAsked
      const {proxy} = observation.regions[primary]!
      return seen(proxy, ({writable, reason}) => {
        if (writable === undefined) return notAsked
        if (writable === 0)
          return problem(
            `the proxy has no target that takes writes${reason === undefined ? '' : `: ${reason}`}`,
            `todo-dr outage status; aws rds describe-db-proxy-targets --region ${primary}`,
          )
        return ok(`${writer.id} writes, and the proxy reaches it`)
      })
    })
    return [{region: primary, ...judgement}]
  },
}

export const standbyCapacity: Check = {
  id: 'standby-capacity',
  area: 'data',
  asks: 'May the standby grow as large as the primary, and as large as the primary has needed in the last day?',
  points: 20,
  judge(look) {
    const {primary, standby} = look
    if (primary === undefined || standby === undefined) return [together(rolesUnknown)]
    const peak = look.regions[primary]?.peak
    const judgement = compared(look, (one, other) =>
      judgeCapacity(one, other, peak?.reachable ? peak.value : {}, {primary, standby}),
    )
    return [{region: standby, ...judgement}]
  },
}

const connections: Check = {
  id: 'connections',
  area: 'data',
  asks: 'Does the standby take as many connections as the primary has had in the last day?',
  points: 16,
  judge(look) {
    const {primary, standby} = look
    if (primary === undefined || standby === undefined) return [together(rolesUnknown)]
    const {peak} = look.regions[primary]!
    if (!peak) return [{region: standby, ...notAsked}]
    const judgement = seen(peak, ({connections: most}) =>
      compared(look, (one, other) => judgeConnections(one, other, most, {primary, standby})),
    )
    return [{region: standby, ...judgement}]
  },
}

/**
 * A paused instance takes about 15 seconds to resume, and 30 where it has slept for a day (Aurora user guide, "Scaling to Zero ACUs").
 * The primary of a global database does not pause, nor does an instance that a proxy is connected to; a minimum of 0 still says
 * that nobody has thought of a promotion.
 */
export const autoPause: Check = {
  id: 'auto-pause',
  area: 'data',
  asks: 'Does the minimum capacity keep both clusters awake?',
  points: 20,
  judge: (look) =>
    inEach(look, (region) =>
      seen(clusterOf(look, region), ({capacity}) => {
        if (!capacity) return ok('it is not serverless')
        if (capacity.min > 0) return ok(`never below ${capacity.min} ACU`)
        const text = 'the minimum capacity is 0 ACU: it may pause'
        const remedy = `aws rds modify-db-cluster --region ${region} --db-cluster-identifier ${look.deployment.regions.find((one) => one.region === region)!.clusterId} --serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=${capacity.max}`
        return region === look.primary
          ? problem(text, remedy)
          : warning(`${text}, and a promotion would wait for it to resume`, remedy)
      }),
    ),
}

export const backups: Check = {
  id: 'backups',
  area: 'data',
  asks: `Are backups kept for ${LEAST_BACKUP_DAYS} days or more in both regions? Replication copies a mistake within a second.`,
  points: 12,
  judge: (look) =>
    inEach(look, (region) =>
      detailed(look, region, ({backupDays}) => {
        if (backupDays === undefined) return notAsked
        const kept = `kept for ${backupDays} ${backupDays === 1 ? 'day' : 'days'}`
        return backupDays >= LEAST_BACKUP_DAYS
          ? ok(kept)
          : warning(kept, `keep them for ${LEAST_BACKUP_DAYS} days or more; the template keeps 35 with "protect": true`)
      }),
    ),
}

export const DATA: readonly Check[] = [
  globalDatabase,
  instances,
  engineVersions,
  engineUpgrades,
  replicationLag,
  primaryWritable,
  standbyCapacity,
  connections,
  autoPause,
  backups,
]
