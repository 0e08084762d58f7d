/** The map of the deployment: the survivor's copy in SSM first, the local cache second. */

import {mkdir, readFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import {DrError, Unreachable} from '../../errors.js'
import {mapParameter} from '../../model/deployment.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {mapOf, parseMap} from './map-format.js'

export interface MapRequest {
  app: string
  regions: Region[]
  /** Kept 0600; undefined: neither read nor written. */
  cacheFile?: string
  /** Command that makes a deployment, for the error where there is none. */
  deployHint: string
  signal?: AbortSignal
}

export interface FoundMap {
  deployment: Deployment
  /** Set where no region gave one: how old the local copy is, and why it had to be taken. */
  copy?: {ageSeconds: number; why: string}
}

/** Milliseconds that a map is waited for where a copy is kept, which is mostly the same. */
const COPY_AFTER_MS = 2500

/** Asks all regions at once and takes the first map. Throws `NotDeployed` (exit usage) where no region has one. */
export async function findMap(clients: Clients, request: MapRequest): Promise<FoundMap> {
  const {cacheFile, app} = request
  const kept = cacheFile === undefined ? undefined : await readCache(cacheFile, app)
  const asked = request.regions.map((name) => fetchMap(clients, name, request, kept && COPY_AFTER_MS))
  try {
    const found = await Promise.any(asked)
    if (cacheFile) await saveCache(cacheFile, found)
    return {deployment: found}
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    return fallBack(error.errors, request, kept)
  }
}

async function fetchMap(
  clients: Clients,
  name: Region,
  {app, signal}: MapRequest,
  deadlineMs: number | undefined,
): Promise<Deployment> {
  const answer = await clients.call('ssm', name, 'GetParameter', {Name: mapParameter(app)}, {signal, deadlineMs})
  return parseMap(answer.Parameter?.Value ?? '', `${mapParameter(app)} in ${name}`)
}

/** Nothing is given up for the map where a copy is kept. Every region must say that there is none before that is believed. */
function fallBack(errors: unknown[], request: MapRequest, kept: KeptMap | undefined): FoundMap {
  // The caller gave up: silence says nothing about the regions.
  if (request.signal?.aborted) throw errors[0]
  const causes = errors.filter((error) => !isFault(error, 'ParameterNotFound'))
  if (causes.length === 0) throw notDeployed(request)
  // The clearest first: no permission or another fault, then silence.
  const fault = causes.find((error) => !(error instanceof Unreachable))
  // A bug, or a map of a later version, by which this one must not steer.
  if (fault !== undefined && (!(fault instanceof DrError) || fault.exit === 'usage')) throw fault
  if (kept) {
    const ageSeconds = Math.max(0, (Date.now() - kept.savedAt) / 1000)
    return {deployment: kept.deployment, copy: {ageSeconds, why: ((fault ?? causes[0]) as Error).message}}
  }

  if (fault) throw fault
  if (causes.length < errors.length) throw notDeployed(request)
  throw new DrError({
    code: 'MapUnreachable',
    exit: 'usage',
    what: `the map of ${request.app} cannot be read: no region answers`,
    why: `asked ${request.regions.join(' and ')}; there is no local copy either`,
    next: 'check the network, and the regions in todo-dr.yaml',
  })
}

const notDeployed = ({app, regions, deployHint}: MapRequest): DrError =>
  new DrError({
    code: 'NotDeployed',
    exit: 'usage',
    what: `${app} is not deployed`,
    why: `${regions.join(' and ')} have no parameter ${mapParameter(app)}`,
    next: deployHint,
  })

/** A copy that cannot be kept must not stand in the way of a failover. */
async function saveCache(file: string, found: Deployment): Promise<void> {
  try {
    await mkdir(dirname(file), {recursive: true, mode: 0o700})
    await writeFileAtomic(file, JSON.stringify({savedAt: Date.now(), deployment: found}), {mode: 0o600})
  } catch {
    // The next command tries again.
  }
}

interface KeptMap {
  /** Epoch milliseconds. */
  savedAt: number
  deployment: Deployment
}

/** Undefined where there is none, it is damaged, or it is of another application. An older program may have kept it in version 1. */
async function readCache(file: string, app: string): Promise<KeptMap | undefined> {
  try {
    const copy = JSON.parse(await readFile(file, 'utf8')) as {savedAt: number; deployment: unknown}
    const deployment = mapOf(copy.deployment, file)
    return deployment.app === app && Number.isFinite(copy.savedAt) ? {savedAt: copy.savedAt, deployment} : undefined
  } catch {
    return undefined
  }
}
