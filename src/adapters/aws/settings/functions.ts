/** The functions of the map, with their code, environment, reserved concurrency, tags and the group of their log. */

import type {GetFunctionResponse} from '@aws-sdk/client-lambda'
import {servingFunctions} from '../../../model/deployment.js'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import {isFault} from '../errors.js'
import {OUTAGE_TAG} from '../reservations.js'
import type {Asked} from './asked.js'
import {logItems} from './logs.js'
import {flattened, settingsOf, sorted, tagSettings} from './values.js'

export async function functionItems(asked: Asked): Promise<Item[]> {
  const names = servingFunctions(regionOf(asked.deployment, asked.region).functions)
  const found = await Promise.all(names.map((name) => itemsOf(asked, name)))
  return found.flat()
}

/** None where the function is gone. */
async function itemsOf(asked: Asked, name: string): Promise<Item[]> {
  const {clients, region, options} = asked
  try {
    const found = await clients.call('lambda', region, 'GetFunction', {FunctionName: name}, options)
    const group = found.Configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`
    return [functionItem(name, found), ...(await logItems(asked, group))]
  } catch (error) {
    if (isFault(error, 'ResourceNotFoundException')) return []
    throw error
  }
}

function functionItem(name: string, {Configuration: found = {}, Concurrency, Tags = {}}: GetFunctionResponse): Item {
  return {
    kind: 'function',
    name,
    settings: {
      ...settingsOf({
        // Of a container image it is the image's.
        code: found.CodeSha256,
        runtime: found.Runtime,
        handler: found.Handler,
        memory: found.MemorySize,
        timeout: found.Timeout,
        storage: found.EphemeralStorage?.Size,
        architectures: sorted(found.Architectures),
        layers: (found.Layers ?? []).map(({Arn}) => Arn),
        tracing: found.TracingConfig?.Mode,
        concurrency: Concurrency?.ReservedConcurrentExecutions,
        'log format': found.LoggingConfig?.LogFormat,
        'log group': found.LoggingConfig?.LogGroup,
        'dead letters': found.DeadLetterConfig?.TargetArn,
        // Subnets and security groups have ids of their own in each region.
        'in a network': (found.VpcConfig?.SubnetIds?.length ?? 0) > 0,
        ...flattened('environment ', found.Environment?.Variables),
      }),
      ...tagSettings(Tags),
    },
    ...(Tags[OUTAGE_TAG] !== undefined && {held: {concurrency: 'outage'}}),
  }
}
