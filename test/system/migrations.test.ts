/** `seed` on a lab: the schema of a project, step by step, in both regions, whatever goes wrong between. */

import {InvokeCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {expect} from 'chai'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {SeedResult} from '../../src/actions/seed/result.js'
import {Sandbox, type LabStatus, type Ran} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {connect, query} from '../support/sql.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

interface ErrorJson {
  error: {code: string; what: string; why?: string; next?: string}
}

describe('the migrations of a project on a lab', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  const folder = join(sandbox.folder, 'migrations')
  let lab: LabStatus

  const write = (name: string, ...lines: string[]): void => writeFileSync(join(folder, name), `${lines.join('\n')}\n`)

  const columns = async (region: string, table: string): Promise<string[]> =>
    (await query<{Field: string}>(lab, region, 'SHOW COLUMNS FROM ??', [table])).map(({Field}) => Field)

  /** On the standby it may take a moment; after a seed it must not. */
  const both = async (table: string): Promise<string[]> => {
    const [home, away] = await Promise.all([columns(HOME, table), columns(AWAY, table)])
    expect(away).to.deep.equal(home)
    return home!
  }

  const history = (region: string) =>
    query<{name: string; done: number; applied: number}>(
      lab,
      region,
      'SELECT name, done, applied_at IS NOT NULL AS applied FROM schema_migrations WHERE version IS NOT NULL ORDER BY version',
    )

  const states = ({migrations}: SeedResult): string[] => migrations.map(({name, state}) => `${name} ${state}`)

  const refusals = ({refusals: all}: SeedResult): string[] => all.map(({gate, reason}) => `${gate}: ${reason}`)

  before(async () => {
    writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), '{"defaultTarget": "lab"}\n')
    mkdirSync(folder)
    await sandbox.expect(0, ['lab', 'start'])
    lab = await sandbox.json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('are applied by the first seed together with the table and the ToDos, and proven at the standby', async () => {
    write('0001_notes.sql', '-- Notes;', 'CREATE TABLE notes (', '  id INT PRIMARY KEY', ');')
    write('0002_text.sql', 'ALTER TABLE notes ADD COLUMN text VARCHAR(50);', "INSERT INTO notes VALUES (1, 'a; b');")
    const shown = await sandbox.json<SeedResult>(['seed', '--dry-run'])
    expect(states(shown)).to.deep.equal(['0001_notes pending', '0002_text pending'])
    expect(shown).to.deep.include({ids: [], standby: null})
    expect((await sandbox.json<SeedResult>(['seed', '--status'], 5)).standby).to.include({caughtUp: true})

    const seeded = await sandbox.json<SeedResult>(['seed'])
    expect(states(seeded)).to.deep.equal(['0001_notes applied-now', '0002_text applied-now'])
    expect(seeded).to.deep.include({region: HOME, folder, refusals: []})
    expect(seeded.ids).to.have.length(10)
    expect(seeded.standby).to.deep.include({region: AWAY, caughtUp: true, missing: [], reason: null})
    expect(await both('notes')).to.deep.equal(['id', 'text'])
    expect(await history(AWAY)).to.deep.equal(await history(HOME))
    expect(await query(lab, AWAY, 'SELECT text FROM notes')).to.deep.equal([{text: 'a; b'}])
  })

  it('are not applied again, and only what is new is', async () => {
    expect(states(await sandbox.json<SeedResult>(['seed']))).to.deep.equal(['0001_notes applied', '0002_text applied'])
    write('0003_due.sql', 'ALTER TABLE notes ADD COLUMN due DATE;')
    expect(states(await sandbox.json<SeedResult>(['seed', '--status'], 5)).at(-1)).to.equal('0003_due pending')
    expect(states(await sandbox.json<SeedResult>(['seed'])).at(-1)).to.equal('0003_due applied-now')
    expect(await both('notes')).to.deep.equal(['id', 'text', 'due'])
    const {stdout} = await sandbox.expect(0, ['seed', '--status'])
    expect(stdout).to.match(/^0003_due +applied +applied +\d{4}-/m)
  })

  it('refuse a file that was changed, renamed or removed after it was applied, by its name', async () => {
    const due = 'ALTER TABLE notes ADD COLUMN due DATE;'
    write('0003_due.sql', 'ALTER TABLE notes ADD COLUMN due DATETIME;')
    write('0004_more.sql', 'ALTER TABLE notes ADD COLUMN more INT;')
    expect(refusals(await sandbox.json<SeedResult>(['seed'], 3))).to.deep.equal([
      'migration-unchanged: 0003_due.sql was changed after it was applied',
    ])
    rmSync(join(folder, '0003_due.sql'))
    const {error} = await sandbox.json<ErrorJson>(['seed'], 2)
    expect(error).to.include({code: 'MigrationsInvalid', why: '0004_more.sql: number 0003 is missing before it'})
    rmSync(join(folder, '0004_more.sql'))
    expect(refusals(await sandbox.json<SeedResult>(['seed'], 3))).to.deep.equal([
      'migration-present: 0003_due was applied, but 0003_due.sql is missing',
    ])
    write('0003_due.sql', due)
    await sandbox.expect(0, ['seed'])
    expect(await both('notes')).to.deep.equal(['id', 'text', 'due'])
  })

  it('tell one that broke with its statement, and go on from there when it is corrected', async () => {
    const first = 'ALTER TABLE notes ADD COLUMN a INT;'
    write('0004_broken.sql', first, 'ALTER TABLE notes ADD COLUMN b NOSUCHTYPE;')
    write('0005_after.sql', 'ALTER TABLE notes ADD COLUMN c INT;')
    const {error} = await sandbox.json<ErrorJson>(['seed'], 1)
    expect(error).to.include({code: 'MigrationFailed'})
    expect(error.why).to.match(/Statement 2 of 2 of 0004_broken failed\. .*NOSUCHTYPE/)
    expect(error.next).to.contain('todo-dr seed --retry 0004_broken')

    const again = await sandbox.expect(3, ['seed'])
    expect(again.stderr).to.match(
      /migration-finished: 0004_broken broke at statement 2 of 2 \(ALTER TABLE notes ADD COLUMN b NOSUCHTYPE\)/,
    )
    expect(await history(HOME)).to.deep.include({name: '0004_broken', done: 1, applied: 0})
    write('0004_broken.sql', first, 'ALTER TABLE notes ADD COLUMN b INT;')
    const retried = await sandbox.json<SeedResult>(['seed', '--retry', '0004_broken'])
    expect(states(retried).slice(-2)).to.deep.equal(['0004_broken applied-now', '0005_after applied-now'])
    expect(await both('notes')).to.deep.equal(['id', 'text', 'due', 'a', 'b', 'c'])
  })

  it('are applied once where two operators seed at once', async () => {
    write(
      '0006_count.sql',
      'INSERT INTO notes (id) VALUES (60);',
      'SELECT SLEEP(0.5);',
      'UPDATE notes SET a = COALESCE(a, 0) + 1;',
    )
    const ran: Ran[] = await Promise.all([sandbox.run(['seed']), sandbox.run(['seed'])])
    for (const {code, stderr} of ran) expect(code, stderr).to.be.oneOf([0, 3])
    expect(ran.map(({code}) => code)).to.include(0)
    expect(await query(lab, AWAY, 'SELECT a FROM notes WHERE id = 60')).to.deep.equal([{a: 1}])
    await sandbox.expect(0, ['seed', '--status'])
  })

  it('go on in the function where the operator is killed, and are found applied afterwards', async () => {
    // The first statement waits for this session, so that the function is at work for as long as the test wants.
    const holder = await connect(lab, HOME)
    await holder.query("SELECT GET_LOCK('held', 0)")
    write('0007_killed.sql', "SELECT GET_LOCK('held', 25);", 'ALTER TABLE notes ADD COLUMN d INT;')
    const cut = sandbox.start(['seed'])
    const over = new Promise((done) => cut.once('close', done))
    const begun = async (): Promise<boolean> => (await history(HOME)).some(({name}) => name === '0007_killed')
    while (!(await begun())) await new Promise((done) => setTimeout(done, 50))
    cut.kill('SIGKILL')
    await over
    const early = await sandbox.expect(3, ['seed'])
    expect(early.stderr).to.contain('nobody knows whether statement 1 of 2 had its effect (SELECT GET_LOCK(')
    holder.destroy()
    while (!(await history(HOME)).every(({applied}) => applied === 1)) await new Promise((done) => setTimeout(done, 50))
    await sandbox.expect(0, ['seed'])
    expect((await both('notes')).at(-1)).to.equal('d')
  })

  it('are refused while replication is stalled, and change nothing then', async () => {
    write('0008_late.sql', 'ALTER TABLE notes ADD COLUMN late INT;')
    const answer = await callLab(lab, 'POST', 'faults', {kind: 'partition', region: AWAY})
    expect(answer.status).to.be.lessThan(300)
    try {
      const end = Date.now() + 60_000
      let refused: SeedResult | undefined
      while (!refused && Date.now() < end) {
        const ran = await sandbox.run(['seed', '--dry-run', '--json'])
        if (ran.code === 3) refused = JSON.parse(ran.stdout) as SeedResult
      }

      expect(refusals(refused!)[0]).to.match(/^standby-follows: replication to us-east-2 is stalled/)
      await sandbox.expect(3, ['seed'])
      expect(await columns(HOME, 'notes')).not.to.include('late')
      expect(await history(HOME)).to.have.length(7)
    } finally {
      await callLab(lab, 'DELETE', 'faults', {kind: 'partition', region: AWAY})
    }

    const end = Date.now() + 60_000
    while ((await sandbox.run(['seed', '--dry-run'])).code !== 0 && Date.now() < end);
    expect((await sandbox.json<SeedResult>(['seed'])).standby).to.include({caughtUp: true})
    expect((await both('notes')).at(-1)).to.equal('late')
  })

  it('leave the payload of the article as it was', async () => {
    const client = new LambdaClient({region: HOME, endpoint: lab.endpoint, credentials: labKeys(lab)})
    try {
      const FunctionName = `ToDoMgmt-app-${HOME}-CreateTableFunction`
      const Payload = Buffer.from('{"action": "CREATE_TABLE"}')
      const {Payload: said} = await client.send(new InvokeCommand({FunctionName, Payload}))
      expect(JSON.parse(Buffer.from(said!).toString())).to.deep.equal({status: 'ok', response: {migrations: []}})
    } finally {
      client.destroy()
    }
  })

  it('follow the primary: after a switch the new one has them, and takes the next', async () => {
    await sandbox.expect(0, ['switchover'])
    write('0009_away.sql', 'ALTER TABLE notes ADD COLUMN away INT;')
    const seeded = await sandbox.json<SeedResult>(['seed'])
    expect(seeded).to.include({region: AWAY})
    expect(seeded.standby).to.include({region: HOME, caughtUp: true})
    expect(states(seeded).filter((state) => state.endsWith('applied'))).to.have.length(8)
    expect((await both('notes')).at(-1)).to.equal('away')
  })
})
