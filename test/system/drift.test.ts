/** What differs between the regions of a lab, planted by SQL on the standby's own server, and found by the command. */

import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {
  CreateDBInstanceCommand,
  DescribeDBClusterSnapshotsCommand,
  RDSClient,
  RestoreDBClusterFromSnapshotCommand,
  waitUntilDBClusterAvailable,
  waitUntilDBInstanceAvailable,
} from '@aws-sdk/client-rds'
import type {DBClusterSnapshot} from '@aws-sdk/client-rds'
import mysql from 'mysql2/promise'
import type {Connection} from 'mysql2/promise'
import {SCHEMAS} from '../../src/actions/drift/result.js'
import type {DriftResult, RowDifference} from '../../src/actions/drift/result.js'
import {until} from '../plants/ground.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {COLUMNS, expectPlanted, plantsOf} from '../support/planted-rows.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

describe('drift', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  let primary: Connection
  let standby: Connection

  const connect = (region: string): Promise<Connection> => {
    const {host, port, user, passwordFile, name} = status.regions.find((one) => one.region === region)!.database
    const password = readFileSync(passwordFile, 'utf8').trim()
    return mysql.createConnection({host, port, user, password, database: name, timezone: 'Z'})
  }

  const drift = async (args: string[], code: number): Promise<DriftResult> => {
    const result = await sandbox.json<DriftResult>(['drift', ...args], code)
    expect(() => SCHEMAS.drift.parse(result)).not.to.throw()
    return result
  }

  /** Until the standby has what the primary has. */
  const caughtUp = async (): Promise<void> => {
    const [[row]] = await primary.query<mysql.RowDataPacket[]>('SELECT @@gtid_binlog_pos AS position')
    await standby.query('SELECT MASTER_GTID_WAIT(?, 20)', [row!.position])
  }

  before(async () => {
    status = await sandbox.seededLab()
    primary = await connect(HOME)
    standby = await connect(AWAY)
    // What is planted stays here: a later primary must not send it on.
    await standby.query("SET sql_log_bin = 0, time_zone = '+00:00'")
    await primary.query("SET time_zone = '+00:00'")
    await primary.query(`CREATE TABLE Kinds (${COLUMNS})`)
    await primary.query('CREATE TABLE Bag (v VARCHAR(20) NULL)')
    for (let id = 1; id <= 300; id++)
      await primary.query('INSERT INTO Kinds VALUES (?, ?, ?, 16777215, ?)', [
        id,
        id === 4 ? '' : `name ${id}`,
        '2026-01-01 12:00:00',
        '{"a": 1}',
      ])
    await primary.query("INSERT INTO Bag VALUES ('a'), ('a'), ('b')")
    await caughtUp()
  })

  after(async () => {
    primary?.destroy()
    standby?.destroy()
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('drift: finds nothing where nothing differs', async () => {
    const result = await drift([], 0)
    expect(result).to.deep.include({clean: true, differences: [], unknown: []})
  })

  it('drift: finds nine kinds of differing rows by key and column, under writes, and nothing else', async () => {
    const plants = plantsOf('Kinds', (kind) => kind, 1000)
    for (const {sql} of plants.values()) await standby.query(sql)
    let writing = true
    const writes = (async () => {
      for (let number = 0; writing; number++) {
        await primary.query('INSERT INTO ToDos (Task, Status) VALUES (?, ?)', [`task ${number}`, 'wip'])
        await primary.query('UPDATE Kinds SET name = ? WHERE id = ?', [`turn ${number}`, 20 + (number % 200)])
      }

      return true
    })()
    const {differences, unknown} = await drift(['--rows'], 5)
    writing = false
    await writes
    expect(unknown).to.deep.equal([])
    expectPlanted(differences as RowDifference[], 'Kinds', AWAY, plants)
  })

  it('drift: prints the statements of --fix, which remove what they stand for', async () => {
    await caughtUp()
    const {differences} = await drift(['--rows', '--fix'], 5)
    expect(differences).to.have.length(9)
    for (const {fix} of differences) for (const statement of fix!) await standby.query(statement)
    await drift(['--rows'], 0)
  })

  it('drift: compares a table without a key as a multiset', async () => {
    await standby.query("INSERT INTO Bag VALUES ('a')")
    const {differences} = await drift(['--rows'], 5)
    expect(differences).to.have.length(1)
    expect(differences[0]).to.deep.include({class: 'extra', subject: 'Bag', key: {}})
    expect(differences[0]!.text).to.include('no key').and.include('us-east-1 has 2').and.include('us-east-2 3')
    await standby.query("DELETE FROM Bag WHERE v = 'a' LIMIT 1")
  })

  it('drift: finds what differs in the schema, and its statements remove it', async () => {
    await primary.query(
      "ALTER TABLE Kinds ADD COLUMN note VARCHAR(10) NOT NULL DEFAULT 'x', ADD INDEX by_name (name(10))",
    )
    await primary.query('ALTER TABLE Kinds ADD CONSTRAINT positive CHECK (id > 0)')
    await caughtUp()
    await standby.query('ALTER TABLE Kinds DROP INDEX by_name, MODIFY note VARCHAR(20) NOT NULL, ADD COLUMN more INT')
    await standby.query('ALTER TABLE Kinds DROP CONSTRAINT positive')
    await standby.query('ALTER TABLE Bag CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
    await standby.query('CREATE TABLE Lone (id INT PRIMARY KEY)')
    await standby.query("DELETE FROM schema_migrations WHERE name = '0003-request-id'")
    const {differences} = await drift(['--schema', '--fix'], 5)
    expect(differences.map(({kind, class: type, subject}) => `${kind} ${type} ${subject}`)).to.have.members([
      'schema changed Kinds.column note',
      'schema extra Kinds.column more',
      'schema missing Kinds.index by_name',
      'schema missing Kinds.constraint positive',
      'schema changed Bag',
      'schema changed Bag.column v',
      'schema extra Lone',
      'schema changed migrations',
    ])
    const own = differences.filter(({subject}) => subject.startsWith('Kinds.'))
    for (const {fix} of own) for (const statement of fix!) await standby.query(statement)
    const left = await drift(['--schema'], 5)
    expect(left.differences.filter(({subject}) => subject.startsWith('Kinds'))).to.deep.equal([])
  })

  it('drift: a baseline accepts what is known, until its day has passed', async () => {
    const file = join(sandbox.folder, 'drift.yaml')
    const entry = (subject: string, expires: string): string =>
      `  - {kind: schema, subject: '${subject}', reason: known, expires: ${expires}}\n`
    const known = ['Bag*', 'Lone'].map((subject) => entry(subject, '2999-12-31')).join('')
    writeFileSync(file, `accepted:\n${known}${entry('migrations', '2020-01-01')}`)
    const {differences, accepted, expired} = await drift(['--schema', '--baseline', file], 5)
    expect(differences.map(({subject}) => subject)).to.deep.equal(['migrations'])
    expect(accepted).to.have.length(3)
    expect(expired).to.deep.equal([
      {line: 4, kind: 'schema', subject: 'migrations', reason: 'known', expires: '2020-01-01'},
    ])
    writeFileSync(
      file,
      'accepted:\n  - kind: schema\n    subject: migrations\n    reasn: known\n    expires: 2999-12-31\n',
    )
    const {stderr} = await sandbox.expect(2, ['drift', '--baseline', file])
    expect(stderr).to.include('4:5: accepted.0.reasn: unknown key').and.include(file)
  })

  it('drift: finds the writes that a failover has lost in the restored volume of the old primary, by key and column', async () => {
    const rds = new RDSClient({region: HOME, endpoint: status.endpoint, credentials: labKeys(status)})
    const against = ['--rows', '--against', 'todomgmt-lost']
    await caughtUp()
    await callLab(status, 'PUT', 'lag', {ms: 60_000})
    await primary.query("INSERT INTO Kinds (id, name) VALUES (7001, 'lost')")
    await primary.query("UPDATE Kinds SET name = 'lost too' WHERE id = 10")
    await callLab(status, 'POST', 'faults', {kind: 'region-loss', region: HOME})
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'])
    await callLab(status, 'PUT', 'lag', {ms: 0})
    await callLab(status, 'DELETE', 'faults', {kind: 'region-loss', region: HOME})

    let left: DBClusterSnapshot | undefined
    await until('the snapshot of the old volume', async () => {
      const {DBClusterSnapshots = []} = await rds.send(new DescribeDBClusterSnapshotsCommand({}))
      left = DBClusterSnapshots.find((one) => one.DBClusterSnapshotIdentifier!.startsWith('rds:unplanned'))
      return left !== undefined
    })
    const beside = {DBClusterIdentifier: 'todomgmt-lost', Engine: 'aurora-mysql'}
    const ServerlessV2ScalingConfiguration = {MinCapacity: 0.5, MaxCapacity: 1}
    const SnapshotIdentifier = left!.DBClusterSnapshotIdentifier
    await rds.send(
      new RestoreDBClusterFromSnapshotCommand({...beside, SnapshotIdentifier, ServerlessV2ScalingConfiguration}),
    )
    const ready = {maxWaitTime: 60, minDelay: 1, maxDelay: 1, client: rds}
    await waitUntilDBClusterAvailable(ready, {DBClusterIdentifier: 'todomgmt-lost'})
    expect((await sandbox.expect(2, ['drift', ...against])).stderr).to.match(/no instance that is available/)
    const DBInstanceIdentifier = 'todomgmt-lost-1'
    await rds.send(new CreateDBInstanceCommand({...beside, DBInstanceIdentifier, DBInstanceClass: 'db.serverless'}))
    await waitUntilDBInstanceAvailable(ready, {DBInstanceIdentifier})

    const {differences} = await drift([...against, '--fix'], 5)
    const of = (id: number): RowDifference =>
      (differences as RowDifference[]).find(({subject, key}) => subject === 'Kinds' && key.id === id)!
    expect(of(7001)).to.include({class: 'extra', region: HOME})
    expect(of(7001).fix![0]).to.match(/^INSERT INTO `Kinds` .*7001, 'lost'/)
    const changed = of(10)
    expect(changed).to.include({class: 'changed', text: `todomgmt-lost holds something else than ${AWAY}`})
    expect(changed.columns.map(({name, actual}) => `${name}: ${String(actual)}`)).to.deep.equal(['name: lost too'])
    expect((differences as RowDifference[]).filter(({subject}) => subject === 'Kinds')).to.have.length(2)
  })
})
