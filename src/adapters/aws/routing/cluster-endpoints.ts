/**
 * The endpoints of a cluster of ARC, of which any will do. "Your process for getting and changing routing control states should try each
 * endpoint in rotation, as needed, since cluster endpoints are cycled through available and unavailable states for regular maintenance
 * and updates" (ARC developer guide, "Getting and updating routing control states using the ARC API").
 */

import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import type {Input, Operation, Output} from '../services.js'

export interface ClusterEndpoint {
  region: Region
  url: string
}

type Cluster = 'route53-recovery-cluster'
const SERVICE: Cluster = 'route53-recovery-cluster'
/** Of one endpoint: another one may answer sooner. Milliseconds. */
const ENDPOINT_MS = 3000

export class ClusterEndpoints {
  /** The one that answered last; at first any. */
  #at: number

  constructor(
    private readonly clients: Clients,
    private readonly endpoints: readonly ClusterEndpoint[],
  ) {
    this.#at = Math.floor(Math.random() * endpoints.length)
  }

  /**
   * Asks one after the other, each once, and throws what the last one threw, or what is no fault of an endpoint. A change that may have
   * been carried out is not sent to the next one: who calls looks first.
   */
  async call<O extends Operation<Cluster>>(
    operation: O,
    input: Input<Cluster, O>,
    {signal}: CallOptions = {},
  ): Promise<Output<Cluster, O>> {
    for (let tried = 1; ; tried++) {
      const at = this.#at
      const {region, url} = this.endpoints[at]!
      const options = {signal, deadlineMs: ENDPOINT_MS, requestMs: ENDPOINT_MS, once: true, endpoint: url}
      try {
        return await this.clients.call(SERVICE, region, operation, input, options)
      } catch (error) {
        signal?.throwIfAborted()
        if (!isOfEndpoint(error)) throw error
        // Another call may have moved on already.
        if (this.#at === at) this.#at = (at + 1) % this.endpoints.length
        if (tried >= this.endpoints.length || (operation.startsWith('Update') && error.unclear)) throw error
      }
    }
  }
}

/** A conflict is one of the cluster, whichever endpoint is asked. */
const isOfEndpoint = (error: unknown): error is DrError =>
  error instanceof DrError && error.passing === true && !isFault(error, 'ConflictException')
