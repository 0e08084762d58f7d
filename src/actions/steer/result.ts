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
    .meta({description: 'The situation that `status` names, before any change'}),
  from: region.nullable().meta({description: 'Region to which clients were sent before; null if it could not be read'}),
  to: region,
  refusals: z.array(refusal).meta({description: 'Reasons why the run was refused; empty if nothing was refused'}),
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
