/** What `health --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {finding, instant, level, region} from '../shapes.js'
import {AREAS} from './check.js'
import {HEALTH_INTENTS} from './intents.js'
import type {HealthFinding} from './score.js'

const healthFinding = finding.extend({
  area: z.enum(AREAS),
  points: z.int().min(0).meta({description: 'What it costs of 100'}),
}) satisfies z.ZodType<HealthFinding>

const health = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string().meta({description: 'The name for --confirm'}),
  at: instant,
  for: z.enum(HEALTH_INTENTS),
  from: region,
  to: region,
  score: z.int().min(0).max(100).meta({description: 'Readiness: 100 less the points of all findings'}),
  situation: z.string().meta({description: 'As `status` names it'}),
  primary: region.nullable(),
  standby: region.nullable(),
  regions: z.array(z.object({region, up: z.boolean().meta({description: 'Anything in it answered'})})),
  findings: z.array(healthFinding),
  counts: z.record(level, z.int()),
})

export type HealthResult = z.infer<typeof health>

/** By the name of the schema's file. */
export const SCHEMAS = {health: health.meta({title: 'health --json'})}
