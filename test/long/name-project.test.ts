/** A project whose clients use a name of their own, on a lab: deployed, switched there and back, looked over, and taken down. */

import {CloudFormationClient, DescribeStackResourceCommand} from '@aws-sdk/client-cloudformation'
import {DescribeAlarmsCommand, CloudWatchClient} from '@aws-sdk/client-cloudwatch'
import {GetDomainNamesCommand, APIGatewayClient} from '@aws-sdk/client-api-gateway'
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {HealthResult} from '../../src/actions/health/result.js'
import type {PipelineLogsResult} from '../../src/actions/pipeline/result.js'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {askCname} from '../../src/adapters/dns/query.js'
import {Deploying, stackOf} from '../support/deploying.js'
import {whatStands} from '../support/what-stands.js'

const HOME = 'us-east-1'
const AWAY = 'us-west-2'
const DOMAIN = 'api.eu.example.com'

describe('a project with the route route53', function () {
  this.timeout(480_000)
  const deploying = new Deploying({route: 'route53', domain: DOMAIN, pipeline: 'failover'})
  const {sandbox, project} = deploying
  let route53: Route53Client
  let cloudFormation: CloudFormationClient
  let HostedZoneId: string

  const json = <T>(args: string[], code = 0): Promise<T> => sandbox.json<T>(args, code, {cwd: project.folder})
  const records = async () =>
    (await route53.send(new ListResourceRecordSetsCommand({HostedZoneId}))).ResourceRecordSets!
  const leadsTo = async (): Promise<string> => {
    const {dns} = (await deploying.lab()) as unknown as {dns: {host: string; port: number}}
    return (await askCname(dns, DOMAIN)).target ?? ''
  }
  /** Through CloudFront, which asks the name. */
  const servedByEdge = async (): Promise<unknown> => {
    const status = ['lab', 'status', '--target', 'lab:deploying']
    const {hosts} = await json<{hosts: {hostname: string; port: number}[]}>(status)
    const {hostname, port} = hosts.find((one) => one.hostname.endsWith('.cloudfront.net'))!
    const {token} = await json<{token: string}>(['token'])
    const answer = await fetch(`http://127.0.0.1:${port}/v1?limit=1`, {headers: {host: hostname, authorization: token}})
    return answer.status
  }

  /** With another key in config.json. */
  const refused = async (change: object): Promise<string> => {
    const file = join(project.infra, 'config.json')
    const config = readFileSync(file, 'utf8')
    writeFileSync(file, JSON.stringify({...JSON.parse(config), ...change}))
    const {stderr} = await deploying.run([], 2)
    writeFileSync(file, config)
    return stderr
  }

  const put = (zone: string, record: ResourceRecordSet): Promise<unknown> =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: {Changes: [{Action: 'CREATE', ResourceRecordSet: record}]},
      }),
    )
  /** Of the certificate at home, as CloudFormation calls it. */
  const certificate = async (): Promise<string | undefined> => {
    const input = {StackName: `Demo-name-${HOME}`, LogicalResourceId: 'Certificate'}
    const found = await cloudFormation.send(new DescribeStackResourceCommand(input)).catch(() => undefined)
    return found?.StackResourceDetail?.ResourceStatus
  }

  after(async () => {
    route53?.destroy()
    cloudFormation?.destroy()
    await deploying.end()
  })

  it('is refused before anything is changed where its zone is not there', async () => {
    expect(await refused({hostedZone: 'example.net'})).to.contain('the hosted zone')
    route53 = await deploying.client(Route53Client)
    cloudFormation = await deploying.client(CloudFormationClient, HOME)
  })

  it('says what to do while nobody leads to its zone, so that no certificate is issued, and continues when somebody does', async () => {
    const input = {Name: 'example.com', CallerReference: 'above'}
    const above = (await route53.send(new CreateHostedZoneCommand(input))).HostedZone!.Id!
    const first = sandbox.start(['deploy'], {cwd: project.folder})
    const ended = once(first, 'close')
    let said = ''
    first.stderr!.on('data', (chunk: Buffer) => (said += chunk))
    while ((await certificate()) === undefined) {
      if (first.exitCode !== null) throw new Error(`it ended with ${first.exitCode}: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }

    first.kill('SIGINT')
    expect((await ended)[0], said).to.equal(4)
    expect(said).to.contain('the public DNS does not name the hosted zone').and.contain('continues it')
    expect(said).to.contain(`CloudFormation continues with`).and.contain(`Demo-name-${HOME}`)
    expect(await certificate()).to.equal('CREATE_IN_PROGRESS')
    // What is synthesized does not change any more.
    project.freeze()
    const {HostedZones} = await route53.send(new ListHostedZonesCommand({}))
    HostedZoneId = HostedZones!.find(({Name}) => Name === 'eu.example.com.')!.Id!
    const {DelegationSet} = await route53.send(new GetHostedZoneCommand({Id: HostedZoneId}))
    const servers = DelegationSet!.NameServers!
    for (const server of servers) expect(said).to.contain(server)
    const ResourceRecords = servers.map((Value) => ({Value}))
    await put(above, {Name: 'eu.example.com', Type: 'NS', TTL: 60, ResourceRecords})
    const result = await deploying.json()
    expect(result).to.include({status: 'deployed', failure: null})
    expect(stackOf(result, `Demo-name-${AWAY}`).status).to.equal('created')
  })

  it('leads its name to home, and every command takes it', async () => {
    await sandbox.expect(0, ['seed'], {cwd: project.folder})
    expect(await json<object>(['status'])).to.include({situation: 'Healthy', primary: HOME, edge: HOME})
    expect(await leadsTo()).to.contain(`.execute-api.${HOME}.`)
    expect(await servedByEdge()).to.equal(200)
    const {findings} = await json<HealthResult>(['health'])
    for (const check of ['route', 'edge', 'distribution', 'alarms'])
      expect(
        findings.filter((one) => one.check === check).map(({level}) => level),
        check,
      ).to.not.include('problem')
  })

  /** By a build, which asks the lab's name server as a command on this machine does. */
  async function switchByPipeline(): Promise<void> {
    await json(['pipeline', 'start', 'switchover'])
    await json(['pipeline', 'approve', '--comment', 'drill', '--confirm', 'Demo'])
    const {status, lines} = await json<PipelineLogsResult>(['pipeline', 'logs', '--follow'])
    expect(status, lines.join('\n')).to.equal('Succeeded')
  }

  it('is switched there by a pipeline and back by a command, without a change of a record', async () => {
    const before = await records()
    for (const region of [AWAY, HOME]) {
      if (region === AWAY) await switchByPipeline()
      else await sandbox.expect(0, ['switchover', '--yes'], {cwd: project.folder})
      expect(await json<object>(['status'])).to.include({situation: 'Healthy', primary: region, edge: region})
      expect(await leadsTo()).to.contain(`.execute-api.${region}.`)
    }

    expect(await records()).to.deep.equal(before)
    expect((await deploying.json()).status).to.equal('unchanged')
  })

  it('is refused before anything is changed where the name is taken', async () => {
    const domain = 'www.eu.example.com'
    await put(HostedZoneId, {Name: domain, Type: 'A', TTL: 60, ResourceRecords: [{Value: '192.0.2.1'}]})
    expect(await refused({domain})).to.contain(`${domain} has records already: A`)
  })

  it('is taken down, and nothing of the name is left', async () => {
    const result = await json<TeardownResult>(['teardown', '--confirm', 'Demo'])
    expect(result.remaining).to.deep.equal([])
    const left = (await records()).map(({Name, Type}) => `${Name!.replace(/^_[\da-f]+/, '_')} ${Type}`)
    // CloudFormation leaves what proves the name to ACM.
    expect(left).to.deep.equal([
      'eu.example.com. NS',
      'eu.example.com. SOA',
      `_.${DOMAIN}. CNAME`,
      'www.eu.example.com. A',
    ])
    expect((await route53.send(new ListHealthChecksCommand({}))).HealthChecks).to.deep.equal([])
    for (const region of [HOME, AWAY]) {
      const gateway = await deploying.client(APIGatewayClient, region)
      expect((await gateway.send(new GetDomainNamesCommand({}))).items).to.deep.equal([])
      const cloudwatch = await deploying.client(CloudWatchClient, region)
      const {MetricAlarms} = await cloudwatch.send(new DescribeAlarmsCommand({}))
      expect(MetricAlarms).to.deep.equal([])
    }
    const stands = await whatStands(await deploying.lab(), [HOME, AWAY])
    expect(stands.filter((one) => !one.includes(':hostedzone/'))).to.deep.equal([])
  })
})
