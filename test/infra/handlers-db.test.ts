import {expect} from 'chai'
import type {FunctionProcess} from './support/function-process.js'
import {ADMIN_PASSWORD, ADMIN_SECRET, APP_SECRET, Rig} from './support/rig.js'

const MARKER = 'text-that-no-log-may-hold'

describe('the functions on a real database', function () {
  this.timeout(60_000)
  const rig = new Rig()
  let get: FunctionProcess
  let upsert: FunctionProcess
  let remove: FunctionProcess
  let createTable: FunctionProcess
  let ledgerCheck: FunctionProcess

  before(async () => {
    await rig.start()
    createTable = rig.function('create-table')
    get = rig.function('get')
    upsert = rig.function('upsert')
    remove = rig.function('remove')
    ledgerCheck = rig.function('ledger-check')
    // As the original sample made it, with a row.
    await rig.sql(
      `CREATE TABLE todo.ToDos (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, CreatedTime TIMESTAMP DEFAULT NOW(),
        Status VARCHAR(50), Task VARCHAR(50)) CHARACTER SET utf8mb3`,
    )
    await rig.sql("INSERT INTO todo.ToDos (id, Status, Task) VALUES (41, 'wip', 'kept by the migration')")
  })

  after(() => rig.stop())

  afterEach(() => {
    rig.proxy.mode = 'pass'
    rig.reader.mode = 'pass'
    rig.secrets.error = undefined
  })

  const create = async (body: object = {}) => upsert.http('POST', {body: {task: 'a task', status: 'wip', ...body}})

  /**
   * Resets what is connected through the proxy. A call that meets its connection as it dies may rightly say "unknown": that
   * call is made here, and not judged.
   */
  const cut = async (): Promise<void> => {
    rig.proxy.reset()
    rig.reader.reset()
    await Promise.all([create(), remove.http('DELETE', {body: {id: '888888'}}), get.http('GET')])
  }

  describe('create-table', () => {
    it('refuses any other action by name', async () => {
      const {status, response} = await createTable.invoke({action: 'DROP_TABLE'})
      expect(status).to.equal('error')
      expect(response.code).to.equal('UnknownAction')
    })

    it('defect 28: migrates an original utf8mb3 table in place, after which four-byte characters fit', async () => {
      const answer = await createTable.invoke({action: 'CREATE_TABLE'})
      expect(answer).to.deep.equal({
        status: 'ok',
        response: {migrations: ['0001-create-todos', '0002-widen-and-utf8mb4', '0003-request-id']},
      })
      const kept = await get.http('GET', {query: {id: '41'}})
      expect(kept.json.response).to.include({task: 'kept by the migration', status: 'wip', requestId: null})
      const made = await create({task: '🚀'.repeat(500)})
      expect(made.statusCode).to.equal(201)
      const read = await get.http('GET', {query: {id: made.json.response.id}})
      expect(read.json.response.task).to.equal('🚀'.repeat(500))
    })

    it('does nothing when called again', async () => {
      expect(await createTable.invoke({action: 'CREATE_TABLE'})).to.deep.equal({
        status: 'ok',
        response: {migrations: []},
      })
    })

    it('makes the table anew where there is none', async () => {
      await rig.sql('DROP TABLE todo.ToDos, todo.schema_migrations')
      expect((await get.http('GET')).json.response.code).to.equal('TableMissing')
      const {response} = await createTable.invoke({action: 'CREATE_TABLE'})
      expect(response.migrations).to.have.length(3)
      expect((await get.http('GET')).json.response).to.deep.equal({items: [], next: null})
    })

    it('goes on where a call was cut off between a change and its record', async () => {
      await rig.sql("DELETE FROM todo.schema_migrations WHERE name <> '0001-create-todos'")
      const {response} = await createTable.invoke({action: 'CREATE_TABLE'})
      expect(response.migrations).to.deep.equal(['0002-widen-and-utf8mb4', '0003-request-id'])
    })

    it('seeds the ToDos 1 to 10 and leaves those that exist', async () => {
      const first = await createTable.invoke({action: 'SEED'})
      expect(first.response.inserted).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
      await remove.http('DELETE', {body: {id: '3'}})
      await upsert.http('POST', {body: {id: '4', task: 'changed', status: 'done'}})
      expect((await createTable.invoke({action: 'SEED'})).response.inserted).to.deep.equal(['3'])
      expect((await get.http('GET', {query: {id: '4'}})).json.response.task).to.equal('changed')
    })

    it("defect 16: the functions have a user of their own that may change rows and nothing else, and never read the master's secret", async () => {
      const grants = await rig.sql("SHOW GRANTS FOR todo_app@'%'")
      const texts = grants.map((row) => String(Object.values(row)[0]))
      expect(texts.find((text) => text.includes('USAGE'))).to.match(/REQUIRE SSL/)
      expect(texts.filter((text) => !text.includes('USAGE'))).to.deep.equal([
        'GRANT SELECT, INSERT, UPDATE, DELETE ON `todo`.* TO `todo_app`@`%`',
      ])
      const before = rig.secrets.asked.length
      const fresh = rig.function('get')
      await fresh.http('GET')
      expect(rig.secrets.asked.slice(before)).to.deep.equal([APP_SECRET])
      const users = await rig.sql(
        "SELECT DISTINCT User AS user FROM information_schema.PROCESSLIST WHERE User <> 'dradmin'",
      )
      expect(users.map((row) => row.user)).to.include('todo_app')
      await fresh.stop()
    })
  })

  describe('crud', () => {
    it('creates 201, reads 200, updates 200, deletes 200, and says which region served', async () => {
      const made = await create({task: 'Sample Task new'})
      expect(made.statusCode).to.equal(201)
      expect(made.headers['x-served-by-region']).to.equal('us-east-1')
      const {id, createdTime} = made.json.response
      expect(Math.abs(Date.parse(createdTime) - Date.now())).to.be.below(60_000)
      const read = await get.http('GET', {query: {id}})
      expect(read.json).to.deep.equal({status: 'ok', response: made.json.response})

      const changed = await upsert.http('POST', {body: {id, task: 'Sample Task Updated', status: 'done'}})
      expect(changed.statusCode).to.equal(200)
      expect(changed.json.response).to.deep.equal({...made.json.response, task: 'Sample Task Updated', status: 'done'})
      const again = await upsert.http('POST', {body: {id, task: 'Sample Task Updated', status: 'done'}})
      expect(again.statusCode, 'an update that changes nothing').to.equal(200)

      const gone = await remove.http('DELETE', {body: {id}})
      expect(gone.statusCode).to.equal(200)
      expect(gone.json.response).to.deep.equal({id})
    })

    it('takes the same payloads by direct invocation', async () => {
      const made = await upsert.invoke({task: 'Test Primary', status: 'wip'})
      expect(made.status).to.equal('ok')
      expect((await get.invoke({id: made.response.id})).response).to.deep.equal(made.response)
      expect(await remove.invoke({id: made.response.id})).to.deep.equal({
        status: 'ok',
        response: {id: made.response.id},
      })
    })

    it('lists in pages, by id', async () => {
      const seen: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const page = await get.http('GET', {query: {limit: '4', ...(next && {next})}})
        expect(page.json.response.items.length).to.be.within(1, 4)
        seen.push(...page.json.response.items.map((item: {id: string}) => item.id))
        next = page.json.response.next
      }

      expect(seen.slice(0, 10)).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
    })

    it('defect 14: SQL in any field is text', async () => {
      const task = `'); DROP TABLE ToDos; -- " \\' OR 1=1`
      const made = await create({task, status: `' OR ''='`, requestId: 'injection'})
      expect(made.statusCode).to.equal(201)
      expect((await get.http('GET', {query: {id: made.json.response.id}})).json.response).to.include({
        task,
        status: `' OR ''='`,
      })
      for (const id of [`1' OR '1'='1`, '1 OR 1=1', '1; DROP TABLE ToDos']) {
        expect((await get.http('GET', {query: {id}})).statusCode).to.equal(400)
        expect((await remove.http('DELETE', {body: {id}})).statusCode).to.equal(400)
      }

      expect(await rig.count('id <= 10')).to.equal(10)
    })

    it('defect 24: apostrophes, quotes, backslashes and emoji come back as they went', async () => {
      const task = `it's "quoted" \\ 100% — 日本語 👩‍👩‍👧 \t \u0001`
      const made = await create({task})
      const read = await get.http('GET', {query: {id: made.json.response.id}})
      expect(read.json.response.task).to.equal(task)
    })

    it('defect 25: an absent id is 404 for each verb, and changes nothing', async () => {
      const before = await rig.count('1=1')
      expect((await get.http('GET', {query: {id: '999999'}})).statusCode).to.equal(404)
      expect((await upsert.http('POST', {body: {id: '999999', task: 'x', status: 'y'}})).statusCode).to.equal(404)
      expect((await remove.http('DELETE', {body: {id: '999999'}})).statusCode).to.equal(404)
      expect((await upsert.http('POST', {body: {id: '0', task: 'x', status: 'y'}})).statusCode).to.equal(400)
      expect(await rig.count('1=1')).to.equal(before)
    })

    it('a request id makes a create repeatable', async () => {
      const first = await create({requestId: 'req-1'})
      const second = await create({requestId: 'req-1', task: 'sent again'})
      expect([first.statusCode, second.statusCode]).to.deep.equal([201, 200])
      expect(second.json.response).to.deep.equal(first.json.response)
      expect(await rig.count('RequestId = ?', ['req-1'])).to.equal(1)
    })
  })

  describe('bad luck', () => {
    it('defect 23: a database that cannot serve is 503 with Retry-After, not 200', async () => {
      rig.proxy.mode = 'refuse'
      rig.reader.mode = 'refuse'
      await cut()
      for (const answer of [await create(), await remove.http('DELETE', {body: {id: '1'}}), await get.http('GET')]) {
        expect(answer.statusCode).to.equal(503)
        expect(answer.headers['retry-after']).to.equal('1')
        expect(answer.json.status).to.equal('error')
        expect(answer.json.response.code).to.equal('DatabaseUnavailable')
      }
    })

    it('field report 22: says that the account is missing, as before the first seed, and not that the database is down', async () => {
      await rig.sql("DROP USER 'todo_app'@'%'")
      await cut()
      const answer = await get.http('GET')
      expect([answer.statusCode, answer.json.response.code]).to.deep.equal([503, 'AccountMissing'])
      await createTable.invoke({action: 'CREATE_TABLE'})
      expect((await get.http('GET')).statusCode).to.equal(200)
    })

    it('defect 27: keeps its connection between calls', async () => {
      await create()
      const before = rig.proxy.connections
      for (let call = 0; call < 5; call++) expect((await create()).statusCode).to.equal(201)
      expect(rig.proxy.connections).to.equal(before)
    })

    it('defect 27: waits for a database that is waking', async () => {
      rig.proxy.mode = 'refuse'
      await cut()
      const asked = rig.proxy.connections
      const call = create()
      while (rig.proxy.connections < asked + 2) await new Promise((resolve) => setImmediate(resolve))
      rig.proxy.mode = 'pass'
      expect((await call).statusCode).to.equal(201)
    })

    it('gives up before its time is up where the database hangs', async () => {
      rig.proxy.mode = 'refuse'
      await cut()
      rig.proxy.mode = 'hang'
      const startedAt = performance.now()
      const answer = await upsert.http('POST', {body: {task: 'x', status: 'y'}}, 1000)
      expect(answer.statusCode).to.equal(503)
      // With more time left it would wait 3 s for a connection.
      expect(performance.now() - startedAt).to.be.below(2900)
      rig.proxy.reset()
    })

    it('a create whose answer was lost is told as unknown, and not sent twice', async () => {
      await create()
      rig.proxy.mode = 'lose'
      const answer = await create({task: 'lost answer'})
      expect(answer.statusCode).to.equal(504)
      expect(answer.json.response.code).to.equal('OutcomeUnknown')
      expect(await rig.count('Task = ?', ['lost answer'])).to.equal(1)
    })

    it('with a request id it is sent again, and applied once', async () => {
      await create()
      rig.proxy.mode = 'lose'
      const answer = await create({task: 'lost but named', requestId: 'req-lost'})
      expect(answer.statusCode).to.equal(201)
      expect(answer.json.response.requestId).to.equal('req-lost')
      expect(await rig.count('RequestId = ?', ['req-lost'])).to.equal(1)
    })

    it('after a switch leaves the connections that have become read-only', async () => {
      await create()
      // On Aurora a pooled session stays read-only after its server has become a reader.
      await rig.sql('SET GLOBAL read_only = 1')
      const before = rig.proxy.connections
      for (const refused of [
        await create(),
        await upsert.http('POST', {body: {id: '1', task: 'x', status: 'y'}}),
        await remove.http('DELETE', {body: {id: '1'}}),
      ])
        expect([refused.statusCode, refused.headers['retry-after']]).to.deep.equal([503, '1'])
      expect(rig.proxy.connections, 'new connections were tried').to.be.above(before)
      await rig.sql('SET GLOBAL read_only = 0')
      expect((await create()).statusCode).to.equal(201)
    })

    it('defect 11: reads are served on a standby, whose default endpoint refuses, and on a primary without a reader', async () => {
      const fresh = rig.function('get')
      rig.proxy.mode = 'refuse'
      expect((await fresh.http('GET')).statusCode, 'standby').to.equal(200)

      rig.proxy.mode = 'pass'
      rig.reader.mode = 'refuse'
      rig.reader.reset()
      expect((await fresh.http('GET')).statusCode, 'after the switch').to.equal(200)
      const asked = rig.reader.connections
      for (let call = 0; call < 3; call++) expect((await fresh.http('GET')).statusCode).to.equal(200)
      expect(rig.reader.connections, 'the endpoint that refused is left alone').to.equal(asked)
      await fresh.stop()
    })

    it('a reader that hangs leaves time for the other endpoint', async () => {
      const fresh = rig.function('get')
      rig.reader.mode = 'hang'
      expect((await fresh.http('GET')).statusCode).to.equal(200)
      await fresh.stop()
    })

    it('defect 17: TLS to the database: no statement in the clear, and no certificate of another host or of a stranger', async () => {
      await create({task: MARKER})
      await createTable.invoke({action: 'SEED'})
      for (const text of [MARKER, 'ToDos', 'GET_LOCK']) expect(rig.proxy.heard).not.to.include(text)

      const misled = rig.function('upsert', {proxyHost: 'impostor.us-east-1.rds.amazonaws.com'})
      const stranger = rig.function('upsert', {caFile: ''})
      for (const started of [misled, stranger]) {
        const answer = await started.http('POST', {body: {task: 'x', status: 'y'}})
        expect(answer.statusCode).to.equal(503)
        expect(started.output).to.match(
          /HANDSHAKE_SSL_ERROR|ERR_TLS_CERT_ALTNAME_INVALID|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY/,
        )
        await started.stop()
      }
    })

    it('a rotated secret is applied by create-table and picked up by the functions', async () => {
      await create()
      rig.setAppPassword('RotatedPasswordOfATest')
      expect((await createTable.invoke({action: 'CREATE_TABLE'})).status).to.equal('ok')
      await cut()
      expect((await create()).statusCode).to.equal(201)
    })

    it('defect 26: an error of Secrets Manager is an answer and a log line, whatever its kind', async () => {
      rig.secrets.error = 'SomethingNobodyKnows'
      const fresh = rig.function('get')
      const answer = await fresh.http('GET')
      expect(answer.statusCode).to.equal(503)
      expect(answer.json.response.code).to.equal('SecretUnavailable')
      expect(fresh.output).to.include('SomethingNobodyKnows')
      rig.secrets.error = undefined
      expect((await fresh.http('GET')).statusCode, 'and it is asked again').to.equal(200)
      await fresh.stop()
    })
  })

  describe('ledger-check', () => {
    it('names those of the request ids that are there', async () => {
      await create({requestId: 'ledger-1'})
      await create({requestId: 'ledger-2'})
      const requestIds = [
        'ledger-2',
        'absent',
        'ledger-1',
        ...Array.from({length: 4997}, (_, index) => `other-${index}`),
      ]
      const {present} = await ledgerCheck.invoke({requestIds})
      expect(present).to.have.members(['ledger-1', 'ledger-2'])
      expect(await ledgerCheck.invoke({requestIds: []})).to.deep.equal({present: []})
    })

    it('aws 09: asks the writer alone: a reader that lags would make false losses', async () => {
      const asked = rig.reader.connections
      const {present} = await ledgerCheck.invoke({requestIds: ['ledger-1']})
      expect([present, rig.reader.connections]).to.deep.equal([['ledger-1'], asked])
      rig.proxy.mode = 'refuse'
      rig.proxy.reset()
      const answer = await ledgerCheck.invoke({requestIds: ['ledger-1']}).catch((error: Error) => error.name)
      expect(answer).to.equal('DatabaseUnavailable')
    })

    it('throws where it cannot tell', async () => {
      const refusal = (payload: object): Promise<string> =>
        ledgerCheck.invoke(payload).then(
          () => 'answered',
          (error: Error) => error.name,
        )
      expect(await refusal({requestIds: Array.from({length: 5001}, () => 'x')})).to.equal('InvalidRequestIds')
      rig.proxy.mode = 'refuse'
      rig.reader.mode = 'refuse'
      rig.proxy.reset()
      rig.reader.reset()
      expect(await refusal({requestIds: ['ledger-1']})).to.equal('DatabaseUnavailable')
    })
  })

  describe('logs', () => {
    it('defect 22: no log holds an event, a statement, a token or a secret', async () => {
      await create({task: MARKER, requestId: 'logged'})
      await create({task: MARKER, requestId: 'logged'})
      await upsert.http('POST', {body: `{"task": "${MARKER}", `})
      await upsert.http('POST', {body: {id: '999999', task: MARKER, status: 'x'}})
      await rig.sql('SET GLOBAL read_only = 1')
      await create({task: MARKER})
      await rig.sql('SET GLOBAL read_only = 0')
      // Makes the database itself complain and quote the value.
      await rig.sql('ALTER TABLE todo.ToDos MODIFY Task VARCHAR(10)').catch(() => undefined)
      await rig.sql(
        "CREATE TRIGGER todo.refuse BEFORE INSERT ON todo.ToDos FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ?",
        [`refused ${MARKER}`],
      )
      const failed = await create({task: MARKER})
      await rig.sql('DROP TRIGGER todo.refuse')
      expect(failed.statusCode).to.equal(500)
      expect(JSON.stringify(failed.json)).not.to.include(MARKER)

      const printed = rig.functions.map((started) => started.output).join('')
      for (const line of printed.trim().split('\n')) expect(() => JSON.parse(line), line).not.to.throw()
      expect(printed).to.match(/"requestId":"call-/)
      for (const secret of [
        MARKER,
        ADMIN_PASSWORD,
        'AppPasswordOfATest',
        'RotatedPasswordOfATest',
        'eyJ-token',
        'INSERT',
        'SELECT',
        ADMIN_SECRET,
      ]) {
        expect(printed).not.to.include(secret)
      }
    })
  })
})
