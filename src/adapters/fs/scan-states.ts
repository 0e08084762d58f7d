/** The state of an unfinished scan, in the target's folder; mode 0600, since keys are data. */

import {mkdir, readFile, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type {ScanState, ScanStates} from '../../ports/scan-state.js'

const VERSION = 1

export class FsScanStates implements ScanStates {
  constructor(private readonly file: string) {}

  async load(): Promise<ScanState | undefined> {
    try {
      const {schemaVersion, ...state} = JSON.parse(await readFile(this.file, 'utf8')) as ScanState & {
        schemaVersion: number
      }
      return schemaVersion === VERSION ? state : undefined
    } catch {
      return undefined
    }
  }

  async save(state: ScanState): Promise<void> {
    await mkdir(dirname(this.file), {recursive: true, mode: 0o700})
    await writeFileAtomic(this.file, JSON.stringify({schemaVersion: VERSION, ...state}), {mode: 0o600})
  }

  async clear(): Promise<void> {
    await rm(this.file, {force: true})
  }
}
