import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import {syncBuiltinESMExports} from 'node:module'
import net from 'node:net'

/** Where CloudFormation, in the lab, lets a custom resource reply; CDK's own entry point drops the port of that URL. */
const REPLY_HOST = 'cloudformation-custom-resource-response.lab'

const AWS_SUFFIX = /\.(amazonaws\.com|amazonaws\.com\.cn|amazoncognito\.com|cloudfront\.net|api\.aws)$/i

type ConnectOptions = Omit<net.TcpSocketConnectOpts, 'lookup'> & {lookup?: unknown}

/**
 * Makes names in AWS's shape resolve to where the lab serves them, for this process only. A name that the table lacks,
 * such as another region's for a function in a network, fails with ENOTFOUND, as a name of a lost region would: no handler
 * can lean on the other side without being seen.
 */
export class NameResolution {
  private table = new Map<string, number>()

  /** Replaces the table: host name -> port on loopback. */
  update(table: Record<string, number>): void {
    this.table = new Map(Object.entries(table))
  }

  /** Call before the handler's module is loaded, so that it and its libraries see these functions only. */
  install(endpoint: string): void {
    this.interceptConnect()
    this.interceptLookup()
    interceptHttps(new URL(endpoint), (hostname) => this.table.get(hostname))
    syncBuiltinESMExports()
  }

  private interceptConnect(): void {
    const connect = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket
    const normalize = (net as unknown as {_normalizeArgs(args: unknown[]): unknown[]})._normalizeArgs
    const redirect = (options: ConnectOptions): ConnectOptions => {
      const port = this.table.get(String(options.host ?? '').toLowerCase())
      if (port !== undefined) return {...options, host: '127.0.0.1', port}
      return isAwsName(options.host) ? {...options, lookup: failLookup} : options
    }

    net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
      // net.connect passes one array that is normalized, and marked as such: keep the array, change its first element.
      const normalized = Array.isArray(args[0]) ? (args[0] as unknown[]) : normalize(args)
      normalized[0] = redirect(normalized[0] as ConnectOptions)
      return connect.call(this, normalized)
    } as typeof net.Socket.prototype.connect
  }

  private interceptLookup(): void {
    const {lookup} = dns
    const {lookup: lookupAsync} = dns.promises
    const known = (hostname: unknown) => this.table.has(String(hostname).toLowerCase())

    dns.lookup = ((hostname: string, ...rest: unknown[]) => {
      if (known(hostname)) return (lookup as (...args: unknown[]) => void)('127.0.0.1', ...rest)
      if (!isAwsName(hostname)) return (lookup as (...args: unknown[]) => void)(hostname, ...rest)
      failLookup(hostname, undefined, rest.at(-1) as (error: Error) => void)
    }) as typeof dns.lookup

    dns.promises.lookup = (async (hostname: string, ...rest: unknown[]) => {
      if (isAwsName(hostname) && !known(hostname)) throw notFound(hostname)
      return (lookupAsync as (...args: unknown[]) => unknown)(known(hostname) ? '127.0.0.1' : hostname, ...rest)
    }) as typeof dns.promises.lookup
  }
}

const isAwsName = (hostname: unknown): boolean => typeof hostname === 'string' && AWS_SUFFIX.test(hostname)

const notFound = (hostname: string): Error =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    errno: -3008,
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  })

function failLookup(hostname: string, _options: unknown, callback: (error: Error) => void): void {
  process.nextTick(callback, notFound(hostname))
}

/**
 * Sends what goes by HTTPS to a name of the lab, and the replies of custom resources, over plain HTTP: there TLS ends before the lab, as
 * it does on AWS before a function. Every other request passes untouched.
 */
function interceptHttps(endpoint: URL, portOf: (hostname: string) => number | undefined): void {
  const {request} = https
  const intercepted = (...args: unknown[]): http.ClientRequest => {
    const [first] = args
    const url = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined
    const given = args.slice(url ? 1 : 0).find((argument) => typeof argument === 'object') as
      https.RequestOptions | undefined
    const hostname = url?.hostname ?? given?.hostname ?? given?.host ?? ''
    const path = given?.path ?? (url ? url.pathname + url.search : '/')
    const isReply = hostname === REPLY_HOST
    const port = isReply ? endpoint.port : portOf(hostname.toLowerCase())
    if (port === undefined) return (request as (...all: unknown[]) => http.ClientRequest)(...args)

    const callback = args.find((argument) => typeof argument === 'function') as
      ((response: http.IncomingMessage) => void) | undefined
    const {headers, method, signal, timeout} = given ?? {}
    const plain = {headers, method, signal, timeout, hostname: isReply ? endpoint.hostname : '127.0.0.1', port}
    return isReply
      ? http.request({...plain, path: `/_cfn-response${path}`}, callback)
      : http.request({...plain, path, headers: {...(headers as http.OutgoingHttpHeaders), host: hostname}}, callback)
  }
  https.request = intercepted as typeof https.request
  https.get = ((...args: unknown[]) => intercepted(...args).end()) as typeof https.get
}
