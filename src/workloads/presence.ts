import {DrError} from '../errors.js'
import type {Region} from '../model/deployment.js'
import type {CallOptions, World} from '../ports/world.js'
import {repeated} from './repeat.js'

/** Calls in flight at once. */
const PARALLEL = 4

/**
 * Of these request ids, any number, those that the region's database holds. Throws `AnswerUnexpected` (exit failed) where the
 * function answers in an unknown form, and whatever the call throws: silence is never taken for "none".
 */
export async function presentIn(
  {functions, workload: {presence}}: Pick<World, 'functions' | 'workload'>,
  region: Region,
  requestIds: string[],
  options: CallOptions = {},
): Promise<Set<string>> {
  const batches = Array.from({length: Math.ceil(requestIds.length / presence.most)}, (_, index) =>
    requestIds.slice(index * presence.most, (index + 1) * presence.most),
  )
  const present = new Set<string>()
  const worker = async (): Promise<void> => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const payload = presence.payload(batch)
      const answer = await repeated(() => functions.invoke(region, 'presence', payload, options), options.signal)
      const ids = presence.idsIn(answer)
      if (!ids) throw unexpected(region, answer)
      for (const id of ids) present.add(id)
    }
  }

  await Promise.all(Array.from({length: PARALLEL}, worker))
  return present
}

const unexpected = (region: Region, answer: unknown): DrError =>
  new DrError({
    code: 'AnswerUnexpected',
    exit: 'failed',
    what: `The presence function in ${region} gave an answer that todo-dr does not understand`,
    why: JSON.stringify(answer)?.slice(0, 300),
    next: 'compare the versions of todo-dr and of the deployed functions',
  })
