import {fork, type ChildProcess} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {closeSync, mkdirSync, openSync, readSync, unlinkSync} from 'node:fs'
import {join} from 'node:path'

import {labFlagOf} from '../../config/lab-name.js'
import {DrError, type ErrorParts} from '../../errors.js'
import type {LabOptions, RunningLab} from '../../ports/labs.js'
import {stateHome} from '../fs/paths.js'
import {programFile} from '../package.js'
import {connectLab} from './admin.js'
import {environmentOfLab} from './environment.js'
import {labFolder} from './record.js'
import {stopLab} from './stop.js'

/** What the lab says while it boots; see lab/src/parent.ts. */
type LabMessage =
  | {type: 'progress'; text: string; seconds?: number}
  | {type: 'ready'; endpoint: string; seconds: number}
  | {type: 'failed'; code: string; what: string; why?: string; next?: string; path?: string}

const PROGRAM = programFile({built: 'dist/lab/main.js', source: 'lab/src/main.ts'})

/**
 * The edge runs the functions' own code in a module of a VM, of which Node.js warns. V8 collects young objects seldom, and on one thread: on
 * a busy machine its threads wait for one another, and the lab answers nobody meanwhile (measured: 100 to 190 ms, where 2 MB were freed).
 */
const NODE_FLAGS = ['--no-warnings', '--min-semi-space-size=16', '--no-parallel-scavenge']

export async function startLab(options: LabOptions): Promise<RunningLab> {
  options.signal?.throwIfAborted()
  const stderr = anonymousFile()
  const child = launch(options, stderr)
  const ended = new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)))
  try {
    const {endpoint, seconds} = await booted(child, options, stderr)
    if (!options.tied) {
      if (child.connected) child.disconnect()
      child.unref()
    }

    const {name} = options
    return {
      name,
      endpoint,
      seconds,
      pid: child.pid!,
      admin: connectLab(name),
      ended,
      stop: () => stopAndWait(name, ended),
    }
  } catch (error) {
    child.kill('SIGTERM')
    await ended
    throw error
  } finally {
    closeSync(stderr)
  }
}

function launch(options: LabOptions, stderr: number): ChildProcess {
  const {
    name,
    profile = 'instant',
    seed = 1,
    port = 0,
    empty = false,
    assembly,
    home,
    away,
    enforceIam = false,
    tied = false,
    echo = false,
  } = options
  const flags = {empty, parent: tied, echo, 'enforce-iam': enforceIam}
  return fork(
    PROGRAM,
    [
      '--folder',
      labFolder(name),
      '--name',
      name,
      '--profile',
      profile,
      '--seed',
      String(seed),
      '--port',
      String(port),
      ...Object.entries({assembly, home, away}).flatMap(([flag, value]) =>
        value === undefined ? [] : [`--${flag}`, value],
      ),
      ...Object.entries(flags).flatMap(([flag, on]) => (on ? [`--${flag}`] : [])),
    ],
    {
      // A session of its own: a Ctrl-C at the terminal is for the command, which decides what becomes of the lab.
      detached: true,
      env: environmentOfLab(),
      execArgv: [...process.execArgv.filter((flag) => !flag.startsWith('--inspect')), ...NODE_FLAGS],
      stdio: ['ignore', 'ignore', echo ? 'inherit' : stderr, 'ipc'],
    },
  )
}

async function booted(
  child: ChildProcess,
  {name, onProgress, signal}: LabOptions,
  stderr: number,
): Promise<{endpoint: string; seconds: number}> {
  const listening = new AbortController()
  const whileBooting = {signal: listening.signal}
  try {
    return await new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(asError(signal.reason)), whileBooting)
      const onMessage = (message: LabMessage): void => {
        if (message.type === 'progress') onProgress?.(message.text, message.seconds)
        else if (message.type === 'ready') resolve(message)
        else reject(failed(name, message))
      }

      const onExit = (status: number | null, killedBy: NodeJS.Signals | null): void => {
        const what = `the lab "${name}" stopped while it was starting (${killedBy ?? status})`
        reject(failed(name, {code: 'LabFailed', what, why: tail(stderr)}))
      }

      child.on('message', onMessage).on('exit', onExit).on('error', reject)
      listening.signal.addEventListener('abort', () => child.off('message', onMessage).off('exit', onExit))
    })
  } finally {
    listening.abort()
  }
}

function failed(name: string, message: Omit<Extract<LabMessage, {type: 'failed'}>, 'type'>): Error {
  const {code, what, why, next, path} = message
  // The system's own error about a folder is told as one of this process, by the variable that names the folder.
  if (path !== undefined) return Object.assign(new Error(what), {code, path})
  const parts: Record<string, Partial<ErrorParts>> = {
    LabExists: {exit: 'usage', next: `todo-dr lab status${labFlagOf(name)}, or todo-dr lab stop${labFlagOf(name)}`},
    PortTaken: {
      exit: 'usage',
      next: 'todo-dr lab start with another --port, or without --port',
    },
    RegionUnknown: {exit: 'usage', next: 'use the name of an AWS region, such as us-east-1'},
    MariaDbUnavailable: {exit: 'failed'},
  }
  return new DrError({
    code,
    exit: 'failed',
    what,
    why,
    next: next ?? 'DEBUG=1 todo-dr lab start --foreground',
    ...parts[code],
  })
}

async function stopAndWait(name: string, ended: Promise<number | null>): Promise<void> {
  await stopLab(name).catch((error: unknown) => {
    // It ended by itself meanwhile.
    if (!(error instanceof DrError && error.code === 'NoLab')) throw error
  })
  await ended
}

/** A file without a name: the lab may write to it for as long as it lives, and nothing is left. */
function anonymousFile(): number {
  const folder = stateHome()
  mkdirSync(folder, {recursive: true, mode: 0o700})
  const file = join(folder, `.${randomUUID()}`)
  const descriptor = openSync(file, 'wx+', 0o600)
  unlinkSync(file)
  return descriptor
}

/** The last lines that the lab wrote before its log was open. */
function tail(descriptor: number): string | undefined {
  const buffer = Buffer.alloc(65_536)
  const text = buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, 0)).trim()
  return text.split('\n').slice(-3).join(' ') || undefined
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
