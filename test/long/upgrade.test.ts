/** An upgrade after a failover, when home is the standby: killed before and after every step, and resumed each time. */

import {DescribeDBClustersCommand, DescribeEventsCommand, RDSClient} from '@aws-sdk/client-rds'
import {expect} from 'chai'
import type {UpgradeResult} from '../../src/actions/upgrade/result.js'
import {Sandbox} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

const [HOME, AWAY] = ['us-east-1', 'us-east-2'] as const
const VERSION = '8.0.mysql_aurora.3.10.5'
const UPGRADE = ['upgrade', '--to', '3.10.5']
const CONFIRMED = [...UPGRADE, '--confirm', 'ToDoMgmt']

describe('aws 1: an upgrade by the live roles', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let rds: (region: string) => RDSClient

  before(async () => {
    const status = await sandbox.seededLab()
    rds = (region) => new RDSClient({region, endpoint: status.endpoint, credentials: labKeys(status)})
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  const versionOf = async (region: string): Promise<string | undefined> =>
    (await rds(region).send(new DescribeDBClustersCommand({}))).DBClusters?.[0]?.EngineVersion

  /** When RDS called the cluster upgraded, epoch milliseconds: once. */
  async function upgradedAt(region: string): Promise<number> {
    const {Events = []} = await rds(region).send(
      new DescribeEventsCommand({SourceType: 'db-cluster', EventCategories: ['maintenance']}),
    )
    const ends = Events.filter(({Message}) => Message?.includes('has been upgraded'))
    expect(ends, region).to.have.length(1)
    return ends[0]!.Date!.getTime()
  }

  it('goes standby first after a failover, wherever it is killed, and takes writes again', async () => {
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'])
    const plan = await untilReplicating()
    expect(plan).to.include({from: HOME, to: AWAY})
    await sandbox.expect(3, UPGRADE)
    expect(await versionOf(HOME)).not.to.equal(VERSION)

    const points = plan.stages.flat().flatMap(({id}) => [`before:${id}`, `after:${id}`])
    expect(points.length).to.equal(10)
    for (const [index, point] of points.entries()) {
      const args = index === 0 ? CONFIRMED : ['resume']
      const cut = await sandbox.run(args, {env: {TODO_DR_FAILPOINT: point}})
      expect(cut.signal, `${point}: ${cut.stderr}`).to.equal('SIGKILL')
      if (point === 'after:upgrade-standby') {
        expect([await versionOf(HOME), (await versionOf(AWAY)) === VERSION]).to.deep.equal([VERSION, false])
        const switched = await sandbox.json<{refusals: {gate: string}[]}>(['switchover', '--dry-run'], 3)
        expect(switched.refusals.map(({gate}) => gate)).to.include.members(['no-open-run', 'engine-versions'])
        await sandbox.expect(3, ['resume', '--undo'])
      }
    }

    const resumed = await sandbox.expect(0, ['resume'])
    expect(resumed.stderr).to.contain(`both clusters run ${VERSION}`).and.to.contain('"engineVersion"')
    expect([await versionOf(HOME), await versionOf(AWAY)]).to.deep.equal([VERSION, VERSION])
    expect(await upgradedAt(HOME)).to.be.below(await upgradedAt(AWAY))
    await sandbox.expect(0, ['crud', 'create', '--task', 'after the upgrade', '--status', 'wip'])
    const again = await sandbox.expect(0, UPGRADE)
    expect(again.stderr).to.contain('nothing is left to do')
    await sandbox.expect(0, ['failback'])
  })

  /** Home is being added again after the failover. */
  async function untilReplicating(): Promise<UpgradeResult['plan']> {
    for (let tries = 0; tries < 60; tries++) {
      const {plan, refusals} = JSON.parse(
        (await sandbox.run([...UPGRADE, '--dry-run', '--json'])).stdout,
      ) as UpgradeResult
      if (refusals.length === 0) return plan
    }

    throw new Error('home was not added again')
  }
})
