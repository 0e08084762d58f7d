import {serveDns} from '../../data-plane/dns/dns-server.js'
import type {Resolver} from '../../data-plane/dns/message.js'
import {Zones} from '../../data-plane/dns/zones.js'
import {HealthCheckers} from '../../data-plane/health/health-checkers.js'
import {GLOBAL_CONTROL_REGION, type Lab, type Offering, type Operation, type TaggedResource} from '../../kernel.js'
import {api} from './api.js'
import {HealthCheckOperations} from './health-checks.js'
import {HostedZones} from './hosted-zones.js'
import {allTagged, tagOperations} from './tags.js'

/**
 * Route 53's control plane, which dies with us-east-1 ("AWS Fault Isolation Boundaries", appendix B). Its name servers and health checks
 * do not: they go on with what they have.
 */
export class Route53Service implements Offering<'route53'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly zones = new Zones()
  private readonly checkers: HealthCheckers
  private serving: Promise<{port: number}> | undefined
  private readonly answer: Resolver = (name, type) =>
    this.zones.answer(name, type, {isHealthy: this.checkers.isHealthy, random: Math.random})

  constructor(private readonly lab: Lab) {
    this.checkers = new HealthCheckers(lab, this.zones)
    this.operations = {
      ...new HostedZones(lab, this.zones, (id) => this.checkers.all.has(id)).operations,
      ...new HealthCheckOperations(lab, this.checkers).operations,
      ...tagOperations(this.zones, this.checkers),
    }
  }

  /** A global resource is listed in us-east-1 alone (Tag Editor user guide). */
  tagged(region: string): TaggedResource[] {
    return region === GLOBAL_CONTROL_REGION ? allTagged(this.zones, this.checkers) : []
  }

  async dns(): Promise<{host: '127.0.0.1'; port: number}> {
    this.serving ??= serveDns(this.lab, this.answer)
    return {host: '127.0.0.1', port: (await this.serving).port}
  }

  cname(name: string): {target: string; ttlSeconds: number} | undefined {
    const [first] = this.answer(name, 'CNAME')?.answers ?? []
    return first?.type === 'CNAME' ? {target: first.data, ttlSeconds: first.ttl ?? 0} : undefined
  }
}
