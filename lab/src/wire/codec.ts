import {AwsSmithyRpcV2CborProtocol} from '@aws-sdk/core/protocols'

import {fault, type ServiceFault} from '../kernel.js'
import type {Protocol} from '../service.js'
import {encodeError} from './errors.js'
import {violationsOf} from './input.js'
import {splitTarget, type WireRequest, type WireResponse} from './messages.js'
import type {SdkProtocol, ServiceModel} from './model.js'
import {decodeQuery, encodeQuery, formOf} from './query.js'
import {findRoute} from './routes.js'
import type {OperationModel} from './schema.js'
import {Unreadable} from './serde.js'
import {decodeBody, decodeRest, encodeTyped} from './typed.js'
import {refusal} from './violations.js'

export interface Decoded {
  operation: OperationModel
  input: Record<string, unknown>
  protocol: Protocol
  /** Of a successful answer. */
  status: number
}

/**
 * The protocol that a request speaks. A service with operation names may be spoken to in any of three: CloudWatch's SDK
 * client speaks JSON, the AWS CLI the older query protocol, newer ones CBOR.
 */
export function protocolOf(request: WireRequest, model?: ServiceModel): Protocol {
  if (model?.native === 'restJson' || model?.native === 'restXml' || model?.native === 'ec2') return model.native
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor'
  if (request.headers['x-amz-target'] !== undefined) return 'json'
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 'query'
  return model?.native ?? 'json'
}

/** Throws a ServiceFault for what cannot be read or is no operation of the service. */
export async function decode(model: ServiceModel, request: WireRequest): Promise<Decoded> {
  const protocol = protocolOf(request, model)
  if (protocol === 'restJson' || protocol === 'restXml') return decodeByRoute(model, request, protocol)
  const name = operationName(request, protocol)
  const operation = model.operations.get(name)
  if (!operation) {
    const code = protocol === 'query' || protocol === 'ec2' ? 'InvalidAction' : 'UnknownOperationException'
    throw fault(code, `${model.signingName} has no operation ${name || '(none was named)'}`)
  }

  const input = await reading(model, name, protocol, async () =>
    protocol === 'query' || protocol === 'ec2'
      ? decodeQuery(operation, request, protocol)
      : decodeBody(model, byName(model, protocol), operation, operation.input, request),
  )
  refuseInvalid(model, operation, input, protocol)
  return {operation, input, protocol, status: 200}
}

/** What the model does not allow, AWS refuses before it does anything. */
function refuseInvalid(
  model: ServiceModel,
  operation: OperationModel,
  input: Record<string, unknown>,
  protocol: Protocol,
): void {
  const [first, ...rest] = violationsOf(model.signingName, operation, input)
  if (first) throw refusal(model, operation.name, protocol, [first, ...rest])
}

/** The input of a request, or the service's refusal of what cannot be read. */
async function reading<Input>(
  model: ServiceModel,
  operation: string,
  protocol: Protocol,
  read: () => Promise<Input>,
): Promise<Input> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const {message: rule, inBody} = error
    throw refusal(model, operation, protocol, [
      {kind: 'type', path: [], value: undefined, rule, inBody, sensitive: false},
    ])
  }
}

function operationName(request: WireRequest, protocol: Protocol): string {
  if (protocol === 'json') return request.headers['x-amz-target']?.split('.').pop() ?? ''
  // /service/GraniteServiceVersion20100801/operation/GetMetricData
  if (protocol === 'cbor') return splitTarget(request.url).path.split('/').pop() ?? ''
  return formOf(request).get('Action') ?? ''
}

async function decodeByRoute(model: ServiceModel, request: WireRequest, protocol: Protocol): Promise<Decoded> {
  const {path: fullPath, query} = splitTarget(request.url)
  const isS3 = model.signingName === 's3'
  const [, bucket = '', key = ''] = isS3 ? (/^\/([^/]*)(.*)$/s.exec(fullPath) ?? []) : []
  const path = isS3 ? key || '/' : fullPath
  const route = findRoute(model.routes, {
    method: request.method,
    path,
    query,
    headers: request.headers,
    ...(isS3 && {hasBucket: bucket !== ''}),
  })
  if (!route) throw fault('UnknownOperationException', `${model.signingName} has no ${request.method} ${fullPath}`, 404)
  model.checkBody?.(route.operation.name, request.headers, request.body)
  let input: Record<string, unknown>
  try {
    input = await reading(model, route.operation.name, protocol, () => decodeRest(model, route, request, path, query))
  } catch (error) {
    if (error instanceof URIError) throw fault('InvalidURI', `${fullPath} is not a valid URI`)
    throw error
  }

  if (bucket) input.Bucket = decodeURIComponent(bucket)
  refuseInvalid(model, route.operation, input, protocol)
  return {operation: route.operation, input, protocol, status: route.status}
}

const cborProtocols = new WeakMap<ServiceModel, SdkProtocol>()

function byName(model: ServiceModel, protocol: Protocol): SdkProtocol {
  if (protocol !== 'cbor') return model.protocol
  const cached =
    cborProtocols.get(model) ?? (new AwsSmithyRpcV2CborProtocol(model.settings as never) as unknown as SdkProtocol)
  cborProtocols.set(model, cached)
  return cached
}

export async function encode(
  model: ServiceModel,
  decoded: Decoded,
  output: Record<string, unknown> | undefined,
  requestId: string,
): Promise<WireResponse> {
  const {operation, protocol, status} = decoded
  if (protocol === 'query' || protocol === 'ec2')
    return encodeQuery(model, operation, output ?? {}, requestId, protocol)
  if (operation.name === 'GetBucketLocation') return encodeLocation(model, output ?? {})
  const response = await encodeTyped(model, byName(model, protocol), operation, output ?? {}, status)
  if (protocol === 'cbor') response.headers['smithy-protocol'] = 'rpc-v2-cbor'
  return response
}

/** S3's one answer without an element around its only member; us-east-1 is the empty constraint. */
function encodeLocation(model: ServiceModel, output: Record<string, unknown>): WireResponse {
  const region = String(output.LocationConstraint ?? '')
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${model.settings.xmlNamespace}">${region}</LocationConstraint>`
  return {status: 200, headers: {'content-type': 'application/xml'}, body}
}

export const encodeFault = (
  error: ServiceFault,
  request: WireRequest,
  requestId: string,
  model?: ServiceModel,
): WireResponse => encodeError(error, protocolOf(request, model), requestId, model)
