/** Who approved the execution of a failover pipeline in which this command runs. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Deployment} from '../../model/deployment.js'
import {pipelineName} from '../../model/pipeline.js'
import type {Approval} from '../../model/pipeline.js'
import {regionNamed} from '../../model/regions.js'
import type {Pipelines} from '../../ports/pipelines.js'

interface ApprovalInput {
  pipelines: Pipelines
  deployment: Deployment
  emit: Emit
  signal: AbortSignal
}

/**
 * `given`: `REGION:EXECUTION`. Where CodePipeline does not say who it was, the switch goes on without the name: somebody has
 * approved it, or it would not run. Throws `ApprovalInvalid` and `RegionUnknown` (exit usage).
 */
export async function approvalOf(given: string, input: ApprovalInput): Promise<Approval> {
  const {pipelines, deployment, emit, signal} = input
  const [named = '', execution = '', ...more] = given.split(':')
  if (named === '' || execution === '' || more.length > 0) throw invalid(given)
  const region = regionNamed(deployment, named)
  try {
    const found = await pipelines.approval(region, execution, {signal})
    if (found.by === null) emit(unknown(`CodePipeline does not say who approved ${execution}`))
    return found
  } catch (error) {
    if (!(error instanceof DrError)) throw error
    signal.throwIfAborted()
    emit(unknown(`who approved ${execution} is not known: ${error.message}`))
    const pipeline = pipelineName(deployment.app, region)
    return {pipeline, region, execution, by: null, at: null, comment: null}
  }
}

const unknown = (text: string): Parameters<Emit>[0] => ({
  code: 'warning',
  text: `${text}; the switch goes on without the name`,
  hint: 'todo-dr pipeline status',
})

const invalid = (given: string): DrError =>
  new DrError({
    code: 'ApprovalInvalid',
    exit: 'usage',
    what: `--approval ${given} is not REGION:EXECUTION`,
    why: 'a failover pipeline sets it; nothing was changed',
    next: 'leave --approval out',
  })
