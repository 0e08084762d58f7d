/** Observation -> Diagnosis: names the situation, and the name chooses the next command. Pure. */

import {shortSeconds} from './model/duration.js'
import {TABLE_MISSING, primaryOf} from './model/observation.js'
import {homeOf, otherRegion} from './model/regions.js'
import {STALLED_LAG_SECONDS, isConnected, isSwitching, lagOf} from './model/topology.js'
import type {Region} from './model/deployment.js'
import type {Diagnosis, Situation} from './model/diagnosis.js'
import type {GlobalCluster, Observation, RegionObservation, Sample} from './model/observation.js'

/** Total: every observation has a diagnosis, and one with anything unreachable in it is never `Healthy`. */
export function diagnose(observation: Observation): Diagnosis {
  const {global} = observation
  if (!global.reachable) return blind(observation, global.reason)
  const writers = global.value.members.filter((member) => member.isWriter).map((member) => member.region)
  if (writers.length > 1) return splitBrain(writers)
  if (isSwitching(global.value)) return switching(global.value)
  const primary = primaryOf(observation)
  if (primary === undefined || !observation.regions[primary])
    return unknown('No region is the primary', ['the global database has no writer among its members'])
  return withPrimary(observation, global.value, primary)
}

function withPrimary(observation: Observation, global: GlobalCluster, primary: Region): Diagnosis {
  const standby = otherRegion(observation, primary)
  const failing = primaryTrouble(observation, observation.regions[primary]!)
  const standbySide = observation.regions[standby]
  const lesser = standbySide ? standbyTrouble(observation, global, standbySide) : undefined
  if (failing) return lesser ? {...failing, evidence: [...failing.evidence, ...lesser.evidence]} : failing
  if (observation.edge.reachable && observation.edge.value !== primary)
    return routeBehind(primary, observation.edge.value)
  if (lesser) return lesser
  const silent = silences(observation)
  if (silent.length > 0) return unknown('Everything that answers is healthy, but not everything answers', silent)
  return healthy(observation, primary, standby)
}

/** What is wrong with the region that must take writes; undefined where nothing is seen to be. */
function primaryTrouble(observation: Observation, side: RegionObservation): Diagnosis | undefined {
  const {region, cluster, proxy, api, writers} = side
  if (isSilent(side)) {
    const evidence = reasons([cluster, proxy, api, writers])
    return found('RegionLost', `The primary region ${region} does not answer`, evidence, failover(observation, region))
  }

  const database = databaseTrouble(side)
  if (database.length > 0)
    return found(
      'PrimaryDatabaseLost',
      `The primary database in ${region} is down`,
      database,
      failover(observation, region),
    )
  const trouble = apiTrouble(side)
  if (writers.reachable && writers.value !== 'open')
    trouble.push(`the writing functions in ${region} are ${writers.value}`)
  if (trouble.length === 0) return undefined
  // Of a deployment that has just been made: nothing is lost, and the other region has no table either.
  if (api.reachable && api.value.code === TABLE_MISSING)
    return found('TableMissing', 'The database has no table yet', trouble, 'todo-dr seed')
  if (cluster.reachable)
    return found(
      'PrimaryApiLost',
      `The API in the primary region ${region} is down, but its database is not`,
      trouble,
      `todo-dr switchover --to ${otherRegion(observation, region)}`,
    )
  const summary = `The API in the primary region ${region} is down, and its database cannot be seen`
  return found('PrimaryApiLost', summary, [...trouble, cluster.reason], failover(observation, region))
}

/** What is wrong with the standby or with its replication; undefined where nothing is seen to be. */
function standbyTrouble(
  observation: Observation,
  global: GlobalCluster,
  side: RegionObservation,
): Diagnosis | undefined {
  const {region, cluster, proxy, api, writers} = side
  if (isSilent(side))
    return found(
      'StandbyLost',
      `The standby region ${region} does not answer`,
      reasons([cluster, proxy, api, writers]),
      'todo-dr status',
    )
  const member = global.members.find((one) => one.region === region)
  if (!member) {
    const evidence = [
      `the global database has no member in ${region}; after a failover, Aurora adds it again automatically`,
    ]
    return found(
      'Detached',
      `${region} does not replicate: the primary has no standby`,
      evidence,
      failbackFrom(observation),
    )
  }

  const trouble = databaseTrouble(side)
  if (!cluster.reachable) trouble.push(cluster.reason)
  trouble.push(...apiTrouble(side))
  if (trouble.length > 0)
    return found('StandbyLost', `The standby in ${region} cannot take over`, trouble, 'todo-dr status')
  const stalled: string[] = []
  if (!isConnected(member.synchronization)) stalled.push(`the member in ${region} is ${member.synchronization}`)
  const lag = lagOf(observation, region)
  if (lag !== undefined && lag > STALLED_LAG_SECONDS) stalled.push(`${region} is ${shortSeconds(lag)} behind`)
  if (stalled.length === 0) return undefined
  return found('ReplicationStalled', `The standby in ${region} is falling behind`, stalled, failbackFrom(observation))
}

function apiTrouble({region, api}: RegionObservation): string[] {
  if (!api.reachable) return [api.reason]
  const {ok, status, code} = api.value
  return ok ? [] : [`the API in ${region} answers ${code === undefined ? status : `${status} ${code}`}`]
}

function databaseTrouble({region, cluster, proxy}: RegionObservation): string[] {
  const trouble: string[] = []
  if (cluster.reachable && cluster.value.availableInstances === 0)
    trouble.push(`the cluster in ${region} has no available instance (its status is "${cluster.value.status}")`)
  if (proxy.reachable && proxy.value.available === 0)
    trouble.push(`the proxy in ${region} has no available target${proxy.value.reason ? `: ${proxy.value.reason}` : ''}`)
  return trouble
}

function healthy(observation: Observation, primary: Region, standby: Region): Diagnosis {
  const seconds = lagOf(observation, standby)
  const evidence = [
    `${primary} writes and the edge sends clients to it`,
    seconds === undefined
      ? `${standby} replicates; no lag has been reported`
      : `${standby} is ${shortSeconds(seconds)} behind`,
  ]
  return primary === homeOf(observation)
    ? found('Healthy', `${primary} is the primary, ${standby} is the standby`, evidence)
    : found('Healthy', `${primary} is the primary, which is not the home region`, evidence, 'todo-dr failback')
}

function blind(observation: Observation, reason: string): Diagnosis {
  const nobody = observation.order.every((region) => {
    const side = observation.regions[region]
    return !side || isSilent(side)
  })
  const summary = nobody
    ? 'Neither region answers: first check your own network and credentials'
    : 'The primary region is unknown'
  return unknown(summary, [reason, ...silences(observation)])
}

const splitBrain = (writers: Region[]): Diagnosis =>
  found('SplitBrain', `${writers.join(' and ')} both claim to be the primary`, [
    'two members of the global database are writers',
    'no command changes the topology until a person chooses the one to keep',
  ])

const switching = ({failover}: GlobalCluster): Diagnosis =>
  found(
    'SwitchInProgress',
    'A switch of the primary is in progress',
    [`the global database is ${failover!.status}${failover!.toArn ? ` to ${failover!.toArn}` : ''}`],
    'todo-dr resume',
  )

const routeBehind = (primary: Region, served: Region): Diagnosis =>
  found(
    'RouteBehind',
    `${primary} is the primary, but clients are still sent to ${served}`,
    [
      `the route names ${served}`,
      `the writer of the global database is in ${primary}`,
      'if a run stopped midway, todo-dr resume finishes it',
    ],
    'todo-dr steer',
  )

/** A region that answers none of the four: its database, its proxy, its API, its functions. */
export const isSilent = ({cluster, proxy, api, writers}: RegionObservation): boolean =>
  !cluster.reachable && !proxy.reachable && !api.reachable && !writers.reachable

/** Names the region: typed twice, it must not go the other way. */
const failover = (observation: Observation, from: Region): string =>
  `todo-dr failover --to ${otherRegion(observation, from)} --allow-data-loss --confirm ${observation.app}`

const failbackFrom = (observation: Observation): string =>
  primaryOf(observation) === homeOf(observation) ? 'todo-dr status' : 'todo-dr failback'

function silences({global, edge, regions}: Observation): string[] {
  const sides = Object.values(regions).flatMap((side) => [
    side.cluster,
    side.proxy,
    side.api,
    side.writers,
    side.lagSeconds,
  ])
  return reasons([global, edge, ...sides])
}

function reasons(samples: Sample<unknown>[]): string[] {
  return samples.flatMap((sample) => (sample.reachable ? [] : [sample.reason]))
}

function found(situation: Situation, summary: string, evidence: string[], next?: string): Diagnosis {
  return next === undefined ? {situation, summary, evidence} : {situation, summary, evidence, next}
}

const unknown = (summary: string, evidence: string[]): Diagnosis => ({
  situation: 'Unknown',
  summary,
  evidence,
  next: 'todo-dr status',
})
