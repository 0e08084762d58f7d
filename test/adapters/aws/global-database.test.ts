import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsGlobalDatabase} from '../../../src/adapters/aws/global-database.js'
import {regionOf} from '../../../src/model/regions.js'
import type {StepContext} from '../../../src/model/step.js'
import type {World} from '../../../src/ports/world.js'
import {promoteSwitchover} from '../../../src/steps/promote-switchover.js'
import {AWAY, HOME, sampleDeployment} from '../../support/deployment.js'
import {serve} from '../../support/server.js'
import type {Asked, Reply, TestServer} from '../../support/server.js'

const xml = (action: string, result: string): Reply => ({
  headers: {'content-type': 'text/xml'},
  body: `<${action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${action}Result>${result}</${action}Result></${action}Response>`,
})
const arn = (region: string): string => `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`

/** So much of RDS as a switch needs. It keeps every name in lower case, as RDS does, and finds it in any. */
class Rds {
  writer = HOME
  /** What was asked, with the region that the signature names. */
  readonly calls: {action: string; region: string; parameters: Record<string, string>}[] = []

  readonly answer = ({body, headers}: Asked): Reply => {
    const {Action: action = '', ...parameters} = Object.fromEntries(new URLSearchParams(body))
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? ''
    this.calls.push({action, region, parameters})
    if (action === 'DescribeGlobalClusters') return xml(action, this.#global())
    if (action === 'DescribeDBClusters')
      return xml(
        action,
        `<DBClusters><DBCluster><DBClusterIdentifier>todomgmt-${region}</DBClusterIdentifier><DBClusterArn>${arn(region)}</DBClusterArn><Status>available</Status></DBCluster></DBClusters>`,
      )
    if (action === 'DescribeDBInstances')
      return xml(
        action,
        `<DBInstances><DBInstance><DBClusterIdentifier>todomgmt-${region}</DBClusterIdentifier><DBInstanceStatus>available</DBInstanceStatus></DBInstance></DBInstances>`,
      )
    return xml(action, '<GlobalCluster/>')
  }

  of(action: string): Rds['calls'] {
    return this.calls.filter((call) => call.action === action)
  }

  #global(): string {
    const members = [HOME, AWAY].map(
      (region) =>
        `<GlobalClusterMember><DBClusterArn>${arn(region)}</DBClusterArn><IsWriter>${region === this.writer}</IsWriter></GlobalClusterMember>`,
    )
    return `<GlobalClusters><GlobalClusterMember><GlobalClusterIdentifier>todomgmt</GlobalClusterIdentifier><Status>available</Status><GlobalClusterMembers>${members.join('')}</GlobalClusterMembers></GlobalClusterMember></GlobalClusters>`
  }
}

describe('the global database over RDS', () => {
  let rds: Rds
  let server: TestServer
  let clients: Clients

  beforeEach(async () => {
    rds = new Rds()
    server = await serve((asked) => rds.answer(asked))
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  it('defect 5: a failover allows data loss, without which it is a switchover, and asks the target alone', async () => {
    await new AwsGlobalDatabase(clients, sampleDeployment()).failover(AWAY)
    expect(rds.calls.map(({action, region}) => [action, region])).to.deep.equal([['FailoverGlobalCluster', AWAY]])
    expect(rds.calls[0]!.parameters).to.include({
      GlobalClusterIdentifier: 'todomgmt',
      TargetDbClusterIdentifier: arn(AWAY),
      AllowDataLoss: 'true',
    })
    expect(rds.calls[0]!.parameters).to.not.have.property('Switchover')
  })

  it('sends a switchover to the primary, which allows no loss', async () => {
    await new AwsGlobalDatabase(clients, sampleDeployment()).switchover(HOME, AWAY)
    expect(rds.calls.map(({action, region}) => [action, region])).to.deep.equal([['SwitchoverGlobalCluster', HOME]])
    expect(rds.calls[0]!.parameters).to.not.have.property('AllowDataLoss')
  })

  it('defect 3: a database whose name was typed in mixed case is seen, and waited for until it is the writer', async () => {
    const deployment = sampleDeployment()
    deployment.globalClusterId = 'ToDoMgmt'
    for (const side of deployment.regions) {
      side.clusterId = `ToDoMgmt-${side.region}`
      side.clusterArn = side.clusterArn.replace('todomgmt', 'ToDoMgmt')
    }

    const database = new AwsGlobalDatabase(clients, deployment)
    expect(await database.cluster(AWAY)).to.include({status: 'available', availableInstances: 1})
    const world = {
      database,
      clock: {now: () => Date.now(), sleep: () => new Promise(() => undefined)},
    } as unknown as World
    const context: StepContext = {
      signal: new AbortController().signal,
      note: () => undefined,
      runId: 'r1',
      accepted: async () => undefined,
    }
    const promotion = promoteSwitchover({from: HOME, to: AWAY})
    await promotion.act(world, context)
    expect(rds.of('SwitchoverGlobalCluster')).to.have.length(1)
    expect(await promotion.isDone(world, context)).to.equal(false)
    rds.writer = AWAY
    expect(await promotion.isDone(world, context)).to.equal(true)
  })

  it('asks for the lag by the name that the metric has', async () => {
    const deployment = sampleDeployment()
    regionOf(deployment, AWAY).clusterId = `ToDoMgmt-${AWAY}`
    await new AwsGlobalDatabase(clients, deployment).lagSeconds(AWAY).catch(() => undefined)
    expect(server.asked.some(({body}) => body.includes(`todomgmt-${AWAY}`))).to.equal(true)
  })
})
