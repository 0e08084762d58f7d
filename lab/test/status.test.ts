import {expect} from 'chai'

import type {Lab} from '../src/kernel.js'
import {CodeConnectionsService} from '../src/aws/codeconnections/service.js'
import {Route53Service} from '../src/aws/route-53/service.js'
import {SsmService} from '../src/aws/ssm/service.js'
import {labStatus} from '../src/status.js'
import {scripted, testLab, type TestLab} from './wire/support.js'

const MAP = {
  app: 'ToDoMgmt',
  globalClusterId: 'todomgmt',
  edge: {url: 'https://d111.cloudfront.net'},
  regions: ['us-east-1', 'us-east-2'].map((region) => ({
    region,
    apiUrl: `https://abc.execute-api.${region}.amazonaws.com/prod`,
    tokenUrl: `https://todo.auth.${region}.amazoncognito.com/oauth2/token`,
  })),
}
/** As templates of before wrote it. */
const MAP_1 = {...MAP, regions: Object.fromEntries(MAP.regions.map((side) => [side.region, side]))}

const member = (region: string, IsWriter: boolean) => ({
  DBClusterArn: `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`,
  IsWriter,
})

describe("the lab's status", () => {
  let lab: TestLab
  let writer: string

  beforeEach(async () => {
    writer = 'us-east-1'
    const clusters = () => ({
      GlobalClusters: [
        {GlobalClusterIdentifier: 'foreign', GlobalClusterMembers: [member('us-east-2', true)]},
        {
          GlobalClusterIdentifier: 'todomgmt',
          GlobalClusterMembers: ['us-east-1', 'us-east-2'].map((region) => member(region, region === writer)),
        },
      ],
    })
    const rds = {
      ...scripted('rds', {DescribeGlobalClusters: clusters}),
      databaseStatus: (region: string) => ({
        host: '127.0.0.1',
        port: region === 'us-east-1' ? 3001 : 3002,
        user: 'lab_admin',
        passwordFile: '/secret',
        name: 'todo',
        pids: [11],
      }),
    }
    const lambda = {...scripted('lambda', {}), pids: (region: string) => (region === 'us-east-1' ? [12] : [])}
    lab = await testLab(
      (self) => new CodeConnectionsService(self),
      (self) => new Route53Service(self),
      () => new SsmService(),
      () => rds,
      () => lambda,
    )
    const {hosts} = lab.lab
    hosts.register('d111.cloudfront.net', undefined, 1000)
    for (const [index, region] of ['us-east-1', 'us-east-2'].entries()) {
      hosts.register(`abc.execute-api.${region}.amazonaws.com`, region, 1001 + index)
      hosts.register(`todo.auth.${region}.amazoncognito.com`, region, 1003 + index)
    }
  })

  afterEach(() => lab.close())

  const deploy = (region: string, map: object = MAP): Promise<unknown> =>
    (lab.lab as Lab).call(
      'ssm',
      'PutParameter',
      {Name: '/todo-dr/ToDoMgmt/deployment', Value: JSON.stringify(map), Type: 'String'},
      region,
    )

  it('maps the names of the deployment to loopback', async () => {
    await deploy('us-east-1')
    const status = await labStatus(lab.lab)
    expect(status).to.include({app: 'ToDoMgmt', edgeUrl: 'http://127.0.0.1:1000', endpoint: lab.lab.endpoint})
    expect(status.regions[0]).to.deep.equal({
      region: 'us-east-1',
      role: 'primary',
      apiUrl: 'http://127.0.0.1:1001/prod',
      tokenUrl: 'http://127.0.0.1:1003/oauth2/token',
      database: {host: '127.0.0.1', port: 3001, user: 'lab_admin', passwordFile: '/secret', name: 'todo'},
      pids: [11, 12],
    })
    expect(status.hosts).to.deep.include({hostname: 'd111.cloudfront.net', region: null, port: 1000})
  })

  it('reads roles from the live global cluster, and the map from whichever region has it', async () => {
    await deploy('us-east-2')
    writer = 'us-east-2'
    const {regions} = await labStatus(lab.lab)
    expect(regions.map(({role}) => role)).to.deep.equal(['standby', 'primary'])
    lab.lab.hosts.unregister('d111.cloudfront.net')
    expect(await labStatus(lab.lab)).to.have.property('edgeUrl', undefined)
  })

  it('reads a map of version 1 as well', async () => {
    await deploy('us-east-1', MAP_1)
    const {regions} = await labStatus(lab.lab)
    expect(regions.map(({apiUrl}) => apiUrl)).to.deep.equal([
      'http://127.0.0.1:1001/prod',
      'http://127.0.0.1:1002/prod',
    ])
  })

  it('tells where the DNS and the git host answer', async () => {
    const {dns, gitUrl} = await labStatus(lab.lab)
    expect(gitUrl).to.equal(lab.lab.endpoint.replace('//', '//lab@') + '/_git/')
    expect(dns).to.deep.equal(await lab.lab.service('route53').dns())
    expect(dns).to.include({host: '127.0.0.1'})
  })

  it('says nothing of a deployment where there is none', async () => {
    const {app, edgeUrl, regions} = await labStatus(lab.lab)
    expect({app, edgeUrl, roles: regions.map(({role}) => role)}).to.deep.equal({
      app: undefined,
      edgeUrl: undefined,
      roles: ['none', 'none'],
    })
  })
})
