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
  /** Set where no region answered: how old the local copy is, in seconds. */
  ageSeconds?: number
}

/** Asks all regions at once and takes the first copy. Throws `NotDeployed` (exit usage) where no region has one. */
export async function findMap(clients: Clients, request: MapRequest): Promise<FoundMap> {
  const asked = request.regions.map((name) => fetchMap(clients, name, request))
  try {
    const found = await Promise.any(asked)
    if (request.cacheFile) await saveCache(request.cacheFile, found)
    return {deployment: found}
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    return fallBack(error.errors, request)
  }
}

async function fetchMap(clients: Clients, name: Region, {app, signal}: MapRequest): Promise<Deployment> {
  const answer = await clients.call('ssm', name, 'GetParameter', {Name: mapParameter(app)}, {signal})
  return parseMap(answer.Parameter?.Value ?? '', `${mapParameter(app)} in ${name}`)
}

async function fallBack(errors: unknown[], request: MapRequest): Promise<FoundMap> {
  // The caller gave up: silence says nothing about the regions.
  if (request.signal?.aborted) throw errors[0]
  // The clearest cause first: no permission or another fault, then the local copy, then no map, then no answer.
  const told = errors.filter((error) => !(error instanceof Unreachable))
  const fault = told.find((error) => !isFault(error, 'ParameterNotFound'))
  if (fault) throw fault
  const copy = request.cacheFile && told.length < errors.length && (await readCache(request.cacheFile, request.app))
  if (copy) return {deployment: copy.deployment, ageSeconds: Math.max(0, (Date.now() - copy.savedAt) / 1000)}
  if (told.length > 0) throw notDeployed(request)
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

/** Undefined where there is none, it is damaged, or it is of another application. An older program may have kept it in version 1. */
async function readCache(file: string, app: string): Promise<{savedAt: number; deployment: Deployment} | undefined> {
  try {
    const copy = JSON.parse(await readFile(file, 'utf8')) as {savedAt: number; deployment: unknown}
    const deployment = mapOf(copy.deployment, file)
    return deployment.app === app && Number.isFinite(copy.savedAt) ? {savedAt: copy.savedAt, deployment} : undefined
  } catch {
    return undefined
  }
}
