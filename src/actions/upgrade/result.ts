/** What `upgrade --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {diagnosis, digest, plan, refusal, region, runOutcome} from '../shapes.js'

const upgrade = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  dryRun: z.boolean(),
  version: z.string().meta({description: 'The version in full, as RDS writes it'}),
  running: z
    .record(region, z.string().nullable())
    .meta({description: 'The version of each region when the command began; null where it is unknown'}),
  diagnosis,
  plan,
  digest,
  refusals: z.array(refusal).meta({description: 'Reasons why the run was refused; empty if nothing was refused'}),
  outcome: runOutcome.nullable().meta({description: 'null if nothing was run: refused, a dry run, or nothing to do'}),
})

export type UpgradeResult = z.infer<typeof upgrade>

/** By the name of the schema's file. */
export const SCHEMAS = {upgrade: upgrade.meta({title: 'upgrade --json'})}
