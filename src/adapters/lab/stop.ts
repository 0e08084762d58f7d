import {access, rm, rmdir} from 'node:fs/promises'
import {dirname} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import {DrError} from '../../errors.js'
import {administratorOf} from './credentials.js'
import {callLab} from './http.js'
import {isRunning} from './process.js'
import {noLab} from './list.js'
import {labFolder, readRecord, type LabRecord} from './record.js'

const ASK_DEADLINE_MS = 5000
/** The lab gives itself 30 s. */
const GONE_DEADLINE_MS = 40_000
const POLL_MS = 25

/** Asks, then terminates, then kills; returns when process and folder are gone. */
export async function stopLab(name: string): Promise<{crashed: boolean}> {
  const folder = labFolder(name)
  const record = await readRecord(name)
  if (!record) throw await noLab(name, 'there is nothing to stop')
  const crashed = !(await isRunning(record))
  if (!crashed) {
    await ask(record)
    if (!(await gone(record, folder, GONE_DEADLINE_MS))) {
      signal(record, 'SIGKILL')
      if (!(await gone(record, undefined, ASK_DEADLINE_MS))) throw stuck(name, record)
    }
  }

  await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  // The folder of all labs, where this was the last one.
  await rmdir(dirname(folder)).catch(() => undefined)
  return {crashed}
}

async function ask(record: LabRecord): Promise<void> {
  try {
    const {endpoint, name} = record
    if (!endpoint) throw new Error('it does not listen yet')
    const {secretAccessKey: secret} = await administratorOf(name)
    await callLab({endpoint, secret}, 'POST', '/_lab/stop', ASK_DEADLINE_MS)
  } catch {
    // Still booting, or silent: the signal asks the same.
    signal(record, 'SIGTERM')
  }
}

function signal({pid}: LabRecord, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function gone(record: LabRecord, folder: string | undefined, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const left = (await isRunning(record)) || (folder !== undefined && (await exists(folder)))
    if (!left) return true
    if (Date.now() > deadline) return false
    await sleep(POLL_MS)
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const stuck = (name: string, {pid}: LabRecord): DrError =>
  new DrError({
    code: 'LabStuck',
    exit: 'failed',
    what: `the lab "${name}" does not stop`,
    why: `its process ${pid} is still alive after SIGKILL`,
    next: `ps -p ${pid}`,
  })
