/** What the parts of an API take as patches: authorizers, request validators and models. */

import type * as Api from '@aws-sdk/client-api-gateway'

import {compileModel} from '../../data-plane/api-gateway/validation.js'
import {functionArnOf} from '../../data-plane/api-gateway/lambda-integration.js'
import {sourcesOf} from '../../data-plane/api-gateway/lambda-authorizer.js'
import {badRequest, unsupported} from './faults.js'
import {found, type RestApiRecord} from './rest-api.js'

const invalidPath = ({op, path}: Api.PatchOperation): Error =>
  badRequest(`Invalid patch path  '${path}' specified for op '${op}'.`)

/** An authorizer's user pools are added and removed one by one; everything else is replaced. @throws BadRequestException */
export function updateAuthorizer(
  api: RestApiRecord,
  {authorizerId, patchOperations = []}: Api.UpdateAuthorizerRequest,
): Api.Authorizer {
  const patched = patchOperations.reduce(
    (authorizer, operation) => patchAuthorizer(authorizer, operation),
    found(api.authorizers, authorizerId, 'Authorizer'),
  )
  checkAuthorizer(patched)
  api.authorizers.set(authorizerId ?? '', patched)
  return patched
}

function patchAuthorizer(authorizer: Api.Authorizer, operation: Api.PatchOperation): Api.Authorizer {
  const {op, path, value = ''} = operation
  const {providerARNs = []} = authorizer
  switch (`${op} ${path}`) {
    case 'add /providerARNs':
      return {...authorizer, providerARNs: [...providerARNs.filter((arn) => arn !== value), value]}
    case 'remove /providerARNs':
      return {...authorizer, providerARNs: providerARNs.filter((arn) => arn !== value)}
    case 'replace /authorizerResultTtlInSeconds':
      return {...authorizer, authorizerResultTtlInSeconds: Number(value)}
    case 'replace /authorizerCredentials':
    case 'replace /authorizerUri':
    case 'replace /name':
    case 'replace /identitySource':
    case 'replace /identityValidationExpression':
      return {...authorizer, [path!.slice(1)]: value}
    default:
      throw invalidPath(operation)
  }
}

/** Throws `BadRequestException` for what AWS refuses of an authorizer (Authorizer, API Gateway API reference). */
export function checkAuthorizer(authorizer: Api.Authorizer): void {
  const {type, authorizerResultTtlInSeconds: ttl = 300} = authorizer
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 3600)
    throw badRequest('Authorizer result TTL must be between 0 and 3600 seconds')
  if (type === 'COGNITO_USER_POOLS') checkPools(authorizer)
  else if (type === 'TOKEN' || type === 'REQUEST') checkFunction(authorizer, ttl)
  else throw badRequest(`Invalid authorizer type specified: ${type}`)
}

function checkFunction(
  {type, authorizerUri, identitySource, identityValidationExpression}: Api.Authorizer,
  ttl: number,
): void {
  if (!functionArnOf(authorizerUri))
    throw badRequest(
      `Invalid Authorizer URI: ${authorizerUri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
    )
  const sources = sourcesOf(identitySource)
  const isHeader = (source: string): boolean => /^method\.request\.header\.[\w-]+$/.test(source)
  if (type === 'TOKEN' && (sources.length !== 1 || !isHeader(sources[0]!))) throw badRequest('Invalid identity source')
  if (type === 'REQUEST' && sources.length === 0 && ttl > 0)
    throw badRequest('Identity source is required when caching is enabled')
  for (const source of sources) {
    if (source.startsWith('context.')) throw unsupported('context variables as identity sources')
    if (!isHeader(source) && !/^(method\.request\.querystring|stageVariables)\.[\w-]+$/.test(source))
      throw badRequest('Invalid identity source')
  }
  if (type === 'TOKEN') checkExpression(identityValidationExpression)
}

function checkExpression(expression = ''): void {
  try {
    new RegExp(expression)
  } catch {
    throw badRequest(`Invalid identity validation expression: ${expression}`)
  }
}

function checkPools({providerARNs = [], identitySource = ''}: Api.Authorizer): void {
  const isPool = (arn: string): boolean => /^arn:aws:cognito-idp:[\w-]+:\d{12}:userpool\/[\w-]+$/.test(arn)
  if (providerARNs.length === 0 || !providerARNs.every(isPool)) throw badRequest('Invalid Authorizer Provider ARNs')
  if (!/^method\.request\.header\.[\w-]+$/.test(identitySource)) throw badRequest('Invalid identity source')
}

export function updateValidator(
  api: RestApiRecord,
  {requestValidatorId, patchOperations = []}: Api.UpdateRequestValidatorRequest,
): Api.RequestValidator {
  let validator = found(api.validators, requestValidatorId, 'Request Validator')
  for (const operation of patchOperations) {
    const {op, path = '', value = ''} = operation
    const name = path.slice(1)
    if (op !== 'replace') throw invalidPath(operation)
    if (name === 'name') validator = {...validator, name: value}
    else if (name === 'validateRequestBody' || name === 'validateRequestParameters')
      validator = {...validator, [name]: value === 'true'}
    else throw invalidPath(operation)
  }
  api.validators.set(requestValidatorId ?? '', validator)
  return validator
}

export function updateModel(
  api: RestApiRecord,
  {modelName = '', patchOperations = []}: Api.UpdateModelRequest,
): Api.Model {
  let model = found(api.models, modelName, 'Model')
  for (const operation of patchOperations) {
    const {op, path = '', value = ''} = operation
    if (op !== 'replace' || !['/schema', '/description'].includes(path)) throw invalidPath(operation)
    if (path === '/schema') checkSchema(value)
    model = {...model, [path.slice(1)]: value}
  }
  api.models.set(modelName, model)
  return model
}

/** Throws `BadRequestException` for a text that is no schema. */
export function checkSchema(schema: string): void {
  try {
    compileModel(schema)
  } catch (error) {
    throw badRequest(`Invalid model specified: ${(error as Error).message}`)
  }
}
