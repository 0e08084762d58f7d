/**
 * A client in a process of its own: it writes through the edge at a steady rate and remembers when it was told yes. It knows nothing of
 * todo-dr, loads nothing but Node.js, and waits for nobody, so that what it sees is what a client sees.
 */

import {randomUUID} from 'node:crypto'
import {Agent, request} from 'node:http'
import type {Acknowledgement, ObserverOrder} from './observer.js'

const DEADLINE_MS = 2500

const now = (): number => performance.timeOrigin + performance.now()

// Not beyond the bench.
process.once('disconnect', () => process.exit())

process.once('message', (order: ObserverOrder) => {
  const agent = new Agent({keepAlive: true})
  const acknowledged: Acknowledgement[] = []
  const tokens = [...order.tokens]
  const write = (): void => {
    const sentAt = now()
    const token = tokens[0]!
    const body = JSON.stringify({task: 'observer', status: 'seen', requestId: randomUUID()})
    const call = request(
      order.url,
      {
        agent,
        method: 'POST',
        headers: {authorization: token, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body)},
        timeout: DEADLINE_MS,
      },
      (response) => {
        response.resume()
        const {statusCode = 0} = response
        response.once('end', () => {
          if (statusCode === 200 || statusCode === 201) acknowledged.push({sentAt, finishedAt: now()})
        })
        // A token of the pool of a lost region: the next one is of the other pool.
        if (statusCode === 401 && tokens[0] === token) tokens.push(tokens.shift()!)
      },
    )
    call.on('timeout', () => call.destroy())
    call.on('error', () => undefined)
    call.end(body)
  }

  const begun = now()
  let sent = 0
  const timer = setInterval(() => {
    for (; begun + (sent * 1000) / order.ratePerSecond <= now(); sent++) write()
  }, 5)
  process.once('message', () => {
    clearInterval(timer)
    setTimeout(() => process.send!(acknowledged, () => process.exit()), DEADLINE_MS)
  })
})
