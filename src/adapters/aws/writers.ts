/** The fence that AWS offers: reserved concurrency 0 on the functions that write. */

import type {Deployment, Region} from '../../model/deployment.js'
import type {WriterMode} from '../../model/observation.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions, Writers} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {FENCE_TAG, Reservations} from './reservations.js'
import type {Memory} from './reservations.js'

export class AwsWriters implements Writers {
  readonly #deployment: Deployment
  readonly #reservations: Reservations

  constructor(clients: Clients, deployment: Deployment) {
    this.#deployment = deployment
    this.#reservations = new Reservations(clients, deployment)
  }

  /** What only a rehearsal outage has closed is open: it ends whenever somebody ends the outage. */
  async mode(region: Region, options?: CallOptions): Promise<WriterMode> {
    const names = this.#writers(region)
    const closed = await Promise.all(
      names.map(
        async (name) =>
          (await this.#reservations.reserved(region, name, options)) === 0 &&
          isFence(await this.#reservations.memory(region, name, options)),
      ),
    )
    if (!closed.includes(true)) return 'open'
    return closed.includes(false) ? 'partly' : 'fenced'
  }

  /** Calls in flight continue: the caller waits them out. */
  async fence(region: Region, options?: CallOptions): Promise<void> {
    await Promise.all(this.#writers(region).map((name) => this.#close(region, name, options)))
  }

  /** Puts back what `fence` found. */
  async unfence(region: Region, options?: CallOptions): Promise<void> {
    await Promise.all(this.#writers(region).map((name) => this.#open(region, name, options)))
  }

  /** Remembers first: whoever is cut in between leaves the function as it was. */
  async #close(region: Region, name: string, options?: CallOptions): Promise<void> {
    const [reserved, memory] = await this.#look(region, name, options)
    if (reserved === 0 && isFence(memory)) return
    const earlier = reserved === 0 ? memory.outage?.earlier : reserved
    if (earlier !== undefined || memory.outage || memory.fence)
      await this.#reservations.remember(region, name, {fence: {earlier}}, options)
    await this.#reservations.reserve(region, name, 0, options)
  }

  /** Forgets last. Where an outage is on, the function stays closed, and the end of that puts back what was before the fence. */
  async #open(region: Region, name: string, options?: CallOptions): Promise<void> {
    const [reserved, {outage, fence}] = await this.#look(region, name, options)
    const earlier = fence?.earlier
    if (outage) await this.#reservations.remember(region, name, {outage: {...outage, earlier}}, options)
    else if (reserved === 0) await this.#reservations.reserve(region, name, earlier, options)
    if (fence) await this.#reservations.forget(region, name, FENCE_TAG, options)
  }

  #look(region: Region, name: string, options?: CallOptions): Promise<[number | undefined, Memory]> {
    return Promise.all([
      this.#reservations.reserved(region, name, options),
      this.#reservations.memory(region, name, options),
    ])
  }

  #writers(region: Region): string[] {
    return regionOf(this.#deployment, region).functions.writers
  }
}

/** Of a function that runs nothing. An outage that found it closed came after a fence, or after somebody who closed it. */
const isFence = ({outage, fence}: Memory): boolean => !outage || outage.earlier === 0 || fence !== undefined
