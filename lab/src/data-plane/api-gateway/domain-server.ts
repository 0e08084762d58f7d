import type {IncomingMessage, ServerResponse} from 'node:http'

import {sendJson} from '../http.js'
import {splitOnce, type Address, type ApiServer} from './api-server.js'

/** Where the base path of a custom domain name leads. */
export interface BasePath {
  server: ApiServer
  /** Undefined: the next part of the path names it. */
  stageName: string | undefined
}

/**
 * The data plane of a custom domain name in one region: the first part of the path, or none, is the base path of an API. Source: "Custom
 * domain name for public REST APIs in API Gateway", API Gateway developer guide.
 */
export class DomainServer {
  constructor(
    private readonly name: string,
    /** Its name in AWS's own DNS, by which nobody is served. */
    private readonly regionalName: string,
    /** The empty one is that of what no other takes. */
    private readonly basePath: (basePath: string) => BasePath | undefined,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    const [path = '/'] = splitOnce(request.url ?? '/', '?')
    const [, first = '', ...rest] = path.split('/')
    const mapped = first === '' ? undefined : this.basePath(first)
    const found = mapped ?? this.basePath('')
    if (!found || request.headers.host?.split(':', 1)[0] === this.regionalName)
      return sendJson(response, 403, {message: 'Forbidden'}, {'x-amzn-errortype': 'ForbiddenException'})
    found.server.handle(request, response, this.addressOf(path, mapped ? rest : [first, ...rest], found.stageName))
  }

  private addressOf(path: string, parts: string[], stage: string | undefined): Address {
    const [stageName = '', ...rest] = stage === undefined ? parts : [stage, ...parts]
    return {stageName, path: `/${rest.join('/')}`, domain: {name: this.name, path}}
  }
}
