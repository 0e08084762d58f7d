/** Wakes the functions of the serving region before a record begins: a cold start under full load is not what is measured. */

import {randomUUID} from 'node:crypto'

import type {Region} from '../model/deployment.js'
import {withToken} from '../ports/with-token.js'
import type {ApiAnswer, ApiRequest} from '../ports/workload.js'
import type {World} from '../ports/world.js'

export interface WakeInput {
  /** Whose tokens to prefer. */
  tokensOf: Region
  signal: AbortSignal
  /** Gives up after so long; a load that is not served shows it later. Default 15 s. */
  seconds?: number
}

/**
 * Rounds of requests that wait for their answers, so that a slow start is not answered with more load. Wide enough to start
 * the execution environments that the load will want: those that start under it leave a backlog that is counted as an outage.
 */
const SIDE_BY_SIDE = 8
const QUICK_MS = 200
const QUICK_ROUNDS = 3

/** Writes, reads and removes rows until that goes quickly. Leaves none behind that was acknowledged. */
export async function wake(
  {api, clock, tokens, workload}: Pick<World, 'api' | 'clock' | 'tokens' | 'workload'>,
  {tokensOf, signal, seconds = 15}: WakeInput,
): Promise<void> {
  const end = clock.now() + seconds * 1000
  const send = (request: ApiRequest): Promise<ApiAnswer> =>
    withToken(tokens, tokensOf, {signal}, (token) => api.edge({...request, token}))
  const once = async (): Promise<boolean> => {
    const made = await send(workload.write(randomUUID(), 'probe'))
    const read = await send(workload.read())
    const id = workload.idOf(made)
    if (id === undefined) return false
    const removed = await send(workload.removal(id))
    return workload.outcomeOf('read', read) === 'ok' && workload.outcomeOf('removal', removed) === 'ok'
  }

  for (let quick = 0; quick < QUICK_ROUNDS && clock.now() < end;) {
    signal.throwIfAborted()
    const since = clock.now()
    const round = await Promise.allSettled(Array.from({length: SIDE_BY_SIDE}, () => once()))
    const served = round.every((one) => one.status === 'fulfilled' && one.value)
    quick = served && clock.now() - since < QUICK_MS ? quick + 1 : 0
    if (!served) await clock.sleep(100, signal)
  }
}
