import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {readMigrations} from '../../src/actions/seed/read.js'
import type {FunctionProcess} from './support/function-process.js'
import {Rig} from './support/rig.js'

interface Row {
  name: string
  version: number | null
  done: number
  failure: string | null
  appliedAt: number | null
  appliedBy: string
}

describe('the migrations of a project on a real database', function () {
  this.timeout(60_000)
  const rig = new Rig()
  let createTable: FunctionProcess
  let ledgerCheck: FunctionProcess

  before(async () => {
    await rig.start()
    createTable = rig.function('create-table')
    ledgerCheck = rig.function('ledger-check')
  })

  after(() => rig.stop())

  const migration = (version: number, name: string, statements: string[], more: object = {}) => ({
    action: 'MIGRATE',
    version,
    name,
    sha256: createHash('sha256').update(statements.join('\n')).digest('hex'),
    statements,
    by: 'anna@laptop',
    ...more,
  })

  const apply = (...args: Parameters<typeof migration>) => createTable.invoke(migration(...args))

  const history = async (): Promise<Row[]> => {
    const {response} = await createTable.invoke({action: 'MIGRATIONS'})
    return (response.migrations as Row[]).filter(({version}) => version !== null)
  }

  const ADD = ['CREATE TABLE notes (id INT PRIMARY KEY)', 'INSERT INTO notes VALUES (1)']
  const BROKEN = [
    'ALTER TABLE notes ADD COLUMN a INT',
    'ALTER TABLE notes ADD COLUMN b NOSUCHTYPE',
    'DELETE FROM notes',
  ]

  it('has no history before the first one, and then tells every one to both functions', async () => {
    expect((await createTable.invoke({action: 'MIGRATIONS'})).response).to.deep.equal({migrations: []})
    expect((await createTable.invoke({action: 'CREATE_TABLE'})).status).to.equal('ok')
    expect((await apply(1, '0001_notes', ADD)).response).to.deep.equal({version: 1, name: '0001_notes', applied: true})
    const [row, ...others] = await history()
    expect(others).to.deep.equal([])
    expect(row).to.include({name: '0001_notes', done: 2, failure: null, appliedBy: 'anna@laptop'})
    expect(Math.abs(row!.appliedAt! - Date.now())).to.be.below(60_000)
    const all = (await createTable.invoke({action: 'MIGRATIONS'})).response
    expect(await ledgerCheck.invoke({action: 'MIGRATIONS'})).to.deep.equal(all)
  })

  it('runs one once, whatever is sent again, and refuses another content under its number or its name', async () => {
    expect((await apply(1, '0001_notes', ADD)).response.applied).to.equal(false)
    expect((await apply(1, '0001_notes', [...ADD, 'SELECT 1'])).response.code).to.equal('MigrationChanged')
    expect((await apply(1, '0001_others', ADD)).response.code).to.equal('MigrationChanged')
    expect((await apply(3, '0003_later', ADD)).response.code).to.equal('MigrationOutOfOrder')
    expect(await rig.sql('SELECT * FROM todo.notes')).to.have.length(1)
  })

  it('stops at the statement that the database refuses, and does not run it again blindly', async () => {
    const failed = await apply(2, '0002_broken', BROKEN)
    expect(failed.response.code).to.equal('MigrationFailed')
    expect(failed.response.message).to.match(/^Statement 2 of 3 of 0002_broken failed\. .*NOSUCHTYPE/)
    expect(await history()).to.deep.include.members([
      {...(await history())[1]!, name: '0002_broken', done: 1, appliedAt: null},
    ])
    expect((await history())[1]!.failure).to.contain('NOSUCHTYPE')
    expect((await apply(2, '0002_broken', BROKEN)).response.code).to.equal('MigrationUnfinished')
    expect((await apply(3, '0003_later', ADD)).response.code).to.equal('MigrationOutOfOrder')
    expect(createTable.output).to.contain('MigrationFailed').and.not.to.contain('NOSUCHTYPE')
  })

  it('goes on from the failed statement when it is repaired, and keeps those that are done as they were', async () => {
    const [first, , last] = BROKEN
    const repaired = [first!, 'ALTER TABLE notes ADD COLUMN b INT', last!]
    const other = ['ALTER TABLE notes ADD COLUMN z INT', ...repaired.slice(1)]
    expect((await apply(2, '0002_broken', other, {mode: 'retry'})).response.code).to.equal('MigrationChanged')
    expect((await apply(2, '0002_broken', repaired, {mode: 'retry'})).response.applied).to.equal(true)
    const columns = await rig.sql(
      "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_NAME = 'notes'",
    )
    expect(columns.map(({name}) => name)).to.deep.equal(['id', 'a', 'b'])
    expect((await history())[1]).to.include({done: 3, failure: null})
    expect((await apply(2, '0002_broken', repaired)).response.applied).to.equal(false)
  })

  it('records one as done that was finished by hand, and runs nothing of it', async () => {
    const byHand = ['ALTER TABLE notes ADD COLUMN long_one INT']
    expect((await apply(3, '0003_long', byHand, {mode: 'retry'})).response.code).to.equal('MigrationNotBegun')
    expect((await apply(3, '0003_long', byHand, {mode: 'mark-done'})).response.applied).to.equal(true)
    expect((await history())[2]).to.include({name: '0003_long', done: 1})
    expect(await rig.sql("SHOW COLUMNS FROM todo.notes LIKE 'long_one'")).to.deep.equal([])
  })

  it('is at work once at a time: of two calls at once each change is made once', async () => {
    const slow = ['INSERT INTO notes (id) VALUES (100)', 'SELECT SLEEP(0.4)', 'UPDATE notes SET a = COALESCE(a, 0) + 1']
    const other = rig.function('create-table')
    const both = await Promise.all([apply(4, '0004_slow', slow), other.invoke(migration(4, '0004_slow', slow))])
    expect(both.map(({response}) => response.applied).sort()).to.deep.equal([false, true])
    expect(await rig.sql('SELECT a FROM todo.notes WHERE id = 100')).to.deep.equal([{a: 1}])
  })

  it('refuses a second call while a migration takes its time', async () => {
    const slow = ['SELECT SLEEP(4)']
    const other = rig.function('create-table')
    await other.invoke({action: 'MIGRATIONS'})
    const running = apply(5, '0005_slower', slow)
    const working = "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(4)'"
    while ((await rig.sql(working)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await other.invoke(migration(5, '0005_slower', slow))).response.code).to.equal('MigrationRunning')
    expect((await running).response.applied).to.equal(true)
  })

  it('says that nobody knows what became of a statement that took longer than the function may, and leaves it begun', async () => {
    const endless = ['INSERT INTO notes (id) VALUES (200)', 'SELECT SLEEP(4)']
    const cut = await createTable.invoke(migration(6, '0006_endless', endless), 3000)
    expect(cut.response.code).to.equal('OutcomeUnknown')
    const row = (await history()).at(-1)!
    expect(row).to.include({name: '0006_endless', done: 1, failure: null, appliedAt: null})
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect((await apply(6, '0006_endless', endless)).response.code).to.equal('MigrationUnfinished')
  })

  it('refuses a payload that is no migration', async () => {
    for (const more of [
      {version: 0},
      {sha256: 'abc'},
      {statements: []},
      {statements: ['  ']},
      {by: ''},
      {mode: 'force'},
    ])
      expect((await apply(7, '0007_x', ADD, more)).response.code, JSON.stringify(more)).to.equal('InvalidMigration')
  })

  it('ends the same after any prefix and any rerun', async () => {
    const files = [
      ADD,
      ['ALTER TABLE notes ADD COLUMN a INT', 'UPDATE notes SET a = 7'],
      ['INSERT INTO notes VALUES (2, 8)'],
    ]
    const ends: unknown[] = []
    for (let prefix = 0; prefix <= files.length; prefix++) {
      await rig.sql('DROP TABLE IF EXISTS todo.notes')
      await rig.sql('DELETE FROM todo.schema_migrations WHERE version IS NOT NULL')
      for (const length of [prefix, files.length, files.length])
        for (const [index, statements] of files.slice(0, length).entries())
          expect((await apply(index + 1, `000${index + 1}_m`, statements)).status).to.equal('ok')
      const done = (await history()).map((row) => row.done)
      ends.push([await rig.sql('SHOW CREATE TABLE todo.notes'), await rig.sql('SELECT * FROM todo.notes'), done])
    }

    for (const end of ends) expect(end).to.deep.equal(ends[0])
    expect(ends[0]).to.deep.include([1, 2].map((id) => ({id, a: id + 6})))
  })

  it('has the same table by the first migration of a new project as by CREATE_TABLE', async () => {
    const shape = () => rig.sql('SHOW CREATE TABLE todo.ToDos')
    const made = await shape()
    await rig.sql('DROP TABLE todo.ToDos')
    await rig.sql('DELETE FROM todo.schema_migrations WHERE version IS NOT NULL')
    const name = '0001_todos.sql'
    const [first] = readMigrations({folder: '', files: [{name, bytes: readFileSync(`templates/migrations/${name}`)}]})
    expect((await apply(1, first!.name, first!.statements)).response.applied).to.equal(true)
    expect(await shape()).to.deep.equal(made)
  })

  it('takes over what an earlier version of the function has recorded, and alters no table again', async () => {
    await rig.sql('DELETE FROM todo.schema_migrations WHERE version IS NULL')
    await rig.sql(
      'CREATE TABLE todo.SchemaMigrations (Id VARCHAR(64) PRIMARY KEY, AppliedAt TIMESTAMP(3) DEFAULT NOW(3))',
    )
    await rig.sql(
      "INSERT INTO todo.SchemaMigrations (Id) VALUES ('0001-create-todos'), ('0002-widen-and-utf8mb4'), ('0003-request-id')",
    )
    expect((await createTable.invoke({action: 'CREATE_TABLE'})).response).to.deep.equal({migrations: []})
    expect(await rig.sql("SHOW TABLES FROM todo LIKE 'SchemaMigrations'")).to.deep.equal([])
  })
})
