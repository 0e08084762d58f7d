import {expect} from 'chai'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {DrEvent} from '../../src/messages.js'
import {once} from '../../src/open/once.js'
import {Session} from '../../src/open/session.js'
import {serveDns} from '../support/dns-server.js'
import {thrownBy} from '../support/thrown.js'

const PROD = `defaultTarget: prod
targets:
  prod:
    app: ToDoMgmt
    regions: {home: eu-west-1, away: eu-central-1}
    endpoint: http://127.0.0.1:9
`

describe('a session', () => {
  let folder: string
  let events: DrEvent[]
  const open = (target?: string): Session =>
    new Session({target, folder, emit: (event) => events.push(event), signal: new AbortController().signal})

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-session-'))
    events = []
  })

  afterEach(() => rmSync(folder, {recursive: true}))

  it('reaches names that do not resolve where todo-dr.yaml says that they are served', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), `${PROD}    hosts: {d1.cloudfront.net: 8080}\n`)
    const session = open()
    const {addresses} = await session.place()
    expect(await addresses.locate(new URL('https://d1.cloudfront.net/v1?id=1'))).to.deep.equal({
      origin: 'http://127.0.0.1:8080',
      path: '/v1?id=1',
      host: 'd1.cloudfront.net',
    })
    expect(await thrownBy(addresses.locate(new URL('https://d2.cloudfront.net/v1')))).to.include({code: 'Unreachable'})
    await session.close()
  })

  it('follows a name of a hosted zone by the name server that todo-dr.yaml has', async () => {
    const dns = await serveDns((name) => (name === 'api.example.com' ? {target: 'd-1.execute-api.test'} : 5))
    const places = `    hosts: {d-1.execute-api.test: 8080}\n    dns: ${JSON.stringify(dns.server)}\n`
    writeFileSync(join(folder, 'todo-dr.yaml'), PROD + places)
    const session = open()
    const place = await session.place()
    expect(place.dns).to.deep.equal(dns.server)
    expect(await place.addresses.locate(new URL('https://api.example.com/v1'))).to.deep.equal({
      origin: 'http://127.0.0.1:8080',
      path: '/v1',
      host: 'api.example.com',
    })
    await session.close()
    await dns.close()
  })

  it('opens nothing before it is asked: a broken todo-dr.yaml only stops who needs it', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), 'targets: [')
    const session = open()
    await session.close()
    expect(await thrownBy(session.target())).to.include({code: 'ConfigInvalid', exit: 'usage'})
  })

  it('reads todo-dr.yaml once, from its own folder and not from where the process stands', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), PROD)
    const session = open()
    expect(await session.target()).to.include({kind: 'aws', name: 'prod'})
    rmSync(join(folder, 'todo-dr.yaml'))
    expect((await session.config())!.file).to.equal(join(folder, 'todo-dr.yaml'))
    expect(await session.target()).to.equal(await session.target())
    expect(await session.lab()).to.equal(undefined)
  })

  it('takes --profile instead of the profile in the file, and refuses it for a lab', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), `${PROD}    profile: of-the-file\n`)
    const emit = (event: DrEvent) => void events.push(event)
    const at = (target?: string, profile?: string) => new Session({target, profile, folder, emit}).target()
    expect(await at()).to.include({profile: 'of-the-file'})
    expect(await at(undefined, 'of-the-flag')).to.include({profile: 'of-the-flag', app: 'ToDoMgmt'})
    expect(await thrownBy(at('lab:one', 'of-the-flag'))).to.include({code: 'ProfileOnLab', exit: 'usage'})
  })

  it('has one set of clients, for all who ask at once', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), PROD)
    const session = open()
    const [one, other] = await Promise.all([session.clients(), session.clients()])
    expect(one).to.equal(other)
    await session.close()
  })

  it('says the target once, before it asks for the map', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), PROD)
    const session = open()
    const error = await thrownBy(Promise.all([session.world(), session.outage()]))
    expect(error).to.have.property('code')
    await thrownBy(session.deployment())
    expect(events.filter(({code}) => code === 'target')).to.deep.equal([
      {code: 'target', target: 'prod', app: 'ToDoMgmt', regions: ['eu-west-1', 'eu-central-1']},
    ])
    await session.close()
  })

  it('knows the folder of its runs without a deployment', async () => {
    writeFileSync(join(folder, 'todo-dr.yaml'), PROD)
    expect(await (await open().runs()).newestFirst()).to.deep.equal([])
    expect(events).to.deep.equal([])
  })
})

describe('what is made once', () => {
  it('is made once for all who ask, and again after a failure', async () => {
    let made = 0
    const make = once(async () => {
      made += 1
      if (made === 1) throw new Error('not yet')
      return made
    })
    expect(await Promise.allSettled([make(), make()])).to.have.nested.property('[1].status', 'rejected')
    expect(made).to.equal(1)
    expect(await Promise.all([make(), make()])).to.deep.equal([2, 2])
    expect(await make()).to.equal(2)
  })
})
