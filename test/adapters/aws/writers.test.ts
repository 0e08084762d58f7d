import {expect} from 'chai'
import {LambdaService} from '../../../lab/src/aws/lambda/service.js'
import {api as rds} from '../../../lab/src/aws/rds/api.js'
import type {Service} from '../../../lab/src/kernel.js'
import {PROFILES} from '../../../lab/src/profile.js'
import {createFunction, startTestLab} from '../../../lab/test/support/lab-data-plane.js'
import type {TestLab} from '../../../lab/test/support/lab-data-plane.js'
import {keysOf} from '../../../lab/test/wire/support.js'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsOutage} from '../../../src/adapters/aws/outage.js'
import {AwsWriters} from '../../../src/adapters/aws/writers.js'
import {HOME, sampleDeployment} from '../../support/deployment.js'

/** So much of RDS as the end of an outage asks. */
class NoDatabase implements Service {
  readonly api = rds
  readonly operations = {ListTagsForResource: () => ({TagList: []})}
}

describe('the fence of functions, on the lab', () => {
  const deployment = sampleDeployment()
  const {writers: names, readers} = deployment.regions[0]!.functions
  const [own, ...others] = names as [string, ...string[]]
  let test: TestLab
  let clients: Clients
  let writers: AwsWriters
  let outage: AwsOutage

  const reserved = async (name: string): Promise<number | undefined> => {
    const found = await clients.call('lambda', HOME, 'GetFunctionConcurrency', {FunctionName: name})
    return found.ReservedConcurrentExecutions
  }

  const reserve = (ReservedConcurrentExecutions: number) =>
    clients.call('lambda', HOME, 'PutFunctionConcurrency', {FunctionName: own, ReservedConcurrentExecutions})

  const all = (): Promise<(number | undefined)[]> => Promise.all(names.map((name) => reserved(name)))
  const CLOSED = names.map(() => 0)
  const AS_BEFORE = [7, ...others.map(() => undefined)]

  before(async () => {
    test = await startTestLab([LambdaService, NoDatabase])
    clients = new Clients({credentials: keysOf(test.lab), endpoint: test.lab.endpoint})
    writers = new AwsWriters(clients, deployment)
    outage = new AwsOutage(clients, deployment)
    for (const name of [...names, ...readers]) await createFunction(test.lab, name, 'export const handler = () => 1')
  })

  beforeEach(() => reserve(7))

  afterEach('leaves no memory behind', async () => {
    for (const name of names) {
      const Resource = `arn:aws:lambda:${HOME}:000000000000:function:${name}`
      expect((await clients.call('lambda', HOME, 'ListTags', {Resource})).Tags, name).to.deep.equal({})
    }
  })

  after(async () => {
    await clients.close()
    await test.stop()
  })

  it('aws 03: closes and opens though the answer to every change is lost, and sends none of them twice', async () => {
    const changes = (): string[] =>
      test.lab.governance.calls
        .all()
        .calls.map(({operation}) => operation)
        .filter((operation) => !/^(Get|List)/.test(operation))
        .toSorted()
    test.lab.governance.weather.set({...PROFILES.hostile.weather, slowRate: 0, lostRate: 1, seed: 1})
    test.lab.governance.calls.clear()
    try {
      await writers.fence(HOME)
      expect(changes()).to.deep.equal([...names.map(() => 'PutFunctionConcurrency'), 'TagResource'])
      test.lab.governance.calls.clear()
      await writers.unfence(HOME)
      expect(changes()).to.deep.equal([
        ...others.map(() => 'DeleteFunctionConcurrency'),
        'PutFunctionConcurrency',
        'UntagResource',
      ])
    } finally {
      test.lab.governance.weather.set({...PROFILES.instant.weather, seed: 1})
    }

    expect(await all()).to.deep.equal(AS_BEFORE)
  })

  it('aws 04: puts back a reservation that somebody has set, however often it is closed and opened', async () => {
    await writers.fence(HOME)
    await writers.fence(HOME)
    expect([await writers.mode(HOME), await all()]).to.deep.equal(['fenced', CLOSED])
    await writers.unfence(HOME)
    expect([await writers.mode(HOME), await all()]).to.deep.equal(['open', AS_BEFORE])
    await writers.unfence(HOME)
    expect(await all()).to.deep.equal(AS_BEFORE)
  })

  it('aws 04: opens what is closed, and leaves alone what is not', async () => {
    await clients.call('lambda', HOME, 'PutFunctionConcurrency', {
      FunctionName: others[0]!,
      ReservedConcurrentExecutions: 0,
    })
    expect(await writers.mode(HOME)).to.equal('partly')
    await writers.unfence(HOME)
    expect([await writers.mode(HOME), await all()]).to.deep.equal(['open', AS_BEFORE])
  })

  it('aws 04: the end of an outage leaves a fence alone that was made later', async () => {
    await outage.start(HOME, 'api')
    expect(await writers.mode(HOME), 'an outage is no fence').to.equal('open')
    await writers.fence(HOME)
    await outage.stop(HOME)
    expect([await writers.mode(HOME), await all()]).to.deep.equal(['fenced', CLOSED])
    expect(await Promise.all(readers.map((name) => reserved(name)))).to.deep.equal(readers.map(() => undefined))
    await writers.unfence(HOME)
    expect(await all()).to.deep.equal(AS_BEFORE)
  })

  it('aws 04: a fence that was made before an outage is there after it, and gives back what it found', async () => {
    await writers.fence(HOME)
    await outage.start(HOME, 'api')
    expect(await writers.mode(HOME)).to.equal('fenced')
    await outage.stop(HOME)
    expect([await writers.mode(HOME), await all()]).to.deep.equal(['fenced', CLOSED])
    await writers.unfence(HOME)
    expect(await all()).to.deep.equal(AS_BEFORE)
  })

  for (const first of ['fence', 'outage'] as const)
    it(`aws 04: a fence that ends during an outage (the ${first} came first) opens nothing until that ends`, async () => {
      const close = {fence: () => writers.fence(HOME), outage: () => outage.start(HOME, 'api')}
      await close[first]()
      await close[first === 'fence' ? 'outage' : 'fence']()
      await writers.unfence(HOME)
      expect([await writers.mode(HOME), await all()]).to.deep.equal(['open', CLOSED])
      await outage.stop(HOME)
      expect(await all()).to.deep.equal(AS_BEFORE)
    })

  it('aws 04: a fence that was cut before it closed anything keeps nothing closed', async () => {
    const [Resource, Tags] = [`arn:aws:lambda:${HOME}:000000000000:function:${own}`, {'todo-dr-fence': '3'}]
    await clients.call('lambda', HOME, 'TagResource', {Resource, Tags})
    await outage.start(HOME, 'api')
    await outage.stop(HOME)
    expect(await all()).to.deep.equal(AS_BEFORE)
  })
})
