/** What Route 53 asks of the settings of a health check, and what the lab has of them. Source: CreateHealthCheck, Route 53 API. */

import {isIP} from 'node:net'

import type {HealthCheckConfig} from '@aws-sdk/client-route-53'

import type {Lab, WatchedMetric} from '../../kernel.js'
import {invalidInput, unsupported} from './faults.js'

/** That a health check may follow: it knows no high resolution (AlarmIdentifier, Route 53 API). */
const MIN_PERIOD = 60

/** Throws `InvalidInput`, and by name for what the lab has not. */
export function checkConfig(
  operation: string,
  config: HealthCheckConfig,
  typeOf: (id: string) => string | undefined,
  isControl: (arn: string | undefined) => boolean,
): void {
  const {Type = ''} = config
  if (config.MeasureLatency) throw unsupported(operation, 'MeasureLatency')
  switch (Type) {
    case 'CALCULATED': {
      checkChildren(operation, config, typeOf)
      break
    }

    case 'CLOUDWATCH_METRIC': {
      if (!config.AlarmIdentifier)
        throw invalidInput('AlarmIdentifier is required for health checks of type CLOUDWATCH_METRIC')
      break
    }

    case 'RECOVERY_CONTROL': {
      if (!isControl(config.RoutingControlArn))
        throw invalidInput(`There is no routing control ${config.RoutingControlArn}`)
      break
    }

    default: {
      checkEndpoint(operation, config)
    }
  }
}

function checkEndpoint(operation: string, config: HealthCheckConfig): void {
  const {Type = '', FullyQualifiedDomainName: name, IPAddress, Port, SearchString} = config
  if (IPAddress !== undefined) {
    if (isIP(IPAddress) === 0) throw invalidInput(`Invalid IP address: ${IPAddress}`)
    throw unsupported(
      operation,
      'IPAddress: the lab reaches no address on the Internet. Give a FullyQualifiedDomainName',
    )
  }

  if (name === undefined) throw invalidInput('Either an IP address or a FullyQualifiedDomainName must be specified')
  if (isIP(name) !== 0) throw invalidInput(`FullyQualifiedDomainName is an IP address: ${name}`)
  if (Type === 'TCP' && Port === undefined) throw invalidInput('Port is required for health checks of type TCP')
  if (Type.endsWith('_STR_MATCH') !== (SearchString !== undefined))
    throw invalidInput(
      `SearchString is required for health checks of type ${Type}, and for those of a STR_MATCH type only`,
    )
}

function checkChildren(operation: string, config: HealthCheckConfig, typeOf: (id: string) => string | undefined): void {
  const {ChildHealthChecks = [], HealthThreshold} = config
  if (HealthThreshold === undefined)
    throw invalidInput('HealthThreshold is required for health checks of type CALCULATED')
  for (const id of ChildHealthChecks) {
    const type = typeOf(id)
    if (type === undefined) throw invalidInput(`The child health check ${id} does not exist`)
    if (type === 'CALCULATED') throw unsupported(operation, 'calculated health checks of calculated health checks')
  }
}

/** What the alarm of a check watches; undefined for a check of another type. An alarm that cannot be read is refused: assumed. */
export function watchedOf(lab: Lab, {Type, AlarmIdentifier}: HealthCheckConfig): WatchedMetric | undefined {
  if (Type !== 'CLOUDWATCH_METRIC') return undefined
  const {Name = '', Region = ''} = AlarmIdentifier!
  const watched = lab.faults.lost(Region) ? undefined : lab.service('monitoring').watched(Name, Region)
  if (!watched) throw invalidInput(`The alarm ${Name} in ${Region} cannot be read, or is not an alarm on one metric`)
  if (watched.Period < MIN_PERIOD) throw invalidInput(`The alarm ${Name} is on a high-resolution metric`)
  return watched
}
