import type {Protocol, SdkClient, ServiceApi} from '../service.js'
import {routesOf, type Route} from './routes.js'
import {makeStrict} from './serde.js'
import {isErrorSchema, isOperationSchema, type OperationModel} from './schema.js'

export interface ErrorModel {
  /** On the wire, which for the query protocol may differ from the shape's name (`DBInstanceNotFound`). */
  code: string
  /** Of the HTTP answer, where the model names one. */
  status: number | undefined
}

/** The protocol object of an SDK client, turned round. Its declared types speak of the client's direction only. */
export interface SdkProtocol {
  setSerdeContext(context: unknown): void
  serializeRequest(
    operation: unknown,
    input: unknown,
    context: unknown,
  ): Promise<{headers: Record<string, string>; body?: string | Uint8Array}>
  deserializeResponse(operation: unknown, context: unknown, response: unknown): Promise<Record<string, unknown>>
}

interface ProtocolSettings {
  defaultNamespace: string
  xmlNamespace?: string
  version: string
  serviceTarget: string
}

/** One service as its SDK client knows it. */
export interface ServiceModel {
  signingName: string
  invalid: ServiceApi['invalid']
  checkBody: ServiceApi['checkBody']
  protocol: SdkProtocol
  /** What the SDK's client speaks. */
  native: Protocol
  settings: ProtocolSettings
  operations: Map<string, OperationModel>
  /** By the name of the error's shape. */
  errors: Map<string, ErrorModel>
  routes: Route[]
}

const loaded = new WeakMap<SdkClient, Promise<ServiceModel>>()

/** Undefined for a service that the lab has no client of. */
export function serviceModel(api: ServiceApi): Promise<ServiceModel> | undefined {
  const {client} = api
  if (!client) return undefined
  const promise = loaded.get(client) ?? client.load().then((sdk) => build(api, sdk, client.name))
  loaded.set(client, promise)
  return promise
}

function build(
  {signingName, invalid, checkBody}: ServiceApi,
  sdk: Record<string, unknown>,
  clientName: string,
): ServiceModel {
  const Client = sdk[clientName] as new (config: object) => {
    config: {protocol: unknown; protocolSettings: ProtocolSettings}
  }
  const {config} = new Client({region: 'us-east-1', credentials: {accessKeyId: 'none', secretAccessKey: 'none'}})
  const settings = config.protocolSettings
  const protocol = (
    typeof config.protocol === 'function'
      ? new (config.protocol as new (settings: unknown) => SdkProtocol)(settings)
      : config.protocol
  ) as SdkProtocol & {getShapeId(): string; deserializer?: object}
  if (protocol.deserializer) makeStrict(protocol.deserializer)

  const operations = new Map<string, OperationModel>()
  const errors = new Map<string, ErrorModel>()
  for (const schema of Object.values(sdk)) {
    if (isOperationSchema(schema)) {
      const traits = typeof schema[3] === 'object' ? schema[3] : {}
      operations.set(schema[2], {name: schema[2], traits, input: schema[4], output: schema[5]})
    } else if (isErrorSchema(schema)) {
      const traits = typeof schema[3] === 'object' ? schema[3] : {}
      const [code, status] = (traits.awsQueryError as [string, number] | undefined) ?? []
      errors.set(schema[2], {code: code ?? schema[2], status: status ?? (traits.httpError as number | undefined)})
    }
  }

  return {
    signingName,
    invalid,
    checkBody,
    protocol,
    native: protocolOf(protocol.getShapeId()),
    settings,
    operations,
    errors,
    routes: routesOf([...operations.values()]),
  }
}

function protocolOf(shapeId: string): Protocol {
  const name = shapeId.split('#')[1] ?? ''
  const known: Record<string, Protocol> = {
    awsJson1_0: 'json',
    awsJson1_1: 'json',
    restJson1: 'restJson',
    restXml: 'restXml',
    awsQuery: 'query',
    ec2Query: 'ec2',
    rpcv2Cbor: 'cbor',
  }
  const protocol = known[name]
  if (!protocol) throw new Error(`the lab does not support the protocol of ${shapeId}`)
  return protocol
}
