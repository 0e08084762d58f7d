/** How far a scan of rows has come, kept so that it can be continued. It holds keys, and no other values. */

import type {Region} from '../model/deployment.js'
import type {Key} from './tables.js'

export interface TableState {
  /** Of the table on both sides: after a change of it the scan of it begins anew. */
  versions: [string, string]
  /** The rows up to here were compared; null: none yet. */
  after: Key | null
  done: boolean
  /** Rows that were read. */
  rows: number
  /** Of rows that differed, or may differ. */
  keys: Key[]
}

export interface ScanState {
  /** Which deployment it is. */
  identity: string
  expected: Region
  actual: Region
  /** The cluster beside, in place of the other region's. */
  against?: string
  tables: Record<string, TableState>
}

export interface ScanStates {
  /** Undefined where no scan was left unfinished, or its state cannot be read. */
  load(): Promise<ScanState | undefined>
  save(state: ScanState): Promise<void>
  clear(): Promise<void>
}
