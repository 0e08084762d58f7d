/** One health check of Route 53: what it has seen, and what follows. It belongs to no region, and goes on whatever region is lost. */

import type {HealthCheckConfig} from '@aws-sdk/client-route-53'

import type {WatchedMetric} from '../../kernel.js'
import type {Endpoint, Observation} from './endpoint.js'

/** What a check asks the world. */
export interface Outlook {
  look(endpoint: Endpoint, port: number): Promise<Observation>
  /** What the data of an alarm's metric say; undefined where they do not suffice, or their region is lost. */
  isBreached(watched: WatchedMetric, region: string): boolean | undefined
  isHealthy(healthCheckId: string): boolean
  /** Whether a routing control of ARC is On. */
  isOn(routingControlArn: string): boolean
}

/** Of CreateHealthCheck (Route 53 API). */
const FAILURE_THRESHOLD = 3
const PORTS = {HTTP: 80, HTTPS: 443, TCP: 0}

export class HealthCheck {
  tags: {Key?: string; Value?: string}[] = []
  version = 1
  /** Undefined until the first look. */
  seen: {text: string; at: Date} | undefined
  /** Before it is inverted. New checks count as healthy until there are enough data (Route 53 developer guide). */
  private passes = true
  /** Of the newest looks, in a row: so many said the opposite of `passes`. */
  private contrary = 0

  constructor(
    readonly id: string,
    readonly callerReference: string,
    public config: HealthCheckConfig,
    /** Of the alarm when the check was made or last updated: what is changed of an alarm later, a check does not see (developer guide). */
    public watched: WatchedMetric | undefined,
  ) {}

  /** A disabled check always passes ("Disabled", CreateHealthCheck). */
  isHealthy({isHealthy}: Pick<Outlook, 'isHealthy'>): boolean {
    const {Type, Disabled = false, Inverted = false, ChildHealthChecks = [], HealthThreshold = 0} = this.config
    const children = (): boolean => ChildHealthChecks.filter((id) => isHealthy(id)).length >= HealthThreshold
    const passes = Disabled || (Type === 'CALCULATED' ? children() : this.passes)
    return passes !== Inverted
  }

  /** Looks once. */
  async check(outlook: Outlook, now: () => number): Promise<void> {
    const {config} = this
    if (config.Disabled || config.Type === 'CALCULATED') return
    if (this.watched) {
      this.checkMetric(this.watched, outlook, now)
      return
    }

    if (config.Type === 'RECOVERY_CONTROL') {
      const isOn = outlook.isOn(config.RoutingControlArn!)
      this.take(isOn, `${isOn ? 'Success' : 'Failure'}: the routing control is ${isOn ? 'On' : 'Off'}`, 1, now)
      return
    }

    const endpoint = endpointOf(this.id, config)
    const {healthy, text} = await outlook.look(endpoint, config.Port ?? PORTS[endpoint.scheme])
    // It may have been changed meanwhile.
    if (config === this.config) this.take(healthy, text, config.FailureThreshold ?? FAILURE_THRESHOLD, now)
  }

  private checkMetric(watched: WatchedMetric, outlook: Outlook, now: () => number): void {
    const {AlarmIdentifier, InsufficientDataHealthStatus = 'LastKnownStatus'} = this.config
    const breached = outlook.isBreached(watched, AlarmIdentifier?.Region ?? '')
    if (breached === undefined) {
      if (InsufficientDataHealthStatus !== 'LastKnownStatus') this.passes = InsufficientDataHealthStatus === 'Healthy'
      this.seen = {text: `Insufficient data: ${InsufficientDataHealthStatus}`, at: new Date(now())}
    } else this.take(!breached, breached ? 'Failure: the data are in ALARM' : 'Success: the data are OK', 1, now)
  }

  /** So many looks in a row turn a check, in either direction (FailureThreshold, CreateHealthCheck). */
  private take(passed: boolean, text: string, threshold: number, now: () => number): void {
    this.seen = {text, at: new Date(now())}
    this.contrary = passed === this.passes ? 0 : this.contrary + 1
    if (this.contrary < threshold) return
    this.passes = passed
    this.contrary = 0
  }
}

function endpointOf(id: string, config: HealthCheckConfig): Endpoint {
  const {Type = '', FullyQualifiedDomainName = '', ResourcePath = '/', SearchString} = config
  return {
    id,
    scheme: Type.split('_', 1)[0] as Endpoint['scheme'],
    hostname: FullyQualifiedDomainName.replace(/\.$/, ''),
    path: ResourcePath.startsWith('/') ? ResourcePath : `/${ResourcePath}`,
    searchString: Type.endsWith('_STR_MATCH') ? SearchString : undefined,
  }
}
