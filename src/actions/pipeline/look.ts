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

export interface Wanted {
  /** The id of the only one that is meant. */
  execution: string | undefined
  is(execution: Execution): boolean
  /** In words: `waits for approval`. */
  what: string
  /** What to do where none is: `newest` is the newest of those that are meant. */
  next?(newest: Execution | undefined): string
}

/** Throws `NothingFound` where there is none, and `RegionWanted` where there are several (both exit refused). */
export function theOnly(look: Look, {execution: named, is, what, next}: Wanted): Found {
  const all = executionsOf(look).filter(({execution: {id}}) => named === undefined || named === id)
  const [first, ...more] = all.filter(({execution}) => is(execution))
  if (first && more.length === 0) return first
  if (first)
    throw new DrError({
      code: 'RegionWanted',
      exit: 'refused',
      what: `more than one execution of a failover pipeline ${what}`,
      why: [first, ...more].map(({region, execution: {id, command}}) => `${command} ${id} in ${region}`).join(', '),
      next: 'todo-dr pipeline status, then name one with --region and --execution',
    })
  const silent = look.silent.map(({region, error}) => `${region}: ${error.message}`)
  const [newest] = all
  if (newest) silent.push(`${inWords(newest)} ${endingOf(newest.execution)}`)
  throw new DrError({
    code: 'NothingFound',
    exit: 'refused',
    what: `no execution of a failover pipeline ${what}`,
    why: silent.length > 0 ? silent.join('; ') : undefined,
    next: next?.(newest?.execution) ?? 'todo-dr pipeline status',
  })
}

function endingOf({status, approval}: Execution): string {
  if (approval?.verdict === 'expired') return 'has expired: nobody answered in time, and nothing was changed'
  return approval?.verdict === 'rejected' ? 'was rejected' : `is ${status}`
}

/** In words: `failover 0b7c… in us-east-2`. */
export const inWords = ({region, execution: {id, command}}: Found): string =>
  `the ${command ?? 'execution without a command'} ${id} in ${region}`
