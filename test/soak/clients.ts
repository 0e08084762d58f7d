/** Clients of the ToDo API who know nothing of regions: each creates, reads, changes, lists and removes through the edge. */

import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'

const DEADLINE_MS = 5000
/** After an answer that is none, as a client backs off that does not want to make things worse. */
const BACK_OFF_MS = 1000

export class Clients {
  /** Requests that were served, and that were not. */
  served = 0
  failed = 0
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(
    edgeUrl: string,
    private readonly token: string,
    {count, pauseMs}: {count: number; pauseMs: number},
  ) {
    this.#loops = Array.from({length: count}, () => this.#live(`${edgeUrl}/v1`, pauseMs))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
  }

  async #live(url: string, pauseMs: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const requestId = randomUUID()
      const created = await this.#ask('POST', url, {task: 'client', status: 'new', requestId}, pauseMs)
      const {id} = (created?.response ?? {}) as {id?: string}
      await this.#ask('GET', `${url}?limit=5`, undefined, pauseMs)
      if (id === undefined) continue
      await this.#ask('GET', `${url}?id=${id}`, undefined, pauseMs)
      await this.#ask('POST', url, {id, task: 'client', status: 'done'}, pauseMs)
      await this.#ask('DELETE', url, {id}, pauseMs)
    }
  }

  /** Undefined where it was not served. */
  async #ask(
    method: string,
    url: string,
    body: object | undefined,
    pauseMs: number,
  ): Promise<{response?: unknown} | undefined> {
    try {
      const answer = await fetch(url, {
        method,
        headers: {authorization: this.token, 'content-type': 'application/json'},
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(DEADLINE_MS),
      })
      const told = (await answer.json()) as {response?: unknown}
      if (answer.status >= 300) throw new Error(String(answer.status))
      this.served++
      await sleep(pauseMs)
      return told
    } catch {
      this.failed++
      await sleep(BACK_OFF_MS)
      return undefined
    }
  }
}
