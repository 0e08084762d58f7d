import {existsSync, readFileSync, writeFileSync} from 'node:fs'

/** Writes a generated file where it differs, and only there: tests may be reading it. */
export function renew(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}
