/** The --json results of commands as schemas. They are kept apart from the commands, which need no zod to start. */

import {z} from 'zod'
import type {LabEnvResult} from '../src/commands/lab/env.js'
import type {LabStartResult} from '../src/commands/lab/start.js'
import type {LabStopResult} from '../src/commands/lab/stop.js'
import type {OutageResult} from '../src/commands/outage/start.js'
import type {ResumeResult} from '../src/commands/resume.js'
import type {SeedResult} from '../src/commands/seed.js'
import type {TokenResult} from '../src/commands/token.js'
import type {ToDo, ToDoPage} from '../src/cli/crud-command.js'
import {epochMilliseconds, instant, region, runOutcome} from '../src/actions/shapes.js'
import {EXIT} from '../src/errors.js'
import type {LabStatus} from '../src/ports/lab-admin.js'
import {OUTAGE_KINDS} from '../src/ports/outage.js'
import type {RegionStatus, StatusResult} from '../src/render/status.js'

/** What was seen, or why it could not be. */
const seen = <T extends z.ZodRawShape>(shape: T) =>
  z.discriminatedUnion('reachable', [
    z.object({reachable: z.literal(true), ...shape}),
    z.object({reachable: z.literal(false), reason: z.string()}),
  ])

const regionStatus = z.object({
  region,
  preference: z.enum(['home', 'away']).meta({description: 'home is what the configuration prefers as primary'}),
  role: z.enum(['primary', 'standby', 'none', 'unknown']),
  cluster: seen({status: z.string(), availableInstances: z.int()}),
  proxy: seen({available: z.int(), unavailable: z.int()}),
  api: seen({
    status: z.int(),
    ok: z.boolean(),
    latencyMs: z.number(),
    code: z.string().optional().meta({description: "The API's error code"}),
  }),
  writers: seen({mode: z.enum(['open', 'fenced', 'partly'])}),
  lagSeconds: z.number().nullable().meta({description: 'null where no datum exists, as in the primary'}),
}) satisfies z.ZodType<RegionStatus>

const status = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  app: z.string().meta({description: 'The name that --confirm wants'}),
  situation: z.string().meta({description: 'Healthy, or what is the matter; Unknown where nobody can tell'}),
  summary: z.string(),
  evidence: z.array(z.string()),
  next: z.string().nullable().meta({description: 'The command to run next'}),
  primary: region.nullable(),
  standby: region.nullable(),
  edge: region.nullable().meta({description: 'The region that the edge serves'}),
  replication: z.enum(['ok', 'stalled', 'broken', 'none']),
  lagSeconds: z.number().nullable().meta({description: "The standby's, as its metric reports it"}),
  regions: z.array(regionStatus),
}) satisfies z.ZodType<StatusResult>

const token = z.object({
  token: z.string(),
  region: region.meta({description: 'Whose pool gave it'}),
  expiresAt: instant,
}) satisfies z.ZodType<TokenResult>

const todo = z.object({
  id: z.string(),
  task: z.string(),
  status: z.string(),
  createdTime: instant,
  requestId: z.string().nullable().meta({description: 'The idempotency key that it was created with'}),
}) satisfies z.ZodType<ToDo>

const page = z.object({
  items: z.array(todo),
  next: z.string().nullable().meta({description: 'Where the next page begins; null after the last'}),
}) satisfies z.ZodType<ToDoPage>

const seed = z.object({region, ids: z.array(z.string())}) satisfies z.ZodType<SeedResult>

const labStatus = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  endpoint: z.url().meta({description: 'The control plane of every service and region'}),
  credentialsFile: z.string().meta({description: "Holds the administrator's key pair, as AWS's tools read it"}),
  edgeUrl: z.url().optional().meta({description: 'Without /v1; absent where nothing is deployed'}),
  regions: z.array(
    z.object({
      region,
      role: z.enum(['primary', 'standby', 'none']),
      apiUrl: z.url().optional().meta({description: 'With /prod, without /v1'}),
      tokenUrl: z.url().optional().meta({description: 'With /oauth2/token'}),
      database: z
        .object({
          host: z.string(),
          port: z.int(),
          user: z.string().meta({description: 'Has all privileges'}),
          passwordFile: z.string(),
          name: z.string(),
        })
        .optional(),
      pids: z.array(z.int()),
    }),
  ),
  app: z.string().optional(),
  home: region,
  away: region,
  profile: z.enum(['instant', 'paced']),
  pid: z.int(),
  hosts: z.array(z.object({hostname: z.string(), region: region.nullable(), port: z.int()})),
  faults: z.array(
    z.object({
      kind: z.enum(['region-loss', 'database-crash', 'api-outage', 'partition']),
      region,
      mode: z.enum(['refuse', 'hang']),
      startedAt: z.number().meta({description: 'Epoch milliseconds'}),
    }),
  ),
  lagMs: z.number(),
}) satisfies z.ZodType<LabStatus>

const labStart = labStatus.extend({
  seconds: z.number().meta({description: 'From the command to a lab that serves'}),
}) satisfies z.ZodType<LabStartResult>

const labEnv = z.object({
  lab: z.string(),
  set: z.record(z.string(), z.string()).meta({description: 'Environment variables to export'}),
  unset: z.array(z.string()).meta({description: 'Environment variables to remove'}),
}) satisfies z.ZodType<LabEnvResult>

const labStop = z.object({
  lab: z.string(),
  crashed: z.boolean().meta({description: 'It had ended by itself, and what it left was cleared away'}),
}) satisfies z.ZodType<LabStopResult>

const resume = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  outcome: runOutcome.nullable().meta({description: 'null where no run was left unfinished'}),
}) satisfies z.ZodType<ResumeResult>

const outage = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  outages: z
    .array(z.object({region, kind: z.enum(OUTAGE_KINDS), startedAt: epochMilliseconds}))
    .meta({description: 'Those that are on; of `stop`, those that have ended'}),
}) satisfies z.ZodType<OutageResult>

const error = z.object({
  error: z.object({
    code: z.string().meta({description: 'Stable; scripts may match on it'}),
    what: z.string(),
    why: z.string().optional(),
    next: z.string().optional(),
    requestId: z.string().optional().meta({description: 'Of AWS'}),
    exit: z.literal(Object.values(EXIT).map(({status: code}) => code)),
  }),
})

/** By the name of the schema's file. */
export const RESULT_SCHEMAS = {
  status: status.meta({title: 'status --json'}),
  token: token.meta({title: 'token --json'}),
  todo: todo.meta({title: 'crud create, get, update --json'}),
  'todo-page': page.meta({title: 'crud list --json'}),
  'todo-deleted': z.object({id: z.string()}).meta({title: 'crud delete --json'}),
  seed: seed.meta({title: 'seed --json'}),
  'lab-status': labStatus.meta({title: 'lab status --json'}),
  'lab-start': labStart.meta({title: 'lab start --json'}),
  'lab-env': labEnv.meta({title: 'lab env --json'}),
  'lab-stop': labStop.meta({title: 'lab stop --json'}),
  resume: resume.meta({title: 'resume --json'}),
  outage: outage.meta({title: 'outage start, stop, status --json'}),
  error: error.meta({title: 'What every command prints under --json when it fails'}),
}
