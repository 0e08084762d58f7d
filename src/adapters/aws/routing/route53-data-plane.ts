/**
 * Clients' name is a pair of failover records, and the health check of the PRIMARY one follows a metric that stands in the away region:
 * "standby takes over primary" (AWS, "Creating Disaster Recovery Mechanisms Using Amazon Route 53"). So neither the control plane of
 * Route 53 nor the home region is needed.
 */

import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, Shortcoming, SteerOptions, VerifyOptions} from '../../../ports/route.js'
import {inARow, pollUntil, withDeadline} from '../../../ports/waits.js'
import {systemClock} from '../../clock.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import type {ClientName} from './client-name.js'
import {judge} from './route53-health-check.js'
import type {Metric} from './route53-health-check.js'
import {
  ANSWERS_IN_A_ROW,
  Fitness,
  NO_REGION,
  recordInWords,
  recordsOf,
  recovery,
  SERVICE,
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
/** So many puts in a row that fail, and none before that was taken: another way is better. */
const FAILURES = 3
/** A put every so many milliseconds: a minute of the metric that has none leaves the health check as it was. */
const PACE = {firstMs: 300, capMs: 5000}

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
    await name.serving({signal}).catch((error: unknown) => {
      // The value is put all the same where nobody tells where the name leads.
      if (!(error instanceof DrError) || !error.passing) throw error
    })
    let isTaken = false
    let failures = 0
    let stopped: DrError | undefined
    const expired = (): Error => behind(name.name, region, patienceMs)
    await withDeadline({clock: systemClock, ms: patienceMs, signal, expired}, (inner) =>
      pollUntil(
        systemClock,
        inner,
        async () => {
          try {
            await this.#put(region, inner)
            if (!isTaken)
              note?.(`the value for ${region} is put; waiting until the health check and ${name.name} follow`)
            isTaken = true
            failures = 0
          } catch (error) {
            inner.throwIfAborted()
            if (!(error instanceof DrError) || error.exit === 'credentials') throw error
            failures++
            stopped = !error.passing || (!isTaken && failures >= FAILURES) ? error : undefined
            if (stopped) return true
          }

          return (await name.serving({signal: inner})) === region && isTaken
        },
        PACE,
      ),
    )
    if (stopped) throw stopped
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
        : await this.#checkUp(id, options)
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

  async #checkUp(HealthCheckId: string, options?: CallOptions): Promise<Shortcoming[]> {
    try {
      const {HealthCheck: found} = await this.#parts.clients.call(
        SERVICE,
        NO_REGION,
        'GetHealthCheck',
        {HealthCheckId},
        options,
      )
      return judge(found!, this.#parts)
    } catch (error) {
      if (!isFault(error, 'NoSuchHealthCheck')) throw error
      return [
        stops(
          `there is no health check ${HealthCheckId}`,
          'give the PRIMARY record one that there is (docs/routes.md)',
        ),
      ]
    }
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

const behind = (name: string, region: Region, ms: number): DrError =>
  new DrError({
    code: 'HealthCheckBehind',
    exit: 'failed',
    what: `${name} does not lead to ${region} ${ms / 1000} s after the first value was put`,
    why: 'its health check has not followed its metric, or its name servers have not followed the health check',
    next: 'todo-dr health',
    passing: true,
  })
