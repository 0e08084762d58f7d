import {expect} from 'chai'
import {clusterBeside} from '../../../src/actions/drift/against.js'
import {Unreachable} from '../../../src/errors.js'
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

  /** One region or both do not answer. */
  const besideSilent = (named: string, silent: string[], ...all: FoundCluster[]): Promise<FoundCluster> =>
    clusterBeside(
      named,
      healthy(),
      {
        async find(region, id) {
          if (silent.includes(region)) throw new Unreachable(`${region} did not answer`)
          return all.find((one) => one.region === region && one.id === id)
        },
      },
      new AbortController().signal,
    )

  it('drift: is taken from the region that has it, though the other one does not answer', async () => {
    expect(await besideSilent('lost', [AWAY], lost())).to.deep.equal(lost())
    const there = lost({region: AWAY})
    expect(await besideSilent('lost', [HOME], there)).to.deep.equal(there)
    expect(await besideSilent(lost().arn, [AWAY], lost())).to.deep.equal(lost())
  })

  it('drift: is not called unknown where a region does not answer that may have it, and that region is named', async () => {
    const one = (await thrownBy(besideSilent('lost', [AWAY]))) as DrError
    expect(one).to.include({code: 'ClusterUntold', exit: 'unknown', next: 'todo-dr status'})
    expect(one.message).to.equal('us-east-1 has no cluster lost, and us-east-2 does not answer')
    const both = (await thrownBy(besideSilent('lost', [HOME, AWAY]))) as DrError
    expect(both.message).to.equal('us-east-1 and us-east-2 do not answer')
    const other = (await thrownBy(besideSilent(lost().arn, [AWAY]))) as DrError
    expect(other).to.include({code: 'ClusterUnknown', exit: 'usage'})
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
