/**
 * The typed protocols: JSON and CBOR by operation name, REST with JSON or XML by method and path. The SDK's client
 * protocols are used the other way round: a request is read as if it were a response, and an answer is written as if
 * it were a request.
 */

import {HttpResponse} from '@smithy/core/transport'

import type {WireRequest, WireResponse} from './messages.js'
import type {SdkProtocol, ServiceModel} from './model.js'
import type {Route} from './routes.js'
import {members, without, type Member, type OperationModel, type SchemaRef} from './schema.js'
import {serdeContext, textReader, Unreadable} from './serde.js'

export async function decodeBody(
  model: ServiceModel,
  protocol: SdkProtocol,
  operation: OperationModel,
  schema: SchemaRef,
  request: WireRequest,
): Promise<Record<string, unknown>> {
  protocol.setSerdeContext(serdeContext)
  // A view of its own: the SDK changes the prototype of the bytes that it reads.
  const body = new Uint8Array(request.body.buffer, request.body.byteOffset, request.body.byteLength)
  const response = new HttpResponse({statusCode: 200, headers: {...request.headers}, body})
  const asResponse = {
    namespace: model.settings.defaultNamespace,
    name: operation.name,
    traits: operation.traits,
    input: operation.input,
    output: schema,
  }
  try {
    const {$metadata: _, ...input} = await protocol.deserializeResponse(asResponse, serdeContext, response)
    return input
  } catch (error) {
    if (error instanceof Unreadable) throw error
    throw new Unreadable(`the request's body cannot be read: ${text(error)}`)
  }
}

const inUri = ({traits}: Member): boolean => Boolean(traits.httpLabel || traits.httpQuery || traits.httpQueryParams)
const isStream = ({schema, traits}: Member): boolean => Boolean(traits.httpPayload) && schema.isStreaming()

const bodySchemas = new WeakMap<OperationModel, SchemaRef>()

/** The members that headers and body carry, without those of the URI and without a streamed payload. */
function bodySchema(operation: OperationModel): SchemaRef {
  const cached = bodySchemas.get(operation) ?? without(operation.input, (member) => inUri(member) || isStream(member))
  bodySchemas.set(operation, cached)
  return cached
}

/** A streamed payload comes as a Buffer: the lab holds whole bodies. */
export async function decodeRest(
  model: ServiceModel,
  route: Route,
  request: WireRequest,
  path: string,
  query: URLSearchParams,
): Promise<Record<string, unknown>> {
  const {operation} = route
  const input = await decodeBody(model, model.protocol, operation, bodySchema(operation), request)
  const values = route.path.exec(path)?.slice(1) ?? []
  const labels = new Map(route.labels.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]))
  const reader = textReader(false)
  for (const member of members(operation.input)) {
    const {name, schema, traits} = member
    const key = traits.httpQuery as string | undefined
    if (traits.httpLabel && labels.has(name)) {
      input[name] = reader.readSchema(schema as never, labels.get(name))
    } else if (key !== undefined && query.has(key)) {
      input[name] = schema.isListSchema()
        ? query.getAll(key).map((item) => reader.readSchema(schema.getValueSchema() as never, item))
        : reader.readSchema(schema as never, query.get(key))
    } else if (traits.httpQueryParams) {
      input[name] = Object.fromEntries(query)
    } else if (isStream(member)) {
      input[name] = request.body
    }

    // The REST protocols say null for an absent payload; services see what they see over other protocols.
    if (input[name] === null) delete input[name]
  }

  return input
}

const responseSchemas = new WeakMap<OperationModel, {schema: SchemaRef; statusMember: string | undefined}>()

function responseSchema(operation: OperationModel): {schema: SchemaRef; statusMember: string | undefined} {
  const isStatus = ({traits}: Member): boolean => Boolean(traits.httpResponseCode)
  const cached = responseSchemas.get(operation) ?? {
    schema: without(operation.output, isStatus),
    statusMember: members(operation.output).find((member) => isStatus(member))?.name,
  }
  responseSchemas.set(operation, cached)
  return cached
}

export async function encodeTyped(
  model: ServiceModel,
  protocol: SdkProtocol,
  operation: OperationModel,
  output: Record<string, unknown>,
  status: number,
): Promise<WireResponse> {
  const {schema, statusMember} = responseSchema(operation)
  const {[statusMember ?? '']: ownStatus, ...rest} = output
  protocol.setSerdeContext(serdeContext)
  const asRequest = {
    namespace: model.settings.defaultNamespace,
    name: operation.name,
    traits: {http: ['POST', '/', status]},
    input: schema,
    output: schema,
  }
  const {headers, body} = await protocol.serializeRequest(asRequest, rest, serdeContext)
  for (const name of ['x-amz-target', 'x-amzn-query-mode', 'accept']) delete headers[name]
  return {status: typeof ownStatus === 'number' ? ownStatus : status, headers, body: body ?? ''}
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
