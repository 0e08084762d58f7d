/** What both promotions share: reading who writes, and sending a call whose answer cannot be trusted alone. */

import {DrError} from '../errors.js'
import {isSwitching} from '../model/topology.js'
import type {GlobalCluster} from '../model/observation.js'
import type {StepContext} from '../model/step.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'

/** Milliseconds for one look at the global database. */
const LOOK_MS = 3000
/** Calls that are tried before a refusal is believed. RDS has been seen to answer InternalFailure to a good request. */
const TRIES = 3
const PAUSE_MS = 500
/** An accepted switch that has been invisible for so long was cancelled; AWS says so in events only. */
const IDLE_MS = 15_000

const look = (world: World, to: string, {signal}: StepContext) =>
  answerWithin({clock: world.clock, ms: LOOK_MS, signal, what: `the global database, read in ${to}`}, (inner) =>
    world.database.describe(to, {signal: inner}),
  )

const begun = (global: GlobalCluster, to: string): boolean =>
  isSwitching(global) || global.members.some((member) => member.isWriter && member.region === to)

/** Whether the target is the only writer: by the members' roles, as the status words are free text and may lag behind. */
export class RoleWatch {
  #accepted = false
  #idleSince: number | undefined

  constructor(readonly to: string) {}

  /** The call was accepted: from now on an idle global database says that AWS has given up. */
  accepted(): void {
    this.#accepted = true
  }

  /** Asks the target's region alone. Throws `PromotionCancelled` where the switch has ended without a promotion. */
  async isSoleWriter(world: World, context: StepContext): Promise<boolean> {
    const global = await look(world, this.to, context)
    if (global.failover?.status) context.note(`the global database is ${global.failover.status}`)
    const now = world.clock.now()
    this.#idleSince = begun(global, this.to) ? undefined : (this.#idleSince ?? now)
    if (this.#accepted && this.#idleSince !== undefined && now - this.#idleSince > IDLE_MS) throw cancelled(this.to)
    const writers = global.members.filter((member) => member.isWriter)
    return writers.length === 1 && writers[0]!.region === this.to
  }
}

/** Whether the promotion is done, under way, or cannot be told: then it must be taken as begun. */
export async function mayHaveBegun(world: World, to: string, context: StepContext): Promise<boolean> {
  try {
    return begun(await look(world, to, context), to)
  } catch (error) {
    if (error instanceof DrError) return true
    throw error
  }
}

/** Sends the call unless the switch is under way; after any error the state is read again before it is sent again. */
export async function request(
  world: World,
  to: string,
  context: StepContext,
  call: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (begun(await look(world, to, context), to)) return
      return await call()
    } catch (error) {
      context.signal.throwIfAborted()
      if (!mayPass(error) || attempt === TRIES) throw error
      context.note(`${error.message}; reading the state again`)
      await world.clock.sleep(PAUSE_MS, context.signal)
    }
  }
}

const cancelled = (to: string): DrError =>
  new DrError({
    code: 'PromotionCancelled',
    exit: 'refused',
    what: `AWS cancelled the promotion of ${to}`,
    why: 'the global database is idle again and its writer has not moved; see the RDS events for details',
    next: 'todo-dr status',
  })
