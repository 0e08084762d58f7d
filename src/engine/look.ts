/** A look at the world beside what the journals of our runs know: neither is the whole truth. */

import type {Emit} from '../messages.js'
import type {Region} from '../model/deployment.js'
import {primaryOf} from '../model/observation.js'
import type {Observation} from '../model/observation.js'
import type {World} from '../ports/world.js'
import {observe, observePatiently} from '../probes/observe.js'
import {newestPromotion} from './unfinished.js'
import type {RecentRuns} from './unfinished.js'

export interface LookInput {
  world: World
  /** The runs of the deployment. Asked beside the look: a region that is gone must cost its silence once. */
  recent: () => Promise<RecentRuns>
  /** A look that was taken a moment ago, in place of the first one. */
  seen?: Observation
  /** Whoever will act on the look waits until RDS shows the roles that the newest promotion left. By default nobody waits. */
  toAct?: boolean
  emit?: Emit
  signal: AbortSignal
}

/** Milliseconds between two looks. */
const AGAIN_MS = 1000

/**
 * Where RDS still shows the roles from before the newest promotion of ours, the global database is not known. Whoever acts waits for
 * a newer answer, at most until RDS is believed again (`OLD_STATE_MS`): a switch that is planned from old roles opens the old primary.
 */
export async function lookBesideRuns(input: LookInput): Promise<{observation: Observation; recent: RecentRuns}> {
  const {world, toAct = false, emit, signal} = input
  const {known, clock} = world
  const [seen, recent] = await Promise.all([input.seen ?? observePatiently(world, {signal}), input.recent()])
  known.note(newestPromotion(recent))
  let observation: Observation = {...seen, global: known.believed(seen.global)}
  const {global} = observation
  if (toAct && !global.reachable && global.old) emit?.({code: 'note', text: `${global.reason}; asking again`})
  while (toAct && isOld(observation) && known.mayBeOld) {
    await clock.sleep(AGAIN_MS, signal)
    observation = await observe(world, {signal})
  }

  return {observation, recent}
}

/**
 * Who writes, for a command that acts on the primary or starts from it: the roles of now, not those that RDS may still show after a switch of
 * ours. Undefined where nobody can tell.
 */
export const primaryNow = async (input: Omit<LookInput, 'toAct'>): Promise<Region | undefined> =>
  primaryOf((await lookBesideRuns({...input, toAct: true})).observation)

const isOld = ({global}: Observation): boolean => !global.reachable && global.old === true
