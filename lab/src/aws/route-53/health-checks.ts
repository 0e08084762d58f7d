/** The operations on health checks. */

import {randomUUID} from 'node:crypto'

import type * as Api from '@aws-sdk/client-route-53'

import {canonical} from '../../cloudformation/provider.js'
import {HealthCheck} from '../../data-plane/health/health-check.js'
import type {HealthCheckers} from '../../data-plane/health/health-checkers.js'
import {clustersOf} from '../../data-plane/recovery/clusters.js'
import {fault, type Lab, type Operation} from '../../kernel.js'
import {bareId} from './api.js'
import {invalidInput, noSuchCheck} from './faults.js'
import {checkConfig, watchedOf} from './health-check-config.js'
import {pageFrom} from './paging.js'

/** Where a request says nothing (CreateHealthCheck, Route 53 API). */
const DEFAULTS = {Inverted: false, Disabled: false}
const ENDPOINT_DEFAULTS = {...DEFAULTS, RequestInterval: 30, FailureThreshold: 3, MeasureLatency: false}
const PORTS: Record<string, number> = {HTTP: 80, HTTPS: 443}

export class HealthCheckOperations {
  readonly operations: Record<string, Operation>

  constructor(
    private readonly lab: Lab,
    private readonly checkers: HealthCheckers,
  ) {
    this.operations = {
      CreateHealthCheck: (input: Api.CreateHealthCheckRequest) => this.create(input),
      GetHealthCheck: ({HealthCheckId}: Api.GetHealthCheckRequest): Api.GetHealthCheckResponse => ({
        HealthCheck: describe(this.find(HealthCheckId)),
      }),
      UpdateHealthCheck: (input: Api.UpdateHealthCheckRequest) => this.update(input),
      ListHealthChecks: ({Marker = '', MaxItems}: Api.ListHealthChecksRequest): Api.ListHealthChecksResponse => {
        if (Marker !== '') this.find(Marker)
        const all = [...checkers.all.values()]
        const {items, next, size} = pageFrom(all, MaxItems, ({id}) => Marker === '' || id === Marker)
        return {
          HealthChecks: items.map((check) => describe(check)),
          Marker,
          IsTruncated: next !== undefined,
          NextMarker: next?.id,
          MaxItems: size,
        }
      },
      /** Records that name it keep its id, and count as unhealthy: AWS says that their status "can't be predicted". */
      DeleteHealthCheck: ({HealthCheckId}: Api.DeleteHealthCheckRequest) => {
        checkers.remove(this.find(HealthCheckId).id)
        return {}
      },
      GetHealthCheckStatus: ({HealthCheckId}: Api.GetHealthCheckStatusRequest) => this.status(HealthCheckId),
    }
  }

  /** The same request again gives the check that it has made (CallerReference, CreateHealthCheck). */
  private create({CallerReference, HealthCheckConfig}: Api.CreateHealthCheckRequest): Api.CreateHealthCheckResponse {
    const given = HealthCheckConfig!
    this.check('CreateHealthCheck', given)
    const config = withDefaults(given)
    const present = [...this.checkers.all.values()].find((check) => check.callerReference === CallerReference)
    if (present && canonical(present.config) !== canonical(config))
      throw fault(
        'HealthCheckAlreadyExists',
        `A health check has already been created with the specified caller reference: ${CallerReference}`,
        409,
      )
    const check = present ?? new HealthCheck(randomUUID(), CallerReference!, config, watchedOf(this.lab, config))
    if (!present) this.checkers.start(check)
    return {
      HealthCheck: describe(check),
      Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`,
    }
  }

  private update(input: Api.UpdateHealthCheckRequest): Api.UpdateHealthCheckResponse {
    const {HealthCheckId, HealthCheckVersion, ResetElements = [], ...changes} = input
    const check = this.find(HealthCheckId)
    // As users report it of AWS (hashicorp/terraform-provider-aws, issue 44247).
    if (check.config.Type === 'RECOVERY_CONTROL')
      throw invalidInput('Invalid parameter : Update is not supported for this health check type.')
    if (HealthCheckVersion !== undefined && HealthCheckVersion !== check.version)
      throw fault(
        'HealthCheckVersionMismatch',
        `The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check: ${check.version}`,
        409,
      )
    const reset = new Set<string>(ResetElements)
    const kept = Object.entries({...check.config, ...changes}).filter(
      ([name, value]) => value !== undefined && !reset.has(name),
    )
    const config = Object.fromEntries(kept) as unknown as Api.HealthCheckConfig
    this.check('UpdateHealthCheck', config)
    const {Region = ''} = config.AlarmIdentifier ?? {}
    // While its region is lost a check can still be inverted or disabled, and keeps what it has watched: assumed.
    const isKept = canonical(config.AlarmIdentifier) === canonical(check.config.AlarmIdentifier)
    if (!isKept || !this.lab.faults.lost(Region)) check.watched = watchedOf(this.lab, config)
    check.config = config
    check.version++
    this.checkers.start(check)
    return {HealthCheck: describe(check)}
  }

  private check(operation: string, config: Api.HealthCheckConfig): void {
    checkConfig(
      operation,
      config,
      (id) => this.checkers.all.get(id)?.config.Type,
      (arn = '') => clustersOf(this.lab).controls.has(arn),
    )
  }

  /** "You can't use GetHealthCheckStatus to get the status of a calculated health check" (Route 53 API). The lab has one checker. */
  private status(id: string | undefined): Api.GetHealthCheckStatusResponse {
    const {config, seen} = this.find(id)
    if (config.Type === 'CALCULATED') throw invalidInput('Status is not available for calculated health checks')
    return {
      HealthCheckObservations: seen
        ? [{Region: 'us-east-1', IPAddress: '127.0.0.1', StatusReport: {Status: seen.text, CheckedTime: seen.at}}]
        : [],
    }
  }

  private find(given: string | undefined): HealthCheck {
    const check = this.checkers.all.get(bareId(given))
    if (!check) throw noSuchCheck(bareId(given))
    return check
  }
}

function withDefaults(config: Api.HealthCheckConfig): Api.HealthCheckConfig {
  if (['CALCULATED', 'CLOUDWATCH_METRIC', 'RECOVERY_CONTROL'].includes(config.Type!)) return {...DEFAULTS, ...config}
  const scheme = config.Type!.split('_', 1)[0]!
  return {
    ...ENDPOINT_DEFAULTS,
    ...(scheme in PORTS && {Port: PORTS[scheme]}),
    ...(scheme === 'HTTPS' && {EnableSNI: true}),
    ...config,
  }
}

const describe = ({id, callerReference, config, version, watched}: HealthCheck): Api.HealthCheck => ({
  Id: id,
  CallerReference: callerReference,
  HealthCheckConfig: config,
  HealthCheckVersion: version,
  CloudWatchAlarmConfiguration: watched,
})
