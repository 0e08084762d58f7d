/** What `lag --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {region} from '../shapes.js'

const lag = z.object({
  schemaVersion: z.literal(1),
  regions: z.array(
    z.object({
      region,
      seconds: z.number().nullable().meta({description: 'null for the primary, and where nobody could tell'}),
    }),
  ),
})

export type LagResult = z.infer<typeof lag>

/** By the name of the schema's file. */
export const SCHEMAS = {lag: lag.meta({title: 'lag --json'})}
