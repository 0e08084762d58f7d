/** Finds a lab by the record that it keeps in its folder. */

import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {DrError} from '../../errors.js'
import {stateHome} from '../fs/paths.js'

export interface LabRecord {
  name: string
  pid: number
  /** Of the process, in clock ticks since boot; null where /proc does not say. */
  startTicks: string | null
  /** Undefined until the control plane listens. */
  endpoint?: string
  ready: boolean
}

/** Throws `LabName` (exit usage) for a name that cannot be one. */
export function labFolder(name: string): string {
  if (!/^[\w-]{1,40}$/.test(name)) {
    throw new DrError({
      code: 'LabName',
      exit: 'usage',
      what: `"${name}" is not a valid lab name`,
      why: 'a name has 1 to 40 letters, digits, - and _',
      next: 'todo-dr lab start --target lab:NAME',
    })
  }

  return join(stateHome(), 'labs', name)
}

/** Undefined where there is no such lab, or none any more. */
export async function readRecord(name: string): Promise<LabRecord | undefined> {
  const file = join(labFolder(name), 'lab.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LabRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}
