/** All pipelines of a deployment and their newest executions, as `pipeline status --json` gives them. */

import {DrError, inOneLine} from '../../errors.js'
import {homeOf, regionNamed} from '../../model/regions.js'
import type {DeliveryPipeline} from '../../ports/delivery.js'
import {lookAtPipelines} from './look.js'
import type {PipelineInput} from './look.js'
import type {PipelineStatusResult} from './result.js'

export interface StatusInput extends PipelineInput {
  delivery: DeliveryPipeline
}

/** Executions of the delivery pipeline that are shown. */
const NEWEST = 5

/** Looks, and changes nothing. Throws as `lookAtPipelines` does, but a delivery pipeline can stand alone. */
export async function pipelineStatus(input: StatusInput): Promise<PipelineStatusResult> {
  const [pipelines, delivery] = await Promise.all([failoverSides(input).catch(ifMissing), deliverySide(input)])
  if (pipelines instanceof DrError && !delivery) throw pipelines
  return {
    schemaVersion: 1,
    target: input.target,
    pipelines: pipelines instanceof DrError ? [] : pipelines,
    delivery,
  }
}

function ifMissing(error: unknown): DrError {
  if (error instanceof DrError && error.code === 'PipelineMissing') return error
  throw error
}

async function failoverSides(input: PipelineInput): Promise<PipelineStatusResult['pipelines']> {
  const {states, silent} = await lookAtPipelines(input)
  const all = [
    ...states.map((state) => ({...state, unreachable: null})),
    ...silent.map(({region, error}) => ({region, ...unknown(error)})),
  ]
  return input.deployment.regions.flatMap(({region}) => all.filter((one) => one.region === region))
}

/** Whatever is in its way hides no failover pipeline. */
async function deliverySide(input: StatusInput): Promise<PipelineStatusResult['delivery']> {
  const {deployment, delivery, signal} = input
  const region = homeOf(deployment)
  if (input.region !== undefined && regionNamed(deployment, input.region) !== region) return null
  try {
    const newest = (await delivery.executions({signal})).slice(0, NEWEST)
    const executions = await Promise.all(
      newest.map(async (one) => ({...one, actions: await delivery.actions(one.id, {signal})})),
    )
    return {region, pipeline: delivery.name, unreachable: null, executions}
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof DrError)) throw error
    return error.code === 'PipelineMissing' ? null : {region, ...unknown(error)}
  }
}

const unknown = ({message: what, why}: DrError): {pipeline: null; unreachable: string; executions: []} => ({
  pipeline: null,
  unreachable: inOneLine({what, why}),
  executions: [],
})
