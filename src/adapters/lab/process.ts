import {readFile} from 'node:fs/promises'

import type {LabRecord} from './record.js'

/** True while the very process that wrote the record lives: another one with its pid does not count. */
export async function isRunning({pid, startTicks}: LabRecord): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }

  if (startTicks === null) return true
  try {
    // Field 22; the name in field 2 may hold anything, so fields are counted from its closing bracket.
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] !== 'Z' && fields[19] === startTicks
  } catch {
    return false
  }
}
