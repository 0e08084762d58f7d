import {DrError} from '../errors.js'
import type {Step, StepOutcome} from '../model/step.js'
import type {World} from '../ports/world.js'
import {Canary} from './canary.js'

/** Milliseconds. A region that does not answer must not hold up the promotion. */
const ANSWER_MS = 3000

/**
 * Sends one write straight to the fenced region, which must not succeed: a fence that nobody has tried is a hope. An
 * acknowledged canary ends the switch, and the fence is taken back.
 */
export function canaryRefused({region, to}: {region: string; to: string}): Step<World> {
  let proven = false
  return {
    isDone: async () => proven,

    async act(world, context): Promise<StepOutcome> {
      const answer = await new Canary(world, context, to, ANSWER_MS).write(region)
      if (answer.kind === 'silent') {
        context.note(`no answer to the canary write: ${answer.reason}`)
        return {unsure: 'fence-unsure'}
      }

      if (answer.kind === 'acknowledged') throw leaks(region)
      if (answer.status === 401 || answer.status === 403) {
        context.note(`the canary write was refused for its token (${answer.status}), which proves nothing`)
        return {unsure: 'fence-unsure'}
      }

      context.note(`the canary write was refused with ${answer.status}`)
      proven = true
      return 'done'
    },

    /** An acknowledged or unanswered canary may have left its row: it can only be removed once writes get through again. */
    async undo(world, context) {
      if (proven) return
      await world.writers.unfence(region, {signal: context.signal})
      await new Canary(world, context, to).clear(region)
    },
  }
}

const leaks = (region: string): DrError =>
  new DrError({
    code: 'FenceLeaks',
    exit: 'refused',
    what: `${region} acknowledged a write although it is fenced`,
    why: 'something other than the fenced functions writes to the database',
    next: 'find what still writes, stop it, then try again',
  })
