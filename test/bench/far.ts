/**
 * `drift --rows` and pt-table-sync between regions that are apart: both run beside home, and reach the region away through a relay that
 * adds a delay each way. The peer's connection to the database away goes through it. `drift` never connects to a database from here: its
 * calls of the function away go through it, and that function stands beside its database, as on AWS. On loopback, where the other lines
 * of the bench measure, a round trip costs nothing.
 */

import {readFileSync} from 'node:fs'
import mysql from 'mysql2/promise'
import {AwsFunctions} from '../../src/adapters/aws/functions.js'
import {Clients} from '../../src/adapters/aws/clients.js'
import {FunctionSide} from '../../src/adapters/aws/tables.js'
import {systemClock} from '../../src/adapters/clock.js'
import type {OpenDrift} from '../../src/open/drift.js'
import type {Session} from '../../src/open/session.js'
import type {LabStatus} from '../support/cli.js'
import type {Peers} from './peers.js'
import {Relay} from './relay.js'

/** Of 70 ms there and back, as between us-east-1 and us-west-2. */
const ONE_WAY_MS = 35
/**
 * So many times as fast as pt-table-sync. On loopback both are little more than a scan at the same cost a row; that of the peer goes from
 * one side to the other for each thousand rows, which costs nothing there.
 */
export const PEER_BOUND = 5
/** The peer is ended after so long, or after so many times as long as drift took. */
const LEAST_DEADLINE_MS = 60_000
const ENOUGH = 2 * PEER_BOUND

export interface FarBench {
  session: Session
  opened: OpenDrift
  status: LabStatus
  /** So many rows differ, one after the other. */
  differing: number[]
  print(what: string, text: string): void
  /** By the ports that it gives. Undefined where the peer is not installed. */
  findPeers(portOf: (region: string, port: number) => number): Peers | undefined
  plant(count: number): Promise<void>
  /** Throws where it finds another number of differences. */
  drifted(opened: OpenDrift, expected: number): Promise<unknown>
}

/** Returns what broke its bound. */
export async function benchFar(bench: FarBench): Promise<string[]> {
  const {session, opened, status, differing, print, findPeers, plant, drifted} = bench
  const {deployment, workload} = opened.world
  const {access} = await session.place()
  const away = status.regions[1]!
  const [lab, database] = await Promise.all([
    Relay.open(Number(new URL(access.endpoint!).port), ONE_WAY_MS),
    Relay.open(away.database.port, ONE_WAY_MS),
  ])
  const clients = new Clients({...access, endpoint: `http://127.0.0.1:${lab.port}`})
  const side = new FunctionSide(new AwsFunctions(clients, deployment, workload), systemClock, away.region)
  const far = {...opened, side: (region: string) => (region === away.region ? side : opened.side(region))}
  const name = `regions ${ONE_WAY_MS} ms apart`
  const failures: string[] = []
  try {
    print(`${name}, SELECT 1 away`, `${(await ping(away, database.port)).toFixed(0)} ms`)
    const peers = findPeers((region, port) => (region === away.region ? database.port : port))
    for (const count of differing) {
      await plant(count)
      const seconds = await secondsOf(() => drifted(far, count))
      const sync = await peers?.sync(count, Math.max(LEAST_DEADLINE_MS, 1000 * ENOUGH * seconds))
      const beside = sync && `; pt-table-sync ${sync.text}, ${(sync.seconds / seconds).toFixed(1)} times as long`
      print(`${name}, drift, ${count} differing`, `${seconds.toFixed(2)} s${beside ?? ''}`)
      if (sync && sync.seconds < PEER_BOUND * seconds)
        failures.push(`${name}, drift --rows is not ${PEER_BOUND} times as fast as pt-table-sync, ${count} differing`)
    }

    return failures
  } finally {
    await clients.close()
    lab.close()
    database.close()
  }
}

/** Milliseconds of a statement on a connection that is there: what the relay comes to. */
async function ping({database}: LabStatus['regions'][number], port: number): Promise<number> {
  const {host, user, passwordFile} = database
  const password = readFileSync(passwordFile, 'utf8').trim()
  const connection = await mysql.createConnection({host, port, user, password})
  try {
    await connection.query('SELECT 1')
    return 1000 * (await secondsOf(() => connection.query('SELECT 1')))
  } finally {
    connection.destroy()
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}
