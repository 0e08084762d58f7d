/** What runs the health checks of a lab, each at its interval, and reports them to CloudWatch. */

import {GLOBAL_CONTROL_REGION, type Lab} from '../../kernel.js'
import {metricsOf} from '../../metrics.js'
import {normalName} from '../dns/names.js'
import {Zones} from '../dns/zones.js'
import {clustersOf} from '../recovery/clusters.js'
import {look} from './endpoint.js'
import type {HealthCheck, Outlook} from './health-check.js'

/** Where no interval is given (CreateHealthCheck, Route 53 API); those that ask no endpoint are looked at in the shorter one: assumed. */
const INTERVAL_SECONDS = 30
const SHORT_SECONDS = 10
/** Ports at which AWS serves a name on the Internet: the edge both of HTTP's, everything else that of HTTPS. */
const EDGE = /\.cloudfront\.net$/

export class HealthCheckers {
  /** By id, oldest first. */
  readonly all = new Map<string, HealthCheck>()
  readonly isHealthy = (id: string): boolean => this.all.get(id)?.isHealthy(this) ?? false
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly outlook: Outlook

  constructor(
    private readonly lab: Lab,
    private readonly zones: Zones,
  ) {
    this.outlook = {
      isHealthy: this.isHealthy,
      isOn: (arn) => clustersOf(lab).controls.get(arn)?.state === 'On',
      look: (endpoint, port) => look(endpoint, this.onLoopback(endpoint.hostname, port)),
      isBreached: (watched, region) =>
        lab.faults.lost(region)
          ? undefined
          : lab.service('monitoring').isBreached(watched, region, lab.profile.healthPace),
    }
    lab.onStop(() => {
      for (const id of this.timers.keys()) this.stop(id)
    })
  }

  /** A new check, or one that has changed. It looks at once. */
  start(check: HealthCheck): void {
    this.stop(check.id)
    this.all.set(check.id, check)
    this.schedule(check, 0)
  }

  remove(id: string): void {
    this.stop(id)
    this.all.delete(id)
  }

  private stop(id: string): void {
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
  }

  private schedule(check: HealthCheck, ms: number): void {
    const timer = setTimeout(() => {
      void this.run(check).then(() => {
        // It may have been stopped, or started anew, meanwhile.
        if (this.timers.get(check.id) === timer) this.schedule(check, this.intervalOf(check))
      })
    }, ms).unref()
    this.timers.set(check.id, timer)
  }

  private intervalOf({config}: HealthCheck): number {
    const asks = config.FullyQualifiedDomainName !== undefined
    const seconds = asks ? (config.RequestInterval ?? INTERVAL_SECONDS) : SHORT_SECONDS
    return seconds * 1000 * this.lab.profile.healthPace
  }

  private async run(check: HealthCheck): Promise<void> {
    try {
      await check.check(this.outlook, () => this.lab.now())
      const dimensions = {HealthCheckId: check.id}
      metricsOf(this.lab)
        .series(GLOBAL_CONTROL_REGION, 'AWS/Route53', 'HealthCheckStatus', dimensions, 'None')
        .add(check.isHealthy(this) ? 1 : 0)
    } catch (error) {
      this.lab.log('health', error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }

  /** Where a name is served, which records of the lab's zones may lead to; undefined where AWS serves nothing at that port. */
  private onLoopback(hostname: string, port: number): number | undefined {
    const situation = {isHealthy: this.isHealthy, random: Math.random}
    const found = this.zones.answer(hostname, 'CNAME', situation)
    const [cname] = found?.answers ?? []
    const name = cname?.type === 'CNAME' ? normalName(cname.data).slice(0, -1) : hostname
    if (port !== 443 && !(port === 80 && EDGE.test(name))) return undefined
    return this.lab.hosts.resolve(name)?.port
  }
}
