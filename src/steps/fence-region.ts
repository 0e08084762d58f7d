import {DrError, Unreachable} from '../errors.js'
import type {Step, StepContext, StepOutcome} from '../model/step.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/** Milliseconds for each of the two tries to reach the region. A region that is gone must not hold up the promotion. */
const LOOK_MS = 1500
const FENCE_MS = 2500
/** Milliseconds for Lambda where the region's API says yes to a write: until the fence stands nothing can be promoted anyway. */
const PATIENT_MS = 15_000

/**
 * Closes a region's writing functions (reserved concurrency 0) before another is promoted: two regions must never both
 * say yes to a write. Where Lambda does not answer or fails, the region's API is tried at the same time: with both silent the
 * fence is `unsure`, and Lambda is not waited for a second time, as a fence begins with what has just been silent; where the API
 * still says yes to a write, Lambda gets more time, and nothing may be promoted without it.
 */
export function fenceRegion({region, to}: {region: string; to: string}): Step<World> {
  let canaryMayBeLeft = false
  /** Why Lambda cannot be reached, as the look has just seen. */
  let silence: string | undefined
  let health: Promise<boolean> | undefined
  return {
    async isDone(world, {signal}) {
      const {clock, writers} = world
      health ??= apiAnswers(world, region, signal)
      try {
        silence = undefined
        const look = {clock, ms: LOOK_MS, signal, what: `Lambda in ${region}`}
        return (await answerWithin(look, (inner) => writers.mode(region, {signal: inner}))) === 'fenced'
      } catch (error) {
        if (error instanceof Unreachable) silence = error.message
        throw error
      }
    },

    async act(world, context): Promise<StepOutcome> {
      const {clock, writers} = world
      health ??= apiAnswers(world, region, context.signal)
      if (silence !== undefined && !(await health)) {
        context.note(silence)
        return silent(region, context)
      }

      const closed = async (ms: number): Promise<boolean> => {
        const within = {clock, ms, signal: context.signal, what: `Lambda in ${region}`}
        try {
          await answerWithin(within, (signal) => writers.fence(region, {signal}))
          return true
        } catch (error) {
          context.signal.throwIfAborted()
          if (!mayPass(error)) throw error
          context.note(error.message)
          return false
        }
      }
      const saysYes = async (): Promise<boolean> => {
        const canary = new Canary(world, context, to, FENCE_MS)
        const answer = await canary.write(region)
        // A refusal says nothing of the row that an earlier one may have left.
        if (answer.kind !== 'refused')
          canaryMayBeLeft = answer.kind === 'silent' || !(await canary.removed(region, answer.id))
        if (canaryMayBeLeft) context.note(`a canary row may be left in ${region}`)
        return answer.kind === 'acknowledged'
      }

      if (await closed(FENCE_MS)) return 'done'
      if (!(await health)) return silent(region, context)
      if (!(await saysYes())) return {unsure: 'fence-unsure'}
      context.note(`${region} acknowledges writes: fencing goes on`)
      if (await closed(PATIENT_MS)) return 'done'
      if (await saysYes()) throw stillWriting(region)
      return {unsure: 'fence-unsure'}
    },

    /** A canary that got no answer may have left its row: it can only be removed while writes get through. */
    async undo(world, context) {
      const {writers} = world
      const {signal} = context
      await writers.unfence(region, {signal})
      const mode = await writers.mode(region, {signal})
      if (mode !== 'open')
        throw new DrError({
          code: 'StillFenced',
          exit: 'failed',
          what: `The writing functions in ${region} are still ${mode}`,
        })
      if (canaryMayBeLeft) await new Canary(world, context, to).clear(region)
    },
  }
}

/** False where it is silent. Never rejects. */
const apiAnswers = ({clock, api}: World, region: string, signal: AbortSignal): Promise<boolean> =>
  answerWithin({clock, ms: FENCE_MS, signal, what: `the API in ${region}`}, (inner) =>
    api.health(region, {signal: inner}),
  ).then(
    () => true,
    () => false,
  )

function silent(region: string, {note}: StepContext): StepOutcome {
  note(`${region} does not answer: neither its functions nor its API can be reached`)
  return {unsure: 'fence-unsure'}
}

/** A yes to a write now is a yes during the promotion too. */
const stillWriting = (region: string): DrError =>
  new DrError({
    code: 'StillWriting',
    exit: 'refused',
    what: `${region} still acknowledges writes and cannot be fenced`,
    why: 'its API answers, but its Lambda control plane does not',
    next: 'try again when Lambda answers, or first block the API in another way',
  })
