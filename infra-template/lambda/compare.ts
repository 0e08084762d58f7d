/**
 * Tells what this region's own database holds, for a comparison with the other region's: the form of its tables, digests of
 * ranges of rows, and single rows. Not exposed by the API. It only reads, answers a fixed list of questions, and puts no
 * name into a statement that information_schema has not given. Answers `{answered}`, or `{refused: {code, message}}`.
 *
 * With `host` it asks another cluster, such as the restored volume of an old primary (docs/adr/0028).
 */

import {badRequest, Refusal, unavailable} from './shared/answer.js'
import {DatabaseFailure, read, readAt, readWriter, type Session} from './shared/database.js'
import {Deadline} from './shared/deadline.js'
import {environment} from './shared/environment.js'
import {HISTORY_TABLE, hasTable, historyOf} from './shared/history.js'
import {toRequest} from './shared/request.js'
import {answerOf, type LambdaContext} from './shared/serve.js'
import {isStored, type Range} from './compare/columns.js'
import {lagsOf} from './compare/lag.js'
import {hasArrived, positionOf} from './compare/position.js'
import {
  bagsOf,
  boundariesOf,
  digestsOf,
  hashesOf,
  rowsLike,
  rowsOf,
  sumsOf,
  type Scan,
  type Slice,
} from './compare/scan.js'
import {describeTables, tableNamed} from './compare/tables.js'

type Payload = Record<string, unknown>

/** Kept back of the time that is left: what was too slow must still be told. Milliseconds. */
const TELL_MS = 1500
/** One statement. A range that takes longer is divided by whoever asks. Milliseconds. */
const STATEMENT_MS = 8000
/** Of a table that cannot be divided, which is read as a whole. Milliseconds. */
const WHOLE_STATEMENT_MS = 20_000
const OF_THE_WRITER = new Set(['lag', 'position'])
const OF_WHOLE_TABLES = new Set(['bags', 'digests', 'alike'])

export async function handler(event: unknown, context: LambdaContext): Promise<object> {
  const {statusCode, response} = await answerOf(async () => {
    const deadline = Deadline.of(context)
    return {statusCode: 200, response: await ask(toRequest(event).json(), deadline)}
  }, context)
  return statusCode === 200 ? {answered: response} : {refused: response}
}

async function ask(payload: Payload, deadline: Deadline): Promise<unknown> {
  const named = String(payload.question)
  if (named === 'chunk') return chunk(payload, deadline)
  const question = QUESTIONS[named]
  if (!question || !Object.keys(QUESTIONS).includes(named))
    throw badRequest('UnknownQuestion', `The question must be one of chunk, ${Object.keys(QUESTIONS).join(', ')}.`)
  const mostMs = OF_WHOLE_TABLES.has(named) ? WHOLE_STATEMENT_MS : STATEMENT_MS
  const limitMs = Math.min(mostMs, deadline.remaining - TELL_MS)
  const host = payload.host === undefined ? undefined : clusterHost(payload.host)
  const startedAt = Date.now()
  const work = async (session: Session): Promise<unknown> => {
    // A key that is a TIMESTAMP, and what is shown of one, must not depend on the server's own zone.
    await session.change("SET time_zone = '+00:00'")
    return question(session, payload, limitMs)
  }

  try {
    if (host !== undefined) return await readAt(host, deadline, work, limitMs)
    // A reader may not have all that the writer has; what a primary knows of its standbys is asked of the primary.
    return await (OF_THE_WRITER.has(named) ? readWriter(deadline, work) : read(deadline, work, limitMs))
  } catch (error) {
    throw asRefusal(error, Date.now() - startedAt >= limitMs)
  }
}

/**
 * The writer endpoint of an Aurora cluster in the function's own region, as RDS forms it ("Amazon Aurora endpoint connections", Aurora user
 * guide): the password of the API's account goes nowhere else, whoever asks.
 */
function clusterHost(value: unknown): string {
  const form = new RegExp(
    String.raw`^[a-z](?:-?[a-z\d]){0,62}\.cluster-[a-z\d]+\.${environment.region}\.rds\.amazonaws\.com$`,
  )
  if (typeof value === 'string' && form.test(value)) return value
  throw badRequest(
    'InvalidPayload',
    `The host must be the writer endpoint of an Aurora cluster in ${environment.region}.`,
  )
}

/** The sums of these ranges and, in the same time on a second connection, where the next ones end. */
async function chunk({ahead, ...payload}: Payload, deadline: Deadline): Promise<{sums: unknown; ahead: unknown}> {
  const answers = await Promise.allSettled([
    ask({...payload, question: 'sums'}, deadline),
    ask({...payload, question: 'boundaries', divisions: [ahead]}, deadline),
  ])
  const [sums, bounds] = answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value as unknown[]
  })
  return {sums, ahead: bounds![0]}
}

/** A statement that met its limit: 3024 of MySQL itself, or our own. */
function asRefusal(error: unknown, late: boolean): unknown {
  const code = error instanceof DatabaseFailure ? error.code : undefined
  if (code === 'ER_QUERY_TIMEOUT' || (late && error instanceof Refusal && error.statusCode === 503))
    return unavailable('TooSlow', 'The statement took too long: ask for fewer rows.')
  if (code === 'ER_NO_SUCH_TABLE' || code === 'ER_TABLE_DEF_CHANGED' || code === 'ER_BAD_FIELD_ERROR')
    return new Refusal(409, 'TableChanged', 'The table has been altered, or is gone.')
  return error
}

const QUESTIONS: Record<string, (session: Session, payload: Payload, limitMs: number) => Promise<unknown>> = {
  tables: (session, {after}) => describeTables(session, text(after ?? '')),
  async around(session) {
    const [migrations, grants] = [await migrationsOf(session), await session.rows<object>('SHOW GRANTS')]
    return {
      migrations,
      // MariaDB shows the digest of the password beside the first of them.
      grants: grants.map((row) => String(Object.values(row)[0]).replace(/ IDENTIFIED .*?(?= REQUIRE | WITH |$)/, '')),
    }
  },
  lag: async (session) => ({standbys: await lagsOf(session)}),
  position: async (session) => ({position: await positionOf(session)}),
  arrived: async (session, {position}) => ({arrived: await hasArrived(session, (position ?? {}) as Payload)}),
  sums: async (session, payload, limitMs) =>
    sumsOf(
      session,
      await scanOf(session, payload),
      {
        ranges: list(payload.ranges, MOST_RANGES).map(rangeOf),
        buckets: whole(payload.buckets ?? 1, MOST_BUCKETS),
        steps: payload.steps === true,
      },
      limitMs,
    ),
  async boundaries(session, payload) {
    const scan = await scanOf(session, payload)
    const found: string[][][] = []
    for (const division of list(payload.divisions, MOST_RANGES)) {
      const {range, every, most} = (division ?? {}) as Payload
      found.push(
        await boundariesOf(session, scan, {
          range: rangeOf(range),
          every: whole(every, MOST_STEP),
          most: whole(most, MOST_RANGES),
        }),
      )
    }

    return found
  },
  hashes: async (session, payload) =>
    hashesOf(session, await scanOf(session, payload), {
      slices: list(payload.slices, MOST_RANGES).map(sliceOf),
      most: whole(payload.most, MOST_HASHES),
    }),
  rows: async (session, payload) =>
    rowsOf(
      session,
      await scanOf(session, payload),
      list(payload.keys, MOST_ROWS).map((key) => keyFrom(key)!),
    ),
  bags: async (session, payload, limitMs) => bagsOf(session, await scanOf(session, payload), limitMs),
  digests: async (session, payload, limitMs) =>
    digestsOf(
      session,
      await scanOf(session, payload),
      {bags: list(payload.bags, MOST_BAGS).map(text), most: whole(payload.most, MOST_HASHES)},
      limitMs,
    ),
  alike: async (session, payload, limitMs) =>
    rowsLike(session, await scanOf(session, payload), list(payload.hashes, MOST_ROWS).map(text), limitMs),
}

const MOST_RANGES = 512
const MOST_STEP = 10_000_000
const MOST_HASHES = 5000
const MOST_ROWS = 500
const MOST_BUCKETS = 256
const MOST_BAGS = 4096

/** A name for each, with the digest of its file, and whether it is all done; null: the database keeps no list of its migrations. */
async function migrationsOf(session: Session): Promise<string[] | null> {
  if (!(await hasTable(session, HISTORY_TABLE))) return null
  const rows = await historyOf(session)
  return rows.map(({name, sha256, appliedAt}) =>
    [name, ...(sha256 === null ? [] : [sha256]), ...(appliedAt === null ? ['not finished'] : [])].join(', '),
  )
}

async function scanOf(session: Session, {table, version, columns}: Payload): Promise<Scan> {
  const found = await tableNamed(session, text(table), text(version))
  const named = list(columns, MOST_BAGS).map((name) => {
    const column = found.columns.find((one) => one.name === name)
    if (column && isStored(column)) return column
    throw badRequest('UnknownColumn', 'The table has no such column.')
  })
  return {table: found, columns: named}
}

function rangeOf(value: unknown): Range {
  const {after, upTo} = (value ?? {}) as {after?: unknown; upTo?: unknown}
  return {after: keyFrom(after), upTo: keyFrom(upTo)}
}

function sliceOf(value: unknown): Slice {
  const {part} = (value ?? {}) as {part?: Payload}
  if (part === undefined) return rangeOf(value)
  const of = whole(part.of, MOST_BUCKETS)
  // Counted from 0.
  const buckets = list(part.buckets, MOST_BUCKETS).map((bucket) => whole(Number(bucket) + 1, of) - 1)
  return {...rangeOf(value), part: {of, buckets, ...(part.steps !== undefined && {steps: rangeOf(part.steps)})}}
}

const keyFrom = (value: unknown): string[] | null =>
  value === null || value === undefined ? null : list(value, MOST_RANGES).map(text)

const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw badRequest('InvalidPayload', 'A name or a value must be a string.')
}

function whole(value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value
  throw badRequest('InvalidPayload', `A number must be a whole one from 1 to ${most}.`)
}

function list(value: unknown, most: number): unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= most) return value
  throw badRequest('InvalidPayload', `A list must have 1 to ${most} members.`)
}
