/** What both promotions share: reading who writes, and sending a call whose answer cannot be trusted alone. */

import {DrError} from '../errors.js'
import {isSwitching} from '../model/topology.js'
import {regionNames} from '../model/regions.js'
import type {GlobalCluster} from '../model/observation.js'
import type {StepContext} from '../model/step.js'
import {answerWithin, endsWithin, mayPass} from '../ports/waits.js'
import type {Accepted, World} from '../ports/world.js'

/** Milliseconds for one look at the global database. */
const LOOK_MS = 3000
/** Milliseconds for which the other region's look is waited for once the target's is there. */
const GRACE_MS = 300
/** Milliseconds: a look that is younger is not taken again before the call, as RDS itself refuses a second switch. */
const FRESH_MS = 1000
/** Milliseconds for which a look that fails is repeated before the call is given up: the writers are fenced meanwhile. */
const LOOKS_MS = 30_000
/** Calls that are tried before a refusal is believed. RDS has been seen to answer InternalFailure to a good request. */
const TRIES = 3
const PAUSE_MS = 500
/** An accepted switch that has been invisible for so long may have been cancelled: RDS's events are asked, which alone say so. */
const IDLE_MS = 15_000
/** Between two such questions. */
const ASK_MS = 10_000
/** RDS's word that it has given up is believed where nothing of the switch has been seen for so long, in either region. Milliseconds. */
const BELIEVED_MS = 2 * 60_000
/** An accepted switch that has been invisible for so long, without a word of AWS, is a case for a person. Milliseconds. */
export const UNSEEN_MS = 5 * 60_000

const look = (world: World, via: string, {signal}: StepContext): Promise<GlobalCluster> =>
  answerWithin({clock: world.clock, ms: LOOK_MS, signal, what: `the global database, read in ${via}`}, (inner) =>
    world.database.describe(via, {signal: inner}),
  )

/**
 * What the regions show, each for itself: what RDS shows may be old, and not equally old everywhere. The target's answer is waited
 * for. The other region's is not where the target's is `enough`, and else only a moment longer, as that region may be the one that is
 * lost. Where the target is slow, the other is enough. Throws what the target's look threw where no region answers.
 */
async function looks(
  world: World,
  to: string,
  context: StepContext,
  enough: (target: GlobalCluster) => boolean,
): Promise<GlobalCluster[]> {
  const seen: GlobalCluster[] = []
  const ask = async (via: string): Promise<void> => void seen.push(await look(world, via, context))
  const others = Promise.allSettled(regionNames(world.deployment).flatMap((via) => (via === to ? [] : [ask(via)])))
  try {
    const own = await look(world, to, context)
    if (!enough(own)) await endsWithin(world.clock, GRACE_MS, others)
    return [own, ...seen]
  } catch (error) {
    context.signal.throwIfAborted()
    await others
    context.signal.throwIfAborted()
    if (seen.length === 0 || !mayPass(error)) throw error
    return seen
  }
}

const isSole = ({members}: GlobalCluster, to: string): boolean => {
  const writers = members.filter((member) => member.isWriter)
  return writers.length === 1 && writers[0]!.region === to
}

const begun = (global: GlobalCluster, to: string): boolean =>
  isSwitching(global) || global.members.some((member) => member.isWriter && member.region === to)

/** Whether the target is the only writer: by the members' roles, as the status words are free text and may lag behind. */
export class RoleWatch {
  #accepted: Accepted | undefined
  #idleSince: number | undefined
  #askedAt = -Infinity
  /** When it was last seen idle. */
  #idleAt = -Infinity

  constructor(readonly to: string) {}

  /** Whether it was seen a moment ago that no switch is under way or done. */
  wasJustIdle(now: number): boolean {
    return now - this.#idleAt <= FRESH_MS
  }

  /** From now on an idle global database is a reason to ask what became of it. */
  accepted(accepted: Accepted): void {
    this.#accepted = accepted
  }

  /**
   * Looks in both regions: it is so where all that answer show it. An accepted switch that cannot be seen is not taken for cancelled: AWS
   * may only be slow to show it, and an old primary that is opened on a guess is a second writer. Throws `PromotionCancelled` (exit
   * refused) where nothing is to be seen for two minutes and RDS says that it has given up, and `PromotionUnseen` (exit stopped) where
   * it is five minutes without such a word.
   */
  async isSoleWriter(world: World, context: StepContext): Promise<boolean> {
    // Where the target shows that it is still under way, the other region can say nothing that matters.
    const notYet = (target: GlobalCluster): boolean =>
      !isSole(target, this.to) && (this.#accepted === undefined || begun(target, this.to))
    const seen = await looks(world, this.to, context, notYet)
    for (const {failover} of seen) if (failover?.status) context.note(`the global database is ${failover.status}`)
    const now = world.clock.now()
    const isIdle = !seen.some((global) => begun(global, this.to))
    this.#idleAt = isIdle ? now : -Infinity
    this.#idleSince = isIdle ? (this.#idleSince ?? now) : undefined
    if (this.#accepted !== undefined && this.#idleSince !== undefined && now - this.#idleSince > IDLE_MS)
      await this.#ask(world, context, now, now - this.#idleSince)
    return seen.every((global) => isSole(global, this.to))
  }

  async #ask(world: World, context: StepContext, now: number, idleMs: number): Promise<void> {
    if (now - this.#askedAt >= ASK_MS) {
      this.#askedAt = now
      const {at, status} = this.#accepted!
      const accepted = status === undefined ? 'AWS may have accepted' : `AWS accepted (${status})`
      context.note(`${accepted} the promotion of ${this.to}, but does not show it yet`)
      const word = await world.database.givenUp(this.to, at, {signal: context.signal})
      if (word !== undefined && idleMs > BELIEVED_MS) throw cancelled(this.to, word)
      if (word !== undefined) context.note(`RDS says: ${word}`)
    }

    if (idleMs > UNSEEN_MS) throw unseen(this.to)
  }
}

/** One failed look ends no promotion. Throws the last error. */
async function patientLooks(world: World, to: string, context: StepContext): Promise<GlobalCluster[]> {
  const {clock} = world
  const began = clock.now()
  for (;;) {
    try {
      return await looks(world, to, context, (target) => !begun(target, to))
    } catch (error) {
      context.signal.throwIfAborted()
      if (!mayPass(error) || clock.now() - began > LOOKS_MS) throw error
      context.note(`${error.message}; asking again`)
      await clock.sleep(PAUSE_MS, context.signal)
    }
  }
}

/** Whether the promotion is done, under way, or cannot be told: then it must be taken as begun. */
export async function hasBegun(world: World, to: string, context: StepContext): Promise<boolean> {
  try {
    const seen = await looks(world, to, context, (target) => begun(target, to))
    return seen.some((global) => begun(global, to))
  } catch (error) {
    if (error instanceof DrError) return true
    throw error
  }
}

/**
 * Sends the call unless the switch is under way. That it is not, `roles` has just seen, or another look shows; after any error the state
 * is read again before it is sent again. Returns when it was accepted, and as what. A call without an answer may have been accepted: from then on
 * it counts as such, and a no to a second one may mean the first.
 */
export async function request(
  world: World,
  roles: RoleWatch,
  context: StepContext,
  call: () => Promise<Accepted>,
): Promise<Accepted> {
  const {to} = roles
  const {signal} = context
  const since = context.acceptedBefore ?? world.database.now()
  let unclear = context.acceptedBefore !== undefined
  for (let attempt = 1; ; attempt++) {
    let sent = false
    try {
      const isIdle = attempt === 1 && roles.wasJustIdle(world.clock.now())
      // What all show; to send it once more is no harm, as RDS refuses a second switch.
      if (!isIdle && (await patientLooks(world, to, context)).every((global) => begun(global, to))) {
        await context.accepted()
        return {at: since}
      }

      signal.throwIfAborted()
      sent = true
      const accepted = await call()
      await context.accepted()
      return accepted
    } catch (error) {
      if (sent && (signal.aborted || (error instanceof DrError && error.unclear))) {
        unclear = true
        await context.accepted()
      }

      signal.throwIfAborted()
      if (!mayPass(error)) throw error
      if (attempt === TRIES || !sent) {
        if (unclear) return {at: since}
        throw error
      }

      context.note(`${error.message}; reading the state again`)
      await world.clock.sleep(PAUSE_MS, signal)
    }
  }
}

const cancelled = (to: string, word: string): DrError =>
  new DrError({
    code: 'PromotionCancelled',
    exit: 'refused',
    what: `AWS gave up the promotion of ${to}`,
    why: `RDS says: ${word}`,
    next: 'todo-dr status',
  })

const unseen = (to: string): DrError =>
  new DrError({
    code: 'PromotionUnseen',
    exit: 'stopped',
    what: `AWS may have accepted the promotion of ${to}, but has not shown it for ${UNSEEN_MS / 60_000} minutes`,
    why: 'no RDS event says that it was cancelled, so nothing was taken back',
    next: 'look at the RDS events of both regions, then todo-dr status',
  })
