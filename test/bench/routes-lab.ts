/** Every route that todo-dr.yaml can name, each with what it takes on a lab: a name, health checks, a cluster, a distribution, a program. */

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
import {fileURLToPath} from 'node:url'
import type {RouteSettings} from '../../src/model/deployment.js'
import {nameApi} from '../support/api-names.js'
import {labKeys} from '../support/lab.js'
import type {LabAccess} from '../support/lab.js'
import {makeControls} from '../support/routing-controls.js'

/** Of the sample. */
export const HOME = 'us-east-1'
const AWAY = 'us-east-2'

const ZONE = 'example.com'
const FAILOVER = `failover.${ZONE}`
const WEIGHTED = `weighted.${ZONE}`
const CONTROLLED = `controlled.${ZONE}`
/** That of the template's records. */
const TTL = 30

const KEY_PROGRAM = fileURLToPath(new URL('key-program.mjs', import.meta.url))

export interface LabWithHosts extends LabAccess {
  hosts: {hostname: string; region: string | null}[]
}

/** As todo-dr.yaml has it. */
export interface RouteEntry {
  kind: string
  url?: string
  [setting: string]: unknown
}

export interface BenchedRoute {
  /** In the table. */
  name: string
  entry: RouteEntry
  /** It cannot be steered while us-east-1, with the control planes in it, is lost. */
  needsHome: boolean
}

/** `deployed`: the route of the template. */
export async function routesOn(lab: LabWithHosts, deployed: RouteSettings): Promise<BenchedRoute[]> {
  const {kind, storeArn, key} = deployed as RouteSettings & {storeArn: string; key: string}
  const program = [process.execPath, KEY_PROGRAM, new URL(lab.endpoint).port, lab.credentialsFile, storeArn, key]
  return [
    {name: `\`${kind}\``, entry: {kind: 'deployed'}, needsHome: false},
    ...(await namesOn(lab)),
    {name: '`origin`', entry: await originOn(lab), needsHome: true},
    {
      name: '`command`, which sets the key of the KeyValueStore',
      entry: {kind: 'command', command: program},
      needsHome: false,
    },
  ]
}

const settingsOf = (lab: LabWithHosts) => ({endpoint: lab.endpoint, credentials: labKeys(lab)})

/** Three names that lead to the APIs: by a health check, by the weights of records, and by routing controls. */
async function namesOn(lab: LabWithHosts): Promise<BenchedRoute[]> {
  const settings = settingsOf(lab)
  const route53 = new Route53Client({region: HOME, ...settings})
  try {
    const created = await route53.send(new CreateHostedZoneCommand({Name: ZONE, CallerReference: 'bench'}))
    const hostedZoneId = created.HostedZone!.Id!.replace('/hostedzone/', '')
    const hosts: Record<string, Record<string, string>> = {[FAILOVER]: {}, [WEIGHTED]: {}, [CONTROLLED]: {}}
    const names = Object.keys(hosts)
    for (const region of [HOME, AWAY]) {
      const made = await nameApi({region, ...settings}, apiIn(lab, region).split('.')[0]!, names, hostedZoneId)
      for (const name of names) hosts[name]![region] = made[name]!
    }

    const HealthCheckId = await healthCheckOn(lab, route53)
    const {controls, endpoints} = await makeControls(settings, [HOME, AWAY])
    const ofControl = async (region: string): Promise<string> => {
      const config = {Type: 'RECOVERY_CONTROL' as const, RoutingControlArn: controls[region]}
      const command = new CreateHealthCheckCommand({CallerReference: region, HealthCheckConfig: config})
      return (await route53.send(command)).HealthCheck!.Id!
    }

    const record = (Name: string, region: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
      Name,
      Type: 'CNAME',
      TTL,
      ResourceRecords: [{Value: hosts[Name]![region]!}],
      SetIdentifier: region,
      ...more,
    })
    const records = [
      record(FAILOVER, HOME, {Failover: 'PRIMARY', HealthCheckId}),
      record(FAILOVER, AWAY, {Failover: 'SECONDARY'}),
      record(WEIGHTED, HOME, {Weight: 1}),
      record(WEIGHTED, AWAY, {Weight: 0}),
      record(CONTROLLED, HOME, {Failover: 'PRIMARY', HealthCheckId: await ofControl(HOME)}),
      record(CONTROLLED, AWAY, {Failover: 'SECONDARY', HealthCheckId: await ofControl(AWAY)}),
    ]
    const Changes = records.map((ResourceRecordSet) => ({Action: 'CREATE' as const, ResourceRecordSet}))
    await route53.send(new ChangeResourceRecordSetsCommand({HostedZoneId: hostedZoneId, ChangeBatch: {Changes}}))
    const named = (name: string, via: string, more: object = {}): RouteEntry => ({
      kind: 'route53',
      url: `https://${name}`,
      hostedZoneId,
      name,
      domains: hosts[name],
      via,
      ...more,
    })
    return [
      {name: '`route53`', entry: named(FAILOVER, 'data-plane'), needsHome: false},
      {name: '`route53`, `via: control-plane`', entry: named(WEIGHTED, 'control-plane'), needsHome: true},
      {
        name: '`route53`, `via: routing-controls`',
        entry: named(CONTROLLED, 'routing-controls', {routingControls: controls, clusterEndpoints: endpoints}),
        needsHome: false,
      },
    ]
  } finally {
    route53.destroy()
  }
}

/** Of the id that is returned: it follows the metric that a steer puts, by an alarm in the away region. */
async function healthCheckOn(lab: LabWithHosts, route53: Route53Client): Promise<string> {
  const cloudwatch = new CloudWatchClient({region: AWAY, ...settingsOf(lab)})
  const AlarmName = 'away-serves'
  try {
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
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
  } finally {
    cloudwatch.destroy()
  }

  const {HealthCheck} = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: 'bench',
      HealthCheckConfig: {
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: {Region: AWAY as CloudWatchRegion, Name: AlarmName},
        InsufficientDataHealthStatus: 'LastKnownStatus',
      },
    }),
  )
  return HealthCheck!.Id!
}

const apiIn = ({hosts}: LabWithHosts, region: string): string =>
  hosts.find((one) => one.region === region && one.hostname.includes('.execute-api.'))!.hostname

/** A second distribution as the template's, but that no function chooses an origin for. */
async function originOn(lab: LabWithHosts): Promise<RouteEntry> {
  const client = new CloudFrontClient({region: HOME, ...settingsOf(lab)})
  try {
    const {DistributionList} = await client.send(new ListDistributionsCommand({}))
    const {Id} = DistributionList!.Items![0]!
    const {DistributionConfig: config} = await client.send(new GetDistributionConfigCommand({Id}))
    const DistributionConfig = {
      ...config!,
      CallerReference: 'bench',
      DefaultCacheBehavior: {...config!.DefaultCacheBehavior!, FunctionAssociations: {Quantity: 0}},
    }
    const {Distribution} = await client.send(new CreateDistributionCommand({DistributionConfig}))
    return {kind: 'origin', distributionId: Distribution!.Id!, url: `https://${Distribution!.DomainName!}`}
  } finally {
    client.destroy()
  }
}
