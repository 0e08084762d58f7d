import type {Region} from '../model/deployment.js'
import type {CallOptions, World} from '../ports/world.js'
import {repeated} from './repeat.js'

/** Makes ready what the workload needs before it serves. `region`: the primary, which alone takes writes. Safe to repeat. */
export async function setUp(
  {functions, workload}: Pick<World, 'functions' | 'workload'>,
  region: Region,
  options: CallOptions = {},
): Promise<void> {
  for (const payload of workload.setup?.payloads ?? [])
    await repeated(() => functions.invoke(region, 'migrate', payload, options), options.signal)
}
