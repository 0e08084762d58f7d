/** Observation -> Diagnosis: names the situation, and the name chooses the next command. Pure. */

import {shortSeconds} from './model/duration.js'
import {answersWell, servesNobody, statusNotes, withoutInstance, withoutWriter} from './model/database-status.js'
import {TABLE_MISSING, primaryOf} from './model/observation.js'
import {homeOf, otherRegion} from './model/regions.js'
import {STALLED_LAG_SECONDS, isConnected, isSwitching, lagOf, standsBy} from './model/topology.js'
import type {Region} from './model/deployment.js'
import type {Diagnosis, OpenRun, Situation} from './model/diagnosis.js'
import type {GlobalCluster, Observation, RegionObservation, Sample} from './model/observation.js'

/**
 * Total: every observation has a diagnosis, and one with anything unreachable in it is never `Healthy`. With the newest unfinished
 * run, where there is one, which is named, and whose end comes before most other commands.
 */
export function diagnose(observation: Observation, openRun?: OpenRun): Diagnosis {
  const diagnosis = withoutRuns(observation)
  return openRun ? withRun(diagnosis, observation, openRun) : diagnosis
}

function withoutRuns(observation: Observation): Diagnosis {
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
  const diagnosis = judged(observation, global, primary)
  return {...diagnosis, evidence: [...diagnosis.evidence, ...wordsOf(observation)]}
}

/** What RDS calls its databases, where that is not `available`: it decides nothing by itself. */
const wordsOf = ({regions}: Observation): string[] =>
  Object.values(regions).flatMap(({region, cluster, api}) =>
    cluster.reachable ? statusNotes(region, cluster.value, api) : [],
  )

function judged(observation: Observation, global: GlobalCluster, primary: Region): Diagnosis {
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
    const summary = `The primary region ${region} does not answer`
    return found('RegionLost', summary, evidence, failoverOrLook(observation, region))
  }

  // A working API has a database, whatever RDS calls it.
  const database = answersWell(api) ? [] : databaseTrouble(side)
  if (database.length > 0)
    return found(
      'PrimaryDatabaseLost',
      `The primary database in ${region} is down`,
      database,
      failoverOrLook(observation, region),
    )
  const closed = writers.reachable && writers.value !== 'open'
  if (closed && answersWell(api))
    return found(
      'PrimaryFenced',
      writers.value === 'partly'
        ? `The primary ${region} is partly fenced: it refuses some writes`
        : `The primary ${region} is fenced: it takes no writes`,
      [`the writing functions in ${region} are ${writers.value}; todo-dr, or a person, closed them`],
      // A switch to the region that is the primary already opens it.
      observation.edge.reachable ? `todo-dr switchover --to ${region}` : LOOK_AGAIN,
    )
  const trouble = apiTrouble(side)
  if (trouble.length === 0) return unwritable(side)
  if (closed) trouble.push(`the writing functions in ${region} are ${writers.value}`)
  if (noApiInReach(observation))
    return unknown('No API can be reached from here: first check your own network', [
      ...apiReasons(observation),
      'AWS answers, so a proxy, a firewall or a VPN may stand before the APIs alone; try from another network',
    ])
  // Of a deployment that has just been made: nothing is lost, and the other region has no table either.
  if (api.reachable && api.value.code === TABLE_MISSING)
    return found('TableMissing', 'The database has no table yet', trouble, 'todo-dr seed')
  if (cluster.reachable)
    return found(
      'PrimaryApiLost',
      `The API in the primary region ${region} is down, but its database is not`,
      trouble,
      canSwitchOver(observation, otherRegion(observation, region))
        ? `todo-dr switchover --to ${otherRegion(observation, region)}`
        : LOOK_AGAIN,
    )
  const summary = `The API in the primary region ${region} is down, and its database cannot be seen`
  return found('PrimaryApiLost', summary, [...trouble, cluster.reason], failoverOrLook(observation, region))
}

/**
 * The sample of the API reads, and a reader serves it: a cluster without a live writer takes no write, nor does a proxy without an
 * available read/write target. It takes a while to see a new writer, so that this is no loss yet, and nobody is told to fail over for it
 * alone (RDS Proxy, "Using RDS Proxy with Aurora global databases").
 */
function unwritable({region, cluster, proxy}: RegionObservation): Diagnosis | undefined {
  const evidence: string[] = []
  const writer = cluster.reachable ? withoutWriter(region, cluster.value) : undefined
  if (writer !== undefined) evidence.push(writer)
  if (proxy.reachable && proxy.value.writable === 0)
    evidence.push(
      `the proxy in ${region} has no available read/write target${proxy.value.reason ? `: ${proxy.value.reason}` : ''}`,
    )
  return evidence.length > 0
    ? unknown(`The primary ${region} answers reads, but may take no writes`, evidence)
    : undefined
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
      LOOK_AGAIN,
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
  if (trouble.length > 0) return found('StandbyLost', `The standby in ${region} cannot take over`, trouble, LOOK_AGAIN)
  const stalled: string[] = []
  if (!isConnected(member.synchronization)) stalled.push(`the member in ${region} is ${member.synchronization}`)
  const lag = lagOf(observation, region)
  if (lag !== undefined && lag > STALLED_LAG_SECONDS) stalled.push(`${region} is ${shortSeconds(lag)} behind`)
  if (stalled.length === 0) return undefined
  // A failback waits for a volume that is copied anew; one that is connected and far behind it refuses.
  const next = isConnected(member.synchronization) ? LOOK_AGAIN : failbackFrom(observation)
  return found('ReplicationStalled', `The standby in ${region} is falling behind`, stalled, next)
}

function apiTrouble({region, api}: RegionObservation): string[] {
  if (!api.reachable) return [api.reason]
  const {ok, status, code} = api.value
  return ok ? [] : [`the API in ${region} answers ${code === undefined ? status : `${status} ${code}`}`]
}

function databaseTrouble({region, cluster, proxy, api}: RegionObservation): string[] {
  const trouble: string[] = []
  if (cluster.reachable && servesNobody(cluster.value, api)) trouble.push(withoutInstance(region, cluster.value))
  if (!answersWell(api) && proxy.reachable && proxy.value.available === 0)
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
    ...(isFenced(observation.regions[standby])
      ? [`${standby} is still fenced, as after a failover; a switch to it opens it`]
      : []),
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
  return {...unknown(summary, [reason, ...silences(observation)]), ...(nobody && {next: 'todo-dr doctor'})}
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
    LOOK_AGAIN,
  )

const routeBehind = (primary: Region, served: Region): Diagnosis =>
  found(
    'RouteBehind',
    `${primary} is the primary, but clients are still sent to ${served}`,
    [`the route names ${served}`, `the writer of the global database is in ${primary}`],
    'todo-dr steer',
  )

const isFenced = (side: RegionObservation | undefined): boolean =>
  side?.writers.reachable === true && side.writers.value !== 'open'

/** A region that answers none of the four: its database, its proxy, its API, its functions. */
export const isSilent = ({cluster, proxy, api, writers}: RegionObservation): boolean =>
  !cluster.reachable && !proxy.reachable && !api.reachable && !writers.reachable

/** Nothing to type now helps: it passes, or a person repairs it. */
const LOOK_AGAIN = 'todo-dr status'

/** Names the region: typed twice, it must not go the other way. Advised only where the other region can take over. */
function failoverOrLook(observation: Observation, from: Region): string {
  const to = otherRegion(observation, from)
  const side = observation.regions[to]
  if (side && canTakeOver(side)) return `todo-dr failover --to ${to} --allow-data-loss --confirm ${observation.app}`
  return LOOK_AGAIN
}

const canTakeOver = ({cluster, api}: RegionObservation): boolean =>
  cluster.reachable && api.reachable && !servesNobody(cluster.value, api)

/** Whether a planned switch to the region would be let through. */
function canSwitchOver(observation: Observation, to: Region): boolean {
  const {global, edge, regions} = observation
  const side = regions[to]
  if (!side || !canTakeOver(side) || !answersWell(side.api) || !side.writers.reachable) return false
  const close = (lagOf(observation, to) ?? 0) <= STALLED_LAG_SECONDS
  return edge.reachable && global.reachable && standsBy(global.value, to) && close
}

/** Two APIs in two regions do not fall silent at one time while their databases answer: the way to them does. */
export const noApiInReach = ({order, regions}: Observation): boolean =>
  order.every((region) => regions[region]?.api.reachable === false)

const apiReasons = ({regions}: Observation): string[] => reasons(Object.values(regions).map(({api}) => api))

/** A run of ours that is not finished is named, and comes first: but not before an escape that cannot wait for it. */
function withRun(diagnosis: Diagnosis, observation: Observation, {id, intent, to}: OpenRun): Diagnosis {
  const {situation, next} = diagnosis
  const named = {
    ...diagnosis,
    summary: `${diagnosis.summary}; ${intent === 'upgrade' ? 'an upgrade' : `a ${intent} to ${to}`} that todo-dr began is not finished`,
    evidence: [...diagnosis.evidence, `unfinished run: ${id}`],
  }
  const promoted = primaryOf(observation) === to
  const side = observation.regions[to]
  const escape = next?.startsWith('todo-dr failover') && (intent === 'upgrade' || !promoted || !side || isSilent(side))
  if (escape || situation === 'SplitBrain' || situation === 'Unknown' || situation === 'TableMissing') return named
  return {...named, next: `todo-dr resume ${id}`}
}

const failbackFrom = (observation: Observation): string =>
  primaryOf(observation) === homeOf(observation) || !observation.edge.reachable ? LOOK_AGAIN : 'todo-dr failback'

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
  next: LOOK_AGAIN,
})
