/** What `switchover`, `failover` and `failback` give under --json. */

import {z} from 'zod'
import {diagnosis, digest, intent, plan, refusal, runOutcome} from '../shapes.js'

const switchResult = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  intent,
  dryRun: z.boolean(),
  diagnosis,
  plan,
  digest,
  refusals: z
    .array(refusal)
    .meta({description: 'What stood in the way; empty where the plan was run or could have been'}),
  waived: z.array(refusal).meta({description: 'What would have, without a waiver'}),
  outcome: runOutcome.nullable().meta({description: 'null where nothing was run: refused, or a dry run'}),
})

export type SwitchResult = z.infer<typeof switchResult>

export const SCHEMAS = {
  switch: switchResult.meta({title: 'switchover, failover, failback --json'}),
  'run-outcome': runOutcome.meta({
    title: 'result.json of a run that no load measured, and `outcome` of switch and resume',
  }),
}
