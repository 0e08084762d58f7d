/** What `drift --json` prints: its schema, and the types that are inferred from it. */

import {z} from 'zod'
import {region} from '../shapes.js'

const kind = z.enum(['template', 'regions', 'schema', 'rows'])

/** What every difference has. */
const common = {
  class: z.string(),
  region: region
    .nullable()
    .meta({description: 'The region that differs from what is expected; null if it is none alone'}),
  subject: z.string().meta({description: 'What differs; for rows the table'}),
  text: z.string().meta({description: 'What it means'}),
  next: z.string().nullable().meta({description: 'What to do next'}),
  fix: z
    .array(z.string())
    .optional()
    .meta({description: 'With --fix: statements that remove the difference. None is run'}),
}

const ofThings = z.object({
  kind: z.enum(['template', 'regions', 'schema']),
  ...common,
  expected: z.unknown().meta({description: 'For regions the home side, for schema the side of the primary'}),
  actual: z.unknown(),
})

const ofRows = z.object({
  kind: z.literal('rows'),
  ...common,
  class: z.enum(['changed', 'missing', 'extra']),
  key: z.record(z.string(), z.unknown()).meta({description: 'Column and value; empty in a table without a key'}),
  columns: z
    .array(z.object({name: z.string(), expected: z.unknown(), actual: z.unknown()}))
    .meta({description: 'The columns that differ, or all of a missing or extra row. `expected` is of the primary'}),
})

const difference = z.discriminatedUnion('kind', [ofRows, ofThings])

const doubt = z.object({
  kind,
  region: region.nullable(),
  subject: z.string().nullable().meta({description: 'What could not be compared; null if it is all of this kind'}),
  reason: z.string(),
  next: z.string().nullable(),
})

const acceptance = z.object({
  line: z.int().meta({description: 'Line of the baseline file'}),
  kind,
  subject: z.string(),
  reason: z.string(),
  expires: z.iso.date().meta({description: 'The last day on which it counts, in UTC'}),
})

const drift = z.object({
  schemaVersion: z.literal(1),
  clean: z.boolean().meta({description: 'Nothing differs, and nothing was left unknown'}),
  differences: z.array(difference),
  expected: z
    .array(difference)
    .meta({description: 'What differs on purpose: a fence, a rehearsal outage, a raised capacity. No drift'}),
  accepted: z.array(difference).meta({description: 'Known differences of the baseline file'}),
  expired: z.array(acceptance).meta({description: 'Entries of the baseline file that no longer count'}),
  unknown: z.array(doubt).meta({description: 'What could not be compared'}),
  skipped: z.array(z.object({kind, reason: z.string()})).meta({description: 'Kinds that make no sense here, and why'}),
})

export type DriftKind = z.infer<typeof kind>
export type RowDifference = z.infer<typeof ofRows>
export type ThingDifference = z.infer<typeof ofThings>
export type Difference = z.infer<typeof difference>
export type Doubt = z.infer<typeof doubt>
export type DriftResult = z.infer<typeof drift>

/** By the name of the schema's file. */
export const SCHEMAS = {drift: drift.meta({title: 'drift --json'})}
