/** Functions that the API does not expose, invoked directly. */

import {DrError} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {CallOptions, Functions} from '../../ports/world.js'
import {INVOKE_DEADLINE_MS} from './clients.js'
import type {Clients} from './clients.js'

/** The most request ids that one call of ledger-check takes. */
const BATCH = 5000
/** Batches in flight at once. */
const PARALLEL = 4

export class AwsFunctions implements Functions {
  readonly #clients: Clients
  readonly #deployment: Deployment

  constructor(clients: Clients, deployment: Deployment) {
    this.#clients = clients
    this.#deployment = deployment
  }

  async createTable(region: Region, options: CallOptions = {}): Promise<void> {
    await this.#invoke(region, 'createTable', {action: 'CREATE_TABLE'}, options)
  }

  async seed(region: Region, options: CallOptions = {}): Promise<void> {
    await this.#invoke(region, 'createTable', {action: 'SEED'}, options)
  }

  async present(region: Region, requestIds: string[], options: CallOptions = {}): Promise<Set<string>> {
    const batches = Array.from({length: Math.ceil(requestIds.length / BATCH)}, (_, index) =>
      requestIds.slice(index * BATCH, (index + 1) * BATCH),
    )
    const present = new Set<string>()
    const worker = async (): Promise<void> => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const answer = await this.#invoke(region, 'ledgerCheck', {requestIds: batch}, options)
        if (!Array.isArray(answer.present)) throw strange(`the ledger check in ${region}`, answer)
        for (const id of answer.present) present.add(String(id))
      }
    }

    await Promise.all(Array.from({length: PARALLEL}, worker))
    return present
  }

  async #invoke(
    region: Region,
    which: 'createTable' | 'ledgerCheck',
    payload: object,
    {signal}: CallOptions,
  ): Promise<Record<string, unknown>> {
    const {InvokeCommand} = await import('@aws-sdk/client-lambda')
    const client = await this.#clients.lambdaInvoke(region)
    const FunctionName = this.#deployment.regions[region]!.functions[which]
    const command = new InvokeCommand({FunctionName, Payload: Buffer.from(JSON.stringify(payload))})
    const answer = await this.#clients.send((abortSignal) => client.send(command, {abortSignal}), {
      action: 'lambda:InvokeFunction',
      region,
      signal,
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
        next: `look at the function's log in ${region}`,
        requestId: answer.$metadata.requestId,
      })
    }

    if (body.status === 'error') throw refusal(FunctionName, body, answer.$metadata.requestId)
    return body
  }
}

function refusal(name: string, body: Record<string, unknown>, requestId: string | undefined): DrError {
  const {code, message} = (body.response ?? {}) as {code?: string; message?: string}
  return new DrError({
    code: code ?? 'FunctionRefused',
    exit: 'failed',
    what: `the function ${name} refused`,
    why: message,
    next: 'todo-dr status',
    requestId,
  })
}

const strange = (what: string, answer: unknown): DrError =>
  new DrError({
    code: 'AnswerUnexpected',
    exit: 'failed',
    what: `${what} gave an answer that todo-dr does not know`,
    why: JSON.stringify(answer).slice(0, 300),
    next: 'compare the versions of todo-dr and of the deployed functions',
  })

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
