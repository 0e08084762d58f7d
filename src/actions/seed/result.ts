/** What `seed --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {region} from '../shapes.js'

/** `region`: where it was done, the primary. */
const seed = z.object({region, ids: z.array(z.string())})

export type SeedResult = z.infer<typeof seed>

/** By the name of the schema's file. */
export const SCHEMAS = {seed: seed.meta({title: 'seed --json'})}
