/** What `deploy --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import type {StackOutcome} from '../../model/stack.js'
import type {StackDifference} from '../../ports/deployer.js'
import {refusal, region} from '../shapes.js'

const stackOutcome = z.object({
  name: z.string(),
  region,
  status: z.enum(['created', 'updated', 'unchanged', 'failed', 'in-progress', 'not-started']).meta({
    description: 'in-progress: CloudFormation continues with it, but todo-dr no longer waits for it',
  }),
  seconds: z.number().nullable(),
  outputs: z.record(z.string(), z.string()),
  changed: z.array(
    z.object({logicalId: z.string(), type: z.string(), action: z.enum(['created', 'updated', 'deleted'])}),
  ),
  failure: z
    .object({logicalId: z.string().nullable(), type: z.string().nullable(), reason: z.string()})
    .nullable()
    .meta({description: 'The first root cause'}),
}) satisfies z.ZodType<StackOutcome>

const difference = z.object({
  stack: z.string(),
  region,
  changes: z.array(
    z.object({
      logicalId: z.string(),
      type: z.string(),
      action: z.enum(['add', 'remove', 'update', 'replace']),
      properties: z.array(z.string()),
    }),
  ),
}) satisfies z.ZodType<Omit<StackDifference, 'text'>>

const deploy = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string().nullable().meta({description: 'null for a CDK app without a name'}),
  account: z.string(),
  project: z.string().meta({description: 'The folder of the CDK project'}),
  status: z.enum(['deployed', 'unchanged', 'failed', 'stopped', 'refused', 'planned', 'compared']).meta({
    description:
      'failed: other finished stacks stay as they are. stopped: run the same command again to continue. planned: a dry run that no gate refuses. compared: --diff',
  }),
  seconds: z.number(),
  refusals: z.array(refusal),
  waived: z.array(refusal),
  bootstrapped: z.array(region).meta({description: 'Where CDK was bootstrapped; for a dry run, where it would be'}),
  stacks: z.array(stackOutcome).meta({description: 'Empty if nothing was started'}),
  differences: z.array(difference).nullable().meta({description: 'Of --diff: the stacks that differ'}),
  edgeUrl: z.url().nullable(),
  failure: z
    .object({
      code: z.string(),
      what: z.string(),
      why: z.string().nullable(),
      next: z.string().nullable(),
      requestId: z.string().nullable().meta({description: 'Of AWS'}),
    })
    .nullable(),
})

export type DeployResult = z.infer<typeof deploy>

/** By the name of the schema's file. */
export const SCHEMAS = {deploy: deploy.meta({title: 'deploy --json'})}
