/** What `iam-policy --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import type {PolicyDocument} from '../../permissions/policy.js'

const policy = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.object({
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.array(z.string()),
      Condition: z
        .object({StringEquals: z.record(z.string(), z.array(z.string()))})
        .optional()
        .meta({description: 'The regions of actions without resources; the ownership tag of what is deleted'}),
    }),
  ),
}) satisfies z.ZodType<PolicyDocument>

const iamPolicy = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string(),
  account: z.string().meta({description: 'AWS account id (twelve digits)'}),
  commands: z.array(z.string()).meta({description: 'The commands that the policy is for'}),
  policy: policy.meta({description: 'The whole IAM policy document'}),
  characters: z.number().int().meta({description: 'Its size as IAM counts it: without whitespace'}),
  parts: z.array(z.object({characters: z.number().int(), policy})).meta({
    description: 'The same as documents that a managed policy holds; one where the whole fits. --part N prints the Nth',
  }),
})

export type IamPolicyResult = z.infer<typeof iamPolicy>

/** By the name of the schema's file. */
export const SCHEMAS = {'iam-policy': iamPolicy.meta({title: 'iam-policy --json'})}
