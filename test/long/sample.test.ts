/**
 * What the scripts of the article's own sample call, on our deployment, by the AWS CLI: its two ways to fail over. They know nothing of
 * todo-dr, which says afterwards what they have left behind, and what to do about it.
 */

import {expect} from 'chai'
import type {DriftResult} from '../../src/actions/drift/result.js'
import type {HealthResult} from '../../src/actions/health/result.js'
import type {StatusResult} from '../../src/actions/status/result.js'
import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

interface DistributionConfig {
  Origins: {Items: {Id: string; DomainName: string}[]}
}

describe('the scripts of the article’s sample, on our deployment', function () {
  this.timeout(360_000)
  let sandbox: Sandbox
  let lab: LabStatus

  beforeEach(async function () {
    needsAwsCli(this)
    sandbox = new Sandbox()
    lab = await sandbox.seededLab()
  })

  afterEach(async () => {
    await sandbox?.run(['lab', 'stop'])
    sandbox?.remove()
  })

  const aws = <T = unknown>(region: string, ...args: string[]): Promise<T> => awsCli<T>(lab, region, ...args)

  const clusterOf = async (region: string): Promise<{DBClusterArn: string; Status: string}> => {
    const {DBClusters} = await aws<{DBClusters: {DBClusterArn: string; Status: string}[]}>(
      region,
      'rds',
      'describe-db-clusters',
    )
    return DBClusters[0]!
  }

  /** Sends the edge to the other API by changing the origin, and waits until that is deployed. */
  async function moveEdge(from: string, to: string): Promise<void> {
    const {DistributionList} = await aws<{DistributionList: {Items: {Id: string}[]}}>(
      HOME,
      'cloudfront',
      'list-distributions',
    )
    const id = ['--id', DistributionList.Items[0]!.Id]
    const {ETag, DistributionConfig: config} = await aws<{ETag: string; DistributionConfig: DistributionConfig}>(
      HOME,
      'cloudfront',
      'get-distribution-config',
      ...id,
    )
    const origin = (region: string) => config.Origins.Items.find(({Id}) => Id === region)!
    origin(from).DomainName = origin(to).DomainName
    const change = ['--if-match', ETag, '--distribution-config', JSON.stringify(config)]
    await aws(HOME, 'cloudfront', 'update-distribution', ...id, ...change)
    await aws(HOME, 'cloudfront', 'wait', 'distribution-deployed', ...id)
  }

  async function until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let asked = 0; !(await done()); asked++) if (asked === 60) throw new Error(`waited in vain until ${what}`)
  }

  it('managed: moves the origin, then fails over without a flag, which is a switchover', async () => {
    const global = ['--global-cluster-identifier', 'todomgmt']
    interface Global {
      GlobalClusters: {GlobalClusterMembers: {DBClusterArn: string; IsWriter: boolean}[]}[]
    }
    await moveEdge(HOME, AWAY)
    const target = (await clusterOf(AWAY)).DBClusterArn
    await aws(HOME, 'rds', 'failover-global-cluster', ...global, '--target-db-cluster-identifier', target)
    await until('the database has switched', async () => {
      const {GlobalClusters} = await aws<Global>(HOME, 'rds', 'describe-global-clusters', ...global)
      return GlobalClusters[0]!.GlobalClusterMembers.some((one) => one.IsWriter && one.DBClusterArn === target)
    })

    // Clients are served, by an origin whose name lies; todo-dr sees both.
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'after the sample'])).stderr).to.contain(AWAY)
    expect(await sandbox.json<StatusResult>(['status'], 5)).to.deep.include({primary: AWAY, edge: HOME})
    const {differences} = await sandbox.json<DriftResult>(['drift', '--template'], 5)
    expect(differences.map(({subject}) => subject)).to.have.length(1)
    expect(differences[0]!.subject).to.match(/Distribution.*Origins\/0\/DomainName/)
    expect((await sandbox.expect(5, ['health'])).stdout).to.match(
      new RegExp(`distribution .*the origin ${HOME} of \\w+ leads to .* and not to the API of ${HOME}`),
    )

    await sandbox.expect(0, ['steer'])
    expect(await sandbox.json<StatusResult>(['status'])).to.deep.include({primary: AWAY, edge: AWAY})
  })

  it('breakcluster: detaches the standby, which then stands alone, and moves the origin', async () => {
    const {DBClusterArn} = await clusterOf(AWAY)
    const member = ['--global-cluster-identifier', 'todomgmt', '--db-cluster-identifier', DBClusterArn]
    await aws(AWAY, 'rds', 'remove-from-global-cluster', ...member)
    await until('the cluster stands alone', async () => (await clusterOf(AWAY)).Status === 'available')
    await moveEdge(HOME, AWAY)
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'after the break'])).stderr).to.contain(AWAY)

    // Two databases now take writes, and clients write where todo-dr does not send them.
    expect((await sandbox.expect(5, ['status'])).stderr).to.match(/Detached: us-east-2 does not replicate/)
    const {findings} = await sandbox.json<HealthResult>(['health'], 5)
    const problems = findings.filter(({level}) => level === 'problem').map(({check, text}) => `${check}: ${text}`)
    expect(problems.join('\n')).to.match(/^global-database: /m)
    expect(problems.join('\n')).to.match(/^edge: a read is served by us-east-2, but us-east-1 is the primary, /m)
    const {differences} = await sandbox.json<DriftResult>(['drift', '--rows'], 5)
    expect(differences).to.have.length(1)
    expect(differences[0]).to.include({kind: 'rows', class: 'extra', region: AWAY})
  })
})
