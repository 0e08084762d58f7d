/** Shapes that the results of several verbs have in common, as schemas. What the model names keeps its type there. */

import {z} from 'zod'
import type {Refusal} from '../model/gate.js'

export const region = z.string().meta({description: 'An AWS region'})
export const instant = z.iso.datetime({offset: true})

const waiver = z.enum(['allow-data-loss', 'unsure-fence', 'allow-database-change'])

export const refusal = z.object({
  gate: z.string(),
  reason: z.string(),
  hint: z.string(),
  waiver: waiver.optional().meta({description: 'What lifts it; absent where nothing does'}),
}) satisfies z.ZodType<Refusal>
