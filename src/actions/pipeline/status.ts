/** Both failover pipelines and their newest executions, as `pipeline status --json` gives them. */

import {lookAtPipelines} from './look.js'
import type {PipelineInput} from './look.js'
import type {PipelineStatusResult} from './result.js'

/** Looks, and changes nothing. Throws as `lookAtPipelines` does. */
export async function pipelineStatus(input: PipelineInput): Promise<PipelineStatusResult> {
  const {states, silent} = await lookAtPipelines(input)
  const {target, deployment} = input
  const known = states.map((state) => ({...state, unreachable: null}))
  const unknown = silent.map(({region, error: {message, why}}) => ({
    region,
    pipeline: null,
    unreachable: why === undefined ? message : `${message}: ${why}`,
    executions: [],
  }))
  const all = [...known, ...unknown]
  const pipelines = deployment.regions.flatMap(({region}) => all.filter((one) => one.region === region))
  return {schemaVersion: 1, target, pipelines}
}
