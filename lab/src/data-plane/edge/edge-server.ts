import {randomBytes} from 'node:crypto'
import type {IncomingMessage, OutgoingHttpHeaders, ServerResponse} from 'node:http'
import {pipeline} from 'node:stream'

import {blank} from '../../own.js'
import {readBody} from '../http.js'
import type {EdgeBehavior, EdgeConfig, ErrorTtls, ResponseHeader} from './edge-config.js'
import {EdgeFunctionError, type EdgeFunction, type OriginChoice} from './edge-function.js'
import type {EdgeMetrics} from './edge-metrics.js'
import {ErrorCache, type KeptError} from './error-cache.js'
import {errorPage} from './error-page.js'
import {OriginFailure, type OriginClient, type OriginResponse} from './origin-client.js'
import {planOrigins, type Plan} from './origin-choice.js'
import {
  InvalidFunctionResult,
  applyResult,
  viewerEvent,
  viewerRequest,
  type GeneratedResponse,
  type ViewerRequest,
} from './viewer-request.js'

/** Twice what API Gateway takes: that limit is to be met at the origin. AWS's own is 50 GB. */
const MAX_BODY = 20 * 1024 * 1024
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const FUNCTION_ERROR =
  "The CloudFront function associated with the CloudFront distribution is invalid or could not run. We can't connect to the server for this app or website at this time."

export interface ServedDistribution {
  id: string
  domainName: string
  /** What has reached the edge; undefined before the first deployment has. */
  served(): EdgeConfig | undefined
  function(arn: string): EdgeFunction | undefined
}

/** The edge of one distribution. It belongs to no region and outlives the loss of any. */
export class EdgeServer {
  private readonly errors = new ErrorCache()

  constructor(
    private readonly distribution: ServedDistribution,
    private readonly origins: OriginClient,
    private readonly metrics: EdgeMetrics,
    private readonly log: (text: string) => void,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    const id = randomBytes(42).toString('base64url')
    response.once('finish', () => this.metrics.add(response.statusCode))
    this.serve(request, response, id).catch((error: Error) => {
      if (!(error instanceof OriginFailure)) this.log(error.stack ?? error.message)
      if (response.headersSent) response.destroy()
      else this.fail(response, id, error instanceof OriginFailure ? error.status : 500, error.message)
    })
  }

  /** Forgets what it has kept of the paths that match. */
  forget(matches: (path: string) => boolean): void {
    this.errors.forget(matches)
  }

  private async serve(message: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const {distribution} = this
    const config = distribution.served()
    if (!config) return this.fail(response, id, 503, 'The distribution is not deployed yet.')
    if (!config.enabled) return this.fail(response, id, 403, 'Bad request. The distribution is disabled.')

    const body = await readBody(message, MAX_BODY)
    if (!body) return this.fail(response, id, 413, 'The request is too large.')
    const request = viewerRequest(message, id, body)
    const behavior = config.behaviors.find((one) => one.matches(request.uri)) as EdgeBehavior
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!behavior.allowedMethods.has(request.method) || (isRead && body.length > 0)) {
      return this.fail(
        response,
        id,
        403,
        'This distribution is not configured to allow the HTTP request method that was used for this request.',
      )
    }

    const routed = this.route(config, behavior, request, response)
    if (!routed) return
    const kept = this.errors.find(ErrorCache.keyOf(routed.request))
    if (kept) this.answer(response, kept, id, 'Error')
    else await this.forward(routed.request, routed.plan, {behavior, ttls: config.errorTtls}, response)
  }

  /** Runs the function, if there is one. Undefined: it, or its failure, has answered. */
  private route(
    config: EdgeConfig,
    behavior: EdgeBehavior,
    request: ViewerRequest,
    response: ServerResponse,
  ): {request: ViewerRequest; plan: Plan} | undefined {
    const rooted = (one: ViewerRequest): ViewerRequest =>
      one.uri === '/' && config.defaultRootObject ? {...one, uri: `/${config.defaultRootObject}`} : one
    const plan = (choice: OriginChoice | undefined) => planOrigins(config, behavior, request.method, choice)
    if (!behavior.functionArn) return {request: rooted(request), plan: plan(undefined)}
    try {
      const code = this.distribution.function(behavior.functionArn)
      if (!code) throw new EdgeFunctionError(`${behavior.functionArn} is not published`)
      const {result, choice} = code.run(viewerEvent(request, this.distribution), (one) => refusalOf(() => plan(one)))
      const applied = applyResult(request, result)
      if (!('status' in applied)) return {request: rooted(applied), plan: plan(choice)}
      this.answer(response, applied, request.id)
    } catch (error) {
      if (!(error instanceof EdgeFunctionError || error instanceof InvalidFunctionResult)) throw error
      this.log(`function: ${error.message}`)
      if (error instanceof InvalidFunctionResult)
        this.fail(response, request.id, 502, FUNCTION_ERROR, 'FunctionValidationError')
      else this.fail(response, request.id, 503, FUNCTION_ERROR, 'FunctionExecutionError')
    }

    return undefined
  }

  /** Tries the plan's origins in turn; the last one's answer or failure is the viewer's. */
  private async forward(
    request: ViewerRequest,
    {origins, failOverOn}: Plan,
    {behavior: {forward, responseHeaders}, ttls}: {behavior: EdgeBehavior; ttls: ErrorTtls},
    response: ServerResponse,
  ): Promise<void> {
    for (const [index, origin] of origins.entries()) {
      const isLast = index === origins.length - 1
      try {
        const answer = await this.origins.send(origin, request, forward, this.distribution.domainName)
        if (isLast || !failOverOn.has(answer.statusCode)) {
          return await this.relay(answer, request, {added: responseHeaders, ttls}, response)
        }

        await answer.body.dump()
      } catch (error) {
        if (!(error instanceof OriginFailure)) throw error
        if (isLast) return this.failed(error, request, ttls, response)
      }
    }
  }

  private async relay(
    answer: OriginResponse,
    request: ViewerRequest,
    {added, ttls}: {added: readonly ResponseHeader[]; ttls: ErrorTtls},
    response: ServerResponse,
  ): Promise<void> {
    const {statusCode: status, body} = answer
    const headers: OutgoingHttpHeaders = blank()
    for (const [name, value] of Object.entries(answer.headers)) if (!HOP_BY_HOP.has(name)) headers[name] = value
    for (const {name, value, wins} of added) if (wins || headers[name] === undefined) headers[name] = value
    const key = ErrorCache.keyOf(request)
    const ttlMs = ErrorCache.ttlOf(status, headers['cache-control'], ttls)
    if (key !== undefined && ttlMs > 0) {
      const kept = {status, headers: headers as KeptError['headers'], body: Buffer.from(await body.arrayBuffer())}
      this.errors.keep(key, kept, ttlMs)
      return this.answer(response, kept, request.id, 'Error')
    }

    response.writeHead(status, {...headers, ...this.marks(request.id, status < 400 ? 'Miss' : 'Error')})
    pipeline(body, response, (error) => {
      // The origin broke off in the middle: so does the edge, lest half an answer look whole.
      if (error) response.destroy()
    })
  }

  /** An origin that gives no answer counts as one that answers 5xx. */
  private failed(
    {status, message}: OriginFailure,
    request: ViewerRequest,
    ttls: ErrorTtls,
    response: ServerResponse,
  ): void {
    const page = errorPage(message, {status, id: request.id})
    const key = ErrorCache.keyOf(request)
    const ttlMs = ErrorCache.ttlOf(status, undefined, ttls)
    if (key !== undefined && ttlMs > 0) this.errors.keep(key, page, ttlMs)
    this.answer(response, page, request.id, 'Error')
  }

  private answer(
    response: ServerResponse,
    {status, headers, body}: GeneratedResponse,
    id: string,
    cache = 'FunctionGeneratedResponse',
  ): void {
    const isHead = response.req.method === 'HEAD'
    response.writeHead(status, {
      ...headers,
      ...(!isHead && {'content-length': String(body.length)}),
      ...this.marks(id, cache),
    })
    response.end(isHead ? undefined : body)
  }

  private marks(id: string, cache: string): Record<string, string> {
    return {
      'x-cache': `${cache} from cloudfront`,
      via: `1.1 ${this.distribution.domainName} (CloudFront)`,
      'x-amz-cf-pop': 'LAB50-C1',
      'x-amz-cf-id': id,
    }
  }

  private fail(response: ServerResponse, id: string, status: number, text: string, source = 'Error'): void {
    this.answer(response, errorPage(text, {status, id}), id, source)
  }
}

function refusalOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
