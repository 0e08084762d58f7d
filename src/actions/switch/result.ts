/** What `switchover`, `failover` and `failback` give under --json. */

import {z} from 'zod'
import {diagnosis, digest, intent, plan, refusal, runOutcome, unprovenFence} from '../shapes.js'

const switchResult = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  intent,
  dryRun: z.boolean(),
  diagnosis,
  plan,
  digest,
  refusals: z.array(refusal).meta({description: 'The gates that refuse; empty if the plan was run or could be run'}),
  waived: z.array(refusal).meta({description: 'The gates that would refuse without a waiver'}),
  unprovenFence,
  outcome: runOutcome.nullable().meta({description: 'null if nothing was run: refused, or a dry run'}),
})

export type SwitchResult = z.infer<typeof switchResult>

export const SCHEMAS = {
  switch: switchResult.meta({title: 'switchover, failover, failback --json'}),
  'run-outcome': runOutcome.meta({
    title: 'result.json of a run without --measure, and `outcome` of switch and resume',
  }),
}
