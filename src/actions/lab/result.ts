/** What the lab commands print under --json: the schemas, and the types that are inferred from them. */

import {z} from 'zod'
import {LAB_PACES, type LabStatus} from '../../ports/lab-admin.js'
import {region} from '../shapes.js'

const labStatus = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  endpoint: z.url().meta({description: 'The control plane of every service and region'}),
  credentialsFile: z
    .string()
    .meta({description: "File with the administrator's key pair, in the format of the AWS tools"}),
  edgeUrl: z.url().optional().meta({description: 'Without the path of the API; absent if nothing is deployed'}),
  regions: z.array(
    z.object({
      region,
      role: z.enum(['primary', 'standby', 'none']),
      apiUrl: z.url().optional().meta({description: 'With /prod, without the path of the API'}),
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
  profile: z.enum(LAB_PACES),
  pid: z.int(),
  dns: z
    .object({host: z.string(), port: z.int()})
    .meta({description: "Name servers of the lab's hosted zones, over UDP and TCP"}),
  gitUrl: z.string().meta({
    description: 'Where git finds the repositories outside of AWS; the password is the secret of credentialsFile',
  }),
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
  seconds: z.number().meta({description: 'Time from the command until the lab serves'}),
})

const labEnv = z.object({
  lab: z.string(),
  set: z.record(z.string(), z.string()).meta({description: 'Environment variables to export'}),
  unset: z.array(z.string()).meta({description: 'Environment variables to remove'}),
})

const labStop = z.object({
  lab: z.string(),
  crashed: z.boolean().meta({description: 'The lab had crashed; its leftovers were removed'}),
})

const labList = z.object({
  schemaVersion: z.literal(1),
  labs: z.array(
    z.object({
      name: z.string(),
      pid: z.int(),
      endpoint: z.url().optional().meta({description: 'Absent while it starts'}),
      ready: z.boolean(),
    }),
  ),
})

export type LabStartResult = z.infer<typeof labStart>
export type LabEnvResult = z.infer<typeof labEnv>
export type LabStopResult = z.infer<typeof labStop>

export type LabListResult = z.infer<typeof labList>

/** By the name of the schema's file. */
export const SCHEMAS = {
  'lab-status': labStatus.meta({title: 'lab status --json'}),
  'lab-start': labStart.meta({title: 'lab start --json'}),
  'lab-env': labEnv.meta({title: 'lab env --json'}),
  'lab-list': labList.meta({title: 'lab list --json'}),
  'lab-stop': labStop.meta({title: 'lab stop --json'}),
}
