/** Clients who depend on nobody: they write through the edge and at each region's own API, and remember each answer. */

import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import type {LabStatus} from '../support/cli.js'

/** A write that was acknowledged. Epoch milliseconds. */
export interface Acknowledged {
  requestId: string
  /** Who says that it has it. */
  region: string
  sentAt: number
  finishedAt: number
}

const INTERVAL_MS = 100
const DEADLINE_MS = 5000

export class Witness {
  readonly acknowledged: Acknowledged[] = []
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(status: LabStatus, token: string) {
    const bases = [status.edgeUrl, ...status.regions.map(({apiUrl}) => apiUrl)]
    this.#loops = bases.map((base) => this.#writes(`${base}/v1`, token))
  }

  /** Returns when every answer has come, or its deadline has passed. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
  }

  /** One write at a time and no retry: an outage makes it slower, and never louder. */
  async #writes(url: string, token: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#write(url, token).catch(() => undefined)
      await sleep(INTERVAL_MS)
    }
  }

  async #write(url: string, token: string): Promise<void> {
    const requestId = randomUUID()
    const sentAt = Date.now()
    const response = await fetch(url, {
      method: 'POST',
      headers: {authorization: token, 'content-type': 'application/json'},
      body: JSON.stringify({task: 'witness', status: 'seen', requestId}),
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    await response.arrayBuffer()
    const region = response.headers.get('x-served-by-region')
    if ((response.status === 200 || response.status === 201) && region !== null)
      this.acknowledged.push({requestId, region, sentAt, finishedAt: Date.now()})
  }
}
