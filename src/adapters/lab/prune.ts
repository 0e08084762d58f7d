/** What runs on throwaway labs left behind: their folders are kept for a look, but not for ever. */

import {readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {isUnfinished} from '../../ports/runs.js'
import {stateHome, targetStateFolder} from '../fs/paths.js'
import {FsRunStore} from '../fs/runs.js'
import {isRunning} from './process.js'
import {readRecord} from './record.js'

/** As `Labs.prune` says. */
export async function pruneLabs(prefix: string, keep: number): Promise<void> {
  const marker = folderName(prefix)
  const all = await readdir(stateHome()).catch(() => [])
  const names = all
    .filter((one) => one.startsWith(marker) && /^\d+$/.test(one.slice(marker.length)))
    .map((one) => prefix + one.slice(marker.length))
  const dated = await Promise.all(names.map(async (name) => ({name, newest: await newestRun(name)})))
  // Ids of runs begin with their time.
  dated.sort((left, right) => (left.newest < right.newest ? 1 : -1))
  for (const {name} of dated.slice(keep))
    if (!(await isInUse(name))) await rm(targetStateFolder(`lab:${name}`), {recursive: true, force: true})
}

const folderName = (lab: string): string => targetStateFolder(`lab:${lab}`).slice(stateHome().length + 1)

async function newestRun(lab: string): Promise<string> {
  const ids = await readdir(join(targetStateFolder(`lab:${lab}`), 'runs')).catch(() => [])
  return ids.sort().at(-1) ?? ''
}

async function isInUse(lab: string): Promise<boolean> {
  const record = await readRecord(lab)
  if (record && (await isRunning(record))) return true
  for (const run of await new FsRunStore(targetStateFolder(`lab:${lab}`)).newestFirst())
    if (await isUnfinished(run)) return true
  return false
}
