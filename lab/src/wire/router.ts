/** The control plane: one HTTP port for every service and region. Each request says by its signature whom it is for. */

import {randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'

import type {Governance} from '../govern/index.js'
import {AnswerLost} from '../govern/weather.js'
import {fault, ServiceFault, type Faults, type Service} from '../kernel.js'
import {blank} from '../own.js'
import {isRegion} from '../regions.js'
import {nameRefusal, unsigned, wrongRegion} from './authentication.js'
import {readBody} from './body.js'
import {decodeAwsChunked, isAwsChunked} from './chunked.js'
import {decode, encode, encodeFault, protocolOf} from './codec.js'
import type {Credentials} from './credentials.js'
import {splitTarget, type WireRequest, type WireResponse} from './messages.js'
import {serviceModel, type ServiceModel} from './model.js'
import {dependsOn, RegionGate} from './region-gate.js'
import {scopeOf, type SignatureScope} from './scope.js'
import {verify} from './sigv4.js'

/** AWS's largest single body here is an S3 PutObject of 5 GB; the lab holds bodies in memory. */
const MAX_BODY_BYTES = 256 * 1024 * 1024

export interface RouterOptions {
  services: ReadonlyMap<string, Service>
  faults: Faults
  credentials: Credentials
  governance: Governance
  /** Where a call goes that carries no region. */
  defaultRegion: string
  log(part: string, text: string): void
}

interface Addressed {
  scope: SignatureScope | undefined
  signingName: string | undefined
  region: string
  /** A refusal that is told only after the region has been found alive. */
  refusal: unknown
}

export class Router {
  private readonly gate: RegionGate

  constructor(private readonly options: RouterOptions) {
    this.gate = new RegionGate(options.faults)
  }

  /** Never throws: whatever goes wrong inside the lab is a 500 InternalFailure and a line in its log. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const wire: WireRequest = {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: flatHeaders(request),
      body: Buffer.alloc(0),
    }
    const addressed = this.address(wire)
    const service = addressed.signingName === undefined ? undefined : this.options.services.get(addressed.signingName)
    if (!this.gate.enter(request, dependsOn(service?.api.placement ?? 'regional', addressed.region))) return
    let answer: WireResponse
    let model: ServiceModel | undefined
    try {
      wire.body = await readBody(request, MAX_BODY_BYTES)
      model = service && (await serviceModel(service.api))
      answer = await this.carryOut(wire, addressed, service, model, requestId)
    } catch (error) {
      if (error instanceof AnswerLost) {
        if (this.gate.leave(request)) request.socket.resetAndDestroy()
        return
      }

      answer = this.refuse(error, wire, addressed, model, requestId)
    }

    if (!this.gate.leave(request)) return
    send(request, response, answer, requestId, this.options.governance.clock.now())
  }

  private async carryOut(
    wire: WireRequest,
    {scope, signingName, region, refusal}: Addressed,
    service: Service | undefined,
    model: ServiceModel | undefined,
    requestId: string,
  ): Promise<WireResponse> {
    if (refusal) throw refusal
    const {credentials, governance} = this.options
    const caller = scope && verify(wire, scope, credentials, governance.clock.now())
    if (!service || !model) throw notImplemented(`${signingName ?? 'unknown'}.${nameOf(wire)}`)
    if (isAwsChunked(wire.headers)) unchunk(wire)
    const decoded = await decode(model, wire)
    const {name} = decoded.operation
    if (!scope && !isUnsigned(service, name)) throw unsigned()
    const {input, protocol} = decoded
    const {method} = wire
    const {path} = splitTarget(wire.url)
    const call = {service: service.api.signingName, operation: name, input, region, method, path, protocol, caller}
    return governance.carry(service.api, call, async () => {
      const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
      if (!operation) throw notImplemented(`${signingName}.${name}`)
      const context = {region, requestId, callerArn: caller?.arn, callerId: caller?.userId}
      const perform = async () => (await operation.call(service, input, context)) as Record<string, unknown> | undefined
      const output = await governance.read(service.api, call, perform)
      return encode(model, decoded, output, requestId)
    })
  }

  private address(wire: WireRequest): Addressed {
    const {defaultRegion} = this.options
    try {
      const scope = scopeOf(wire.url, wire.headers)
      if (scope) {
        const region = scope.region === '*' ? defaultRegion : scope.region
        return {scope, signingName: scope.service, region, refusal: isRegion(region) ? undefined : wrongRegion(region)}
      }

      const service = this.ofTarget(wire.headers['x-amz-target'])
      const refusal = isUnsigned(service, nameOf(wire)) ? undefined : unsigned()
      return {scope, signingName: service?.api.signingName, region: defaultRegion, refusal}
    } catch (error) {
      return {scope: undefined, signingName: undefined, region: defaultRegion, refusal: error}
    }
  }

  /** The service that an unsigned call names. */
  private ofTarget(target = ''): Service | undefined {
    return [...this.options.services.values()].find(
      ({api: {unsigned: some}}) => some && target.startsWith(`${some.target}.`),
    )
  }

  private refuse(
    error: unknown,
    wire: WireRequest,
    {signingName, region}: Addressed,
    model: ServiceModel | undefined,
    requestId: string,
  ): WireResponse {
    const named = nameRefusal(error, protocolOf(wire, model), signingName)
    if (named instanceof ServiceFault) return encodeFault(named, wire, requestId, model)
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.options.log('wire', `${signingName ?? '?'} ${nameOf(wire)} in ${region} failed (${requestId}): ${text}`)
    const internal = fault('InternalFailure', 'The lab has an internal error; see `todo-dr lab logs`.', 500)
    return encodeFault(internal, wire, requestId, model)
  }
}

const isUnsigned = (service: Service | undefined, operation: string): boolean =>
  service?.api.unsigned?.operations.has(operation) ?? false

const notImplemented = (what: string): ServiceFault => fault('NotImplemented', `NotImplemented: ${what}`, 501)

/** For messages: the operation as far as it can be told without a model. */
function nameOf(wire: WireRequest): string {
  const target = wire.headers['x-amz-target']?.split('.').pop()
  if (target) return target
  const action = /(?:^|[&?])Action=(\w+)/.exec(
    wire.body.length > 0 && wire.body.length < 65_536 ? wire.body.toString('latin1') : wire.url,
  )?.[1]
  return action ?? `${wire.method} ${wire.url.split('?', 1)[0]}`
}

function unchunk(wire: WireRequest): void {
  const {body, trailers} = decodeAwsChunked(wire.body)
  wire.body = body
  for (const [name, value] of Object.entries(trailers))
    if (name.startsWith('x-amz-checksum-')) wire.headers[name] = value
  const encodings = (wire.headers['content-encoding'] ?? '').split(',').map((one) => one.trim())
  const rest = encodings.filter((one) => one && one !== 'aws-chunked').join(', ')
  if (rest) wire.headers['content-encoding'] = rest
  else delete wire.headers['content-encoding']
  wire.headers['content-length'] = String(wire.body.length)
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers = blank<string>()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }

  return headers
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: WireResponse,
  requestId: string,
  now: number,
): void {
  const body = bytesOf(answer.body)
  // A HEAD has no body, yet its length is that of the object (S3), which the service states in a header of its own.
  const length = answer.headers['content-length'] ?? String(body.length)
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': request.method === 'HEAD' ? length : String(body.length),
    date: new Date(now).toUTCString(),
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
