/**
 * One look of a health checker at an endpoint. Source of the times, of what is healthy and of the 5,120 bytes: "How Amazon Route 53
 * determines whether a health check is healthy", Route 53 developer guide. The texts are in the form of GetHealthCheckStatus in its API
 * reference; those of failures are assumed.
 */

import {request, STATUS_CODES, type IncomingMessage} from 'node:http'
import {connect} from 'node:net'

const CONNECT_MS = 4000
const TCP_CONNECT_MS = 10_000
const RESPONSE_MS = 2000
const SEARCHED_BYTES = 5120

export interface Endpoint {
  /** Of the health check, which names itself in its requests. */
  id: string
  scheme: 'HTTP' | 'HTTPS' | 'TCP'
  hostname: string
  path: string
  /** That the body must have. */
  searchString: string | undefined
}

export interface Observation {
  healthy: boolean
  text: string
}

const failure = (why: string): Observation => ({healthy: false, text: `Failure: ${why}`})

/** `port`: on loopback, where TLS has ended already; undefined where the name leads nowhere. Never rejects. */
export function look(endpoint: Endpoint, port: number | undefined): Promise<Observation> {
  if (port === undefined)
    return Promise.resolve(failure('DNS resolution failed: the lab has nothing of this name and port.'))
  return endpoint.scheme === 'TCP' ? lookTcp(port) : lookHttp(endpoint, port)
}

function lookTcp(port: number): Promise<Observation> {
  return new Promise((resolve) => {
    const socket = connect({host: '127.0.0.1', port, timeout: TCP_CONNECT_MS})
    const end = (observation: Observation): void => {
      socket.destroy()
      resolve(observation)
    }

    socket.once('connect', () => end({healthy: true, text: 'Success: TCP connection succeeded.'}))
    socket.once('timeout', () => end(failure('TCP connection timed out.')))
    socket.once('error', (error) => end(failure(`TCP connection failed: ${error.message}.`)))
  })
}

function lookHttp({id, hostname, path, searchString}: Endpoint, port: number): Promise<Observation> {
  return new Promise((resolve) => {
    const headers = {
      host: hostname,
      'user-agent': `Amazon-Route53-Health-Check-Service (ref ${id}; report http://amzn.to/1vsZADi)`,
    }
    const asked = request({host: '127.0.0.1', port, path, headers, agent: false})
    let deadline = setTimeout(() => asked.destroy(new Error('connection timed out')), CONNECT_MS)
    const within = (ms: number, what: string): void => {
      clearTimeout(deadline)
      deadline = setTimeout(() => asked.destroy(new Error(what)), ms)
    }

    const end = (observation: Observation): void => {
      clearTimeout(deadline)
      asked.destroy()
      resolve(observation)
    }

    asked.once('socket', (socket) =>
      socket.once('connect', () => within(RESPONSE_MS, 'no response within two seconds')),
    )
    asked.on('error', (error) => end(failure(`The connection failed: ${error.message}.`)))
    asked.once('response', (response) => {
      const status = response.statusCode ?? 0
      const text = `HTTP Status Code ${status}, ${STATUS_CODES[status] ?? ''}`
      if (status < 200 || status >= 400) return end(failure(`${text}.`))
      if (searchString === undefined) return end({healthy: true, text: `Success: ${text}`})
      within(RESPONSE_MS, 'no body within two seconds')
      void beginningOf(response).then((body) =>
        body.includes(searchString)
          ? end({healthy: true, text: `Success: ${text}`})
          : end(failure(`${text}. The search string was not found.`)),
      )
    })
    asked.end()
  })
}

/** As much of a body as is searched, or as has come. */
function beginningOf(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    let body = Buffer.alloc(0)
    const end = (): void => resolve(body.subarray(0, SEARCHED_BYTES))
    response.on('data', (chunk: Buffer) => {
      body = Buffer.concat([body, chunk])
      if (body.length >= SEARCHED_BYTES) end()
    })
    response.once('close', end)
  })
}
