import {DescribeGlobalClustersCommand, RDSClient} from '@aws-sdk/client-rds'
import {GetParameterCommand, PutParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import {expect} from 'chai'

import {SsmService} from '../../src/aws/ssm/service.js'
import {api as rds} from '../../src/aws/rds/api.js'
import {StaleReads} from '../../src/govern/stale-reads.js'
import {Weather} from '../../src/govern/weather.js'
import {PROFILES} from '../../src/profile.js'
import {testLab, type TestLab} from '../wire/support.js'

const FAIR = {throttleRate: 0, errorRate: 0, slowRate: 0, slowMs: 0, lostRate: 0, seed: 1}

describe('a hostile AWS', () => {
  let test: TestLab
  let serial: number

  beforeEach(async () => {
    serial = 0
    const status = () => ({GlobalClusters: [{GlobalClusterIdentifier: String(++serial)}]})
    test = await testLab(
      () => new SsmService(),
      () => ({api: rds, operations: {DescribeGlobalClusters: status}}),
    )
  })

  afterEach(() => test.close())

  it('carries a change out and resets the connection in place of the answer; what only reads is answered', async () => {
    test.lab.governance.weather.set({...FAIR, lostRate: 1})
    const ssm = new SSMClient(test.client())
    const lost = await ssm.send(new PutParameterCommand({Name: '/a', Value: 'v', Type: 'String'})).then(
      () => expect.fail('it was answered'),
      (error: NodeJS.ErrnoException) => error,
    )
    expect(lost.code).to.equal('ECONNRESET')
    const {Parameter} = await ssm.send(new GetParameterCommand({Name: '/a'}))
    expect(Parameter?.Value).to.equal('v')
    const [put, get] = test.lab.governance.calls.all().calls
    expect(put).to.include({operation: 'PutParameter', code: 'AnswerLost', injected: true})
    expect(get).to.include({operation: 'GetParameter', code: 'OK'})
  })

  it('answers reads slowly, and changes at once', async () => {
    test.lab.governance.weather.set({...FAIR, slowRate: 1, slowMs: 60_000})
    const ssm = new SSMClient(test.client())
    await ssm.send(new PutParameterCommand({Name: '/a', Value: 'v', Type: 'String'}))
    const late = ssm.send(new GetParameterCommand({Name: '/a'}), {abortSignal: AbortSignal.timeout(300)})
    expect(
      await late.then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    ).to.match(/Abort|Timeout/)
  })

  it('draws at its rates, and the same from the same seed', () => {
    const drawn = (seed: number): (string | undefined)[] => {
      const weather = new Weather({...PROFILES.hostile.weather, seed})
      return Array.from({length: 2000}, (_, index) => weather.next(index % 2 ? 'DescribeStacks' : 'PutKey'))
    }

    const share = (of: string): number => drawn(7).filter((one) => one === of).length / 1000
    expect(drawn(7)).to.deep.equal(drawn(7)).and.not.deep.equal(drawn(8))
    expect(share('slow')).to.be.within(0.1, 0.19)
    expect(share('reset')).to.be.within(0.07, 0.13)
    expect([share('throttle'), share('error'), share('lost-answer')]).to.deep.equal([0, 0, 0])
  })

  it('tells a status as it is on the other paces', async () => {
    const client = new RDSClient(test.client())
    const seen: (string | undefined)[] = []
    for (let index = 0; index < 3; index++) {
      const {GlobalClusters} = await client.send(new DescribeGlobalClustersCommand({}))
      seen.push(GlobalClusters?.[0]?.GlobalClusterIdentifier)
    }

    expect(seen).to.deep.equal(['1', '2', '3'])
  })

  it('tells a status that is old, from one of two nodes, never older than it says, and no refusal for long', async () => {
    let now = 0
    let state = 0
    const reads = new StaleReads(100, 5, () => now)
    const look = () => reads.answer('who', async () => ({state}))
    const seen: number[] = []
    for (now = 0; now < 2000; now += 10) {
      state = now
      seen.push((await look()).state)
    }

    const ages = seen.map((value, index) => index * 10 - value)
    expect(Math.max(...ages)).to.equal(100)
    expect(Math.min(...ages)).to.equal(0)
    const backwards = seen.filter((value, index) => index > 0 && value < seen[index - 1]!)
    expect(backwards.length, 'a later answer is older than an earlier one').to.be.greaterThan(0)

    const fresh = new StaleReads(100, 5, () => 0)
    await fresh.answer('gone', () => Promise.reject(new Error('not found'))).catch(() => undefined)
    expect(await fresh.answer('gone', async () => 'there')).to.equal('there')
  })
})
