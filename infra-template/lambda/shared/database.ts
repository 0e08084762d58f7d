/**
 * Runs work on the database within a deadline. It retries what surely was not applied, says so where nobody can tell,
 * and never lets an error of the database through as it is.
 */

import type {PoolConnection, ResultSetHeader, RowDataPacket} from 'mysql2/promise'
import {Refusal, outcomeUnknown, unavailable} from './answer.js'
import {connect, giveBack, recycle} from './connections.js'
import type {Deadline} from './deadline.js'
import {environment, type Login} from './environment.js'
import {classify, codeOf, type Failure, type Phase} from './failure.js'
import {log} from './log.js'
import {renounce} from './login.js'

const MAX_ATTEMPTS = 4
/** Past this, no other attempt begins: a region that cannot serve says so quickly. */
const RETRY_WITHIN_MS = 3000
const FIRST_PAUSE_MS = 50
/** A read that hangs leaves time for the other endpoint: below RETRY_WITHIN_MS, above the proxy's borrow timeout. */
const READ_ATTEMPT_MS = 2500

/** Placeholders always. The client puts the values in, escaped: a prepared statement would pin the proxy's connection. */
export interface Session {
  rows<T>(sql: string, values?: unknown[]): Promise<T[]>
  change(sql: string, values?: unknown[]): Promise<ResultSetHeader>
}

export interface Attempt {
  /** Counts from 1. */
  number: number
  /** An earlier attempt of this very call may have been applied. */
  unsure: boolean
}

export interface RunOptions {
  deadline: Deadline
  login: Login
  /**
   * read: changes nothing. once: may not be repeated while it is unsure whether it was applied. repeatable: doing it twice
   * is doing it once, as with a create that carries a request id.
   */
  kind: 'read' | 'once' | 'repeatable'
  attemptMs?: number
  /** The endpoint of another cluster, in place of the proxy. */
  host?: string
}

type Work<T> = (session: Session, attempt: Attempt) => Promise<T>

type Endpoint = 'reader' | 'default'

/** The endpoint that served the last read. A switch of roles costs one refused attempt, and after it nothing. */
let readFrom: Endpoint = 'reader'

/** A write, or anything else that needs the primary: through the proxy's default endpoint. */
export function write<T>(options: RunOptions, work: Work<T>): Promise<T> {
  return run(options, () => 'default', work)
}

/**
 * A read: through the READ_ONLY endpoint, or through the default one where the cluster has a writer only. `attemptMs`: after so
 * long an attempt is given up.
 */
export function read<T>(deadline: Deadline, work: Work<T>, attemptMs = READ_ATTEMPT_MS): Promise<T> {
  const choose = (attempt: number): Endpoint => (attempt % 2 === 1 ? readFrom : other(readFrom))
  return run({deadline, login: environment.login, kind: 'read', attemptMs}, choose, work, (endpoint) => {
    readFrom = endpoint
  })
}

/**
 * A read of what the writer holds. A reader of the same cluster lags behind it, usually by less than 100 ms (Aurora user guide,
 * "Replication with Amazon Aurora").
 */
export function readWriter<T>(deadline: Deadline, work: Work<T>): Promise<T> {
  const options: RunOptions = {deadline, login: environment.login, kind: 'read', attemptMs: READ_ATTEMPT_MS}
  return run(options, () => 'default', work)
}

/** A read of another cluster, which knows the same account: by its own endpoint, as no proxy leads there. */
export function readAt<T>(host: string, deadline: Deadline, work: Work<T>, attemptMs: number): Promise<T> {
  return run({deadline, login: environment.login, kind: 'read', attemptMs, host}, () => 'default', work)
}

/** Makes ready for a read as a read would: by the endpoint that serves one. It touches no row. */
export const readyToRead = (deadline: Deadline): Promise<unknown> => read(deadline, asksNothing)

/** Makes ready for a write, in one attempt: only the region that writes can be made ready as far as the database. It touches no row. */
export const readyToWrite = (deadline: Deadline): Promise<unknown> =>
  once(
    {deadline, login: environment.login, kind: 'read', attemptMs: READ_ATTEMPT_MS},
    'default',
    {number: 1, unsure: false},
    asksNothing,
  )

/**
 * The proxy borrows a connection of its own for a statement, not for a client that only connects (Aurora user guide, "RDS Proxy concepts
 * and terminology"). That it opens one then, where none is free, is assumed.
 */
const asksNothing = (session: Session): Promise<unknown> => session.rows('SELECT 1')

const other = (endpoint: Endpoint): Endpoint => (endpoint === 'reader' ? 'default' : 'reader')

async function run<T>(
  options: RunOptions,
  choose: (attempt: number) => Endpoint,
  work: Work<T>,
  onSuccess: (endpoint: Endpoint) => void = () => {},
): Promise<T> {
  const startedAt = Date.now()
  const endpoints = Array.from({length: MAX_ATTEMPTS}, (_, index) => choose(index + 1))
  let unsure = false

  for (let number = 1; ; number++) {
    const endpoint = endpoints[number - 1]!
    try {
      const result = await once(options, endpoint, {number, unsure}, work)
      onSuccess(endpoint)
      return result
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error
      const {failure} = error
      log({event: 'retry', code: error.code, attempt: number, endpoint})
      unsure ||= failure.applied === 'maybe'
      const mayRepeat = failure.retry && (!unsure || options.kind !== 'once')
      const hasTime = Date.now() - startedAt < RETRY_WITHIN_MS && options.deadline.remaining > 0
      if (!mayRepeat || !hasTime || number === MAX_ATTEMPTS) throw verdict(error, options.kind, unsure)
      // A read goes to the other endpoint at once; whoever has tried both, or writes, waits a little.
      if (endpoints[number] === endpoint || number > 1) await pause(number, options.deadline)
    }
  }
}

async function once<T>(options: RunOptions, endpoint: Endpoint, attempt: Attempt, work: Work<T>): Promise<T> {
  const {attemptMs, host = endpoint === 'reader' ? environment.readerHost : environment.proxyHost} = options
  const deadline = attemptMs === undefined ? options.deadline : options.deadline.within(attemptMs)
  let connection: PoolConnection
  try {
    connection = await connect(host, options.login, deadline)
  } catch (error) {
    throw failed(error, 'connect', host, options.login)
  }

  try {
    const result = await deadline.race(work(sessionOn(connection), attempt), () => connection.destroy())
    giveBack(connection)
    return result
  } catch (error) {
    // After a statement that went wrong the connection's state is anybody's guess, but for an honest no of our own.
    if (error instanceof Refusal) giveBack(connection)
    else connection.destroy()
    throw failed(error, 'statement', host, options.login)
  }
}

function sessionOn(connection: PoolConnection): Session {
  return {
    async rows<T>(sql: string, values: unknown[] = []) {
      const [rows] = await connection.query<RowDataPacket[]>(sql, values)
      return rows as T[]
    },
    async change(sql, values = []) {
      const [header] = await connection.query<ResultSetHeader>(sql, values)
      return header
    },
  }
}

/** An error of the database and what it means. Its cause stays inside: databases quote values in their messages. */
export class DatabaseFailure extends Error {
  constructor(
    readonly code: string,
    readonly failure: Failure,
  ) {
    super(code)
    this.name = 'DatabaseFailure'
  }
}

function failed(error: unknown, phase: Phase, host: string, login: Login): unknown {
  if (error instanceof Refusal || !isOfDatabase(error)) return error
  const failure = classify(error, phase)
  if (failure.denied) renounce(login)
  if (failure.recycle) recycle(host, login)
  return new DatabaseFailure(codeOf(error), failure)
}

/** Errors of mysql2, of the network below it, and our own timeout have a code or a number; a bug has neither. */
function isOfDatabase(error: unknown): boolean {
  const {code, errno} = (error ?? {}) as {code?: unknown; errno?: unknown}
  return typeof code === 'string' || typeof errno === 'number'
}

function verdict(error: DatabaseFailure, kind: RunOptions['kind'], unsure: boolean): Error {
  if (unsure && kind !== 'read') return outcomeUnknown()
  if (!error.failure.retry) return error
  if (error.failure.denied)
    return unavailable(
      'AccountMissing',
      "The database does not know the API's account, or refuses its password or token: invoke the create-table function.",
    )
  return unavailable('DatabaseUnavailable', 'The database of this region cannot serve this now; nothing was changed.')
}

function pause(attempt: number, deadline: Deadline): Promise<void> {
  const milliseconds = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
  return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, deadline.remaining)))
}
