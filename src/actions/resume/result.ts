/** What `resume --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {refusal, runOutcome} from '../shapes.js'

const resume = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  dryRun: z.boolean(),
  run: z.string().nullable().meta({description: 'null if there was no unfinished run'}),
  rest: z.array(z.string()).meta({description: 'The steps that were left when the command began'}),
  refusals: z.array(refusal).meta({description: 'The gates that refuse; nothing was changed then'}),
  outcome: runOutcome.nullable().meta({description: 'null if nothing was run'}),
})

export type ResumeResult = z.infer<typeof resume>

/** By the name of the schema's file. */
export const SCHEMAS = {resume: resume.meta({title: 'resume --json'})}
