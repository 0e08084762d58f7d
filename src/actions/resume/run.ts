import {resumePlan} from '../../engine/run-plan.js'
import type {Emit} from '../../messages.js'
import type {RunStore} from '../../ports/runs.js'
import type {World} from '../../ports/world.js'
import type {ResumeResult} from './result.js'

export interface ResumeInput {
  target: string
  world: World
  runs: RunStore
  /** The id of the run; by default the newest unfinished one. */
  run?: string
  emit: Emit
  signal: AbortSignal
}

/** Goes on with a run that was killed or stopped. Throws `RunUnknown`, and what `resumePlan` throws. */
export async function runResume({target, world, runs, run: id, emit, signal}: ResumeInput): Promise<ResumeResult> {
  const run = id === undefined ? await runs.latestUnfinished() : await runs.open(id)
  if (!run) {
    emit({code: 'done', text: 'There is no unfinished run to resume.', next: 'todo-dr status'})
    return {schemaVersion: 1, target, outcome: null}
  }

  emit({code: 'note', text: `resuming ${run.id}`})
  return {schemaVersion: 1, target, outcome: await resumePlan({run, world, emit, signal})}
}
