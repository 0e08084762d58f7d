/** Functions that the API does not expose, invoked directly. */

import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {Workload} from '../../ports/workload.js'
import type {CallOptions, FunctionRole, Functions} from '../../ports/world.js'
import {INVOKE_DEADLINE_MS} from './clients.js'
import type {Clients} from './clients.js'

export class AwsFunctions implements Functions {
  readonly #clients: Clients
  readonly #deployment: Deployment

  readonly #errorOf: Workload['errorOf']

  constructor(clients: Clients, deployment: Deployment, {errorOf}: Pick<Workload, 'errorOf'>) {
    this.#clients = clients
    this.#deployment = deployment
    this.#errorOf = errorOf
  }

  async invoke(region: Region, role: FunctionRole, payload: unknown, {signal}: CallOptions = {}): Promise<unknown> {
    const FunctionName = this.#named(region, role)
    const input = {FunctionName, Payload: Buffer.from(JSON.stringify(payload))}
    const answer = await this.#clients.call('lambda', region, 'Invoke', input, {
      signal,
      once: true,
      requestMs: INVOKE_DEADLINE_MS,
      deadlineMs: INVOKE_DEADLINE_MS,
    })
    const text = Buffer.from(answer.Payload ?? []).toString('utf8')
    const body = parsed(text)
    if (answer.FunctionError || body === undefined) {
      throw new DrError({
        code: 'FunctionFailed',
        exit: 'failed',
        what: `the function ${FunctionName} failed`,
        why: typeof body?.errorMessage === 'string' ? body.errorMessage : text.slice(0, 300),
        next: `read the log of the function in ${region}`,
        requestId: answer.$metadata.requestId,
      })
    }

    const error = this.#errorOf(body)
    if (error) throw refusal(FunctionName, error, answer.$metadata.requestId)
    return body
  }

  #named(region: Region, which: FunctionRole): string {
    const name = regionOf(this.#deployment, region).functions[which]
    if (name !== undefined) return name
    throw new DrError({
      code: 'FunctionMissing',
      exit: 'usage',
      what: `the map of ${this.#deployment.app} has no function for "${which}" in ${region}`,
      why: `functions.${which} is optional, and this deployment has none`,
      next: 'deploy the directory stacks with a template that has one',
    })
  }
}

type Refused = NonNullable<ReturnType<Workload['errorOf']>>

function refusal(name: string, {code, message, passing}: Refused, requestId?: string): DrError {
  return new DrError({
    code: code ?? 'FunctionRefused',
    exit: 'failed',
    what: `the function ${name} rejected the call`,
    why: message,
    next: 'todo-dr status',
    requestId,
    passing,
  })
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
