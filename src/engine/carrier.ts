/** The process that carries a run out, told from every other one: a run whose process lives is not resumed. */

import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'
import type {Carrier, JournalLine} from './journal.js'

/** This process. */
export const carriedBy = (owner: string): Carrier => ({
  owner,
  pid: process.pid,
  host: hostname(),
  born: bornOf(process.pid),
})

/** The process that still carries the run out on this machine; undefined where it has stopped, was killed, or is elsewhere. */
export function carriedOutBy(lines: JournalLine[]): number | undefined {
  const last = lines.findLast((line) => 'pid' in line || line.event === 'run-stopped')
  if (!last || !('pid' in last) || last.host !== hostname() || last.pid === process.pid) return undefined
  if (!isAlive(last.pid)) return undefined
  const born = bornOf(last.pid)
  return born !== undefined && last.born !== undefined && born !== last.born ? undefined : last.pid
}

/**
 * Who holds the lease when a run is resumed. On the machine of its last process, which is dead, that one's name: no need
 * to wait until its lease has run out. Elsewhere nobody can see whether it lives; another name finds that out from the lease.
 */
export function resumedAs(lines: JournalLine[]): string | undefined {
  const last = lines.findLast((line) => line.event === 'run-started' || line.event === 'run-resumed')
  if (last?.event !== 'run-started' && last?.event !== 'run-resumed') return undefined
  return last.host === hostname() ? last.owner : `${last.owner}, resumed on ${hostname()}`
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Undefined where the system does not say. */
function bornOf(pid: number): string | undefined {
  try {
    // Field 22 of proc(5) counts from the boot; the name before it may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return bornByPs(pid)
  }
}

/** Where there is no /proc, as on macOS. */
function bornByPs(pid: number): string | undefined {
  try {
    const shown = execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], {
      encoding: 'utf8',
      timeout: 2000,
      stdio: 'pipe',
    })
    return shown.trim() || undefined
  } catch {
    return undefined
  }
}
