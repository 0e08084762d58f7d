import {ACCOUNT} from '../../kernel.js'
import {headerOf, isBinary, multi, single, type GatewayRequest} from './request.js'
import type {Route} from './routing.js'
import type {ServedApi, ServedStage} from './snapshot.js'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * The event of a Lambda proxy integration, format 1.0 [AWS: Input format of a Lambda function for proxy integration].
 * A body of a binary media type comes in base64; every other body is read as UTF-8, bytes that are none become U+FFFD.
 */
export function proxyEvent(
  api: ServedApi,
  stage: ServedStage,
  route: Route,
  request: GatewayRequest,
  caller: object | undefined,
): object {
  const headers = forwarded(request)
  const binary = isBinary(stage.snapshot.binaryMediaTypes, headerOf(request, 'content-type'))
  return {
    resource: route.resourcePath,
    path: request.domain?.path ?? request.path,
    httpMethod: request.method,
    headers: single(headers),
    multiValueHeaders: multi(headers),
    queryStringParameters: single(request.query),
    multiValueQueryStringParameters: multi(request.query),
    pathParameters: Object.keys(route.pathParameters).length > 0 ? route.pathParameters : null,
    stageVariables: Object.keys(stage.variables).length > 0 ? stage.variables : null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: api.id,
      authorizer: caller,
      domainName: request.domain?.name ?? api.hostname,
      domainPrefix: request.domain?.name.split('.', 1)[0] ?? api.id,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: identity(request),
      path: request.domain?.path ?? `/${stage.name}${request.path}`,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: commonLogTime(request.receivedAt),
      requestTimeEpoch: request.receivedAt.getTime(),
      resourceId: route.resourceId,
      resourcePath: route.resourcePath,
      stage: stage.name,
    },
    body: request.body.length > 0 ? request.body.toString(binary ? 'base64' : 'utf8') : null,
    isBase64Encoded: binary && request.body.length > 0,
  }
}

/** What a REQUEST authorizer is told: the same without a body [AWS: Input to an API Gateway Lambda authorizer]. */
export function requestEvent(api: ServedApi, stage: ServedStage, route: Route, request: GatewayRequest): object {
  const event: Record<string, unknown> = {...proxyEvent(api, stage, route, request, undefined)}
  delete event.body
  delete event.isBase64Encoded
  return event
}

/** The client's headers, and those that API Gateway adds. TLS ends before the lab, as it does before a function. */
function forwarded(request: GatewayRequest): [string, string][] {
  const dropped = new Set([
    'connection',
    'keep-alive',
    'transfer-encoding',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-amzn-trace-id',
  ])
  const hops = [headerOf(request, 'x-forwarded-for'), request.sourceIp].filter(Boolean).join(', ')
  return [
    ...request.headers.filter(([name]) => !dropped.has(name.toLowerCase())),
    ['X-Amzn-Trace-Id', headerOf(request, 'x-amzn-trace-id') ?? `Root=1-${traceId(request)}`],
    ['X-Forwarded-For', hops],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ]
}

const traceId = ({receivedAt, requestId}: GatewayRequest): string =>
  `${Math.floor(receivedAt.getTime() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)}`

const identity = (request: GatewayRequest): object => ({
  accessKey: null,
  accountId: null,
  caller: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp: request.sourceIp,
  user: null,
  userAgent: headerOf(request, 'user-agent') ?? null,
  userArn: null,
})

/** As in `09/Apr/2015:12:34:56 +0000`. */
function commonLogTime(at: Date): string {
  const day = String(at.getUTCDate()).padStart(2, '0')
  return `${day}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`
}
