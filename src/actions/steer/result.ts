/** What `steer --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {SITUATIONS} from '../../model/diagnosis.js'
import {refusal, region} from '../shapes.js'

const failure = z.object({
  step: z.string().optional(),
  code: z.string(),
  what: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
  requestId: z.string().optional(),
})

const steer = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  dryRun: z.boolean(),
  situation: z
    .enum([...SITUATIONS, 'Unknown'])
    .meta({description: 'As `status` names it, before anything was changed'}),
  from: region.nullable().meta({description: 'Where the route sent clients before; null where nobody could tell'}),
  to: region,
  refusals: z.array(refusal).meta({description: 'What stood in the way; empty where it was run or could have been'}),
  outcome: z
    .object({
      runId: z.string(),
      status: z.enum(['done', 'undone', 'stopped']),
      failure: failure.optional(),
    })
    .nullable()
    .meta({description: 'null if nothing was run: refused, or a dry run'}),
})

export type SteerResult = z.infer<typeof steer>

/** By the name of the schema's file. */
export const SCHEMAS = {steer: steer.meta({title: 'steer --json'})}
