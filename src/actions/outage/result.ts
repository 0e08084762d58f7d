/** What `outage start`, `stop` and `status` print under --json: the schema, and the type that is inferred from it. */

import {z} from 'zod'
import {OUTAGE_KINDS} from '../../ports/outage.js'
import {epochMilliseconds, region} from '../shapes.js'

const outage = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  outages: z
    .array(z.object({region, kind: z.enum(OUTAGE_KINDS), startedAt: epochMilliseconds}))
    .meta({description: 'The active outages; for `stop`, those that were ended'}),
})

export type OutageResult = z.infer<typeof outage>

/** By the name of the schema's file. */
export const SCHEMAS = {outage: outage.meta({title: 'outage start, stop, status --json'})}
