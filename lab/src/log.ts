import {appendFileSync} from 'node:fs'
import {join} from 'node:path'

export type Log = (part: string, text: string) => void

const LOG_FILE = 'lab.log'

/** Milliseconds. Functions log a line a call: a write each would be a tenth of the lab's work under load. */
const GATHER_MS = 20

/**
 * Lines `time part text` into the lab's folder, 0600, and to stderr where `echo` is set. The lab's own lines are written
 * at once; those of functions wait for the next of them, a few milliseconds, or the end of the process.
 */
export function openLog(folder: string, echo: boolean): Log {
  const file = join(folder, LOG_FILE)
  let gathered = ''
  const write = (): void => {
    const lines = gathered
    gathered = ''
    try {
      appendFileSync(file, lines, {mode: 0o600})
    } catch {
      // The folder goes away while the lab ends; what is said then has been said on stderr or to nobody.
    }
  }

  // The empty file is there at once for whoever follows it.
  write()
  process.on('exit', write)
  return (part, text) => {
    const line = `${new Date().toISOString()} ${part} ${text}\n`
    if (echo) process.stderr.write(line)
    if (gathered === '') setTimeout(write, GATHER_MS).unref()
    gathered += line
    if (!part.startsWith('lambda ')) write()
  }
}
