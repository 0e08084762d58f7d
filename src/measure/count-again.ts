/** Unsure writes once more: a handler that nobody waits for any longer may still have committed after the first count. */

import type {Emit} from '../messages.js'
import type {LedgerEntry} from '../model/ledger.js'
import {primaryOf} from '../model/observation.js'
import type {World} from '../ports/world.js'
import {observe} from '../probes/observe.js'
import {isUnsure} from './checkers/loss.js'
import {rest} from './clock.js'
import type {DrillResult} from './result.js'
import {survivors} from './survivors.js'

interface Counted {
  world: World
  result: DrillResult
  entries: readonly LedgerEntry[]
  emit: Emit
  signal: AbortSignal
}

/**
 * At the end of everything, but not before the last unsure write can no longer be running: counts in `result` those that the
 * primary of now holds. Where it cannot be asked the first count stays, and a notice says so. A run that stopped midway
 * is not over, and is not counted.
 */
export async function countUnsureAgain({world, result, entries, emit, signal}: Counted): Promise<void> {
  const {rpo, run, notices} = result
  const unsure = entries.filter(isUnsure)
  if (!rpo.checked || run.status === 'stopped' || unsure.length === rpo.unsureSurvivedCount) return
  const left = overAt(world, unsure) - world.clock.now()
  if (left > 0) {
    const seconds = Math.ceil(left / 1000)
    emit({code: 'progress', text: `waiting ${seconds} s until no unsure write can still be applied`})
    await rest(world.clock, left, signal)
  }

  if (signal.aborted) return
  const primary = primaryOf(await observe(world, {signal}))
  const found = await survivors(world, primary, unsure, {emit, signal})
  if (found.present) rpo.unsureSurvivedCount = unsure.filter(({requestId}) => found.present!.has(requestId)).length
  else notices.push('the unsure writes could not be counted again at the end: some may have been applied since')
}

/** When the functions that were given these writes are over, whatever became of them. */
function overAt({deployment}: World, unsure: readonly LedgerEntry[]): number {
  const longest = deployment.regions.reduce((most, {writerTimeoutSeconds}) => Math.max(most, writerTimeoutSeconds), 0)
  return unsure.reduce((last, {sentAt}) => Math.max(last, sentAt), 0) + longest * 1000
}
