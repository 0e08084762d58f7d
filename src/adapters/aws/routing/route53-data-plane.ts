/**
 * Clients' name is a pair of failover records, and the health check of the PRIMARY one follows a metric that stands in the away region:
 * "standby takes over primary" (AWS, "Creating Disaster Recovery Mechanisms Using Amazon Route 53"). So neither the control plane of
 * Route 53 nor the home region is needed.
 */

import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, Shortcoming, SteerOptions, VerifyOptions} from '../../../ports/route.js'
import {inARow} from '../../../ports/waits.js'
import type {Clients} from '../clients.js'
import type {ClientName} from './client-name.js'
import {putUntilFollowed} from './route53-follow.js'
import {examine, judge} from './route53-health-check.js'
import type {Metric} from './route53-health-check.js'
import {
  ANSWERS_IN_A_ROW,
  Fitness,
  recordInWords,
  recordsOf,
  recovery,
  slows,
  slowTtl,
  stops,
  targetOf,
} from './route53-records.js'

export interface DataPlaneParts {
  clients: Clients
  name: ClientName
  hostedZoneId: string
  /** The one that the PRIMARY record must have; any where undefined. */
  healthCheckId?: string
  metric: Metric
  home: Region
  standby: Region
  /** How long a steer waits until the name servers follow, in milliseconds. */
  patienceMs: number
}

/** Milliseconds for one datum. It is put again anyway. */
const PUT_MS = 5000

export class DataPlaneRoute implements Route {
  readonly needs: RouteNeeds
  readonly spread =
    'when the health check has followed its metric, for which AWS gives no figure, and the TTL of the records has passed'
  readonly byName = true
  readonly #parts: DataPlaneParts
  readonly #fitness: Fitness

  constructor(parts: DataPlaneParts) {
    this.#parts = parts
    // The data planes of Route 53, its health checks among them, are in many regions ("Best practices for Amazon Route 53 DNS").
    this.needs = {
      service: `CloudWatch in ${parts.standby} and the health checks of Route 53`,
      plane: 'data',
      region: parts.standby,
    }
    this.#fitness = new Fitness(parts.name.name, (options) => this.shortcomings(options))
  }

  async serving(options?: CallOptions): Promise<Region> {
    return this.#fitness.first(this.#parts.name.serving(options), options)
  }

  /**
   * Puts the value for as long as the name servers lead elsewhere. A health check follows the data of its alarm, and not the alarm's
   * state (Route 53 developer guide, "How Amazon Route 53 determines whether a health check is healthy"); once no data come it
   * keeps its last status. Throws `RouteUnfit` or `NameForeign` (both exit stopped) before anything is put, and
   * `HealthCheckBehind` (it passes) where the name servers do not follow in time.
   */
  async steer(region: Region, {signal, note}: SteerOptions = {}): Promise<void> {
    const {name, patienceMs} = this.#parts
    await this.#fitness.check({signal})
    // The value is put all the same where nobody tells where the name leads.
    await name.refuseForeign({signal})
    await putUntilFollowed(
      {
        name,
        region,
        patienceMs,
        put: (inner) => this.#put(region, inner),
        taken: `the value for ${region} is put; waiting until the health check and ${name.name} follow`,
        behind: {
          since: 'the first value was put',
          why: 'its health check has not followed its metric, or its name servers have not followed the health check',
        },
      },
      {signal, note},
    )
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(ANSWERS_IN_A_ROW, clock, signal, served)
  }

  byHand(region: Region): string {
    const {metric, standby, name} = this.#parts
    const dimensions = Object.entries(metric.dimensions).map(([key, value]) => `${key}=${value}`)
    const command = [
      'aws cloudwatch put-metric-data',
      `--region ${standby}`,
      `--namespace ${metric.namespace}`,
      `--metric-name ${metric.name}`,
      ...(dimensions.length > 0 ? [`--dimensions ${dimensions.join(',')}`] : []),
      `--value ${this.#valueOf(region)}`,
    ]
    return `run ${command.join(' ')} once a minute until ${name.name} leads to ${name.hosts[region]}`
  }

  async shortcomings(options?: CallOptions): Promise<Shortcoming[]> {
    const {clients, name, hostedZoneId, healthCheckId, home, standby} = this.#parts
    const [{records, missing}, unprepared] = await Promise.all([
      recordsOf(clients, {hostedZoneId, name: name.name}, options),
      recovery(clients, hostedZoneId, options),
    ])
    if (missing) return [missing]
    const [primary, secondary] = (['PRIMARY', 'SECONDARY'] as const).map((role) =>
      records.find(({Type, Failover}) => Type === 'CNAME' && Failover === role),
    )
    if (!primary || !secondary)
      return [
        stops(
          `${name.name} is no pair of failover records of type CNAME, but ${records.map((one) => recordInWords(one)).join(', ')}`,
          `make it such a pair, or use via: control-plane (docs/routes.md)`,
        ),
      ]
    const led = [
      {role: 'PRIMARY', record: primary, region: home},
      {role: 'SECONDARY', record: secondary, region: standby},
    ].flatMap(({role, record, region}) =>
      targetOf(record) === name.hosts[region]
        ? []
        : [
            stops(
              `its ${role} record leads to ${targetOf(record)}, and not to ${region}`,
              `set its value to ${name.hosts[region]}`,
            ),
          ],
    )
    const id = primary.HealthCheckId
    const followed =
      id === undefined || (healthCheckId !== undefined && id !== healthCheckId)
        ? [
            stops(
              `its PRIMARY record has ${id === undefined ? 'no health check' : `the health check ${id}`}`,
              `give the PRIMARY record the health check ${healthCheckId ?? 'that follows the metric (docs/routes.md)'}`,
            ),
          ]
        : await examine(clients, id, 'PRIMARY', (check) => judge(check, this.#parts), options)
    const second =
      secondary.HealthCheckId === undefined
        ? []
        : [
            slows(
              'its SECONDARY record has a health check too: while that fails, Route 53 answers with PRIMARY whatever its health',
              'take the health check away from the SECONDARY record',
            ),
          ]
    return [...led, ...followed, ...second, ...slowTtl(name.name, records), ...unprepared]
  }

  async #put(region: Region, signal: AbortSignal): Promise<void> {
    const {clients, standby, metric} = this.#parts
    const datum = {
      MetricName: metric.name,
      Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({Name, Value})),
      Value: this.#valueOf(region),
    }
    const data = {Namespace: metric.namespace, MetricData: [datum]}
    await clients.call('cloudwatch', standby, 'PutMetricData', data, {signal, deadlineMs: PUT_MS, requestMs: PUT_MS})
  }

  #valueOf(region: Region): number {
    return region === this.#parts.home ? 0 : 1
  }
}
