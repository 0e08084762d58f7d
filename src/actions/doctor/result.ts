/** What `doctor --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {region} from '../shapes.js'

const level = z.enum(['ok', 'warning', 'problem', 'unknown'])

const finding = z.object({
  check: z.string(),
  region: region.nullable().meta({description: 'null if it concerns this machine or both regions'}),
  level,
  text: z.string(),
  /** What to do about it; null where nothing need be done. */
  remedy: z.string().nullable(),
})

const doctor = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  findings: z.array(finding),
  counts: z.record(level, z.int()),
})

/** What a check found. */
export type Finding = z.infer<typeof finding>
export type DoctorResult = z.infer<typeof doctor>

/** By the name of the schema's file. */
export const SCHEMAS = {doctor: doctor.meta({title: 'doctor --json'})}
