/** Ends an execution of a failover pipeline. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import {isSwitching, isUnderWay} from '../../model/pipeline.js'
import {inWords, lookAtPipelines, theOnly} from './look.js'
import type {Found, PipelineInput} from './look.js'
import type {PipelineStopResult} from './result.js'

export interface StopInput extends PipelineInput {
  /** By default the one that is under way. */
  execution?: string
  /** Even where its switch runs. */
  abandon: boolean
  emit: Emit
}

/** Throws what `theOnly` does, and `SwitchRunning` (exit refused); nothing was stopped then. */
export async function stopPipeline(input: StopInput): Promise<PipelineStopResult> {
  const {target, pipelines, abandon, emit, signal} = input
  const look = await lookAtPipelines(input)
  const found = theOnly(look, {
    execution: input.execution,
    is: isUnderWay,
    what: 'is under way',
    next: () => 'todo-dr pipeline status; of the delivery pipeline: todo-dr pipeline stop --delivery',
  })
  const {region, pipeline, execution} = found
  const switching = isSwitching(execution)
  if (switching && !abandon) throw switchRunning(found)
  await pipelines.stop(region, execution, {signal})
  const {id, command} = execution
  if (switching)
    emit({
      code: 'warning',
      text: `Stopped: ${inWords(found)}, and the build that ran it. The switch stays where it was.`,
      hint: 'todo-dr status, then todo-dr resume',
    })
  else emit({code: 'done', text: `Stopped: ${inWords(found)}. Nothing was changed.`})
  const build = switching ? (execution.build?.id ?? null) : null
  return {schemaVersion: 1, target, region, pipeline, execution: id, command, commit: null, build}
}

const switchRunning = (found: Found): DrError =>
  new DrError({
    code: 'SwitchRunning',
    exit: 'refused',
    what: `${inWords(found)} is approved and runs; nothing was stopped`,
    why: 'ending it now would leave the switch midway',
    next: 'todo-dr pipeline logs --follow; to end it all the same: todo-dr pipeline stop --abandon, then todo-dr resume',
  })
