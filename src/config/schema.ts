/** What todo-dr.yaml may hold. The JSON Schema for editors is generated from here. */

import {z} from 'zod'
import {AWS_REGIONS_DATE, isAwsRegion} from '../model/aws-regions.js'
import {LAB, labNameOf} from './lab-name.js'
import {routeChoices} from './route.js'

/** `lab` is the local lab, `labs` the folder of all labs beside the folders of targets. */
const RESERVED = new Set([LAB, `${LAB}s`])

const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be an AWS region name, such as us-east-1')
  .meta({description: 'An AWS region'})

const objectives = z.strictObject({
  rtoSeconds: z.number().positive().default(900).meta({description: 'Recovery time objective, in seconds'}),
  rpoSeconds: z.number().nonnegative().default(5).meta({description: 'Recovery point objective, in seconds'}),
})

const route = routeChoices.optional().meta({
  description:
    'How clients are sent to a region, in place of the route that the deployment was made with; or a list of ways, in order of preference',
})

const settings = z.strictObject({
  app: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must start with a letter and contain only letters, digits and hyphens')
    .meta({description: 'Application name; the map is stored in SSM under /todo-dr/<app>/deployment'}),
  regions: z
    .strictObject({home: region, away: region})
    .refine(({home, away}) => home !== away, {path: ['away'], error: 'must differ from the home region'})
    .meta({description: 'home is the preferred primary; this does not say which region is the primary now'}),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be an AWS account id (twelve digits), in quotes')
    .optional()
    .meta({description: 'The only AWS account that deploy uses; the account of the credentials by default'}),
  profile: z.string().min(1).optional().meta({description: 'AWS profile'}),
  endpoint: z
    .url({protocol: /^https?$/})
    .optional()
    .meta({description: 'An AWS-compatible endpoint for every service'}),
  hosts: z.record(z.hostname(), z.int().min(1).max(65_535)).optional().meta({
    description:
      'Beside endpoint: host names of the deployment (APIs, token endpoints, edge) that do not resolve, each with the port on this machine that serves it over HTTP',
  }),
  dns: z
    .strictObject({host: z.union([z.ipv4(), z.ipv6()]), port: z.int().min(1).max(65_535)})
    .optional()
    .meta({
      description:
        'Beside hosts: the name server that knows the hosted zones of the endpoint, where clients use a name in Route 53',
    }),
  route,
  allowUnlistedRegion: z.boolean().optional().meta({
    description: 'Accept regions that AWS has added since this version of todo-dr was made',
  }),
  objectives: objectives.optional(),
  maxLagSeconds: z.number().nonnegative().optional().meta({
    description: 'Replication lag above which a promotion requires consent; the RPO objective by default',
  }),
})

/** A slip in a region's name would otherwise show as a region that does not answer. */
const target = settings.superRefine(({regions, allowUnlistedRegion}, context) => {
  if (allowUnlistedRegion) return
  for (const [preference, region] of Object.entries(regions))
    if (!isAwsRegion(region))
      context.addIssue({
        code: 'custom',
        path: ['regions', preference],
        message: `${region} is not an AWS region by the list of ${AWS_REGIONS_DATE}; if AWS has added it since, set allowUnlistedRegion: true beside regions`,
      })
})

const targetName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'a target name can contain letters, digits, dots, hyphens and underscores')
  .refine((name) => !RESERVED.has(name), 'this name is reserved for labs; choose another one')

export const configSchema = z
  .strictObject({
    $schema: z.string().optional(),
    defaultTarget: z.string().optional().meta({description: 'The target that commands use without --target'}),
    infra: z
      .string()
      .min(1)
      .default('infra')
      .meta({description: 'Folder of the CDK project that deploy uses, relative to this file'}),
    lab: z.strictObject({route}).optional().meta({description: 'What holds for every lab'}),
    targets: z.record(targetName, target).default({}).meta({description: 'Deployments by name'}),
  })
  .refine(
    ({defaultTarget, targets}) =>
      defaultTarget === undefined || Object.hasOwn(targets, defaultTarget) || labNameOf(defaultTarget) !== undefined,
    {path: ['defaultTarget'], error: 'is not a target in this file'},
  )
  .meta({title: 'todo-dr.yaml', description: 'Deployments that todo-dr manages'})

export type Config = z.infer<typeof configSchema>
