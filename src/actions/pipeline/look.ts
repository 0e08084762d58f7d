/** A look at the failover pipelines of both regions, and which execution a command means. */

import {DrError, Unreachable} from '../../errors.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {Execution, PipelineState} from '../../model/pipeline.js'
import {regionNamed, regionNames} from '../../model/regions.js'
import type {Pipelines} from '../../ports/pipelines.js'

export interface PipelineInput {
  target: string
  deployment: Deployment
  pipelines: Pipelines
  /** `home`, `away` or a region; undefined: every region. */
  region?: string
  signal: AbortSignal
}

export interface Look {
  states: PipelineState[]
  /** Regions that do not answer, and those without a pipeline. */
  silent: {region: Region; error: DrError}[]
}

/**
 * A region that does not answer is a value, unless it alone was asked for. Throws `RegionUnknown`, and `PipelineMissing` (exit usage)
 * where no region has a pipeline.
 */
export async function lookAtPipelines({deployment, pipelines, region, signal}: PipelineInput): Promise<Look> {
  const regions = region === undefined ? regionNames(deployment) : [regionNamed(deployment, region)]
  const looked = await Promise.allSettled(regions.map((one) => pipelines.look(one, {signal})))
  const states = looked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const silent = looked.flatMap((one, index) => {
    if (one.status === 'fulfilled') return []
    const error: unknown = one.reason
    if (error instanceof Unreachable || (error instanceof DrError && error.code === 'PipelineMissing'))
      return [{region: regions[index]!, error}]
    throw error
  })
  if (states.length === 0) throw silent[0]!.error
  return {states, silent}
}

/** One execution, and where it is. */
export interface Found {
  region: Region
  pipeline: string
  execution: Execution
}

/** Newest first, over all regions. */
export const executionsOf = ({states}: Look): Found[] =>
  states
    .flatMap(({region, pipeline, executions}) => executions.map((execution) => ({region, pipeline, execution})))
    .sort((one, other) => other.execution.startedAt - one.execution.startedAt)

/** `what`: such as `waits for approval`. Throws `NothingFound` where none does, and `RegionWanted` where several do (both exit refused). */
export function theOnly(look: Look, isMeant: (execution: Execution) => boolean, what: string): Found {
  const [first, ...more] = executionsOf(look).filter(({execution}) => isMeant(execution))
  if (first && more.length === 0) return first
  const silent = look.silent.map(({region, error}) => `${region}: ${error.message}`)
  if (!first)
    throw new DrError({
      code: 'NothingFound',
      exit: 'refused',
      what: `no execution of a failover pipeline ${what}`,
      why: silent.length > 0 ? silent.join('; ') : undefined,
      next: 'todo-dr pipeline status',
    })
  throw new DrError({
    code: 'RegionWanted',
    exit: 'refused',
    what: `more than one execution of a failover pipeline ${what}`,
    why: [first, ...more].map(({region, execution: {id, command}}) => `${command} ${id} in ${region}`).join(', '),
    next: 'todo-dr pipeline status, then name one with --region and --execution',
  })
}

/** In words: `failover 0b7c… in us-east-2`. */
export const inWords = ({region, execution: {id, command}}: Found): string =>
  `the ${command ?? 'execution without a command'} ${id} in ${region}`
