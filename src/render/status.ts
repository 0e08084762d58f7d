/** An observation with its diagnosis, as `status --json` gives it and as a table. Pure. */

import type {Diagnosis} from '../model/diagnosis.js'
import type {Region} from '../model/deployment.js'
import type {Observation, RegionObservation, Sample} from '../model/observation.js'
import {preferenceOf} from '../model/regions.js'
import {lagOf, topologyOf} from '../model/topology.js'
import type {Replication, Topology} from '../model/topology.js'
import {tableOf} from './table.js'

/** What was seen, or why it could not be. */
export type Seen<T> = ({reachable: true} & T) | {reachable: false; reason: string}

export interface RegionStatus {
  region: Region
  /** `home` is what the configuration prefers as primary. */
  preference: 'home' | 'away'
  role: 'primary' | 'standby' | 'none' | 'unknown'
  cluster: Seen<{status: string; availableInstances: number}>
  proxy: Seen<{available: number; unavailable: number}>
  api: Seen<{status: number; ok: boolean; latencyMs: number; code?: string}>
  writers: Seen<{mode: 'open' | 'fenced' | 'partly'}>
  /** Null where no datum exists, as in the primary, or where it cannot be seen. */
  lagSeconds: number | null
}

export interface StatusResult {
  schemaVersion: 1
  target: string
  app: string
  situation: string
  summary: string
  evidence: string[]
  /** The command to run next. */
  next: string | null
  primary: Region | null
  standby: Region | null
  edge: Region | null
  replication: Replication
  /** Of the standby. */
  lagSeconds: number | null
  regions: RegionStatus[]
}

export function statusOf(target: string, observation: Observation, diagnosis: Diagnosis): StatusResult {
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
  }
}

function regionStatus(side: RegionObservation, observation: Observation, topology: Topology): RegionStatus {
  const {region, cluster, proxy, api, writers} = side
  return {
    region,
    preference: preferenceOf(observation, region),
    role: roleOf(region, observation, topology),
    cluster: seen(cluster, ({status, availableInstances}) => ({status, availableInstances})),
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

const SILENT = 'no answer'

export function statusTable({edge, regions}: StatusResult): string {
  const rows = regions.map(({region, role, cluster, proxy, api, writers, lagSeconds}) => [
    region,
    role,
    region === edge ? 'serves' : edge === null ? '?' : '-',
    cluster.reachable ? cluster.status : SILENT,
    proxy.reachable ? `${proxy.available} of ${proxy.available + proxy.unavailable}` : SILENT,
    api.reachable ? `${api.code ?? api.status}, ${Math.round(api.latencyMs)} ms` : SILENT,
    writers.reachable ? writers.mode : SILENT,
    lagSeconds === null ? '-' : `${lagSeconds.toFixed(1)} s`,
  ])
  return tableOf(['REGION', 'ROLE', 'EDGE', 'DATABASE', 'PROXY', 'API', 'WRITERS', 'LAG'], rows)
}
