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

  async mode(region: Region, {signal}: CallOptions = {}): Promise<WriterMode> {
    const {GetFunctionConcurrencyCommand} = await import('@aws-sdk/client-lambda')
    const client = await this.#clients.lambda(region)
    const answers = await Promise.all(
      this.#writers(region).map((FunctionName) =>
        this.#clients.send(
          (abortSignal) => client.send(new GetFunctionConcurrencyCommand({FunctionName}), {abortSignal}),
          {action: 'lambda:GetFunctionConcurrency', region, signal},
        ),
      ),
    )
    const closed = answers.filter(({ReservedConcurrentExecutions}) => ReservedConcurrentExecutions === 0).length
    if (closed === 0) return 'open'
    return closed === answers.length ? 'fenced' : 'partly'
  }

  /** Calls in flight go on: the caller waits them out. */
  async fence(region: Region, {signal}: CallOptions = {}): Promise<void> {
    const {PutFunctionConcurrencyCommand} = await import('@aws-sdk/client-lambda')
    const client = await this.#clients.lambda(region)
    await Promise.all(
      this.#writers(region).map((FunctionName) => {
        const command = new PutFunctionConcurrencyCommand({FunctionName, ReservedConcurrentExecutions: 0})
        return this.#clients.send((abortSignal) => client.send(command, {abortSignal}), {
          action: 'lambda:PutFunctionConcurrency',
          region,
          signal,
        })
      }),
    )
  }

  /** Takes the reservation away; the template reserves nothing for these functions. */
  async unfence(region: Region, {signal}: CallOptions = {}): Promise<void> {
    const {DeleteFunctionConcurrencyCommand} = await import('@aws-sdk/client-lambda')
    const client = await this.#clients.lambda(region)
    await Promise.all(
      this.#writers(region).map((FunctionName) =>
        this.#clients.send(
          (abortSignal) => client.send(new DeleteFunctionConcurrencyCommand({FunctionName}), {abortSignal}),
          {action: 'lambda:DeleteFunctionConcurrency', region, signal},
        ),
      ),
    )
  }

  #writers(region: Region): string[] {
    return regionOf(this.#deployment, region).functions.writers
  }
}
