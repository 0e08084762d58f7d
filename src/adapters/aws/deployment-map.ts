/** The map of the deployment: the survivor's copy in SSM first, the local cache second. */

import {mkdir, readFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import writeFileAtomic from 'write-file-atomic'
import {DrError, Unreachable} from '../../errors.js'
import {mapParameter} from '../../model/deployment.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {CALL_DEADLINE_MS} from './clients.js'
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
  /** Told where the map is waited for. */
  note?: (text: string) => void
  signal?: AbortSignal
}

export interface FoundMap {
  deployment: Deployment
  /** Set where no region gave one: how old the local copy is, and why it had to be taken. */
  copy?: {ageSeconds: number; why: string}
}

/** Milliseconds that a map is waited for where a copy is kept, which is mostly the same. */
const COPY_AFTER_MS = 2500
/** Milliseconds that a map is waited for where no copy is kept: without one nothing can be done, and a region may be slow for a moment. */
const LOOK_MS = 15_000
/** Milliseconds of silence after which a person is told what is waited for. */
const TELL_AFTER_MS = 2500
/** Milliseconds between an attempt that failed and the next one in the same region. */
const PAUSE_MS = 500

/**
 * Asks all regions at once and takes the first map. A region that is silent, or that throttles or fails the call, is asked again while there is
 * time. Throws `NotDeployed` (exit usage) where no region has one, and `MapUnreachable` (exit unknown) where nobody can tell.
 */
export async function findMap(clients: Clients, request: MapRequest): Promise<FoundMap> {
  const {cacheFile, app} = request
  const kept = cacheFile === undefined ? undefined : await readCache(cacheFile, app)
  const lookMs = kept ? COPY_AFTER_MS : LOOK_MS
  try {
    const found = await firstMap(clients, request, lookMs)
    if (cacheFile) await saveCache(cacheFile, found)
    return {deployment: found}
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    return fallBack(error.errors, request, kept)
  }
}

/** Rejects with an `AggregateError` of the last error of each region, in their order. */
async function firstMap(clients: Clients, {note, signal, ...request}: MapRequest, lookMs: number): Promise<Deployment> {
  const {regions, app} = request
  const until = performance.now() + lookMs
  const over = new AbortController()
  const ended = AbortSignal.any([over.signal, ...(signal ? [signal] : [])])
  // A copy that is kept is better than another attempt.
  const isPatient = lookMs > COPY_AFTER_MS
  const silent = new Set(regions)
  const seconds = Math.round((lookMs - TELL_AFTER_MS) / 1000)
  const tell = (): void =>
    note?.(`the map of ${app} is not read yet: waiting up to ${seconds} s more for ${[...silent].join(' and ')}`)
  const timer = isPatient ? setTimeout(tell, TELL_AFTER_MS) : undefined
  const ask = async (name: Region): Promise<Deployment> => {
    for (;;) {
      const deadlineMs = Math.min(CALL_DEADLINE_MS, until - performance.now())
      try {
        return await fetchMap(clients, name, {app, signal: ended}, deadlineMs)
      } catch (error) {
        if (!isPassing(error)) {
          silent.delete(name)
          // Who may not read one copy may not read the other: that is told at once. Only "there is none" says nothing of the other one.
          if (!isFault(error, 'ParameterNotFound')) over.abort()
          throw error
        }

        if (!isPatient || until - performance.now() < 2 * PAUSE_MS) throw error
        await sleep(PAUSE_MS, undefined, {signal: ended}).catch(() => undefined)
        if (ended.aborted) throw error
      }
    }
  }

  try {
    return await Promise.any(regions.map((name) => ask(name)))
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}

const isPassing = (error: unknown): boolean => error instanceof DrError && error.passing

async function fetchMap(
  clients: Clients,
  name: Region,
  {app, signal}: Pick<MapRequest, 'app' | 'signal'>,
  deadlineMs: number,
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

  if (fault && !isPassing(fault)) throw fault
  throw mapUnreachable(errors, request)
}

/** Which region said what, and where a person looks next. */
function mapUnreachable(errors: unknown[], {app, regions}: MapRequest): DrError {
  const said = regions.map((region, index) => {
    const error = errors[index]
    if (isFault(error, 'ParameterNotFound')) return `${region} has no parameter ${mapParameter(app)}`
    return error instanceof Unreachable ? `${region} did not answer` : `${region}: ${(error as Error).message}`
  })
  return new DrError({
    code: 'MapUnreachable',
    exit: 'unknown',
    what: `the map of ${app} cannot be read, so that nothing could be looked at; nothing was changed`,
    why: `${said.join('; ')}; there is no local copy either`,
    next: 'run the same command again; if it says the same, todo-dr doctor shows what this machine reaches',
    cause: errors[0],
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
