/**
 * A hosted zone of Route 53 with its name server, its health checks and the metric that one of them follows, as they are spoken to. It
 * proves nothing about AWS or the lab.
 */

import type {HealthCheck, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {serveDns} from './dns-server.js'
import type {Said, TestDns} from './dns-server.js'
import {serve} from './server.js'
import type {Asked, Reply, TestServer} from './server.js'

export const ZONE = 'Z1'
export const NAME = 'api.example.com'
export const CHECK = '00000000-0000-0000-0000-000000000001'

type Answered = (asked: Asked, operation: string) => Reply | undefined

export class SimulatedZone {
  records: ResourceRecordSet[] = []
  checks: HealthCheck[] = []
  /** Values of the metric that were put, with where and under which name. */
  readonly put: {region: string; Namespace: string; MetricName: string; Dimensions: object[]; Value: number}[] = []
  /** The names of all calls, in order. */
  readonly calls: string[] = []
  /** So many puts of one value in a row are needed until the health check follows. */
  slowness = 1
  /** So many times is a change PENDING. */
  pending = 1
  /** Of accelerated recovery. */
  recovery = 'ENABLED'
  /** Answers in place of the zone, where it does. */
  before: Answered = () => undefined
  dns!: TestDns
  server!: TestServer
  #isHealthy = true

  static async start(): Promise<SimulatedZone> {
    const zone = new SimulatedZone()
    zone.dns = await serveDns((name) => zone.#resolve(name))
    zone.server = await serve((asked) => zone.#answer(asked))
    return zone
  }

  async stop(): Promise<void> {
    await Promise.all([this.dns.close(), this.server.close()])
  }

  #resolve(name: string): Said {
    const found = this.records.filter((record) => record.Name === `${name}.` && record.Type === 'CNAME')
    const primary = found.find(({Failover}) => Failover === 'PRIMARY')
    const secondary = found.find(({Failover}) => Failover === 'SECONDARY')
    const heaviest = found.toSorted((left, right) => (right.Weight ?? 0) - (left.Weight ?? 0))[0]
    const record = primary && secondary ? (this.#isHealthy ? primary : secondary) : heaviest
    return record ? {target: record.ResourceRecords![0]!.Value, ttl: record.TTL} : 3
  }

  #answer(asked: Asked): Reply {
    const operation = operationOf(asked)
    this.calls.push(operation)
    const early = this.before(asked, operation)
    if (early) return early
    if (operation === 'PutMetricData') return this.#putMetric(asked)
    if (asked.url.includes('/healthcheck/')) {
      const found = this.checks.find(({Id}) => asked.url.endsWith(`/healthcheck/${Id}`))
      return found ? xml('GetHealthCheckResponse', {HealthCheck: found}) : refusal('NoSuchHealthCheck', 404)
    }

    if (asked.url.includes('/change/')) return xml('GetChangeResponse', {ChangeInfo: this.#changeInfo()})
    if (!new RegExp(`/hostedzone/${ZONE}(/|$)`).test(asked.url)) return refusal('NoSuchHostedZone', 404)
    if (operation === 'GetHostedZone') return xml('GetHostedZoneResponse', {HostedZone: this.#described()})
    if (asked.method === 'GET')
      return xml('ListResourceRecordSetsResponse', {
        ResourceRecordSets: {ResourceRecordSet: this.records.map(shaped)},
        IsTruncated: false,
        MaxItems: 20,
      })
    return this.#change(asked.body)
  }

  #putMetric({headers, body}: Asked): Reply {
    const {Namespace, MetricData} = JSON.parse(body) as {Namespace: string; MetricData: {Value: number}[]}
    const region = /\/(\w+-\w+-\d)\/monitoring\//.exec(headers.authorization!)![1]!
    const [datum] = MetricData as [{MetricName: string; Dimensions: object[]; Value: number}]
    this.put.push({region, Namespace, ...datum})
    const last = this.put.slice(-this.slowness)
    if (last.length === this.slowness && last.every(({Value}) => Value === datum.Value))
      this.#isHealthy = datum.Value < 1
    return {headers: {'content-type': 'application/x-amz-json-1.0'}, body: '{}'}
  }

  /** Deletes what is there exactly so, and creates; nothing of it where one of them cannot be done. */
  #change(body: string): Reply {
    const changes = [...body.matchAll(/<Change>(.*?)<\/Change>/gs)].map(([, change]) => change!)
    let next = this.records
    for (const change of changes) {
      const record = recordIn(change)
      const same = (one: ResourceRecordSet): boolean => JSON.stringify(ordered(one)) === JSON.stringify(ordered(record))
      if (change.includes('<Action>DELETE')) {
        if (!next.some(same))
          return refusal('InvalidChangeBatch', 400, 'the values provided do not match the current values')
        next = next.filter((one) => !same(one))
      } else next = [...next, record]
    }

    this.records = next
    return xml('ChangeResourceRecordSetsResponse', {ChangeInfo: this.#changeInfo()})
  }

  #described(): object {
    const Features = {AcceleratedRecoveryStatus: this.recovery}
    return {Id: `/hostedzone/${ZONE}`, Name: 'example.com.', CallerReference: 'c', Features}
  }

  #changeInfo(): object {
    return {Id: '/change/C1', Status: this.pending-- > 0 ? 'PENDING' : 'INSYNC', SubmittedAt: new Date().toISOString()}
  }
}

/** A CNAME of the clients' name. */
export const cname = (Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: `${NAME}.`,
  Type: 'CNAME',
  TTL: 60,
  ResourceRecords: [{Value}],
  ...more,
})

const operationOf = ({url, method, headers}: Asked): string => {
  const target = headers['x-amz-target']
  if (target !== undefined) return String(target).split('.')[1]!
  if (url.includes('/healthcheck/')) return 'GetHealthCheck'
  if (url.includes('/change/')) return 'GetChange'
  if (/\/hostedzone\/\w+$/.test(url)) return 'GetHostedZone'
  return method === 'GET' ? 'ListResourceRecordSets' : 'ChangeResourceRecordSets'
}

/** In the order in which all records here have their members. */
const ordered = ({
  Name,
  Type,
  SetIdentifier,
  Weight,
  Failover,
  HealthCheckId,
  TTL,
  ResourceRecords,
}: ResourceRecordSet) => [Name, Type, SetIdentifier, Weight, Failover, HealthCheckId, TTL, ResourceRecords]

const shaped = ({ResourceRecords, ...record}: ResourceRecordSet): object => ({
  ...record,
  ...(ResourceRecords && {ResourceRecords: {ResourceRecord: ResourceRecords}}),
})

function recordIn(text: string): ResourceRecordSet {
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  const number = (name: string): number | undefined => (field(name) === undefined ? undefined : Number(field(name)))
  const record = {
    Name: field('Name'),
    Type: field('Type') as 'CNAME',
    SetIdentifier: field('SetIdentifier'),
    Weight: number('Weight'),
    Failover: field('Failover') as 'PRIMARY' | undefined,
    HealthCheckId: field('HealthCheckId'),
    TTL: number('TTL'),
    ResourceRecords: [...text.matchAll(/<Value>([^<]*)<\/Value>/g)].map(([, Value]) => ({Value})),
  }
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as unknown as ResourceRecordSet
}

const xml = (root: string, value: object): Reply => ({
  headers: {'content-type': 'text/xml'},
  body: `<?xml version="1.0"?><${root} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${inXml(value)}</${root}>`,
})

/** A list is its element as often as it has members. */
const inXml = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .flatMap(([name, one]) => [one].flat().map((each) => `<${name}>${inXml(each)}</${name}>`))
        .join('')
    : String(value)

export const refusal = (code: string, status: number, message = code): Reply => ({
  status,
  headers: {'content-type': 'text/xml'},
  body: `<?xml version="1.0"?><ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
})
