/** What the `pipeline` commands print under --json: their schemas, and the types that are inferred from them. */

import {z} from 'zod'
import type {DeliveryAction, DeliveryExecution} from '../../model/delivery.js'
import {PIPELINE_COMMANDS, VERDICTS} from '../../model/pipeline.js'
import type {Execution} from '../../model/pipeline.js'
import {epochMilliseconds, region} from '../shapes.js'

const execution = z.object({
  id: z.string(),
  status: z.string().meta({description: 'As CodePipeline says it, such as InProgress, Succeeded, Failed or Stopped'}),
  startedAt: epochMilliseconds,
  command: z.string().nullable().meta({description: 'null if it was started without one'}),
  approval: z
    .object({
      verdict: z.enum(VERDICTS).meta({description: 'expired: nobody answered in time, which counts as rejected'}),
      by: z.string().nullable().meta({description: 'ARN'}),
      at: epochMilliseconds.nullable(),
      comment: z.string().nullable(),
    })
    .nullable()
    .meta({description: 'null if it has not come so far'}),
  build: z
    .object({id: z.string().nullable(), status: z.string()})
    .nullable()
    .meta({description: 'The build that runs the command; null if it has not begun'}),
}) satisfies z.ZodType<Execution>

const delivery = z.object({
  id: z.string(),
  status: z.string().meta({description: 'As CodePipeline says it, such as InProgress, Succeeded, Failed or Stopped'}),
  startedAt: epochMilliseconds,
  commit: z.string().nullable().meta({description: 'What was pushed; null if it has not been taken'}),
  actions: z
    .array(
      z.object({
        stage: z.string(),
        action: z.string(),
        status: z.string(),
        why: z.string().nullable().meta({description: 'Why it failed; null if it did not'}),
        build: z.string().nullable().meta({description: 'The id of its build; null if it has none'}),
      }),
    )
    .meta({description: 'In the order in which they began'}),
}) satisfies z.ZodType<DeliveryExecution & {actions: DeliveryAction[]}>

const head = {schemaVersion: z.literal(1), target: z.string()}
const where = {...head, region, pipeline: z.string()}

/** A pipeline, or why it is not known. */
const side = <T extends z.ZodType>(one: T) =>
  z.object({
    region,
    pipeline: z.string().nullable().meta({description: 'null if the region has none, or does not answer'}),
    unreachable: z.string().nullable().meta({description: 'Why it is not known; null if it is'}),
    executions: z.array(one).meta({description: 'The newest, newest first'}),
  })

const status = z.object({
  ...head,
  pipelines: z.array(side(execution)).meta({description: 'The failover pipelines; empty if there is none'}),
  delivery: side(delivery)
    .nullable()
    .meta({description: 'null if there is none, or only the other region was asked for'}),
})

const delivered = z
  .string()
  .nullable()
  .meta({description: 'What a delivery pipeline was to deploy; null if it is none'})

const start = z.object({
  ...where,
  command: z.enum(PIPELINE_COMMANDS),
  dryRun: z.boolean(),
  execution: z.string().nullable().meta({description: 'The id of the execution; null for a dry run'}),
})

const answer = z.object({
  ...where,
  execution: z.string(),
  command: z.string().nullable(),
  verdict: z.enum(['approved', 'rejected']),
  comment: z.string(),
  dryRun: z.boolean(),
})

const stop = z.object({
  ...where,
  execution: z.string(),
  command: z.string().nullable(),
  commit: delivered,
  build: z.string().nullable().meta({description: 'The build that was ended with it; null if none ran'}),
})

const logs = z.object({
  ...where,
  execution: z.string(),
  command: z.string().nullable(),
  commit: delivered,
  status: z.string().meta({description: 'Of the build; of a delivery, of the whole execution'}),
  lines: z.array(z.string()),
})

const push = z.object({
  ...where,
  branch: z.string(),
  commit: z.string(),
  pushed: z.boolean().meta({description: 'false if the repository had the commit already'}),
  execution: z.string(),
  status: z
    .string()
    .meta({description: 'How it ended, as CodePipeline says it; InProgress if it was followed no longer'}),
  failure: z
    .object({action: z.string(), why: z.string().nullable(), build: z.string().nullable()})
    .nullable()
    .meta({description: 'The action that failed; null if none did'}),
  lines: z.array(z.string()).meta({description: 'The last lines of the build that failed'}),
})

export type PipelineStatusResult = z.infer<typeof status>
export type PipelineStartResult = z.infer<typeof start>
export type PipelineAnswerResult = z.infer<typeof answer>
export type PipelineStopResult = z.infer<typeof stop>
export type PipelineLogsResult = z.infer<typeof logs>
export type PipelinePushResult = z.infer<typeof push>

/** By the name of the schema's file. */
export const SCHEMAS = {
  'pipeline-status': status.meta({title: 'pipeline status --json'}),
  'pipeline-start': start.meta({title: 'pipeline start --json'}),
  'pipeline-answer': answer.meta({title: 'pipeline approve and pipeline reject --json'}),
  'pipeline-stop': stop.meta({title: 'pipeline stop --json'}),
  'pipeline-logs': logs.meta({title: 'pipeline logs --json'}),
  'pipeline-push': push.meta({title: 'pipeline push --json'}),
}
