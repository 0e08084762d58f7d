import {randomBytes} from 'node:crypto'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

import {guarded} from '../../guard.js'

/** An execution environment as the Runtime API sees it. */
export interface RuntimePeer {
  /** The environment has nothing to do; `deliver` gives it a call. */
  onNext(deliver: (headers: Record<string, string>, payload: Buffer) => void): void
  onResponse(id: string, payload: Buffer): void
  onError(id: string, payload: Buffer): void
  onInitError(payload: Buffer): void
}

/** Lambda's limit of a synchronous answer, 6 MB, and room for an error's trace. */
const MAX_BODY = 7 * 1024 * 1024

/**
 * The server side of the Lambda Runtime API (2018-06-01) for all environments of a lab. Each environment has a prefix of
 * its own that nobody can guess, so that one function can't take the calls of another.
 */
export class RuntimeApi {
  private readonly peers = new Map<string, RuntimePeer>()

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(): Promise<RuntimeApi> {
    const server = createServer({keepAlive: true})
    // A handler may think for 15 minutes between two requests on its connection.
    server.keepAliveTimeout = 0
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({host: '127.0.0.1', port: 0, exclusive: true}, resolve)
    })
    const api = new RuntimeApi(server, (server.address() as AddressInfo).port)
    const answer = guarded({opensTo: 'programs'}, (request, response) => {
      api.handle(request, response).catch(() => response.destroy())
    })
    server.on('request', answer)
    return api
  }

  /** The environment's AWS_LAMBDA_RUNTIME_API, and how to leave. */
  attach(peer: RuntimePeer): {address: string; detach: () => void} {
    const token = randomBytes(16).toString('hex')
    this.peers.set(token, peer)
    return {address: `127.0.0.1:${this.port}/${token}`, detach: () => this.peers.delete(token)}
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token = '', version, part, ...rest] = (request.url ?? '').split('/')
    const peer = this.peers.get(token)
    if (!peer || version !== '2018-06-01' || part !== 'runtime') return refuse(response, 403)

    const route = `${request.method} ${rest[0]}/${rest.length === 3 ? rest[2] : rest[1]}`
    if (route === 'GET invocation/next') {
      return peer.onNext((headers, payload) => response.writeHead(200, headers).end(payload))
    }

    const body = await read(request)
    if (body === undefined) return refuse(response, 413)
    const id = rest[1] ?? ''
    switch (route) {
      case 'POST invocation/response': {
        peer.onResponse(id, body)
        break
      }
      case 'POST invocation/error': {
        peer.onError(id, body)
        break
      }
      case 'POST init/error': {
        peer.onInitError(body)
        break
      }
      default:
        return refuse(response, 404)
    }
    response.writeHead(202, {'content-type': 'application/json'}).end('{"status":"OK"}')
  }
}

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, {connection: 'close'}).end()
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return undefined
    chunks.push(chunk)
  }

  return Buffer.concat(chunks)
}
