/** What `seed --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {refusal, region} from '../shapes.js'

const migration = z.object({
  version: z.number(),
  name: z.string().meta({description: 'File name without .sql'}),
  sha256: z.string(),
  state: z.enum(['applied', 'applied-now', 'pending', 'unfinished', 'changed']).meta({
    description: 'By the history of the primary; applied-now: by this command',
  }),
  appliedAt: z.number().nullable().meta({description: 'Epoch milliseconds'}),
  appliedBy: z.string().nullable(),
})

const seed = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  region: region.nullable().meta({description: 'The primary; null if it could not be read, which is refused'}),
  folder: z.string().nullable().meta({description: 'Of the migrations; null where the project has none'}),
  dryRun: z.boolean(),
  refusals: z.array(refusal),
  migrations: z.array(migration),
  ids: z.array(z.string()).meta({description: 'ToDos that now exist; empty where nothing was changed'}),
  standby: z
    .object({
      region,
      caughtUp: z.boolean().meta({description: 'It has every migration that the primary has'}),
      missing: z.array(z.string()),
      seconds: z.number().meta({description: 'Until it had them, or until waiting ended'}),
      reason: z.string().nullable().meta({description: 'Why it could not be asked'}),
    })
    .nullable()
    .meta({description: 'Null where it was not asked'}),
})

export type SeedResult = z.infer<typeof seed>
export type SeededMigration = z.infer<typeof migration>
export type StandbySchema = NonNullable<SeedResult['standby']>

/** By the name of the schema's file. */
export const SCHEMAS = {seed: seed.meta({title: 'seed --json'})}
