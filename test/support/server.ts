/** A server on loopback whose answers a test writes. */

import {createServer} from 'node:http'
import type {IncomingHttpHeaders} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'

export interface Asked {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
  /** The port of the client: another one for each connection. */
  from: number
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Without the request id by which an answer of AWS is known. */
  foreign?: boolean
}

export interface TestServer {
  port: number
  url: string
  asked: Asked[]
  /** Requests that hang, and whose clients still wait. */
  readonly hanging: number
  /** What it answers with from now on. */
  answer(asked: Asked): Reply | Promise<Reply>
  close(): Promise<void>
}

/** `hang`: the request is taken and never answered. `reset`: the connection is cut. */
export type Reply = Answer | 'hang' | 'reset'

export async function serve(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<TestServer> {
  const asked: Asked[] = []
  const hanging = new Set<Socket>()
  const self: TestServer = {
    port: 0,
    url: '',
    asked,
    get hanging() {
      return hanging.size
    },
    answer,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        from: request.socket.remotePort!,
      }
      asked.push(one)
      void Promise.resolve(self.answer(one)).then((reply) => {
        if (reply === 'hang') {
          hanging.add(request.socket)
          request.socket.once('close', () => hanging.delete(request.socket))
          return
        }

        if (reply === 'reset') return request.socket.resetAndDestroy()
        const ofAws = reply.foreign ? {} : {'x-amzn-requestid': 'of-the-test'}
        response.writeHead(reply.status ?? 200, {...ofAws, ...reply.headers})
        response.end(reply.body)
      })
    })
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const {port} = server.address() as AddressInfo
  return Object.assign(self, {port, url: `http://127.0.0.1:${port}`})
}

/**
 * A port that refuses connections. One that was free a moment ago may be another test's by now; this one (tcpmux) nobody is given who asks
 * for any port.
 */
export const CLOSED_PORT = 1
