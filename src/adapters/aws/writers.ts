/** The fence that AWS offers: reserved concurrency 0 on the functions that write. */

import type {Deployment, Region} from '../../model/deployment.js'
import type {WriterMode} from '../../model/observation.js'
import {regionOf} from '../../model/regions.js'
import type {CallOptions, Writers} from '../../ports/world.js'
import type {Clients} from './clients.js'

export class AwsWriters implements Writers {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async mode(region: Region, options?: CallOptions): Promise<WriterMode> {
    const answers = await Promise.all(
      this.#writers(region).map((FunctionName) =>
        this.#clients.call('lambda', region, 'GetFunctionConcurrency', {FunctionName}, options),
      ),
    )
    const closed = answers.filter(({ReservedConcurrentExecutions}) => ReservedConcurrentExecutions === 0).length
    if (closed === 0) return 'open'
    return closed === answers.length ? 'fenced' : 'partly'
  }

  /** Calls in flight continue: the caller waits them out. */
  async fence(region: Region, options?: CallOptions): Promise<void> {
    await Promise.all(
      this.#writers(region).map((FunctionName) => {
        const closed = {FunctionName, ReservedConcurrentExecutions: 0}
        return this.#clients.call('lambda', region, 'PutFunctionConcurrency', closed, options)
      }),
    )
  }

  /** Takes the reservation away; the template reserves nothing for these functions. */
  async unfence(region: Region, options?: CallOptions): Promise<void> {
    await Promise.all(
      this.#writers(region).map((FunctionName) =>
        this.#clients.call('lambda', region, 'DeleteFunctionConcurrency', {FunctionName}, options),
      ),
    )
  }

  #writers(region: Region): string[] {
    return regionOf(this.#deployment, region).functions.writers
  }
}
