/** What `status --json` prints: its schema, and the types that are inferred from it. */

import {z} from 'zod'
import {instant, intent, region, unprovenFence} from '../shapes.js'

/** What was seen, or why it could not be. */
const seen = <T extends z.ZodRawShape>(shape: T) =>
  z.discriminatedUnion('reachable', [
    z.object({reachable: z.literal(true), ...shape}),
    z.object({reachable: z.literal(false), reason: z.string()}),
  ])

const regionStatus = z.object({
  region,
  preference: z.enum(['home', 'away']).meta({description: 'home is the preferred primary of the configuration'}),
  role: z.enum(['primary', 'standby', 'none', 'unknown']),
  cluster: seen({
    status: z.string(),
    instances: z.array(z.string()).meta({description: 'The status of each instance, as RDS names it'}),
    servingInstances: z.int().meta({description: 'How many of them can serve, by their status alone'}),
  }),
  proxy: seen({available: z.int(), unavailable: z.int()}),
  api: seen({
    status: z.int(),
    ok: z.boolean(),
    latencyMs: z.number(),
    code: z.string().optional().meta({description: "The API's error code"}),
  }),
  writers: seen({mode: z.enum(['open', 'fenced', 'partly'])}),
  lagSeconds: z.number().nullable().meta({description: 'null if there is no value, as in the primary'}),
})

const unfinishedRun = z.object({
  run: z.string(),
  intent,
  from: region,
  to: region,
  startedAt: instant,
  owner: z.string(),
  promoted: z.boolean().meta({description: 'The promotion has been made: only the rest is left'}),
  next: z.string().meta({description: 'The command that finishes it'}),
  would: z.string().meta({description: 'What that command does'}),
})

const status = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string().meta({description: 'The name for --confirm'}),
  situation: z.string().meta({description: 'Healthy, the name of the problem, or Unknown'}),
  summary: z.string(),
  evidence: z.array(z.string()),
  next: z.string().nullable().meta({description: 'The command to run next'}),
  primary: region.nullable(),
  standby: region.nullable(),
  edge: region.nullable().meta({description: 'The region that the edge sends clients to'}),
  replication: z.enum(['ok', 'stalled', 'broken', 'none']),
  lagSeconds: z.number().nullable().meta({description: 'The lag of the standby, from its metric'}),
  regions: z.array(regionStatus),
  unprovenFence,
  unfinished: z.array(unfinishedRun).meta({description: 'Runs that were cut, newest first'}),
})

/** What was seen, or why it could not be. */
export type Seen<T> = ({reachable: true} & T) | {reachable: false; reason: string}
export type UnfinishedRun = z.infer<typeof unfinishedRun>
export type RegionStatus = z.infer<typeof regionStatus>
export type StatusResult = z.infer<typeof status>

/** By the name of the schema's file. */
export const SCHEMAS = {status: status.meta({title: 'status --json'})}
