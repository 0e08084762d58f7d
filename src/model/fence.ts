/** What is said of a fence that nothing has proven. */

import type {Region} from './deployment.js'

/** The step that tries the fence again where nothing has proven it. */
export const FENCE_AGAIN = 'fence-again'

/** Of the steps that a run has ended without a proof of. */
export const isFenceUnproven = (unsure: readonly string[]): boolean => unsure.includes(FENCE_AGAIN)

export const fenceNotProven = (region: Region): string =>
  `it is not proven that ${region} has stopped acknowledging writes: what it acknowledges to anybody is lost`

/** An old primary that may still say yes to clients, after a failover that went on without a proof. */
export interface UnprovenFence {
  /** The id of the failover. */
  run: string
  /** The old primary. */
  region: Region
  to: Region
  text: string
  /** Commands that close it; empty while it does not answer. */
  byHand: string[]
}

/** What to do about it, in lines. */
export const howToClose = ({region, byHand}: UnprovenFence): string[] =>
  byHand.length > 0
    ? [`${region} answers again. Close it, until it is a standby:`, ...byHand]
    : [`when ${region} answers again, todo-dr status says how to close it`]
