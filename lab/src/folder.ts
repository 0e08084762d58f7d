/** A lab's folder of state: taken by one process, found stale where that process is gone, removed at the end. */

import {mkdir, readFile, rm, rmdir, stat, writeFile} from 'node:fs/promises'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/** What the CLI reads to find a lab; written 0600. */
export interface LabRecord {
  name: string
  pid: number
  /** Of the process, in clock ticks since boot, so that a reused pid is told apart; null where /proc does not say. */
  startTicks: string | null
  /** Undefined until the control plane listens. */
  endpoint?: string
  /** True once everything is provisioned. */
  ready: boolean
}

const RECORD = 'lab.json'
/** Field 22 of /proc/PID/stat, counted from field 3. */
const START_TICKS = 19
/** Between taking the folder and writing the record lie milliseconds. */
const CLAIM_MS = 5000

/** Somebody else runs a lab of this name. */
class LabExists extends Error {
  readonly code = 'LabExists'
}

/** Makes the folder, 0700. Cleans up after a lab that crashed; throws `LabExists` where one runs. */
export async function claimFolder(folder: string, name: string): Promise<{removedStale: boolean}> {
  let removedStale = false
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      // Here and not once: the last lab to end takes the folder of all labs along.
      await mkdir(dirname(folder), {recursive: true, mode: 0o700})
      await mkdir(folder, {mode: 0o700})
      // Functions' code lies below; on AWS no package.json stands above it, and one of a project here would say how it is read.
      await writeFile(join(folder, 'package.json'), '{}\n')
      await writeRecord(folder, {name, pid: process.pid, startTicks: startTicks(process.pid), ready: false})
      return {removedStale}
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      if (code === 'ENOENT') continue
      if (code !== 'EEXIST') throw error
    }

    if (await isInUse(folder)) throw new LabExists(`a lab named "${name}" is running`)
    await removeFolder(folder)
    removedStale = true
  }

  throw new LabExists(
    `the folder of the lab "${name}" cannot be created: other labs of this name are starting at the same time`,
  )
}

export async function writeRecord(folder: string, record: LabRecord): Promise<void> {
  await writeFile(join(folder, RECORD), `${JSON.stringify(record, undefined, 2)}\n`, {mode: 0o600})
}

export const ownRecord = (name: string, endpoint: string, ready: boolean): LabRecord => ({
  name,
  pid: process.pid,
  startTicks: startTicks(process.pid),
  endpoint,
  ready,
})

/** And the folder of all labs where this was the last one. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  await rmdir(dirname(folder)).catch(() => undefined)
}

async function isInUse(folder: string): Promise<boolean> {
  let record: LabRecord
  try {
    record = JSON.parse(await readFile(join(folder, RECORD), 'utf8')) as LabRecord
  } catch {
    const info = await stat(folder).catch(() => undefined)
    return info !== undefined && Date.now() - info.mtimeMs < CLAIM_MS
  }

  if (!exists(record.pid)) return false
  if (record.startTicks === null) return true
  const fields = statFields(record.pid)
  // A zombie is dead: whoever should have waited for it has not.
  return fields !== undefined && fields[0] !== 'Z' && fields[START_TICKS] === record.startTicks
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const startTicks = (pid: number): string | null => statFields(pid)?.[START_TICKS] ?? null

/** Of /proc/PID/stat, from field 3, the state, on: the name in field 2 may hold anything, so they are counted from its closing bracket. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
