import {expect} from 'chai'
import {Clients} from '../../../src/adapters/aws/clients.js'
import {AwsCapacity} from '../../../src/adapters/aws/capacity.js'
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

const VERSION = `<DBEngineVersion><EngineVersion>8.0.mysql_aurora.3.10.4</EngineVersion><ValidUpgradeTarget>${[
  ['8.0.mysql_aurora.3.10.5', false],
  ['8.4.mysql_aurora.8.4.7', true],
]
  .map(
    ([version, major]) =>
      `<UpgradeTarget><EngineVersion>${version}</EngineVersion><IsMajorVersionUpgrade>${major}</IsMajorVersionUpgrade></UpgradeTarget>`,
  )
  .join('')}</ValidUpgradeTarget></DBEngineVersion>`

/** So much of RDS as a switch needs. It keeps every name in lower case, as RDS does, and finds it in any. */
class Rds {
  writer = HOME
  /** The status of each instance of each cluster. */
  instances = ['available']
  events = ''
  /** Of each cluster, beside its name and status. */
  more = ''
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
        `<DBClusters><DBCluster><DBClusterIdentifier>todomgmt-${region}</DBClusterIdentifier><DBClusterArn>${arn(region)}</DBClusterArn><Status>available</Status>${this.more}</DBCluster></DBClusters>`,
      )
    if (action === 'DescribeDBInstances')
      return xml(
        action,
        `<DBInstances>${this.instances.map((status) => `<DBInstance><DBClusterIdentifier>todomgmt-${region}</DBClusterIdentifier><DBInstanceStatus>${status}</DBInstanceStatus></DBInstance>`).join('')}</DBInstances>`,
      )
    if (action === 'DescribeDBEngineVersions') return xml(action, `<DBEngineVersions>${VERSION}</DBEngineVersions>`)
    if (action === 'DescribeEvents') return xml(action, `<Events>${this.events}</Events>`)
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
    expect(await database.cluster(AWAY)).to.deep.include({status: 'available', instances: ['available']})
    const world = {
      database,
      deployment,
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

  it('tells the status of every instance in the words of RDS, known or not', async () => {
    rds.instances = ['backing-up', 'failed', 'a word of next year']
    const {instances} = await new AwsGlobalDatabase(clients, sampleDeployment()).cluster(AWAY)
    expect(instances).to.deep.equal(rds.instances)
  })

  it('tells the engine version, the range of the capacity and what it was raised from', async () => {
    rds.more = '<EngineVersion>8.0.mysql_aurora.3.10.3</EngineVersion>'
    expect(await new AwsGlobalDatabase(clients, sampleDeployment()).cluster(AWAY)).to.not.have.any.keys(
      'capacity',
      'raisedFrom',
    )
    rds.more +=
      '<ServerlessV2ScalingConfiguration><MinCapacity>4.0</MinCapacity><MaxCapacity>16.0</MaxCapacity></ServerlessV2ScalingConfiguration><TagList><Tag><Key>todo-dr-capacity</Key><Value>0 300</Value></Tag></TagList>'
    expect(await new AwsGlobalDatabase(clients, sampleDeployment()).cluster(AWAY)).to.deep.include({
      engineVersion: '8.0.mysql_aurora.3.10.3',
      capacity: {min: 4, max: 16},
      raisedFrom: {min: 0, pauseAfterSeconds: 300},
    })
    rds.more = rds.more.replace('0 300', 'low')
    expect(await new AwsGlobalDatabase(clients, sampleDeployment()).cluster(AWAY)).to.not.have.any.keys('raisedFrom')
  })

  it('aws 1: upgrades a cluster in its own region at once, once, and asks there what it can be upgraded to', async () => {
    const database = new AwsGlobalDatabase(clients, sampleDeployment())
    expect(await database.upgradeTargets(AWAY, '8.0.mysql_aurora.3.10.4')).to.deep.equal([
      {version: '8.0.mysql_aurora.3.10.5', isMajor: false},
      {version: '8.4.mysql_aurora.8.4.7', isMajor: true},
    ])
    await database.upgrade(AWAY, '8.0.mysql_aurora.3.10.5')
    const sent = {
      DBClusterIdentifier: `todomgmt-${AWAY}`,
      EngineVersion: '8.0.mysql_aurora.3.10.5',
      ApplyImmediately: 'true',
    }
    expect(
      rds.of('ModifyDBCluster').map(({region, parameters: {Version: _, ...more}}) => [region, more]),
    ).to.deep.equal([[AWAY, sent]])
    const [asked] = rds.of('DescribeDBEngineVersions')
    expect([asked!.region, asked!.parameters.EngineVersion]).to.deep.equal([AWAY, '8.0.mysql_aurora.3.10.4'])
  })

  it('health 04: remembers the minimum before it raises it, and forgets it after it has put it back', async () => {
    const range = (min: string, more = '') =>
      `<ServerlessV2ScalingConfiguration><MinCapacity>${min}</MinCapacity><MaxCapacity>16</MaxCapacity></ServerlessV2ScalingConfiguration>${more}`
    const memory = '<TagList><Tag><Key>todo-dr-capacity</Key><Value>0.5</Value></Tag></TagList>'
    const capacity = new AwsCapacity(clients, sampleDeployment())
    const changes = () =>
      rds.calls.flatMap(({action, parameters}) =>
        action.startsWith('Describe')
          ? []
          : [
              [
                action,
                parameters['ServerlessV2ScalingConfiguration.MinCapacity'] ?? parameters['Tags.Tag.1.Value'] ?? '',
              ],
            ],
      )

    rds.more = range('0.5')
    await capacity.raise(AWAY, 4)
    expect(changes()).to.deep.equal([
      ['AddTagsToResource', '0.5'],
      ['ModifyDBCluster', '4'],
    ])
    expect(rds.of('ModifyDBCluster')[0]!.parameters).to.include({
      DBClusterIdentifier: `todomgmt-${AWAY}`,
      'ServerlessV2ScalingConfiguration.MaxCapacity': '16',
    })

    rds.calls.splice(0)
    rds.more = range('4', memory)
    await capacity.raise(AWAY, 6)
    expect(changes()).to.deep.equal([['ModifyDBCluster', '6']])

    rds.calls.splice(0)
    await capacity.restore(AWAY)
    expect(changes()).to.deep.equal([
      ['ModifyDBCluster', '0.5'],
      ['RemoveTagsFromResource', ''],
    ])

    rds.calls.splice(0)
    rds.more = range('0.5')
    await capacity.restore(AWAY)
    expect(changes()).to.deep.equal([])
  })

  it('aws 03: a promotion that RDS takes its time to accept is accepted, and was sent once', async () => {
    const own = server.answer.bind(server)
    server.answer = async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 6500))
      return own(asked)
    }

    const database = new AwsGlobalDatabase(clients, sampleDeployment())
    expect((await database.failover(AWAY)).at).to.be.a('number')
    expect(rds.of('FailoverGlobalCluster')).to.have.length(1)
  })

  it('aws 13: reads what RDS says of its write block and of the resynchronization, of clusters and instances alike', async () => {
    const said = ['Attempt to block writes for DB cluster c succeeded.', 'Started resynchronizing members of c.']
    rds.events = [...said, 'DB instance restarted']
      .map((text) => `<Event><Message>${text}</Message><Date>2026-11-28T20:31:05Z</Date></Event>`)
      .join('')
    const at = Date.UTC(2026, 10, 28, 20, 31, 5)
    const database = new AwsGlobalDatabase(clients, sampleDeployment())
    expect(await database.failoverEvents(AWAY, at)).to.deep.equal(said.map((text) => ({at, text})))
    const [{region, parameters}] = rds.of('DescribeEvents') as [Rds['calls'][0]]
    expect([region, parameters.SourceType]).to.deep.equal([AWAY, undefined])
    expect(new Date(parameters.StartTime!).getTime()).to.equal(at)
  })

  it('asks for the lag by the name that the metric has', async () => {
    const deployment = sampleDeployment()
    regionOf(deployment, AWAY).clusterId = `ToDoMgmt-${AWAY}`
    await new AwsGlobalDatabase(clients, deployment).lag(AWAY).catch(() => undefined)
    expect(server.asked.some(({body}) => body.includes(`todomgmt-${AWAY}`))).to.equal(true)
  })
})
