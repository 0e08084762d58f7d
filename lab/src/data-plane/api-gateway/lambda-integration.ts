import type {Integration} from '@aws-sdk/client-api-gateway'

import {ServiceFault, type Lab} from '../../kernel.js'
import {blank} from '../../own.js'
import {GatewayError, type HttpAnswer} from './gateway-response.js'
import {headerOf, isBinary, type GatewayRequest} from './request.js'
import {mayInvoke} from '../lambda/may-invoke.js'

/** AWS's default limit of an integration, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 29_000

/** Headers of a function that API Gateway renames, so that they can't break the connection [AWS: Important notes]. */
const REMAPPED = new Set(
  'connection content-length content-md5 date expect host max-forwards proxy-authenticate server te trailer transfer-encoding upgrade via www-authenticate'.split(
    ' ',
  ),
)

interface ProxyResult {
  statusCode?: unknown
  headers?: unknown
  multiValueHeaders?: unknown
  body?: unknown
  isBase64Encoded?: unknown
}

/** As functions' policies name it. */
export const GATEWAY = 'apigateway.amazonaws.com'

/** The function's ARN out of `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`. */
export const functionArnOf = (uri: string | undefined): string | undefined =>
  /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri ?? '')?.[1]

/** Calls the function and turns its result into an answer. @throws GatewayError */
export async function runProxyIntegration(
  lab: Lab,
  region: string,
  integration: Integration,
  event: object,
  source: {arn: string; request: GatewayRequest; binaryMediaTypes: string[]},
): Promise<HttpAnswer> {
  const functionArn = functionArnOf(integration.uri) ?? ''
  const where = functionArn.split(':')[3] || region
  const allowed =
    integration.credentials !== undefined ||
    (await mayInvoke(lab, where, functionArn, {service: GATEWAY, arn: source.arn}))
  if (!allowed) throw new GatewayError('API_CONFIGURATION_ERROR')

  const call = lab.call(
    'lambda',
    'Invoke',
    {FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event))},
    where,
  )
  const {FunctionError, Payload} = await inTime(call, integration.timeoutInMillis ?? DEFAULT_TIMEOUT_MS).catch(
    (error) => {
      throw invocationError(error)
    },
  )
  // An error of the function, and a result of another shape: 502, told apart in the logs only.
  const answer = FunctionError ? undefined : answerOf(Payload as Uint8Array, source)
  if (!answer) throw new GatewayError('DEFAULT_5XX', 502)
  return answer
}

/**
 * Why a function was not run. A throttled function gives 500, neither 429 nor 502: the proxy integration does not hand
 * Lambda's own status on [AWS re:Post, "API Gateway proxy integration does not forward Lambda throttling"; not in the
 * reference].
 */
function invocationError(error: unknown): Error {
  if (error instanceof GatewayError) return error
  if (error instanceof ServiceFault && error.code === 'RequestTooLargeException')
    return new GatewayError('REQUEST_TOO_LARGE')
  if (error instanceof ServiceFault && error.code === 'TooManyRequestsException') return new GatewayError('DEFAULT_5XX')
  if (error instanceof ServiceFault) return new GatewayError('API_CONFIGURATION_ERROR')
  return error as Error
}

function inTime<T>(call: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new GatewayError('INTEGRATION_TIMEOUT')), ms)
  })
  return Promise.race([call, timeout]).finally(() => clearTimeout(timer))
}

/** Undefined for what is no proxy result. */
function answerOf(
  payload: Uint8Array,
  {request, binaryMediaTypes}: {request: GatewayRequest; binaryMediaTypes: string[]},
): HttpAnswer | undefined {
  const result = JSON.parse(Buffer.from(payload).toString()) as ProxyResult | null
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined
  const status = Number(result.statusCode)
  const headers = headersOf(result)
  const body = result.body ?? ''
  if (!Number.isInteger(status) || status < 100 || status > 599 || !headers || typeof body !== 'string')
    return undefined
  const decode = result.isBase64Encoded === true && isBinary(binaryMediaTypes, headerOf(request, 'accept'))
  return {status, headers, body: Buffer.from(body, decode ? 'base64' : 'utf8')}
}

function headersOf({headers, multiValueHeaders}: ProxyResult): HttpAnswer['headers'] | undefined {
  const all: HttpAnswer['headers'] = blank()
  for (const [name, value] of Object.entries(asRecord(headers))) {
    if (typeof value === 'object') return undefined
    all[renamed(name)] = String(value)
  }

  for (const [name, values] of Object.entries(asRecord(multiValueHeaders))) {
    if (!Array.isArray(values)) return undefined
    all[renamed(name)] = values.map(String)
  }

  return all
}

const asRecord = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>
const renamed = (name: string): string =>
  (REMAPPED.has(name.toLowerCase()) ? `x-amzn-remapped-${name}` : name).toLowerCase()
