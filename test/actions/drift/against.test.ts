import {expect} from 'chai'
import {clusterBeside} from '../../../src/actions/drift/against.js'
import type {DrError} from '../../../src/errors.js'
import type {FoundCluster} from '../../../src/ports/clusters.js'
import {AWAY, HOME, healthy} from '../../support/observations.js'
import {thrownBy} from '../../support/thrown.js'

const lost = (change: Partial<FoundCluster> = {}): FoundCluster => ({
  region: HOME,
  id: 'lost',
  arn: `arn:aws:rds:${HOME}:000000000000:cluster:lost`,
  engine: 'aurora-mysql',
  host: 'lost.cluster-c1.us-east-1.rds.amazonaws.com',
  serves: true,
  ...change,
})

const beside = (named: string, ...all: FoundCluster[]): Promise<FoundCluster> =>
  clusterBeside(
    named,
    healthy(),
    {find: async (region, id) => all.find((one) => one.region === region && one.id === id)},
    new AbortController().signal,
  )

describe('the cluster that --against names', () => {
  it('drift: is looked for in both regions by its id, and in one by its ARN', async () => {
    const there = lost({region: AWAY, arn: `arn:aws:rds:${AWAY}:000000000000:cluster:lost`})
    expect(await beside('lost', lost())).to.deep.equal(lost())
    expect(await beside('LOST', there)).to.deep.equal(there)
    expect(await beside(there.arn, lost(), there)).to.deep.equal(there)
  })

  const member = (): string => {
    const {global} = healthy()
    return global.reachable ? global.value.members[0]!.clusterArn : ''
  }

  const REFUSALS: [code: string, what: RegExp, named: string, ...all: FoundCluster[]][] = [
    ['ClusterUnknown', /no cluster lost in us-east-1 or us-east-2/, 'lost'],
    ['ClusterUnknown', /no cluster arn:/, 'arn:aws:rds:eu-west-1:000000000000:cluster:lost', lost()],
    ['ClusterAmbiguous', /both regions have a cluster lost/, 'lost', lost(), lost({region: AWAY})],
    ['ClusterIsMember', /member of the global database/, 'lost', lost({arn: member()})],
    ['ClusterOfOtherEngine', /runs aurora-postgresql/, 'lost', lost({engine: 'aurora-postgresql'})],
    ['ClusterWithoutInstance', /no instance that is available/, 'lost', lost({serves: false})],
  ]

  for (const [code, what, named, ...all] of REFUSALS)
    it(`drift: is refused as ${code} where ${what.source}`, async () => {
      const error = (await thrownBy(beside(named, ...all))) as DrError
      expect(error).to.include({code, exit: 'usage'})
      expect(error.message).to.match(what)
    })
})
