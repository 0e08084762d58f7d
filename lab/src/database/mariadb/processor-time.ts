import {readFile} from 'node:fs/promises'

/** Clock ticks a second, of every Linux that Node.js runs on (`sysconf(_SC_CLK_TCK)`). */
const TICKS = 100

/** Processor time of a process and all its threads, in seconds; undefined where there is no such process, or no /proc. */
export async function processorSeconds(pid: number | undefined): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  if (stat === undefined) return undefined
  // proc(5): behind the name, which may hold anything, fields 14 and 15 are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
