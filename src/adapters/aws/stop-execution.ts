/** Ends an execution of a pipeline. */

import type {Region} from '../../model/deployment.js'
import type {CallOptions} from '../../ports/world.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'
import {sendChange} from './send-change.js'

/** Ends it at once, and the build that it waits for, which CodePipeline leaves alone. */
export async function stopExecution(
  clients: Clients,
  region: Region,
  {pipelineName, execution, build}: {pipelineName: string; execution: string; build: string | null},
  options: CallOptions,
): Promise<void> {
  const stop = {pipelineName, pipelineExecutionId: execution, abandon: true}
  const isDone = async (): Promise<boolean> => false
  try {
    await sendChange(
      () => clients.call('codepipeline', region, 'StopPipelineExecution', stop, options),
      isDone,
      options.signal,
    )
  } catch (error) {
    // It has stopped, or is about to.
    if (!isFault(error, 'DuplicatedStopRequestException', 'PipelineExecutionNotStoppableException')) throw error
  }

  if (build === null) return
  await sendChange(() => clients.call('codebuild', region, 'StopBuild', {id: build}, options), isDone, options.signal)
}
