/** What `init --json` prints: its schema, and the type that is inferred from it. */

import {z} from 'zod'
import {region} from '../shapes.js'
import {PIPELINES} from './pipelines.js'
import type {PipelineChoice} from './pipelines.js'
import {ROUTES} from './routes.js'

const dollars = z.number().meta({description: 'US dollars per month'})

const settings = z.object({
  /** Prefix of every name; letters and digits, a letter first, at most 20. */
  app: z.string(),
  home: region,
  away: region,
  rtoSeconds: z.number(),
  rpoSeconds: z.number(),
  capacity: z.object({min: z.number(), max: z.number()}).meta({description: 'Aurora capacity units of an instance'}),
  instances: z.int().meta({description: 'Aurora instances per region'}),
  /** Twelve digits; unknown until the first deployment where absent. */
  account: z.string().optional(),
  /** AWS profile. */
  profile: z.string().optional(),
  alarmEmail: z.string().optional(),
  protect: z.boolean(),
  /** Whether a GitHub workflow is written that runs a drill. */
  workflow: z.boolean(),
  pipeline: z
    .enum(Object.keys(PIPELINES) as PipelineChoice[])
    .meta({description: 'codecommit and connection: a delivery pipeline beside the failover pipelines'}),
  /** Of --pipeline connection: the ARN of the connection, and owner/name. */
  connection: z.string().optional(),
  repository: z.string().optional(),
  routes: z.array(z.enum(ROUTES)).meta({description: 'How clients are sent to a region, in order of preference'}),
  domain: z.string().optional().meta({description: 'With route53: the name that clients use'}),
  hostedZone: z
    .string()
    .optional()
    .meta({description: 'Its hosted zone, by id or name; found by the domain if absent'}),
})

/** `basis`: how the figure comes about. */
const costItem = z.object({item: z.string(), basis: z.string(), home: dollars, away: dollars})

const estimate = z.object({
  date: z.string().meta({description: 'Date of the list prices'}),
  currency: z.literal('USD'),
  items: z.array(costItem),
  home: dollars,
  away: dollars,
  total: dollars,
  /** What an estimate of this kind cannot say. */
  remarks: z.array(z.string()),
})

const init = z.object({
  schemaVersion: z.literal(1),
  folder: z.string(),
  dryRun: z.boolean(),
  settings,
  files: z.array(z.string()).meta({description: 'Relative to the folder'}),
  estimate,
  installed: z.boolean().meta({description: 'npm ci was run in the CDK app'}),
})

/** What a user decides about a new project. */
export type Settings = z.infer<typeof settings>
export type CostItem = z.infer<typeof costItem>
export type Estimate = z.infer<typeof estimate>
export type InitResult = z.infer<typeof init>

/** By the name of the schema's file. */
export const SCHEMAS = {init: init.meta({title: 'init --json'})}
