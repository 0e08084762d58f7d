/** CDK's bootstrap of a new project's regions, without a deployment. */

import {openDeploy} from '../open/deploy.js'
import {bootstrapWanted} from '../actions/deploy/look.js'
import type {Emit} from '../messages.js'

/** Bootstraps the regions that want it, and answers them. The project is that of the current folder. */
export async function bootstrapProject(options: {target: string; emit: Emit; signal: AbortSignal}): Promise<string[]> {
  const {target: flag, emit, signal} = options
  const opened = await openDeploy({flag, validation: false, emit, signal})
  try {
    const stacks = await opened.deployer.open({signal})
    const missing = await bootstrapWanted(stacks, opened.cloudFormation, signal)
    if (missing.length > 0) await opened.deployer.bootstrap(missing, {signal})
    return missing.map(({region}) => region)
  } finally {
    await opened.close()
  }
}
