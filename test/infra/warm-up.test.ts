import {expect} from 'chai'
import type {FunctionProcess} from './support/function-process.js'
import {Rig} from './support/rig.js'

const EVENT = {warm: true}

describe('the warm-up of the functions, on a real database', function () {
  this.timeout(60_000)
  const rig = new Rig()
  let fn: FunctionProcess
  let asked: number

  before(async () => {
    await rig.start()
    const createTable = rig.function('create-table')
    expect(await createTable.invoke({action: 'CREATE_TABLE'})).to.include({status: 'ok'})
  })

  after(() => rig.stop())

  /** A new execution environment, from whose making on secrets and connections are counted. */
  const start = (name: 'get' | 'upsert' | 'remove'): void => {
    fn = rig.function(name)
    asked = rig.secrets.asked.length
    rig.proxy.connections = 0
    rig.reader.connections = 0
  }
  const counted = (): object => ({
    secrets: rig.secrets.asked.length - asked,
    proxy: rig.proxy.connections,
    reader: rig.reader.connections,
  })

  afterEach(async () => {
    rig.proxy.mode = 'pass'
    rig.reader.mode = 'pass'
    rig.secrets.error = undefined
    await fn.stop()
  })

  it('aws 15: the first read after it finds the secret and the connection there', async () => {
    start('get')
    expect(await fn.invoke(EVENT)).to.deep.equal({status: 'ok', response: {warm: true, code: 'Ok'}})
    expect(counted()).to.deep.equal({secrets: 1, proxy: 0, reader: 1})
    expect((await fn.http('GET')).statusCode).to.equal(200)
    expect(counted(), 'after a request').to.deep.equal({secrets: 1, proxy: 0, reader: 1})
  })

  it('aws 15: so does the first write, and no row has been touched for it', async () => {
    start('upsert')
    const before = await rig.count('1 = 1')
    expect(await fn.invoke(EVENT)).to.deep.equal({status: 'ok', response: {warm: true, code: 'Ok'}})
    expect(await rig.count('1 = 1')).to.equal(before)
    expect(counted()).to.deep.equal({secrets: 1, proxy: 1, reader: 0})
    expect((await fn.http('POST', {body: {task: 't', status: 'wip'}})).statusCode).to.equal(201)
    expect(counted(), 'after a request').to.deep.equal({secrets: 1, proxy: 1, reader: 0})
  })

  it('aws 15: a standby refuses the writing functions, which do not fail and have the secret after a promotion', async () => {
    start('remove')
    rig.proxy.mode = 'refuse'
    expect(await fn.invoke(EVENT))
      .to.deep.include({status: 'ok'})
      .and.nested.include({'response.warm': false})
    expect(counted(), 'one attempt').to.deep.equal({secrets: 1, proxy: 1, reader: 0})
    rig.proxy.mode = 'pass'
    expect((await fn.http('DELETE', {body: {id: '424242'}})).statusCode).to.equal(404)
    expect(counted(), 'after a request').to.deep.equal({secrets: 1, proxy: 2, reader: 0})
  })

  it('aws 15: what goes wrong is logged by its code, and never thrown', async () => {
    start('get')
    rig.secrets.error = 'AccessDeniedException'
    const code = 'SecretUnavailable'
    expect(await fn.invoke(EVENT)).to.deep.equal({status: 'ok', response: {warm: false, code}})
    const lines = fn.output.split('\n').filter((line) => line.includes('"event":"warm-up"'))
    expect(lines.map((line) => JSON.parse(line).code)).to.deep.equal([code])
  })

  it('aws 15: is asked for by this event alone: any other payload is answered as before', async () => {
    start('upsert')
    for (const event of [{warm: true, task: 't'}, {warm: 'true'}, {warm: false}]) {
      expect(await fn.invoke(event), JSON.stringify(event)).to.include({status: 'error'})
    }
    expect((await fn.http('POST', {body: EVENT})).statusCode).to.equal(400)
  })
})
