/** The lab's Route 53 and its DNS, asked by programs that were written elsewhere. */

import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetHealthCheckStatusCommand,
  Route53Client,
  UpdateHealthCheckCommand,
  type HealthCheckConfig,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import {awsCli, needsAwsCli} from '../../../../test/support/aws-cli.js'
import {dig, needsDig} from '../../../../test/support/dig.js'
import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {sendJson} from '../../../src/data-plane/http.js'
import {eventually} from '../../support/lab-data-plane.js'
import {testLab, type TestLab} from '../../wire/support.js'

const NAME = 'api.example.com'
const [HOME, AWAY] = ['h', 'a'].map((id) => `d-${id}.execute-api.us-east-${id === 'h' ? 1 : 2}.amazonaws.com`) as [
  string,
  string,
]
const TTL = 5

describe('Route 53 and its DNS', () => {
  let test: TestLab
  let client: Route53Client
  let server: {host: string; port: number}
  let HostedZoneId: string

  beforeEach(async () => {
    test = await testLab(
      (lab) => new CloudWatchService(lab),
      (lab) => new Route53Service(lab),
    )
    client = new Route53Client(test.client('us-east-1'))
    server = await test.lab.service('route53').dns()
    const {HostedZone} = await client.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'r'}))
    HostedZoneId = HostedZone!.Id!
  })

  afterEach(async () => {
    client.destroy()
    await test.close()
  })

  const change = (...records: ResourceRecordSet[]) =>
    client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: {Changes: records.map((one) => ({Action: 'UPSERT', ResourceRecordSet: one}))},
      }),
    )
  const check = async (HealthCheckConfig: HealthCheckConfig): Promise<string> => {
    const CallerReference = String(Math.random())
    return (await client.send(new CreateHealthCheckCommand({CallerReference, HealthCheckConfig}))).HealthCheck!.Id!
  }

  const failover = (HealthCheckId: string): ResourceRecordSet[] => [
    cname(HOME, {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId}),
    cname(AWAY, {SetIdentifier: 'away', Failover: 'SECONDARY'}),
  ]
  const cname = (value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name: NAME,
    Type: 'CNAME',
    TTL,
    ResourceRecords: [{Value: value}],
    ...more,
  })
  const answered = async (): Promise<string> => (await dig(server, '+short', NAME, 'CNAME')).join(',')
  const answers = (what: string, value: string): Promise<void> =>
    eventually(what, async () => (await answered()) === `${value}.`, TTL * 1000)

  it('show their records to the AWS CLI', async function () {
    needsAwsCli(this)
    await change(cname(HOME))
    const {ResourceRecordSets} = await awsCli<{ResourceRecordSets: ResourceRecordSet[]}>(
      test.lab,
      'us-east-1',
      'route53',
      'list-resource-record-sets',
      '--hosted-zone-id',
      HostedZoneId,
    )
    expect(ResourceRecordSets.map(({Name, Type}) => `${Name} ${Type}`)).to.deep.equal([
      'example.com. NS',
      'example.com. SOA',
      `${NAME}. CNAME`,
    ])
    expect(ResourceRecordSets[2]).to.deep.equal({...cname(HOME), Name: `${NAME}.`})
  })

  it('answer dig: over UDP and TCP, with the time to live, NXDOMAIN and REFUSED', async function () {
    needsDig(this)
    await change(cname(HOME), {
      Name: 'many.example.com',
      Type: 'A',
      TTL: 60,
      ResourceRecords: Array.from({length: 50}, (_, index) => ({Value: `192.0.2.${index}`})),
    })
    expect(await dig(server, '+noall', '+answer', NAME, 'CNAME')).to.deep.equal([
      `${NAME}.\t${TTL}\tIN\tCNAME\t${HOME}.`,
    ])
    expect(await dig(server, '+short', '+tcp', NAME, 'CNAME')).to.deep.equal([`${HOME}.`])
    const truncated = await dig(server, '+noedns', '+ignore', 'many.example.com')
    expect(truncated.join('\n')).to.match(/flags: qr aa tc rd/)
    expect(await dig(server, '+short', '+noedns', 'many.example.com')).to.have.length(50)
    const status = async (name: string) => /status: (\w+)/.exec((await dig(server, name)).join('\n'))?.[1]
    expect(await status('nobody.example.com')).to.equal('NXDOMAIN')
    expect(await status('example.org')).to.equal('REFUSED')
    expect((await dig(server, '+noall', '+authority', 'nobody.example.com')).join(',')).to.match(
      /^example\.com\.\t+900\tIN\tSOA\t/,
    )
  })

  it('switch to the secondary within the time to live when the endpoint of the primary fails, and back', async function () {
    needsDig(this)
    let status = 200
    const listener = await test.lab.ports.http('us-east-1', HOME, (_, response) => sendJson(response, status, {}))
    test.lab.hosts.register(HOME, 'us-east-1', listener.port)
    await change(
      ...failover(
        await check({Type: 'HTTPS', FullyQualifiedDomainName: HOME, RequestInterval: 10, FailureThreshold: 2}),
      ),
    )
    await answers('the primary at first', HOME)
    status = 503
    await answers('the secondary, as the endpoint fails', AWAY)
    status = 200
    await answers('the primary again', HOME)
    await test.lab.faults.start({kind: 'region-loss', region: 'us-east-1'})
    await answers('the secondary, with the control plane lost', AWAY)
  })

  describe('with a health check of a metric', () => {
    let cloudwatch: CloudWatchClient

    beforeEach(async () => {
      cloudwatch = new CloudWatchClient(test.client('us-east-2'))
      await cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName: 'failover',
          Namespace: 'App',
          MetricName: 'Failover',
          Statistic: 'Maximum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        }),
      )
    })

    afterEach(() => cloudwatch.destroy())

    const put = (Value: number) =>
      cloudwatch.send(new PutMetricDataCommand({Namespace: 'App', MetricData: [{MetricName: 'Failover', Value}]}))
    const alarmed = (InsufficientDataHealthStatus: HealthCheckConfig['InsufficientDataHealthStatus']) =>
      check({
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: {Name: 'failover', Region: 'us-east-2'},
        InsufficientDataHealthStatus,
      })

    it('switch by its data with us-east-1 lost, whatever the state of the alarm', async function () {
      needsDig(this)
      await change(...failover(await alarmed('LastKnownStatus')))
      await cloudwatch.send(
        new SetAlarmStateCommand({AlarmName: 'failover', StateValue: 'ALARM', StateReason: 'by hand'}),
      )
      await put(0)
      await answers('the primary', HOME)
      await test.lab.faults.start({kind: 'region-loss', region: 'us-east-1'})
      await put(1)
      await answers('the secondary', AWAY)
      await eventually('the primary after the last value of the old kind has passed', async () => {
        await put(0)
        return (await answered()) === `${HOME}.`
      })
    })

    it('go by its setting while the region of the alarm is lost', async function () {
      needsDig(this)
      const HealthCheckId = await alarmed('Unhealthy')
      await change(...failover(HealthCheckId))
      await answers('the secondary, without data', AWAY)
      await put(0)
      await answers('the primary', HOME)
      await test.lab.faults.start({kind: 'region-loss', region: 'us-east-2'})
      await answers('the secondary, with the region lost', AWAY)
      const {HealthCheckObservations} = await client.send(new GetHealthCheckStatusCommand({HealthCheckId}))
      expect(HealthCheckObservations![0]!.StatusReport!.Status).to.equal('Insufficient data: Unhealthy')
      await client.send(new UpdateHealthCheckCommand({HealthCheckId, Inverted: true}))
      await answers('the primary, inverted', HOME)
    })
  })
})
