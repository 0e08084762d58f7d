/** What `teardown --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {DELETABLE} from '../../model/estate.js'
import type {Left} from '../../model/estate.js'
import type {TeardownAct} from '../../model/teardown-plan.js'
import {refusal, region} from '../shapes.js'

const left = z.object({
  kind: z.enum([...DELETABLE, 'other', 'stack']),
  region,
  id: z.string(),
  arn: z.string(),
}) satisfies z.ZodType<Left>

const act = z.object({
  id: z.string(),
  kind: z.enum(['unprotect', 'leave', 'empty', 'delete']),
  region,
  title: z.string(),
  target: z.object({kind: z.enum([...DELETABLE, 'other', 'stack']), id: z.string(), arn: z.string()}),
  from: z.string().optional().meta({description: 'The global cluster that a member leaves'}),
  after: z.array(z.string()).meta({description: 'Ids of the acts that must finish first'}),
}) satisfies z.ZodType<TeardownAct>

const actFailure = z.object({
  act: z.string(),
  code: z.string(),
  what: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
  requestId: z.string().optional(),
})

const teardown = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string().nullable().meta({description: 'null if no resource names an application'}),
  regions: z.array(region),
  dryRun: z.boolean(),
  plan: z.array(act).meta({description: 'The planned acts; a later look may have found more'}),
  refusals: z.array(refusal),
  done: z.array(z.string()).meta({description: 'What was done, in words'}),
  failed: z.array(actFailure),
  remaining: z
    .array(left)
    .meta({description: 'What still exists with the tag of the application; empty after a complete teardown'}),
  pendingDeletion: z
    .array(left)
    .meta({description: 'Keys that AWS deletes after a waiting period; they cost nothing until then'}),
  seconds: z.number(),
})

export type ActFailure = z.infer<typeof actFailure>
export type TeardownResult = z.infer<typeof teardown>

/** By the name of the schema's file. */
export const SCHEMAS = {teardown: teardown.meta({title: 'teardown --json'})}
