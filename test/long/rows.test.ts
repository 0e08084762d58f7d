/** Two million rows under up to 500 writes a second: what differs is found row by row, and what merely lags is not reported. */

import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import mysql from 'mysql2/promise'
import type {Connection} from 'mysql2/promise'
import type {DriftResult, RowDifference} from '../../src/actions/drift/result.js'
import {Sandbox} from '../support/cli.js'
import {COLUMNS, expectPlanted, plantsOf} from '../support/planted-rows.js'

const AWAY = 'us-east-2'
const TABLE = 'Many'
const ROWS = 2_000_000
const BATCH = 250_000
const WRITES_PER_SECOND = 500
/** With fewer while the scan runs it shows nothing about rows that merely lag. */
const LEAST_WRITES = 500

describe('drift of two million rows', function () {
  this.timeout(600_000)
  const sandbox = new Sandbox()
  const connections: Connection[] = []

  after(async () => {
    for (const connection of connections) connection.destroy()
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('drift: finds nine kinds of differing rows among them by key and column under writes, and nothing else', async () => {
    const {regions} = await sandbox.seededLab()
    for (const {database} of [...regions, regions[0]!]) {
      const {host, port, user, passwordFile, name} = database
      const password = readFileSync(passwordFile, 'utf8').trim()
      connections.push(await mysql.createConnection({host, port, user, password, database: name, timezone: 'Z'}))
    }

    const [primary, standby, writer] = connections
    // The same rows on both sides, by themselves: replication would take as long again.
    await Promise.all([fill(primary!), fill(standby!)])
    const plants = plantsOf(TABLE, (kind) => kind * 211_111 + 7, ROWS + 5)
    for (const {sql} of plants.values()) await standby!.query(sql)
    const untouched = (id: number): number => (plants.has(id) ? id + 1 : id)
    const writes = writing(async (number) => {
      const id = untouched(1 + ((number * 7919) % (ROWS - 1)))
      if (number % 5 === 0)
        await writer!.query(`INSERT INTO ${TABLE} (id, name) VALUES (?, ?)`, [ROWS + 1000 + number, `new ${number}`])
      else await writer!.query(`UPDATE ${TABLE} SET name = ? WHERE id = ?`, [`turn ${number}`, id])
    })
    const result = await sandbox
      .json<DriftResult>(['drift', '--rows'], 5, {timeoutMs: 500_000})
      .finally(() => writes.stop())
    const {sent, seconds} = await writes.done
    const reached = `${sent} writes in ${seconds.toFixed(1)} s, ${(sent / seconds).toFixed(0)} of ${WRITES_PER_SECOND} a second`
    console.log(`      ${reached}`)
    expect(sent, `it shows nothing: ${reached}`).to.be.at.least(LEAST_WRITES)
    expect(result.unknown).to.deep.equal([])
    expectPlanted(result.differences as RowDifference[], TABLE, AWAY, plants)
  })
})

async function fill(side: Connection): Promise<void> {
  await side.query("SET sql_log_bin = 0, time_zone = '+00:00'")
  await side.query(`CREATE TABLE ${TABLE} (${COLUMNS})`)
  for (let from = 1; from <= ROWS; from += BATCH)
    await side.query(
      `INSERT INTO ${TABLE} SELECT seq, IF(seq = 4 * 211111 + 7, '', CONCAT('name ', seq)), '2026-01-01 12:00:00', 16777215, '{"a": 1}'
        FROM seq_${from}_to_${from + BATCH - 1}`,
    )
}

/** An open loop: what is late is made up for. */
function writing(write: (number: number) => Promise<void>): {
  stop(): void
  done: Promise<{sent: number; seconds: number}>
} {
  let running = true
  const begun = performance.now()
  const loop = async (): Promise<{sent: number; seconds: number}> => {
    let sent = 0
    for (; running; await sleep(2))
      for (; running && sent < ((performance.now() - begun) / 1000) * WRITES_PER_SECOND; sent++) await write(sent)
    return {sent, seconds: (performance.now() - begun) / 1000}
  }

  return {stop: () => void (running = false), done: loop()}
}
