/** A project whose clients use a name of their own, on a lab: deployed, switched there and back, looked over, and taken down. */

import {DescribeAlarmsCommand, CloudWatchClient} from '@aws-sdk/client-cloudwatch'
import {GetDomainNamesCommand, APIGatewayClient} from '@aws-sdk/client-api-gateway'
import {
  ChangeResourceRecordSetsCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {HealthResult} from '../../src/actions/health/result.js'
import type {PipelineLogsResult} from '../../src/actions/pipeline/result.js'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {askCname} from '../../src/adapters/dns/query.js'
import {Deploying, stackOf} from '../support/deploying.js'

const HOME = 'us-east-1'
const AWAY = 'us-west-2'
const DOMAIN = 'api.example.com'

describe('a project with the route route53', function () {
  this.timeout(300_000)
  const deploying = new Deploying({route: 'route53', domain: DOMAIN, pipeline: 'failover'})
  const {sandbox, project} = deploying
  let route53: Route53Client
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
    const {hosts} = (await deploying.lab()) as unknown as {hosts: {hostname: string; port: number}[]}
    const {hostname, port} = hosts.find((one) => one.hostname.endsWith('.cloudfront.net'))!
    const {token} = await json<{token: string}>(['token'])
    const answer = await fetch(`http://127.0.0.1:${port}/v1?limit=1`, {headers: {host: hostname, authorization: token}})
    return answer.status
  }

  after(async () => {
    route53?.destroy()
    await deploying.end()
  })

  it('is deployed: its name leads to home, and every command takes it', async () => {
    const result = await deploying.json()
    expect(result).to.include({status: 'deployed', failure: null})
    for (const region of [HOME, AWAY]) expect(stackOf(result, `Demo-name-${region}`).status).to.equal('created')
    route53 = await deploying.client(Route53Client)
    const {HostedZones} = await route53.send(new ListHostedZonesCommand({}))
    expect(HostedZones!.map(({Name}) => Name)).to.deep.equal(['example.com.'])
    HostedZoneId = HostedZones![0]!.Id!
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

  it('is refused before anything is changed where the name is taken, or its zone is not there', async () => {
    const taken = {Name: 'www.example.com', Type: 'A' as const, TTL: 60, ResourceRecords: [{Value: '192.0.2.1'}]}
    const Changes = [{Action: 'CREATE' as const, ResourceRecordSet: taken}]
    await route53.send(new ChangeResourceRecordSetsCommand({HostedZoneId, ChangeBatch: {Changes}}))
    const file = join(project.infra, 'config.json')
    const config = readFileSync(file, 'utf8')
    for (const [change, said] of [
      [{domain: 'www.example.com'}, 'www.example.com has records already: A'],
      [{hostedZone: 'example.net'}, 'the hosted zone'],
    ] as const) {
      writeFileSync(file, JSON.stringify({...JSON.parse(config), ...change}))
      expect((await deploying.run([], 2)).stderr).to.contain(said)
    }

    writeFileSync(file, config)
  })

  it('is taken down, and nothing of the name is left', async () => {
    const result = await json<TeardownResult>(['teardown', '--confirm', 'Demo'])
    expect(result.remaining).to.deep.equal([])
    const left = (await records()).map(({Name, Type}) => `${Name!.replace(/^_[\da-f]+/, '_')} ${Type}`)
    // CloudFormation leaves what proves the name to ACM.
    expect(left).to.deep.equal(['example.com. NS', 'example.com. SOA', `_.${DOMAIN}. CNAME`, 'www.example.com. A'])
    expect((await route53.send(new ListHealthChecksCommand({}))).HealthChecks).to.deep.equal([])
    for (const region of [HOME, AWAY]) {
      const gateway = await deploying.client(APIGatewayClient, region)
      expect((await gateway.send(new GetDomainNamesCommand({}))).items).to.deep.equal([])
      const cloudwatch = await deploying.client(CloudWatchClient, region)
      const {MetricAlarms} = await cloudwatch.send(new DescribeAlarmsCommand({}))
      expect(MetricAlarms).to.deep.equal([])
    }
  })
})
