/** HTTP over undici: one pool an origin, no retries, every request with a deadline. */

import type {Dispatcher, Pool} from 'undici'
import {DrError, Unreachable} from '../../errors.js'
import {abortAfter} from '../abort-after.js'
import type {AddressBook} from './address-book.js'

const CONNECT_MS = 2000
const REQUEST_DEADLINE_MS = 5000
/** An answer that is longer than this is not one of ours. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

export interface HttpRequest {
  method: Dispatcher.HttpMethod
  url: URL
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  timeoutMs?: number
}

export interface HttpAnswer {
  status: number
  /** Names in lower case; of repeated headers the values are joined by commas. */
  headers: Record<string, string>
  text: string
}

export class Http {
  readonly #addresses: Omit<AddressBook, 'keeping'>
  readonly #pools = new Map<string, Promise<Pool>>()

  constructor(addresses: Omit<AddressBook, 'keeping'>) {
    this.#addresses = addresses
  }

  /** Any status is an answer. Throws `Unreachable` where there is none by the deadline. */
  async request({
    method,
    url,
    headers,
    body,
    signal,
    timeoutMs = REQUEST_DEADLINE_MS,
  }: HttpRequest): Promise<HttpAnswer> {
    // The deadline counts from when there is a client: loading takes its time on a busy machine.
    await import('undici')
    try {
      return await abortAfter(timeoutMs, signal, async (inner) => {
        const {origin, path, host} = await this.#addresses.locate(url)
        const pool = await this.#pool(origin)
        const answer = await pool.request({
          method,
          path,
          headers: {...headers, ...(host !== undefined && {host})},
          body,
          signal: inner,
        })
        return {status: answer.statusCode, headers: flat(answer.headers), text: await answer.body.text()}
      })
    } catch (error) {
      if (error instanceof DrError) throw error
      throw new Unreachable(`${url.hostname} did not answer`, error)
    }
  }

  async close(): Promise<void> {
    const pools = await Promise.allSettled(this.#pools.values())
    await Promise.allSettled(pools.map((pool) => (pool.status === 'fulfilled' ? pool.value.destroy() : undefined)))
  }

  #pool(origin: string): Promise<Pool> {
    let pool = this.#pools.get(origin)
    if (!pool) {
      pool = import('undici').then(
        ({Pool}) =>
          // The deadline is ours, to the millisecond; undici's own timers would only tick beside it.
          new Pool(origin, {
            connect: {timeout: CONNECT_MS, ...(this.#addresses.lookup && {lookup: this.#addresses.lookup})},
            clientTtl: this.#addresses.keptMs,
            headersTimeout: 0,
            bodyTimeout: 0,
            maxResponseSize: MAX_BODY_BYTES,
          }),
      )
      this.#pools.set(origin, pool)
    }

    return pool
  }
}

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
