/** CDK's bootstrap of a project's regions, without a deployment. */

import type {DeployPlace} from './input.js'
import {bootstrapWanted} from './look.js'

/** Bootstraps the regions that want it, and answers them. */
export async function bootstrapProject(
  {deployer, cloudFormation}: Pick<DeployPlace, 'deployer' | 'cloudFormation'>,
  signal: AbortSignal,
): Promise<string[]> {
  const stacks = await deployer.open({signal})
  const missing = await bootstrapWanted(stacks, cloudFormation, signal)
  if (missing.length > 0) await deployer.bootstrap(missing, {signal})
  return missing.map(({region}) => region)
}
