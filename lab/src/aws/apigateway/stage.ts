import type {MethodSetting, PatchOperation, Stage} from '@aws-sdk/client-api-gateway'

import {own} from '../../own.js'
import {badRequest, unsupported} from './faults.js'

const SETTINGS: Record<string, keyof MethodSetting> = {
  'logging/loglevel': 'loggingLevel',
  'logging/dataTrace': 'dataTraceEnabled',
  'metrics/enabled': 'metricsEnabled',
  'throttling/rateLimit': 'throttlingRateLimit',
  'throttling/burstLimit': 'throttlingBurstLimit',
  'caching/enabled': 'cachingEnabled',
  'caching/ttlInSeconds': 'cacheTtlInSeconds',
  'caching/dataEncrypted': 'cacheDataEncrypted',
}

/** The settings of a method: its own before those of all methods. */
export function settingsOf(stage: Stage, path: string, method: string): MethodSetting {
  const key = `${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`
  const all = stage.methodSettings ?? {}
  return {...all['*/*'], ...own(all, key)}
}

/** Applies the patch operations of UpdateStage. @throws BadRequestException where a path is none */
export function patchStage(stage: Stage, operations: PatchOperation[]): Stage {
  return {
    ...operations.reduce((patched, operation) => applyPatch(patched, operation), stage),
    lastUpdatedDate: new Date(),
  }
}

export const logs = ({accessLogSettings, methodSettings = {}}: Stage): boolean =>
  accessLogSettings?.destinationArn !== undefined ||
  Object.values(methodSettings).some(({loggingLevel = 'OFF'}) => loggingLevel !== 'OFF')

function applyPatch(stage: Stage, {op, path = '', value = ''}: PatchOperation): Stage {
  const [, first = '', ...rest] = path.split('/')
  switch (first) {
    case 'deploymentId':
    case 'description': {
      return {...stage, [first]: value}
    }

    case 'tracingEnabled': {
      return {...stage, tracingEnabled: value === 'true'}
    }

    case 'variables': {
      const {[rest[0] ?? '']: _, ...others} = stage.variables ?? {}
      return {...stage, variables: op === 'remove' ? others : {...others, [rest[0] ?? '']: value}}
    }

    case 'accessLogSettings': {
      return {
        ...stage,
        accessLogSettings: op === 'remove' ? undefined : {...stage.accessLogSettings, [rest[0] ?? '']: value},
      }
    }

    default: {
      return {...stage, methodSettings: patchSettings(stage.methodSettings ?? {}, [first, ...rest], op, value)}
    }
  }
}

function patchSettings(
  settings: Record<string, MethodSetting>,
  [resource, method, ...name]: string[],
  op: string | undefined,
  value: string,
): Record<string, MethodSetting> {
  const setting = own(SETTINGS, name.join('/'))
  if (!resource || !method || !setting)
    throw badRequest(`Invalid method setting path: /${[resource, method, ...name].join('/')}`)
  if (setting === 'cachingEnabled' && value === 'true') throw unsupported('cache of API Gateway')
  const key = `${resource}/${method}`
  const {[setting]: _, ...others} = own(settings, key) ?? {}
  return {...settings, [key]: op === 'remove' ? others : {...others, [setting]: typed(setting, value)}}
}

function typed(setting: keyof MethodSetting, value: string): boolean | number | string {
  if (setting === 'loggingLevel') return value
  if (setting === 'throttlingRateLimit' || setting === 'throttlingBurstLimit' || setting === 'cacheTtlInSeconds') {
    const number = Number(value)
    if (value === '' || !Number.isFinite(number)) throw badRequest(`Invalid value for ${setting}: ${value}`)
    return number
  }

  return value === 'true'
}
