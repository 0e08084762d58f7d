/** Clients are sent by a name in Route 53: real records, a real name server, and a health check that follows a metric. */

import {CloudWatchClient, PutMetricAlarmCommand} from '@aws-sdk/client-cloudwatch'
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  UpdateHostedZoneFeaturesCommand,
} from '@aws-sdk/client-route-53'
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {HealthResult} from '../../src/actions/health/result.js'
import type {StatusResult} from '../../src/actions/status/result.js'
import {askCname} from '../../src/adapters/dns/query.js'
import type {DrillResult} from '../../src/measure/result.js'
import {nameApi} from '../support/api-names.js'
import {Sandbox} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import type {LabAccess} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const NAME = 'api.example.com'
const WEIGHTED = 'weighted.example.com'
const ONE = 'one.example.com'
const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
/** Seconds: what a process has resolved once must not keep it from the next switch's proof. */
const TTL = 2

interface Lab extends LabAccess {
  dns: {host: string; port: number}
  hosts: {hostname: string; region: string | null}[]
}

describe('a name in Route 53', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let lab: Lab
  let route53: Route53Client
  let zone: string
  let check: string
  /** By name and region, the host that API Gateway gives it. */
  const hosts: Record<string, Record<string, string>> = {[NAME]: {}, [WEIGHTED]: {}, [ONE]: {}}

  const configure = (...route: object[]): void =>
    writeFileSync(
      join(sandbox.folder, 'todo-dr.yaml'),
      JSON.stringify({defaultTarget: 'lab', lab: {route: route.length === 1 ? route[0] : route}}),
    )

  const named = (name: string, more: object = {}): object => ({
    kind: 'route53',
    url: `https://${name}`,
    hostedZoneId: zone,
    name,
    domains: hosts[name],
    ...more,
  })

  const dataPlane = (more: object = {}): object => named(NAME, more)

  const controlPlane = (name: string): object => named(name, {via: 'control-plane'})

  const status = (code = 0): Promise<StatusResult> => sandbox.json<StatusResult>(['status'], code)

  const leadsTo = async (name = NAME): Promise<string | undefined> => (await askCname(lab.dns, name)).target

  const cname = (name: string, region: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name: name,
    Type: 'CNAME',
    TTL,
    ResourceRecords: [{Value: hosts[name]![region]!}],
    ...more,
  })

  const put = async (...records: ResourceRecordSet[]): Promise<void> => {
    const Changes = records.map((record) => ({Action: 'UPSERT' as const, ResourceRecordSet: record}))
    await route53.send(new ChangeResourceRecordSetsCommand({HostedZoneId: zone, ChangeBatch: {Changes}}))
  }

  const records = async (): Promise<ResourceRecordSet[]> =>
    (await route53.send(new ListResourceRecordSetsCommand({HostedZoneId: zone}))).ResourceRecordSets!

  const pair = (more: Partial<ResourceRecordSet> = {}): ResourceRecordSet[] => [
    cname(NAME, HOME, {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: check, ...more}),
    cname(NAME, AWAY, {SetIdentifier: 'away', Failover: 'SECONDARY'}),
  ]

  const made = async (Name: string, more: object = {}): Promise<string> => {
    const config = {Type: 'CLOUDWATCH_METRIC' as const, AlarmIdentifier: {Region: AWAY as 'us-east-2', Name}, ...more}
    const input = {CallerReference: JSON.stringify(more).slice(0, 60), HealthCheckConfig: config}
    return (await route53.send(new CreateHealthCheckCommand(input))).HealthCheck!.Id!
  }

  before(async () => {
    await sandbox.seededLab()
    lab = await sandbox.json<Lab>(['lab', 'status'])
    const settings = {endpoint: lab.endpoint, credentials: labKeys(lab)}
    route53 = new Route53Client({region: 'us-east-1', ...settings})
    const {HostedZone} = await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'z'}))
    zone = HostedZone!.Id!.replace('/hostedzone/', '')
    for (const region of [HOME, AWAY]) {
      const {hostname} = lab.hosts.find((one) => one.region === region && one.hostname.includes('.execute-api.'))!
      const named = await nameApi({region, ...settings}, hostname.split('.')[0]!, Object.keys(hosts), zone)
      for (const name of Object.keys(hosts)) hosts[name]![region] = named[name]!
    }

    const cloudwatch = new CloudWatchClient({region: AWAY, ...settings})
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'away-serves',
        Namespace: 'todo-dr',
        MetricName: 'AwayServes',
        Dimensions: [{Name: 'Route', Value: NAME}],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    )
    cloudwatch.destroy()
    check = await made('away-serves', {InsufficientDataHealthStatus: 'LastKnownStatus'})
    await put(
      ...pair(),
      cname(WEIGHTED, HOME, {SetIdentifier: 'home', Weight: 10}),
      cname(WEIGHTED, AWAY, {SetIdentifier: 'away', Weight: 0}),
    )
  })

  after(async () => {
    route53.destroy()
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('data plane: a planned switch moves clients there and back, and touches no record', async () => {
    configure(dataPlane())
    const before = await records()
    const {stderr} = await sandbox.expect(0, ['switchover', '--yes'])
    expect(stderr).to.contain(`the value for ${AWAY} is put`)
    expect(await leadsTo()).to.equal(hosts[NAME]![AWAY])
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
    expect((await sandbox.expect(0, ['crud', 'create', '--task', 'by name'])).stderr).to.contain(AWAY)
    await sandbox.expect(0, ['failback', '--yes'])
    expect(await leadsTo()).to.equal(hosts[NAME]![HOME])
    expect(await status()).to.include({primary: HOME, edge: HOME})
    expect(await records()).to.deep.equal(before)
  })

  it('data plane: health finds nothing wrong with the route, and names what slows it down', async () => {
    // Whatever else there is to say: on a busy machine something may not answer in time.
    const ofRoute = async () => {
      const {stdout} = await sandbox.run(['health', '--json'])
      return (JSON.parse(stdout) as HealthResult).findings.filter((one) => one.check === 'route')
    }

    expect((await ofRoute()).map(({level}) => level)).to.deep.equal(['ok', 'warning'])
    const features = {HostedZoneId: zone, EnableAcceleratedRecovery: true}
    await route53.send(new UpdateHostedZoneFeaturesCommand(features))
    expect((await ofRoute()).map(({level}) => level)).to.deep.equal(['ok'])
    await put(...pair().map((record) => ({...record, TTL: 300})))
    expect((await ofRoute()).map(({level}) => level)).to.deep.equal(['ok', 'warning'])
    await put(...pair())
  })

  it('data plane: a failover follows though home, and the control plane of Route 53 with it, hangs, and a failback brings it home', async () => {
    await callLab(lab, 'POST', 'faults', {kind: 'region-loss', region: HOME, mode: 'hang'})
    try {
      await sandbox.expect(0, ['failover', ...CONSENT])
      expect(await leadsTo()).to.equal(hosts[NAME]![AWAY])
      expect((await sandbox.expect(0, ['crud', 'create', '--task', 'without home'])).stderr).to.contain(AWAY)
    } finally {
      await callLab(lab, 'DELETE', 'faults', {kind: 'region-loss', region: HOME})
    }

    await sandbox.expect(0, ['failback', '--yes'])
    expect(await leadsTo()).to.equal(hosts[NAME]![HOME])
    expect(await status()).to.include({primary: HOME, edge: HOME})
  })

  it('data plane: what is not set up as it must be is named, and nothing is changed', async () => {
    const other = await made('away-serves', {InsufficientDataHealthStatus: 'Healthy'})
    const WRONG: [what: string, () => Promise<void> | void, said: string][] = [
      [
        'a zone that is not ours',
        () => configure(dataPlane({hostedZoneId: 'ZNOTOURS'})),
        'in the hosted zone ZNOTOURS',
      ],
      [
        'another health check than that of todo-dr.yaml',
        () => configure(dataPlane({healthCheckId: '00000000-0000-0000-0000-000000000000'})),
        `its PRIMARY record has the health check ${check}`,
      ],
      [
        'a record that was changed by hand',
        () => put(cname(NAME, AWAY, {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: check})),
        `its PRIMARY record leads to ${hosts[NAME]![AWAY]}, and not to ${HOME}`,
      ],
      [
        'a health check that was deleted',
        async () => {
          const HealthCheckId = await made('away-serves', {Inverted: false})
          await put(...pair({HealthCheckId}))
          await route53.send(new DeleteHealthCheckCommand({HealthCheckId}))
        },
        'there is no health check',
      ],
      ['a health check that forgets', () => put(...pair({HealthCheckId: other})), 'is Healthy without data'],
    ]
    for (const [what, change, said] of WRONG) {
      await change()
      const before = await records()
      const {stderr} = await sandbox.expect(3, ['switchover', '--yes'])
      expect(stderr, what).to.contain(said).and.contain('edge-steerable')
      expect(await records(), what).to.deep.equal(before)
      configure(dataPlane())
      await put(...pair())
    }

    expect(await status()).to.include({primary: HOME, edge: HOME})
  })

  it('control plane: the weights of two records move clients there and back', async () => {
    configure(controlPlane(WEIGHTED))
    for (const region of [AWAY, HOME]) {
      await sandbox.expect(0, ['switchover', '--yes'])
      expect(await leadsTo(WEIGHTED)).to.equal(hosts[WEIGHTED]![region])
      expect(await status()).to.include({primary: region, edge: region})
    }
  })

  it('control plane: the value of one record is changed, and nothing else of it', async () => {
    await put(cname(ONE, HOME))
    configure(controlPlane(ONE))
    await sandbox.expect(0, ['switchover', '--yes'])
    const found = (await records()).find(({Name}) => Name === 'one.example.com.')
    expect(found).to.deep.include({TTL, ResourceRecords: [{Value: hosts[ONE]![AWAY]}]})
    await put(cname(ONE, HOME, {ResourceRecords: [{Value: 'd1.cloudfront.net'}]}))
    const {stderr} = await sandbox.expect(3, ['switchover', '--yes'])
    expect(stderr).to.contain('one.example.com cannot be steered by Route 53').and.contain('CNAME to d1.cloudfront.net')
    await put(cname(ONE, AWAY))
    await sandbox.expect(0, ['switchover', '--yes'])
  })

  it('a list: where the first one cannot be set the second one is, which the output and the journal say', async () => {
    const broken = join(sandbox.folder, 'broken.sh')
    writeFileSync(broken, `if [ "$1" = serving ]; then echo ${HOME}; else echo "the zone is locked" >&2; exit 2; fi\n`)
    const url = `https://${NAME}`
    configure({kind: 'command', command: ['sh', broken], needs: 'our own zone', url}, dataPlane())
    const {stderr} = await sandbox.expect(0, ['switchover', '--yes'])
    const said = 'our own zone cannot be used'
    expect(stderr).to.contain(said).and.contain('the zone is locked')
    const journal = sandbox.left('state').findLast((file) => file.endsWith('journal.ndjson'))!
    expect(readFileSync(join(sandbox.folder, 'state', journal), 'utf8')).to.contain(said)
    expect(await leadsTo()).to.equal(hosts[NAME]![AWAY])
    configure(dataPlane())
    expect(await status()).to.include({primary: AWAY, edge: AWAY})
  })

  it('a measured switch sends its load to the name, and finds it recovered', async () => {
    const measured = await sandbox.json<DrillResult>(['switchover', '--yes', '--measure', '--rate', '10'])
    expect(measured.run.status).to.equal('done')
    expect(measured.rto.write, JSON.stringify(measured.rto)).to.include({met: true})
    // It has not followed by the end of the record.
    expect(measured.rto.late).to.include({keptSeconds: 300, lowerBound: true, recovered: false})
    expect(await status()).to.include({primary: HOME, edge: HOME})
  })
})
