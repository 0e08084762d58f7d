/** Canary writes: real writes over the API that prove who says yes to clients, marked as ours, and removed again. */

import {DrError, Unreachable} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {StepContext} from '../model/step.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import {withToken} from '../ports/with-token.js'
import type {ProbeOutcome} from '../model/ledger.js'
import type {ApiAnswer, ApiRequest} from '../ports/workload.js'
import type {World} from '../ports/world.js'

/**
 * `acknowledged`: the row is there. `refused`: an answer that is no yes; its outcome says whether the row is surely not there.
 * `silent`: no answer, so it may be there.
 */
export type CanaryAnswer =
  | {kind: 'acknowledged'; id: string; region?: Region}
  | {kind: 'refused'; status: number; outcome: ProbeOutcome; region?: Region}
  | {kind: 'silent'; reason: string}

/** How requests are sent: past the edge to one region, or through it. */
export type Via = Region | 'edge'

/** Milliseconds. Long enough for a cold function that opens its first connection. */
const CALL_MS = 5000

export class Canary {
  /**
   * One request id a run: where a killed process or a lost answer left a row behind, the next canary write finds it (the
   * API answers with the stored row), and its removal, which is a write too, removes it.
   */
  readonly #requestId: string

  constructor(
    readonly world: World,
    readonly context: StepContext,
    /** Whose token to prefer: the region that must be able to serve. */
    readonly tokensOf: Region,
    readonly callMs = CALL_MS,
  ) {
    this.#requestId = `canary-${context.runId}`
  }

  async write(via: Via): Promise<CanaryAnswer> {
    const {workload} = this.world
    try {
      const answer = await this.#send(via, workload.write(this.#requestId, 'canary'))
      const id = workload.idOf(answer)
      if (id !== undefined) return {kind: 'acknowledged', id, region: answer.region}
      const {status, region} = answer
      return {kind: 'refused', status, outcome: workload.outcomeOf('write', answer), region}
    } catch (error) {
      if (error instanceof Unreachable) return {kind: 'silent', reason: error.message}
      throw error
    }
  }

  read(via: Via, id: string): Promise<ApiAnswer> {
    return this.#send(via, this.world.workload.read(id))
  }

  remove(via: Via, id: string): Promise<ApiAnswer> {
    return this.#send(via, this.world.workload.removal(id))
  }

  /** Starts the writing functions. Says nothing of the answers. */
  async warm(via: Via): Promise<void> {
    await Promise.all(this.world.workload.warming().map((request) => this.#send(via, request)))
  }

  /** As `warm`, the function that serves writes first: clients wait for that one, and cold starts take time from each other. */
  async wake(via: Via): Promise<void> {
    const [first] = this.world.workload.warming()
    if (first) await this.#send(via, first)
    await this.warm(via)
  }

  /** A write and its removal, both acknowledged: the proof that writes get through, leaving nothing behind. */
  async roundTrip(via: Via): Promise<{proven: boolean; why: string}> {
    const written = await this.write(via)
    if (written.kind === 'silent') return {proven: false, why: written.reason}
    if (written.kind === 'refused') return {proven: false, why: `a write to ${via} got status ${written.status}`}
    const removed = await this.remove(via, written.id)
    return {
      proven: this.world.workload.outcomeOf('removal', removed) === 'ok',
      why: `removing the canary row got status ${removed.status}`,
    }
  }

  /** Whether a row is surely gone. A hiccup of AWS is no reason to throw: `clear` comes after it. */
  async removed(via: Via, id: string): Promise<boolean> {
    try {
      const answer = await this.remove(via, id)
      const {workload} = this.world
      return workload.outcomeOf('removal', answer) === 'ok' || workload.isAbsent(answer)
    } catch (error) {
      if (!mayPass(error)) throw error
      return false
    }
  }

  /**
   * Takes back the row of a write that was acknowledged, or not answered. For `undo`, which is called again until it succeeds:
   * the row must not stay in a customer's list. Throws `CanaryLeft` where the row may still be there.
   */
  async clear(via: Via): Promise<void> {
    const {proven, why} = await this.roundTrip(via)
    if (proven) return
    throw new DrError({code: 'CanaryLeft', exit: 'failed', what: `A canary row may be left in ${via}`, why})
  }

  async #send(via: Via, request: ApiRequest): Promise<ApiAnswer> {
    const {api, tokens, clock} = this.world
    const what = via === 'edge' ? 'the edge' : `the API in ${via}`
    return answerWithin({clock, ms: this.callMs, signal: this.context.signal, what}, async (signal) =>
      withToken(tokens, this.tokensOf, {signal}, (token) => {
        const sent = {...request, token, timeoutMs: this.callMs}
        return via === 'edge' ? api.edge(sent, {signal}) : api.direct(via, sent, {signal})
      }),
    )
  }
}
