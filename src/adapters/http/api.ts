/** The REST API over HTTP, through the edge or at one region directly. */

import {isDeepStrictEqual} from 'node:util'
import type {Deployment, Region} from '../../model/deployment.js'
import {TABLE_MISSING} from '../../model/observation.js'
import type {ApiHealth} from '../../model/observation.js'
import {regionOf} from '../../model/regions.js'
import {withToken} from '../../ports/with-token.js'
import type {ApiAnswer, ApiRequest, Workload} from '../../ports/workload.js'
import type {Api, CallOptions, Tokens} from '../../ports/world.js'
import type {Http} from './http.js'

const SERVED_BY = 'x-served-by-region'

/** By which the template's web ACL counts our requests apart from those of clients: a measured load must not be taken for an attack. */
export const PROBE_HEADER = {'x-todo-dr-probe': '1'}

/** What a request past the edge must bring so that a region's API answers it; `refused` are those that it would not have. */
export type DirectHeaders = (options: CallOptions, refused?: Record<string, string>) => Promise<Record<string, string>>

export interface HttpApiParts {
  http: Http
  deployment: Deployment
  tokens: Tokens
  directHeaders: DirectHeaders
  workload: Workload
}

export class HttpApi implements Api {
  readonly #http: Http
  readonly #deployment: Deployment
  readonly #tokens: Tokens
  readonly #directHeaders: DirectHeaders
  readonly #workload: Workload

  constructor({http, deployment, tokens, directHeaders, workload}: HttpApiParts) {
    this.#http = http
    this.#deployment = deployment
    this.#tokens = tokens
    this.#directHeaders = directHeaders
    this.#workload = workload
  }

  async edge(request: ApiRequest, options: CallOptions = {}): Promise<ApiAnswer> {
    return this.#send(this.#deployment.edge.url, request, PROBE_HEADER, options)
  }

  async direct(region: Region, request: ApiRequest, options: CallOptions = {}): Promise<ApiAnswer> {
    const {apiUrl} = regionOf(this.#deployment, region)
    const headers = await this.#directHeaders(options)
    const answer = await this.#send(apiUrl, request, headers, options)
    if (answer.status !== 403) return answer
    // The key of the edge may have been changed since it was read. It is asked for before any function.
    const fresh = await this.#directHeaders(options, headers)
    return isDeepStrictEqual(fresh, headers) ? answer : this.#send(apiUrl, request, fresh, options)
  }

  /** With a token of the region's own pool if that answers. */
  async health(region: Region, options: CallOptions = {}): Promise<ApiHealth> {
    let latencyMs = 0
    const answer = await withToken(this.#tokens, region, options, async (token) => {
      const since = performance.now()
      const answered = await this.direct(region, {...this.#workload.read(), token}, options)
      latencyMs = performance.now() - since
      return answered
    })
    const {status, body} = answer
    if (this.#workload.outcomeOf('read', answer) === 'ok') return {status, ok: true, latencyMs}
    const code = this.#workload.isTableMissing(answer) ? TABLE_MISSING : this.#workload.errorOf(body)?.code
    return {status, ok: false, latencyMs, code}
  }

  async #send(
    base: string,
    request: ApiRequest,
    more: Record<string, string>,
    {signal}: CallOptions,
  ): Promise<ApiAnswer> {
    const url = new URL(base.replace(/\/$/, '') + request.path)
    url.search = new URLSearchParams(request.query).toString()
    const {status, headers, text} = await this.#http.request({
      method: request.method,
      url,
      headers: {
        ...more,
        accept: 'application/json',
        ...(request.token !== undefined && {authorization: request.token}),
        ...(request.body !== undefined && {'content-type': 'application/json'}),
      },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      signal,
      timeoutMs: request.timeoutMs,
    })
    return {status, headers, region: headers[SERVED_BY], body: parsed(text)}
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
