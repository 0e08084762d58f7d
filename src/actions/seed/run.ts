import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import {primaryOf} from '../../model/observation.js'
import type {World} from '../../ports/world.js'
import {observe} from '../../probes/observe.js'
import {setUp} from '../../workloads/set-up.js'
import {SAMPLE_IDS} from '../../workloads/todo/index.js'
import type {SeedResult} from './result.js'

export interface SeedInput {
  world: World
  emit: Emit
  signal: AbortSignal
}

/** Creates what is missing and changes nothing that exists. Throws `PrimaryUnknown` (exit unknown). */
export async function runSeed({world, emit, signal}: SeedInput): Promise<SeedResult> {
  const region = primaryOf(await observe(world, {signal}))
  if (region === undefined) {
    throw new DrError({
      code: 'PrimaryUnknown',
      exit: 'unknown',
      what: 'the primary region is unknown',
      why: 'only the primary takes writes',
      next: 'todo-dr status',
    })
  }

  await setUp(world, region, {signal})
  emit({code: 'done', text: `the table in ${region} contains the ToDos 1 to 10`, next: 'todo-dr crud list'})
  return {region, ids: SAMPLE_IDS}
}
