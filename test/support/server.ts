/** A server on loopback whose answers a test writes. */

import {createServer} from 'node:http'
import type {IncomingHttpHeaders} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface Asked {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string
}

export interface TestServer {
  port: number
  url: string
  asked: Asked[]
  close(): Promise<void>
}

/** `hang`: the request is taken and never answered. `reset`: the connection is cut. */
export type Reply = Answer | 'hang' | 'reset'

export async function serve(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<TestServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      }
      asked.push(one)
      void Promise.resolve(answer(one)).then((reply) => {
        if (reply === 'hang') return
        if (reply === 'reset') return request.socket.resetAndDestroy()
        response.writeHead(reply.status ?? 200, reply.headers)
        response.end(reply.body)
      })
    })
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const {port} = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** A port that refuses connections. */
export async function closedPort(): Promise<number> {
  const server = await serve(() => 'hang')
  await server.close()
  return server.port
}
