/** What `doctor --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {finding, level} from '../shapes.js'

const doctor = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  findings: z.array(finding),
  counts: z.record(level, z.int()),
})

export type DoctorResult = z.infer<typeof doctor>

/** By the name of the schema's file. */
export const SCHEMAS = {doctor: doctor.meta({title: 'doctor --json'})}
