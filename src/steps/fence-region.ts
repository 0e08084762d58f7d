import {DrError} from '../errors.js'
import type {Step, StepOutcome} from '../model/step.js'
import {answerWithin, mayPass} from '../ports/waits.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/** Milliseconds for each of the two tries to reach the region. A region that is gone must not hold up the promotion. */
const LOOK_MS = 1500
const FENCE_MS = 2500

/**
 * Closes a region's writing functions (reserved concurrency 0) before another is promoted: two regions must never both
 * say yes to a write. Where Lambda does not answer or fails, the region's API is tried at the same time: with both silent the
 * fence is `unsure`; where the API still says yes to a write, nothing may be promoted.
 */
export function fenceRegion({region, to}: {region: string; to: string}): Step<World> {
  let canaryMayBeLeft = false
  return {
    async isDone(world, {signal}) {
      const mode = await answerWithin({clock: world.clock, ms: LOOK_MS, signal, what: `Lambda in ${region}`}, (inner) =>
        world.writers.mode(region, {signal: inner}),
      )
      return mode === 'fenced'
    },

    async act(world, context): Promise<StepOutcome> {
      const {clock, writers, api} = world
      const within = {clock, ms: FENCE_MS, signal: context.signal}
      const health = answerWithin({...within, what: `the API in ${region}`}, (signal) =>
        api.health(region, {signal}),
      ).then(
        () => true,
        () => false,
      )
      try {
        await answerWithin({...within, what: `Lambda in ${region}`}, (signal) => writers.fence(region, {signal}))
        return 'done'
      } catch (error) {
        context.signal.throwIfAborted()
        if (!mayPass(error)) throw error
        context.note(error.message)
      }

      if (await health) {
        const canary = new Canary(world, context, to, FENCE_MS)
        const answer = await canary.write(region)
        canaryMayBeLeft =
          answer.kind === 'silent' || (answer.kind === 'acknowledged' && !(await canary.removed(region, answer.id)))
        if (answer.kind === 'acknowledged') throw stillWriting(region)
      } else context.note(`${region} does not answer: neither its functions nor its API can be reached`)
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

/** A yes to a write now is a yes during the promotion too. */
const stillWriting = (region: string): DrError =>
  new DrError({
    code: 'StillWriting',
    exit: 'refused',
    what: `${region} still acknowledges writes and cannot be fenced`,
    why: 'its API answers, but its Lambda control plane does not',
    next: 'try again when Lambda answers, or first block the API in another way',
  })
