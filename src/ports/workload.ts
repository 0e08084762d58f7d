/**
 * How one API is written to, read from and asked for what it holds. A workload is a value: it makes requests and reads
 * answers, and sends nothing. The canary, the prober, the warm-up, the health sample and the search for survivors ask it,
 * so that none of them knows whose API it is.
 */

import type {ProbeOutcome} from '../model/ledger.js'
import type {Region} from '../model/deployment.js'
import type {Migration, MigrationMode, RecordedMigration} from '../model/migration.js'

export interface ApiRequest {
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT'
  /** Behind the address of the edge, or of a region's API; with a leading slash. */
  path: string
  query?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
  /** Raw access token. */
  token?: string
  timeoutMs?: number
}

export interface ApiAnswer {
  status: number
  /** The region that served it, from the response header; undefined where the header is missing. */
  region?: Region
  /** Parsed JSON, or undefined where the body is not valid JSON. */
  body?: unknown
  headers: Record<string, string>
}

export type Asked = 'write' | 'read' | 'removal'

/** Who writes, so that a customer who sees the row can tell. */
export type Purpose = 'canary' | 'probe'

export interface Workload {
  /** Where the API begins behind an address, told to a person who sends requests by hand. */
  path: string
  /** A write of a row that keeps this request id under a unique key: the same write sent twice stores one row. */
  write(requestId: string, purpose: Purpose): ApiRequest
  /** A read of this row; without an id a read that succeeds on any healthy API, whatever rows users have deleted. */
  read(id?: string): ApiRequest
  removal(id: string): ApiRequest
  /**
   * Requests that start the writing functions and have them open their connections, first one to the function that serves writes. All
   * are sent at once, so that several to one function start several of its environments; to a standby while it is being promoted, so they must change nothing on a
   * database that takes them.
   */
  warming(): ApiRequest[]

  /** The id of the row that a write has stored; undefined in every other answer. */
  idOf(answer: ApiAnswer): string | undefined
  /**
   * ok: done. fail: surely not done. unsure: it may have been done, which only a write and a removal can be. What no
   * answer at all means is not asked here.
   */
  outcomeOf(asked: Asked, answer: Pick<ApiAnswer, 'body' | 'status'>): ProbeOutcome
  /** Whether the answer says that there is no such row. */
  isAbsent(answer: Pick<ApiAnswer, 'body' | 'status'>): boolean
  /** Whether the answer says that the database has no table yet, as after a first deployment. */
  isTableMissing(answer: Pick<ApiAnswer, 'body' | 'status'>): boolean
  /**
   * What the API, or one of its functions, calls an error; undefined where the body tells of none. `passing`: nothing was changed, and
   * the same call may succeed a moment later.
   */
  errorOf(body: unknown): {code?: string; message?: string; passing?: boolean} | undefined

  /** How its presence function is asked which request ids the database of its region holds. */
  presence: {
    /** The most request ids that one call takes. */
    most: number
    payload(requestIds: string[]): unknown
    /** The ids that it has found; undefined where the answer is of another shape. */
    idsIn(answer: unknown): string[] | undefined
  }
  /** What a first deployment needs before it serves; absent where that is the user's own business. */
  setup?: {
    /** For a person, as a title. */
    title: string
    /** Sent to the migrate function one after the other; safe to repeat. */
    payloads: unknown[]
  }
  /** How its functions take the migrations of a project; absent where they take none. */
  migrations?: {
    /** For the migrate function. `by`: who sends it, for the history. Sent twice, it is applied once. */
    payload(migration: Migration, how: {by: string; mode: MigrationMode}): unknown
    /** For the migrate function, which asks the writer, or for the presence function, which asks the database of its own region. */
    history: unknown
    /** Undefined where the answer is of another shape. */
    historyIn(answer: unknown): RecordedMigration[] | undefined
  }
}
