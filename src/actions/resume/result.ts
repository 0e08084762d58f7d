/** What `resume --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {runOutcome} from '../shapes.js'

const resume = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  outcome: runOutcome.nullable().meta({description: 'null if there was no unfinished run'}),
})

export type ResumeResult = z.infer<typeof resume>

/** By the name of the schema's file. */
export const SCHEMAS = {resume: resume.meta({title: 'resume --json'})}
