/** An observation with its diagnosis, as `status --json` gives it. */

import {diagnose} from '../../diagnose.js'
import {lookBesideRuns} from '../../engine/look.js'
import type {ExitName} from '../../errors.js'
import {servingInstances} from '../../model/database-status.js'
import type {Diagnosis} from '../../model/diagnosis.js'
import type {Region} from '../../model/deployment.js'
import type {Observation, RegionObservation, Sample} from '../../model/observation.js'
import type {RunStore} from '../../ports/runs.js'
import {openRunOf, recentRuns} from '../../engine/unfinished.js'
import type {RunRecord} from '../../engine/unfinished.js'
import {findUnprovenFence} from '../../engine/unproven-fence.js'
import type {UnprovenFence} from '../../model/fence.js'
import {primaryOf} from '../../model/observation.js'
import {lookAgain} from '../../probes/observe.js'
import {preferenceOf} from '../../model/regions.js'
import {lagOf, topologyOf} from '../../model/topology.js'
import type {Topology} from '../../model/topology.js'
import type {World} from '../../ports/world.js'
import type {RegionStatus, Seen, StatusResult, UnfinishedRun} from './result.js'

export interface StatusInput {
  target: string
  world: World
  runs: RunStore
  signal: AbortSignal
}

/** Looks, and changes nothing. `exit`: done where everything is healthy, missed where something is not, unknown where nobody can tell. */
export async function runStatus({
  target,
  world,
  runs,
  signal,
}: StatusInput): Promise<{status: StatusResult; diagnosis: Diagnosis; exit: ExitName}> {
  const {deployment} = world
  const {observation: seen, recent} = await lookBesideRuns({world, recent: () => recentRuns(runs, deployment), signal})
  const observation = await lookAgain(world, seen, seen.order, {signal})
  const diagnosis = diagnose(observation, openRunOf(recent.unfinished))
  const {situation} = diagnosis
  const exit = situation === 'Healthy' ? 'done' : situation === 'Unknown' ? 'unknown' : 'missed'
  const left = {...recent, unprovenFence: findUnprovenFence(observation, recent, deployment)}
  return {status: statusOf(target, observation, diagnosis, left), diagnosis, exit}
}

export function statusOf(
  target: string,
  observation: Observation,
  diagnosis: Diagnosis,
  left: {unfinished?: RunRecord[]; unprovenFence?: UnprovenFence | null} = {},
): StatusResult {
  const {unfinished = [], unprovenFence = null} = left
  const topology = topologyOf(observation)
  const {situation, summary, evidence, next = null} = diagnosis
  return {
    schemaVersion: 1,
    target,
    app: observation.app,
    situation,
    summary,
    evidence,
    next,
    ...topology,
    lagSeconds: topology.standby === null ? null : (lagOf(observation, topology.standby) ?? null),
    regions: observation.order.flatMap((region) => {
      const side = observation.regions[region]
      return side ? [regionStatus(side, observation, topology)] : []
    }),
    unprovenFence,
    unfinished: unfinished.map((record) => unfinishedRun(record, observation)),
  }
}

function unfinishedRun({run, plan, started}: RunRecord, observation: Observation): UnfinishedRun {
  const {intent, from, to} = plan
  const promoted = intent !== 'upgrade' && primaryOf(observation) === to
  return {
    run: run.id,
    intent,
    from,
    to,
    startedAt: new Date(started.at).toISOString(),
    owner: started.owner,
    promoted,
    next: `todo-dr resume ${run.id}`,
    would: promoted
      ? 'finishes it'
      : 'checks the situation and all gates again, then continues; with --undo it takes back what was done',
  }
}

function regionStatus(side: RegionObservation, observation: Observation, topology: Topology): RegionStatus {
  const {region, cluster, proxy, api, writers} = side
  return {
    region,
    preference: preferenceOf(observation, region),
    role: roleOf(region, observation, topology),
    cluster: seen(cluster, (value) => ({
      status: value.status,
      instances: value.instances,
      servingInstances: servingInstances(value),
    })),
    proxy: seen(proxy, ({available, unavailable}) => ({available, unavailable})),
    api: seen(api, ({status, ok, latencyMs, code}) => ({
      status,
      ok,
      latencyMs: Math.round(latencyMs * 10) / 10,
      ...(code !== undefined && {code}),
    })),
    writers: seen(writers, (mode) => ({mode})),
    // After a switch the new primary's metric still holds what it reported as a standby.
    lagSeconds: region === topology.primary ? null : (lagOf(observation, region) ?? null),
  }
}

function roleOf(region: Region, {global}: Observation, {primary}: Topology): RegionStatus['role'] {
  if (!global.reachable) return 'unknown'
  if (region === primary) return 'primary'
  const member = global.value.members.find((one) => one.region === region)
  if (!member) return 'none'
  return member.isWriter ? 'primary' : 'standby'
}

function seen<T, U extends object>(sample: Sample<T>, pick: (value: T) => U): Seen<U> {
  return sample.reachable ? {reachable: true, ...pick(sample.value)} : {reachable: false, reason: sample.reason}
}
