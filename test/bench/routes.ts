/**
 * How long clients cannot write, and cannot read, by each route, side by side: when the database of us-east-1 is lost, where the control planes
 * of AWS answer; when us-east-1 is lost with them; and when the database is lost and the first route of a list is broken. Each figure is of
 * one drill on a paced lab, whose delays are shorter than those of AWS: they compare the routes, and say nothing of AWS. Prints a table.
 */

import {
  CloudFrontClient,
  CreateDistributionCommand,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront'
import {CloudWatchClient, PutMetricAlarmCommand} from '@aws-sdk/client-cloudwatch'
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type {CloudWatchRegion, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {runDrill} from '../../src/actions/drill/run.js'
import type {ScenarioName} from '../../src/actions/drill/scenarios.js'
import {Session} from '../../src/open/session.js'
import {duration} from '../../src/report/format.js'
import type {MeasuredRecovery} from '../../src/measure/checkers/recovery.js'
import {nameApi} from '../support/api-names.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

/** Of the sample. */
const HOME = 'us-east-1'
const AWAY = 'us-east-2'

interface Lab extends LabStatus {
  hosts: {hostname: string; region: string | null}[]
}

const ZONE = 'example.com'
const FAILOVER = `failover.${ZONE}`
const WEIGHTED = `weighted.${ZONE}`
/** That of the template's records. */
const TTL = 30
/** Writes a second, and as many reads. */
const RATE = 20

/** What a row of the table is, and its route; the deployment's own where undefined. */
type Routes = Record<string, {kind: string; url?: string; [setting: string]: unknown}>

export async function benchRoutes({print}: {print(name: string, text: string): void}): Promise<void> {
  const row = (...columns: string[]): string => `| ${columns.join(' | ')} |`
  const head = ['route', 'control planes answer', 'lost with the region', 'second, as the first is broken']
  const lines = [row(...head), row(...head.map(() => '---'))]
  await onLab(async (bench) => {
    for (const [name, route] of Object.entries(bench.routes)) {
      const cells = [
        await drilled(bench, 'database-crash', [route]),
        await drilled(bench, 'region-loss', [route]),
        await drilled(bench, 'database-crash', [bench.broken(route), route]),
      ]
      print(name, cells.join('; '))
      lines.push(row(name, ...cells))
    }
  })
  console.log(lines.join('\n'))
}

interface Bench {
  sandbox: Sandbox
  target: string
  routes: Routes
  /** A route of the same clients that fails at once. */
  broken(beside: Routes[string]): Routes[string]
}

async function onLab(act: (bench: Bench) => Promise<void>): Promise<void> {
  const sandbox = new Sandbox()
  const target = `lab:routes-${process.pid}`
  const at = ['--target', target]
  try {
    await sandbox.expect(0, ['lab', 'start', '--pace', 'paced', ...at])
    await sandbox.expect(0, ['seed', ...at])
    Object.assign(process.env, {XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME})
    const lab = await sandbox.json<Lab>(['lab', 'status', ...at])
    const program = join(sandbox.folder, 'broken.sh')
    writeFileSync(program, `if [ "$1" = serving ]; then echo ${HOME}; else echo "it is broken" >&2; exit 2; fi\n`)
    const broken = ({url}: Routes[string]) => ({
      kind: 'command',
      command: ['sh', program],
      ...(url !== undefined && {url}),
    })
    await act({sandbox, target, broken, routes: await routesOn(lab)})
  } finally {
    await sandbox.run(['lab', 'stop', ...at])
    sandbox.remove()
  }
}

async function drilled({sandbox, target}: Bench, scenario: ScenarioName, route: object[]): Promise<string> {
  writeFileSync(join(sandbox.folder, 'todo-dr.yaml'), JSON.stringify({defaultTarget: target, lab: {route}}))
  const session = new Session({target, folder: sandbox.folder, emit() {}})
  try {
    const [world, lab, runs] = await Promise.all([session.world(), session.lab(), session.mirroredRuns()])
    const {result, outcome} = await runDrill({
      target,
      world,
      lab: lab!,
      runs,
      objectives: {rtoSeconds: 900, rpoSeconds: 5},
      maxLagSeconds: 5,
      scenario,
      lagMs: 0,
      ratePerSecond: RATE,
      seed: 1,
      failback: true,
      stage: (_id, _title, work) => work(),
      emit() {},
      signal: new AbortController().signal,
    })
    if (outcome.status === 'stopped') await goHome(sandbox)
    const {write, read} = result.rto
    return `writes ${shown(write)}, reads ${shown(read)}`
  } finally {
    await session.close()
  }
}

/** The region is back, and what could not be steered now can. */
async function goHome(sandbox: Sandbox): Promise<void> {
  await sandbox.expect(0, ['resume'])
  await sandbox.expect(0, ['failback', '--yes'])
}

const shown = ({seconds, recovered}: MeasuredRecovery): string =>
  !recovered ? 'not until us-east-1 is back' : seconds === null ? 'no outage' : duration(seconds)

async function routesOn(lab: Lab): Promise<Routes> {
  const settings = {endpoint: lab.endpoint, credentials: labKeys(lab)}
  const route53 = new Route53Client({region: 'us-east-1', ...settings})
  const cloudwatch = new CloudWatchClient({region: AWAY, ...settings})
  const cloudfront = new CloudFrontClient({region: 'us-east-1', ...settings})
  try {
    const created = await route53.send(new CreateHostedZoneCommand({Name: ZONE, CallerReference: 'bench'}))
    const hostedZoneId = created.HostedZone!.Id!.replace('/hostedzone/', '')
    const hosts: Record<string, Record<string, string>> = {[FAILOVER]: {}, [WEIGHTED]: {}}
    for (const region of [HOME, AWAY]) {
      const made = await nameApi(
        {region, ...settings},
        apiIn(lab, region).split('.')[0]!,
        Object.keys(hosts),
        hostedZoneId,
      )
      for (const name of Object.keys(hosts)) hosts[name]![region] = made[name]!
    }

    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'away-serves',
        Namespace: 'todo-dr',
        MetricName: 'AwayServes',
        Dimensions: [{Name: 'Route', Value: FAILOVER}],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    )
    const {HealthCheck} = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'bench',
        HealthCheckConfig: {
          Type: 'CLOUDWATCH_METRIC',
          AlarmIdentifier: {Region: AWAY as CloudWatchRegion, Name: 'away-serves'},
          InsufficientDataHealthStatus: 'LastKnownStatus',
        },
      }),
    )
    const record = (Name: string, region: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
      Name,
      Type: 'CNAME',
      TTL,
      ResourceRecords: [{Value: hosts[Name]![region]!}],
      SetIdentifier: region,
      ...more,
    })
    const records = [
      record(FAILOVER, HOME, {Failover: 'PRIMARY', HealthCheckId: HealthCheck!.Id}),
      record(FAILOVER, AWAY, {Failover: 'SECONDARY'}),
      record(WEIGHTED, HOME, {Weight: 1}),
      record(WEIGHTED, AWAY, {Weight: 0}),
    ]
    const Changes = records.map((ResourceRecordSet) => ({Action: 'CREATE' as const, ResourceRecordSet}))
    await route53.send(new ChangeResourceRecordSetsCommand({HostedZoneId: hostedZoneId, ChangeBatch: {Changes}}))
    const named = (name: string, via: string) => ({
      kind: 'route53',
      url: `https://${name}`,
      hostedZoneId,
      name,
      domains: hosts[name],
      via,
    })
    const distribution = await withoutFunction(cloudfront)
    return {
      '`keyvaluestore`': {kind: 'deployed'},
      '`route53`': named(FAILOVER, 'data-plane'),
      '`route53`, `via: control-plane`': named(WEIGHTED, 'control-plane'),
      '`origin`': {kind: 'origin', distributionId: distribution.id, url: `https://${distribution.host}`},
    }
  } finally {
    for (const client of [route53, cloudwatch, cloudfront]) client.destroy()
  }
}

const apiIn = ({hosts}: Lab, region: string): string =>
  hosts.find((one) => one.region === region && one.hostname.includes('.execute-api.'))!.hostname

/** A second distribution as the template's, but that no function chooses an origin for. */
async function withoutFunction(client: CloudFrontClient): Promise<{id: string; host: string}> {
  const {DistributionList} = await client.send(new ListDistributionsCommand({}))
  const {Id} = DistributionList!.Items![0]!
  const {DistributionConfig: config} = await client.send(new GetDistributionConfigCommand({Id}))
  const DistributionConfig = {
    ...config!,
    CallerReference: 'bench',
    DefaultCacheBehavior: {...config!.DefaultCacheBehavior!, FunctionAssociations: {Quantity: 0}},
  }
  const {Distribution} = await client.send(new CreateDistributionCommand({DistributionConfig}))
  return {id: Distribution!.Id!, host: Distribution!.DomainName!}
}
