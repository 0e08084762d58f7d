import {randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'

import {arn, type Lab} from '../../kernel.js'
import {own} from '../../own.js'
import {readBody, sendJson} from '../http.js'
import {ApiMetrics} from './api-metrics.js'
import {authorize} from './authorizer.js'
import {GatewayError, gatewayAnswer, type HttpAnswer} from './gateway-response.js'
import type {JwksCache} from './jwks-cache.js'
import {LambdaAuthorizers} from './lambda-authorizer.js'
import {runProxyIntegration} from './lambda-integration.js'
import {runMockIntegration} from './mock-integration.js'
import {proxyEvent, requestEvent} from './proxy-event.js'
import {gatewayRequest, headerOf, type GatewayRequest} from './request.js'
import {findRoute, type Route} from './routing.js'
import type {ServedApi, ServedStage} from './snapshot.js'
import {TokenBucket} from './token-bucket.js'
import {validateRequest} from './validation.js'

/** AWS's limit of a request's body, in bytes. */
const MAX_BODY = 10 * 1024 * 1024

/** What of a request is its stage, and what its path there. */
export interface Address {
  stageName: string
  path: string
  domain: GatewayRequest['domain']
}

/** The data plane of one REST API: one request in, one answer out, with AWS's status codes. */
export class ApiServer {
  private readonly buckets = new Map<string, TokenBucket>()
  private readonly metrics: ApiMetrics
  private readonly lambdaAuthorizers: LambdaAuthorizers

  constructor(
    private readonly lab: Lab,
    private readonly api: ServedApi,
    private readonly keys: JwksCache,
    /** False where the account has reached its own limit. */
    private readonly accountTakes: () => boolean,
  ) {
    this.metrics = new ApiMetrics(lab, api.region)
    this.lambdaAuthorizers = new LambdaAuthorizers(lab, api.region)
  }

  /** `address`: where a custom domain name leads the request; without it the URL names a stage of the API's own endpoint. */
  handle(request: IncomingMessage, response: ServerResponse, address?: Address): void {
    this.serve(request, response, address).catch((error: Error) => {
      this.lab.log('apigateway', error.stack ?? error.message)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, {message: 'Internal server error'})
    })
  }

  private async serve(request: IncomingMessage, response: ServerResponse, address: Address | undefined): Promise<void> {
    const {api, lab} = this
    const began = performance.now()
    if (lab.faults.has('api-outage', api.region)) return sendJson(response, 503, {message: 'Service Unavailable'})
    const [rawPath = '/', search = ''] = splitOnce(request.url ?? '/', '?')
    const {stageName, path, domain} = address ?? ownAddress(rawPath)
    const stage = api.stage(stageName)
    if ((api.disabled && !address) || !stage) {
      return sendJson(response, 403, {message: 'Forbidden'}, {'x-amzn-errortype': 'ForbiddenException'})
    }

    const asked = {...gatewayRequest(request, randomUUID(), path, search), domain}
    const answer = await this.answer(stage, asked, request).catch((error: unknown) => {
      if (!(error instanceof GatewayError)) throw error
      return gatewayAnswer(error, stage.snapshot.gatewayResponses, asked.requestId)
    })
    send(response, answer, asked)
    this.metrics.add(api.name, stage.name, answer.status, performance.now() - began)
  }

  private async answer(stage: ServedStage, asked: GatewayRequest, message: IncomingMessage): Promise<HttpAnswer> {
    const {snapshot} = stage
    this.passFirewall(stage, asked)
    const route = findRoute(snapshot, asked.method, asked.path)
    if (!route) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN')
    this.throttle(stage, route, asked.method)
    const caller = await this.callerOf(stage, route, asked)
    const body = await readBody(message, MAX_BODY)
    if (!body) throw new GatewayError('REQUEST_TOO_LARGE')
    const request = {...asked, body}
    validateRequest(snapshot, route, request)

    const integration = route.method.methodIntegration
    if (integration?.type === 'MOCK') return runMockIntegration(route.method)
    if (integration?.type !== 'AWS_PROXY') throw new GatewayError('API_CONFIGURATION_ERROR')
    const source = {
      arn: arn('execute-api', this.api.region, `${this.api.id}/${stage.name}/${asked.method}${route.resourcePath}`),
      binaryMediaTypes: snapshot.binaryMediaTypes,
      request,
    }
    const event = proxyEvent(this.api, stage, route, request, caller)
    return runProxyIntegration(this.lab, this.api.region, integration, event, source)
  }

  /** The web ACL is asked before anything else of the API [AWS: Use AWS WAF to protect your REST APIs]. */
  private passFirewall(stage: ServedStage, asked: GatewayRequest): void {
    const {id, region} = this.api
    const firewall = this.lab.service('wafv2')
    const stageArn = `arn:aws:apigateway:${region}::/restapis/${id}/stages/${stage.name}`
    if (!firewall.allows(stageArn, (name) => headerOf(asked, name))) throw new GatewayError('WAF_FILTERED')
  }

  /** What the integration is told of the caller, as `requestContext.authorizer`. */
  private async callerOf(stage: ServedStage, route: Route, asked: GatewayRequest): Promise<object | undefined> {
    const {method} = route
    if (method.authorizationType === 'NONE') return undefined
    const authorizer = own(stage.snapshot.authorizers, method.authorizerId ?? '')
    if (!authorizer) throw new GatewayError('API_CONFIGURATION_ERROR')
    if (method.authorizationType === 'CUSTOM') {
      const event = (): object => requestEvent(this.api, stage, route, asked)
      return this.lambdaAuthorizers.authorize(authorizer, {apiId: this.api.id, stage, request: asked, event})
    }

    const claims = await authorize(
      authorizer,
      method.authorizationScopes ?? [],
      (name) => headerOf(asked, name),
      this.keys,
      (why) => this.lab.log('apigateway', why),
    )
    return {claims}
  }

  private throttle(stage: ServedStage, {resourcePath}: Route, method: string): void {
    if (!this.accountTakes()) throw new GatewayError('THROTTLED')
    const {throttlingRateLimit: rate, throttlingBurstLimit: burst} = stage.settings(resourcePath, method)
    if (rate === undefined || burst === undefined || rate < 0 || burst < 0) return
    const key = `${stage.name} ${resourcePath} ${method}`
    let bucket = this.buckets.get(key)
    if (!bucket?.has(rate, burst)) {
      bucket = new TokenBucket(rate, burst)
      this.buckets.set(key, bucket)
    }

    if (!bucket.take()) throw new GatewayError('THROTTLED')
  }
}

function send(response: ServerResponse, {status, headers, body}: HttpAnswer, {requestId}: GatewayRequest): void {
  response.writeHead(status, {
    ...(headers['content-type'] ? {} : {'content-type': 'application/json'}),
    ...headers,
    'content-length': String(body.length),
    'x-amzn-requestid': requestId,
    'x-amz-apigw-id': requestId,
  })
  response.end(body)
}

function ownAddress(rawPath: string): Address {
  const [, stageName = '', ...rest] = rawPath.split('/')
  return {stageName, path: `/${rest.join('/')}`, domain: undefined}
}

export function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator)
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}
