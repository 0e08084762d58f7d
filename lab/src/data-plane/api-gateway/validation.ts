import type {Method} from '@aws-sdk/client-api-gateway'
import * as z from 'zod'

import {own} from '../../own.js'
import {GatewayError} from './gateway-response.js'
import {headerOf, type GatewayRequest} from './request.js'
import type {Route} from './routing.js'
import type {Snapshot} from './snapshot.js'

const compiled = new Map<string, z.ZodType>()

/** A model's JSON schema, ready to judge. @throws Error where it is none, or beyond what can be judged here */
export function compileModel(schema: string): z.ZodType {
  const known = compiled.get(schema)
  if (known) return known
  const type = z.fromJSONSchema(JSON.parse(schema) as never)
  compiled.set(schema, type)
  return type
}

/** Basic request validation of a method, where it has a validator. @throws GatewayError 400 */
export function validateRequest(snapshot: Snapshot, {method, pathParameters}: Route, request: GatewayRequest): void {
  const validator = own(snapshot.validators, method.requestValidatorId ?? '')
  if (validator?.validateRequestParameters) validateParameters(method, pathParameters, request)
  if (validator?.validateRequestBody) validateBody(snapshot, method, request)
}

function validateParameters(
  {requestParameters}: Method,
  pathParameters: Record<string, string>,
  request: GatewayRequest,
): void {
  const given: Record<string, (name: string) => boolean> = {
    path: (name) => Object.hasOwn(pathParameters, name),
    querystring: (name) => request.query.some(([one]) => one === name),
    header: (name) => headerOf(request, name) !== undefined,
  }
  const missing = Object.entries(requestParameters ?? {})
    .filter(([, required]) => required)
    .map(([parameter]) => parameter.split('.').slice(2))
    .filter(([place, ...name]) => !own(given, place ?? '')?.(name.join('.')))
    .map(([, ...name]) => name.join('.'))
  if (missing.length > 0) {
    throw new GatewayError(
      'BAD_REQUEST_PARAMETERS',
      400,
      `Missing required request parameters: [${missing.join(', ')}]`,
    )
  }
}

/** A content type without a model of its own passes, as on AWS. */
function validateBody(snapshot: Snapshot, {requestModels}: Method, request: GatewayRequest): void {
  const contentType = (headerOf(request, 'content-type') ?? 'application/json').split(';')[0]?.trim() ?? ''
  const model = own(snapshot.models, own(requestModels, contentType) ?? '')
  if (!model?.schema) return
  let body: unknown
  try {
    body = JSON.parse(request.body.toString())
  } catch {
    throw new GatewayError('BAD_REQUEST_BODY')
  }

  if (!compileModel(model.schema).safeParse(body).success) throw new GatewayError('BAD_REQUEST_BODY')
}
