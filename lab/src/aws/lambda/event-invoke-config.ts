/**
 * How long Lambda keeps the events of a function, and how often it tries again after an error ("Configuring error handling settings for
 * Lambda asynchronous invocations", Lambda developer guide). Texts of errors: answers of AWS that LocalStack has recorded in its tests of Lambda.
 */

import type * as Api from '@aws-sdk/client-lambda'

import type {Operation} from '../../kernel.js'
import {absent, invalid, unsupported} from './faults.js'
import type {LambdaFunction, Named} from './function.js'
import {LATEST, type Given} from './reference.js'

/** What there is of an event at the most, if nothing else is said ("How Lambda handles errors and retries with asynchronous invocation"). */
const DEFAULTS = {maxAgeSeconds: 6 * 3600, retries: 2}

export interface EventPolicy {
  /** After so long an event is discarded. Milliseconds. */
  maxAgeMs: number
  /** More attempts after an error of the function, 0 to 2. */
  retries: number
}

/** Of calls of the function as a whole those of `$LATEST` count, and an alias has its own. */
export function eventPolicy({eventConfigs}: LambdaFunction, qualifier = LATEST): EventPolicy {
  const {MaximumEventAgeInSeconds = DEFAULTS.maxAgeSeconds, MaximumRetryAttempts = DEFAULTS.retries} =
    eventConfigs.get(qualifier) ?? {}
  return {maxAgeMs: MaximumEventAgeInSeconds * 1000, retries: MaximumRetryAttempts}
}

type Input = Api.PutFunctionEventInvokeConfigRequest | Api.UpdateFunctionEventInvokeConfigRequest

/** `find`: @throws ResourceNotFoundException */
export function eventConfigOperations(find: (input: Given, region: string) => Named): Record<string, Operation> {
  const keep = (input: Input, region: string, before: Api.FunctionEventInvokeConfig): Api.FunctionEventInvokeConfig => {
    const {owner, qualifier = LATEST} = find(input, region)
    const {MaximumEventAgeInSeconds, MaximumRetryAttempts, DestinationConfig} = input
    if (DestinationConfig?.OnSuccess?.Destination || DestinationConfig?.OnFailure?.Destination)
      throw unsupported('destinations of asynchronous invocations')
    if (MaximumEventAgeInSeconds === undefined && MaximumRetryAttempts === undefined && DestinationConfig === undefined)
      throw invalid('You must specify at least one of error handling or destination setting.')
    const config = {
      FunctionArn: `${owner.arn}:${qualifier}`,
      LastModified: new Date(),
      MaximumEventAgeInSeconds: MaximumEventAgeInSeconds ?? before.MaximumEventAgeInSeconds,
      MaximumRetryAttempts: MaximumRetryAttempts ?? before.MaximumRetryAttempts,
      DestinationConfig: {OnSuccess: {}, OnFailure: {}},
    }
    owner.eventConfigs.set(qualifier, config)
    return config
  }
  const present = (input: Given, region: string): Api.FunctionEventInvokeConfig => {
    const {owner, qualifier = LATEST} = find(input, region)
    const found = owner.eventConfigs.get(qualifier)
    if (!found) throw absent(`The function ${owner.arn}:${qualifier} doesn't have an EventInvokeConfig`)
    return found
  }

  return {
    PutFunctionEventInvokeConfig: (input: Api.PutFunctionEventInvokeConfigRequest, {region}) => keep(input, region, {}),
    UpdateFunctionEventInvokeConfig: (input: Api.UpdateFunctionEventInvokeConfigRequest, {region}) =>
      keep(input, region, present(input, region)),
    GetFunctionEventInvokeConfig: (input: Api.GetFunctionEventInvokeConfigRequest, {region}) => present(input, region),
    DeleteFunctionEventInvokeConfig(input: Api.DeleteFunctionEventInvokeConfigRequest, {region}) {
      present(input, region)
      const {owner, qualifier = LATEST} = find(input, region)
      owner.eventConfigs.delete(qualifier)
      return {}
    },
  }
}
