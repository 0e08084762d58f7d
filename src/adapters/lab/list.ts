/** The labs that run on this machine, and the error of a lab that does not. */

import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {labFlagOf} from '../../config/lab-name.js'
import {DrError} from '../../errors.js'
import type {ListedLab} from '../../ports/labs.js'
import {stateHome} from '../fs/paths.js'
import {isRunning} from './process.js'
import {readRecord} from './record.js'

export async function listLabs(): Promise<ListedLab[]> {
  const names = await readdir(join(stateHome(), 'labs')).catch(() => [])
  const labs = await Promise.all(
    names.sort().map(async (name): Promise<ListedLab[]> => {
      const record = await readRecord(name).catch(() => undefined)
      if (!record || !(await isRunning(record))) return []
      const {pid, endpoint, ready} = record
      return [{name, pid, endpoint, ready}]
    }),
  )
  return labs.flat()
}

/** Names the labs that do run: a slip of the name is the likeliest cause. */
export async function noLab(name: string, why?: string, cause?: unknown): Promise<DrError> {
  const others = (await listLabs()).filter((lab) => lab.name !== name)
  const running = others.length > 0 ? `running: ${others.map((lab) => lab.name).join(', ')}` : undefined
  return new DrError({
    code: 'NoLab',
    exit: 'usage',
    what: `no lab named "${name}" is running`,
    why: [why, running].filter(Boolean).join('; ') || undefined,
    next: `todo-dr lab start${labFlagOf(name)}`,
    cause,
  })
}
