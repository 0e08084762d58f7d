import {appendFileSync} from 'node:fs'
import {join} from 'node:path'

export type Log = (part: string, text: string) => void

export const LOG_FILE = 'lab.log'

/** Lines `time part text` into the lab's folder, 0600, and to stderr where `echo` is set. Written at once: a crash keeps them. */
export function openLog(folder: string, echo: boolean): Log {
  const file = join(folder, LOG_FILE)
  return (part, text) => {
    const line = `${new Date().toISOString()} ${part} ${text}\n`
    if (echo) process.stderr.write(line)
    try {
      appendFileSync(file, line, {mode: 0o600})
    } catch {
      // The folder goes away while the lab ends; what is said then has been said on stderr or to nobody.
    }
  }
}
