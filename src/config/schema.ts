/** What todo-dr.yaml may hold. The JSON Schema for editors is generated from here. */

import {z} from 'zod'

/** Names that begin like this always mean a local lab. */
export const LAB = 'lab'

/** `lab` is the local lab, `labs` the folder of all labs beside the folders of targets. */
const RESERVED = new Set([LAB, `${LAB}s`])

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be the name of an AWS region, such as us-east-1')
  .meta({description: 'An AWS region'})

const objectives = z.strictObject({
  rtoSeconds: z.number().positive().default(900).meta({description: 'Recovery time objective, in seconds'}),
  rpoSeconds: z.number().nonnegative().default(5).meta({description: 'Recovery point objective, in seconds'}),
})

const target = z.strictObject({
  app: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must begin with a letter and hold letters, digits and hyphens')
    .meta({description: "The application's name; the map is kept in SSM under /todo-dr/<app>/deployment"}),
  regions: z
    .strictObject({home: region, away: region})
    .refine(({home, away}) => home !== away, {path: ['away'], error: 'must be another region than home'})
    .meta({description: 'home is preferred as primary; says nothing about who is primary now'}),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be twelve digits, in quotes')
    .optional()
    .meta({description: 'The only AWS account that deploy acts on; that of the credentials where absent'}),
  profile: z.string().min(1).optional().meta({description: 'A profile of the AWS configuration'}),
  endpoint: z
    .url({protocol: /^https?$/})
    .optional()
    .meta({description: 'An AWS-compatible endpoint for every service'}),
  objectives: objectives.optional(),
  maxLagSeconds: z.number().nonnegative().optional().meta({
    description: 'Replication lag above which a promotion is refused without consent; the RPO objective where absent',
  }),
})

const targetName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'a target is named with letters, digits, dots, hyphens and underscores')
  .refine((name) => !RESERVED.has(name), 'this name is kept for the local labs; choose another one')

export const configSchema = z
  .strictObject({
    $schema: z.string().optional(),
    defaultTarget: z.string().optional().meta({description: 'The target that commands act on without --target'}),
    infra: z
      .string()
      .min(1)
      .default('infra')
      .meta({description: 'The folder of the CDK project that deploy deploys, relative to this file'}),
    targets: z.record(targetName, target).default({}).meta({description: 'Deployments by name'}),
  })
  .refine(
    ({defaultTarget, targets}) =>
      defaultTarget === undefined || Object.hasOwn(targets, defaultTarget) || labNameOf(defaultTarget) !== undefined,
    {path: ['defaultTarget'], error: 'names no target of this file'},
  )
  .meta({title: 'todo-dr.yaml', description: 'Deployments that todo-dr acts on'})

export type Config = z.infer<typeof configSchema>
export type TargetConfig = z.infer<typeof target>

/** `lab` -> `default`, `lab:NAME` -> `NAME`, anything else is no lab. */
export function labNameOf(targetText: string): string | undefined {
  if (targetText === LAB) return 'default'
  return targetText.startsWith(`${LAB}:`) ? targetText.slice(LAB.length + 1) : undefined
}
