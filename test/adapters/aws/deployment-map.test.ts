import {expect} from 'chai'
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {findMap} from '../../../src/adapters/aws/deployment-map.js'
import type {FoundMap} from '../../../src/adapters/aws/deployment-map.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrError} from '../../../src/errors.js'
import {AWAY, HOME, sampleDeployment, version1} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

const PARAMETER: Reply = {
  headers: {'content-type': 'application/x-amz-json-1.1'},
  body: JSON.stringify({Parameter: {Name: '/todo-dr/ToDoMgmt/deployment', Value: JSON.stringify(sampleDeployment())}}),
}
const fault = (code: string): Reply => ({
  status: 400,
  headers: {'content-type': 'application/x-amz-json-1.1'},
  body: JSON.stringify({__type: code, message: 'no'}),
})

describe('the map of the deployment', () => {
  let replies: Record<string, Reply>
  let server: TestServer
  let clients: Clients
  let folder: string
  let notes: string[]

  beforeEach(async () => {
    notes = []
    replies = {[HOME]: PARAMETER, [AWAY]: PARAMETER}
    server = await serve(({headers}: Asked) => replies[/\/\d{8}\/([\w-]+)\/ssm\//.exec(headers.authorization!)![1]!]!)
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
    folder = mkdtempSync(join(tmpdir(), 'todo-dr-map-'))
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
    rmSync(folder, {recursive: true})
  })

  const cacheFile = (): string => join(folder, 'state', 'deployment.json')
  const find = (): Promise<FoundMap> =>
    findMap(clients, {
      app: 'ToDoMgmt',
      regions: [HOME, AWAY],
      cacheFile: cacheFile(),
      deployHint: 'deploy it',
      note: (text) => void notes.push(text),
    })

  it('comes from the survivor, without waiting for the lost region', async () => {
    await find()
    replies[HOME] = 'hang'
    const lost = watch(clients.call('ssm', HOME, 'GetParameter', {Name: 'n'}))
    expect(await find()).to.deep.equal({deployment: sampleDeployment()})
    expect(lost.over).to.equal(false)
  })

  it('comes from the local copy where no region answers, with its age', async () => {
    await find()
    expect(statSync(cacheFile()).mode & 0o777).to.equal(0o600)
    replies = {[HOME]: 'reset', [AWAY]: 'reset'}
    const found = await find()
    expect(found.deployment).to.deep.equal(sampleDeployment())
    expect(found.copy!.ageSeconds).to.be.within(0, 60)
  })

  const refusals: [string, Reply][] = [
    ['hang', 'hang'],
    ['are reset', 'reset'],
    ['are throttled', fault('ThrottlingException')],
    ['are failed by AWS', {status: 500, body: '{"__type":"InternalServerError"}'}],
    ['are not allowed', fault('AccessDeniedException')],
    ['are refused for the credentials', fault('ExpiredTokenException')],
    ['give no map', {...PARAMETER, body: '{"Parameter":{"Value":"{}"}}'}],
  ]
  for (const [how, reply] of refusals)
    it(`field report 10: comes from the local copy soon where the reads ${how}, and says why`, async () => {
      await find()
      replies = {[HOME]: 'reset', [AWAY]: reply, silent: 'hang'}
      const silent = watch(clients.call('ssm', 'silent', 'GetParameter', {Name: 'n'}))
      const {deployment, copy} = await find()
      expect(silent.over).to.equal(false)
      expect(deployment).to.deep.equal(sampleDeployment())
      expect(copy!.why).to.be.a('string').and.not.to.equal('')
    })

  it('is waited for where no copy is kept, and then said to be unreachable, region by region', async function () {
    this.timeout(40_000)
    replies = {[HOME]: 'hang', [AWAY]: fault('ThrottlingException')}
    const since = performance.now()
    const error = await thrownBy(find())
    expect(performance.now() - since).to.be.within(10_000, 20_000)
    expect(error).to.include({code: 'MapUnreachable', exit: 'unknown'})
    expect((error as DrError).why).to.include(`${HOME} did not answer; ${AWAY}: `)
    expect(notes).to.deep.equal([
      `the map of ToDoMgmt is not read yet: waiting up to 13 s more for ${HOME} and ${AWAY}`,
    ])
  })

  for (const [how, reply] of [
    ['are silent', 'hang'],
    ['are reset', 'reset'],
    ['are throttled', fault('ThrottlingException')],
  ] as const)
    it(`is read where both regions ${how} for a moment, also with a damaged copy`, async () => {
      await find()
      writeFileSync(cacheFile(), '{"savedAt":')
      replies = {[HOME]: reply, [AWAY]: reply}
      const found = find()
      await sleep(4000)
      replies[AWAY] = PARAMETER
      expect(await found).to.deep.equal({deployment: sampleDeployment()})
      expect(notes).to.have.length(1)
    })

  it('is not said to be missing where one region has none and the other one is silent', async function () {
    this.timeout(40_000)
    replies = {[HOME]: 'reset', [AWAY]: fault('ParameterNotFound')}
    const error = await thrownBy(find())
    expect(error).to.include({code: 'MapUnreachable', exit: 'unknown'})
    expect((error as DrError).why).to.include(`${HOME} did not answer; ${AWAY} has no parameter`)
    expect(notes.join('\n')).to.match(new RegExp(`for ${HOME}$`))
  })

  it('is not called unreachable where the caller gave up', async () => {
    replies = {[HOME]: 'hang', [AWAY]: 'hang'}
    const signal = AbortSignal.timeout(50)
    const request = {app: 'ToDoMgmt', regions: [HOME, AWAY], deployHint: 'deploy it', signal}
    expect(await thrownBy(findMap(clients, request))).to.be.instanceOf(Unreachable)
  })

  it('is missing where no region has it, although an old copy is kept', async () => {
    await find()
    replies = {[HOME]: fault('ParameterNotFound'), [AWAY]: fault('ParameterNotFound')}
    expect(await thrownBy(find())).to.include({code: 'NotDeployed', exit: 'usage', next: 'deploy it'})
  })

  it('tells of missing permission rather than of silence', async () => {
    replies = {[HOME]: 'reset', [AWAY]: fault('AccessDeniedException')}
    expect(await thrownBy(find())).to.include({code: 'AccessDeniedException', exit: 'credentials'})
  })

  it('comes from a local copy that an older program has kept', async () => {
    await find()
    writeFileSync(cacheFile(), JSON.stringify({savedAt: Date.now(), deployment: version1()}))
    replies = {[HOME]: 'reset', [AWAY]: 'reset'}
    expect((await find()).deployment).to.deep.equal(sampleDeployment())
  })
})
