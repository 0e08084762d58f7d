/** The failover pipelines of a deployment: one in each region, which makes that region the primary. Plain data. */

import {deliveryBucket, deliveryStack} from './delivery.js'
import type {Region} from './deployment.js'

/** What a pipeline can run. */
export const PIPELINE_COMMANDS = ['switchover', 'failover', 'failback'] as const
export type PipelineCommand = (typeof PIPELINE_COMMANDS)[number]

/** Of the template, as are all names here: the pipeline, and the CodeBuild project that it runs. */
export const pipelineName = (app: string, region: Region): string => `${app}-failover-${region}`
/** The bucket that holds the program that the pipeline runs, and the object in it. */
export const pipelineBucket = (app: string, account: string, region: Region): string =>
  `${app.toLowerCase()}-failover-${account}-${region}`
export const PROGRAM_KEY = 'todo-dr.zip'
/** The bucket of a stack with a pipeline; undefined of every other stack. */
export function programBucketOf(
  {name, region}: {name: string; region: Region},
  app: string,
  account: string,
): string | undefined {
  if (name === pipelineName(app, region)) return pipelineBucket(app, account, region)
  return name === deliveryStack(app, region) ? deliveryBucket(app, account, region) : undefined
}
/** Stages behind the source, and the only action in each. */
export const STAGES = {approve: 'Approve', switch: 'Switch'} as const

/** Who let a run begin. What CodePipeline did not tell is null. */
export interface Approval {
  pipeline: string
  region: Region
  /** The id of the pipeline's execution. */
  execution: string
  /** ARN. */
  by: string | null
  /** Epoch milliseconds. */
  at: number | null
  comment: string | null
}

/** `waiting`: nobody has answered yet. `expired`: nobody has in time, which counts as a no. */
export const VERDICTS = ['waiting', 'approved', 'rejected', 'expired', 'withdrawn'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One execution of a pipeline. Times are epoch milliseconds. */
export interface Execution {
  id: string
  /** As CodePipeline says it: an open string, such as `InProgress` or `Succeeded`. */
  status: string
  startedAt: number
  /** Null where it was started without one: such an execution fails. */
  command: string | null
  /** Null where it has not come so far. */
  approval: {verdict: Verdict; by: string | null; at: number | null; comment: string | null} | null
  /** What CodeBuild does of it; `status` is CodePipeline's word on it. Null where it has not come so far. */
  build: {id: string | null; status: string} | null
}

/** Newest first. */
export interface PipelineState {
  region: Region
  pipeline: string
  executions: Execution[]
}

export const isUnderWay = ({status}: Pick<Execution, 'status'>): boolean =>
  status === 'InProgress' || status === 'Stopping'
export const isWaiting = (execution: Execution): boolean =>
  isUnderWay(execution) && execution.approval?.verdict === 'waiting'
/** Its switch has begun, and has not ended. */
export const isSwitching = ({build}: Execution): boolean => build?.status === 'InProgress'
