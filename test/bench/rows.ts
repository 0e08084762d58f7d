/**
 * `drift --rows` against bare scans of the same table on both sides of a lab: by the server alone, row by row to a client, and
 * CHECKSUM TABLE; and against Debian's pt-table-checksum and pt-table-sync where they are installed (package percona-toolkit), which
 * digest by CRC32 and do not ask again what may merely lag. Then with differences, the most memory that the command takes, both once more
 * with regions that are apart (far.ts; all else is on loopback), and the latency of writes beside it.
 */

import {readFileSync, readdirSync} from 'node:fs'
import mysql from 'mysql2/promise'
import type {Connection} from 'mysql2/promise'
import {runDrift} from '../../src/actions/drift/run.js'
import type {DriftResult} from '../../src/actions/drift/result.js'
import {NO_BASELINE} from '../../src/config/baseline.js'
import {openDrift} from '../../src/open/drift.js'
import type {OpenDrift} from '../../src/open/drift.js'
import {Session} from '../../src/open/session.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {PEER_BOUND, benchFar} from './far.js'
import {Peers} from './peers.js'

export interface RowsBench {
  rows: number
  /** So many rows differ, one after the other. */
  differing: number[]
  /** The same where the regions are apart. */
  far: number[]
  rounds: number
  print(name: string, text: string): void
  median(numbers: number[]): number
}

const TABLE = 'BenchRows'
/** Rows that one statement inserts. */
const BATCH = 100_000
/** With so many the bound of the peer counts on loopback too, where it is not reached: see far.ts. */
const MANY_DIFFERENCES = 1000
const WRITES_PER_SECOND = 500
const BOUND = 2.5
/** A peer is ended after so long, or after ten times as long as drift took. */
const LEAST_DEADLINE_MS = 60_000
const MOST_BYTES = 256 * 1024 * 1024

/** Returns what broke its bound. */
export async function benchRows({rows, differing, far, rounds, print, median}: RowsBench): Promise<string[]> {
  const sandbox = new Sandbox()
  const target = `lab:bench-${process.pid}-rows`
  await sandbox.expect(0, ['lab', 'start', '--target', target])
  Object.assign(process.env, {XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME})
  const session = new Session({target, folder: sandbox.folder, emit() {}})
  const connections: Connection[] = []
  try {
    await sandbox.expect(0, ['seed', '--target', target])
    const status = await sandbox.json<LabStatus>(['lab', 'status', '--target', target])
    const sides = await Promise.all(status.regions.map((side) => connect(side)))
    connections.push(...sides)
    await Promise.all(sides.map((side) => fill(side, rows)))
    await sides[0]!.query('SET sql_log_bin = 1')
    const opened = await openDrift(session)
    const failures: string[] = []
    const timed = async (what: string, work: () => Promise<unknown>): Promise<number> => {
      const seconds: number[] = []
      for (let round = 0; round < rounds; round++) seconds.push(await secondsOf(work))
      print(`rows, ${rows}: ${what}`, `${median(seconds).toFixed(2)} s`)
      return median(seconds)
    }

    const onBoth = (sql: string) => () => Promise.all(sides.map((side) => side.query(sql)))
    const bare = await timed('bare scan, sent row by row', () => Promise.all(sides.map((side) => streamed(side))))
    const inServer = await timed(
      'bare scan within the servers',
      onBoth(`SELECT SUM(LENGTH(CONCAT_WS(',', id, Task, Status, RequestId, CreatedTime))) FROM ${TABLE}`),
    )
    const checksum = await timed('CHECKSUM TABLE', onBoth(`CHECKSUM TABLE ${TABLE}`))
    await drifted(opened, 0)
    const clean = await timed('drift', () => drifted(opened, 0))
    const ratio = (other: number): string => (clean / other).toFixed(2)
    print(`rows, ${rows}: drift to them`, `${ratio(bare)} (bound ${BOUND}), ${ratio(inServer)}, ${ratio(checksum)}`)
    if (clean > BOUND * bare)
      failures.push(`drift --rows takes ${ratio(bare)} times a bare scan; the bound is ${BOUND}`)

    const peers = Peers.find(status, sandbox.folder, TABLE)
    if (!peers)
      print(`rows, ${rows}: pt-table-sync`, 'not installed, and not compared: apt-get install percona-toolkit')
    const checked = await peers?.checksum(() => caughtUp(sides))
    if (checked !== undefined)
      print(`rows, ${rows}: pt-table-checksum`, `${checked.toFixed(2)} s, drift ${clean.toFixed(2)} s`)

    let planted: number[] = []
    for (const count of differing.filter((one) => one <= rows / 10)) {
      planted = await plant(sides[1]!, rows, planted, count)
      const ran = await command(sandbox, target, count)
      const sync = await peers?.sync(count, Math.max(LEAST_DEADLINE_MS, 10_000 * ran.seconds))
      const beside = sync && `; pt-table-sync ${sync.text}, ${(sync.seconds / ran.seconds).toFixed(1)} times as long`
      print(`rows, ${rows}: the command, ${count} differing`, `${ran.seconds.toFixed(2)} s${beside ?? ''}`)
      const memory = `${Math.round(ran.bytes / 1e6)} MB, its functions ${Math.round(functionBytes(target) / 1e6)} MB`
      print(`rows, ${rows}: peak memory`, memory)
      if (Math.max(ran.bytes, functionBytes(target)) > MOST_BYTES) failures.push('the scan took more than 256 MB')
      if (sync && count === MANY_DIFFERENCES && sync.seconds < PEER_BOUND * ran.seconds)
        failures.push(`with ${count} differing rows drift --rows is not ${PEER_BOUND} times as fast as pt-table-sync`)
    }

    const slow = await benchFar({
      session,
      opened,
      status,
      differing: far,
      print: (what, text) => print(`rows, ${rows}: ${what}`, text),
      findPeers: (portOf) => Peers.find(status, sandbox.folder, TABLE, portOf),
      plant: async (count) => void (planted = await plant(sides[1]!, rows, planted, count)),
      drifted: (apart, count) => drifted(apart, count),
    })
    failures.push(...slow)
    await plant(sides[1]!, rows, planted, 0)
    const beside = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const latencies = await writesBeside(sides[0]!, work)
      const text = [0.5, 0.95, 0.99].map((part) => `p${100 * part} ${percentile(latencies, part).toFixed(1)} ms`)
      print(`rows, ${rows}: ${WRITES_PER_SECOND} writes/s ${what}`, `${text.join(', ')} of ${latencies.length}`)
    }

    await beside('alone', () => new Promise((done) => setTimeout(done, 5000)))
    const scans = await Promise.all(status.regions.map((side) => connect(side)))
    connections.push(...scans)
    await beside('beside a bare scan', () => Promise.all(scans.map((side) => streamed(side))))
    for (const maxLoad of [100, 50, 25])
      await beside(`beside drift --max-load ${maxLoad}`, () => drifted(opened, 0, maxLoad))
    return failures
  } finally {
    for (const connection of connections) connection.destroy()
    await session.close()
    await sandbox.run(['lab', 'stop', '--target', target])
    sandbox.remove()
  }
}

async function connect({database}: LabStatus['regions'][number]): Promise<Connection> {
  const {host, port, user, passwordFile, name} = database
  const password = readFileSync(passwordFile, 'utf8').trim()
  return mysql.createConnection({host, port, user, password, database: name})
}

/** The same rows on both sides, by themselves: replication would take as long again. */
async function fill(side: Connection, rows: number): Promise<void> {
  await side.query('SET sql_log_bin = 0')
  await side.query(
    `CREATE TABLE ${TABLE} (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, CreatedTime TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3),
      Status VARCHAR(50), Task VARCHAR(500), RequestId VARCHAR(64) CHARACTER SET ascii)`,
  )
  for (let from = 1; from <= rows; from += BATCH)
    await side.query(
      `INSERT INTO ${TABLE} SELECT seq, '2026-01-01', 'wip', CONCAT('a task of some length that a person wrote, number ', MD5(seq)), MD5(-seq)
        FROM seq_${from}_to_${Math.min(rows, from + BATCH - 1)}`,
    )
}

async function caughtUp([primary, standby]: Connection[]): Promise<void> {
  const [[row]] = await primary!.query<mysql.RowDataPacket[]>('SELECT @@gtid_binlog_pos AS position')
  await standby!.query('SELECT MASTER_GTID_WAIT(?, 600)', [row!.position])
}

/** So many rows in all, evenly over the table. Returns their keys; `before` are those of the last time. */
async function plant(standby: Connection, rows: number, before: number[], count: number): Promise<number[]> {
  const set = (status: string, ids: number[]): Promise<unknown> =>
    ids.length > 0 ? standby.query(`UPDATE ${TABLE} SET Status = ? WHERE id IN (?)`, [status, ids]) : Promise.resolve()
  await set('wip', before)
  const ids = Array.from({length: count}, (_, index) => (index + 1) * Math.floor(rows / count))
  await set('drift', ids)
  return ids
}

async function drifted(opened: OpenDrift, expected: number, maxLoad = 100): Promise<DriftResult> {
  const {states, ...rest} = opened
  const {result} = await runDrift({
    ...rest,
    only: ['rows'],
    baseline: NO_BASELINE,
    now: Date.now(),
    fix: false,
    rows: {states, resume: false, maxLoad, maxLagSeconds: 10},
    emit() {},
    signal: new AbortController().signal,
  })
  if (result.differences.length !== expected || result.unknown.length > 0)
    throw new Error(
      `${result.differences.length} differences, and ${expected} were planted: ${JSON.stringify([result.unknown, result.differences[0], result.differences.at(-1)])}`,
    )
  return result
}

/** As a client reads it that keeps nothing. */
function streamed(side: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = (
      side as unknown as {connection: {query(options: object): {stream(): NodeJS.ReadableStream}}}
    ).connection
      .query({sql: `SELECT * FROM ${TABLE}`, rowsAsArray: true})
      .stream()
    stream.on('data', () => undefined)
    stream.once('end', () => resolve())
    stream.once('error', reject)
  })
}

/** Milliseconds of each write of an open loop while something else is going on. */
async function writesBeside(primary: Connection, work: () => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = []
  const pending: Promise<void>[] = []
  const begun = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - begun) / 1000) * WRITES_PER_SECOND; sent++) {
      const due = begun + (sent / WRITES_PER_SECOND) * 1000
      const write = primary.query('INSERT INTO ToDos (Task, Status) VALUES (?, ?)', [`write ${sent}`, 'wip'])
      pending.push(write.then(() => void latencies.push(performance.now() - due)))
    }
  }, 2)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }

  await Promise.all(pending)
  return latencies
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const percentile = (numbers: number[], part: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) * part)] ?? 0

/** The command as a person runs it, its start included, and the most memory that it took, as the kernel has it. */
async function command(sandbox: Sandbox, target: string, expected: number): Promise<{seconds: number; bytes: number}> {
  const begun = performance.now()
  const child = sandbox.start(['drift', '--rows', '--json', '--target', target])
  const out: Buffer[] = []
  child.stdout!.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr!.resume()
  let bytes = 0
  const timer = setInterval(() => (bytes = Math.max(bytes, peakOf(child.pid!))), 20)
  const code = await new Promise((done) => child.once('close', done))
  clearInterval(timer)
  const seconds = (performance.now() - begun) / 1000
  if (code !== (expected === 0 ? 0 : 5)) throw new Error(`drift --rows ended with ${String(code)}`)
  const {differences} = JSON.parse(Buffer.concat(out).toString()) as DriftResult
  if (differences.length !== expected)
    throw new Error(`${differences.length} differences, and ${expected} were planted`)
  return {seconds, bytes}
}

/** 0 for a process that has ended. */
function peakOf(pid: number | string): number {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes ?? 0) * 1024
  } catch {
    return 0
  }
}

/** The most that one function of the lab has taken: they are children of its process. */
function functionBytes(target: string): number {
  const textOf = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return ''
    }
  }

  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const lab = pids.find((pid) => textOf(pid, 'cmdline').startsWith(`todo-dr lab ${target.slice('lab:'.length)}`))
  const own = pids.filter(
    (pid) =>
      textOf(pid, 'cmdline').includes('bootstrap.cjs') && /PPid:\s+(\d+)/.exec(textOf(pid, 'status'))?.[1] === lab,
  )
  return Math.max(0, ...own.map((pid) => peakOf(pid)))
}
