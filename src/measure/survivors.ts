/** Asks the new primary which writes of the ledger it holds. */

import type {Emit} from '../messages.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {Region} from '../model/deployment.js'
import type {World} from '../ports/world.js'
import {presentIn} from '../workloads/presence.js'
import {isAcknowledged, isUnsure} from './checkers/loss.js'
import {rest} from './clock.js'

const TRIES = 4
const PAUSE_MS = 500

/**
 * Of the acknowledged and the unsure writes, those that `primary` holds. `present` is undefined where it could not be
 * asked, which is never the same as holding none; nor where nobody knows yet who the primary is.
 */
export async function survivors(
  world: Pick<World, 'clock' | 'functions' | 'workload'>,
  primary: Region | undefined,
  entries: readonly LedgerEntry[],
  {emit, signal}: {emit: Emit; signal: AbortSignal},
): Promise<{present: Set<string> | undefined; trouble: string[]}> {
  const asked = entries
    .filter((entry) => entry.kind === 'write' && (isAcknowledged(entry) || isUnsure(entry)))
    .map((entry) => entry.requestId)
  if (asked.length === 0) return {present: new Set(), trouble: []}
  if (primary === undefined)
    return {present: undefined, trouble: ['a switch was still under way: what is lost shows when it is over']}
  emit({code: 'progress', text: `asking ${primary} for ${asked.length} writes`})
  let last: unknown
  for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt++) {
    if (attempt > 0) await rest(world.clock, PAUSE_MS, signal)
    try {
      return {present: await presentIn(world, primary, asked, {signal}), trouble: []}
    } catch (error) {
      last = error
    }
  }

  return {
    present: undefined,
    trouble: [`${primary} could not be asked: ${last instanceof Error ? last.message : String(last)}`],
  }
}
