/** What `drill --json` and `failover --measure --json` print, and `result.json` holds. The type stands with what measures. */

import {z} from 'zod'
import type {DrillResult} from '../../measure/result.js'
import {instant, phase} from '../shapes.js'

const seconds = z.number().nonnegative()
const count = z.int().nonnegative()
const region = z.string()

const recovery = z.object({
  seconds: seconds.nullable().describe('null if no outage was seen'),
  errorSeconds: seconds.describe(
    'one probe interval, or more where the prober was late or left probes out at either end',
  ),
  lowerBound: z.boolean().describe('the outage began before the record, or had not ended when the record ended'),
  met: z.boolean().nullable().describe('null if it could not be judged'),
  recovered: z.boolean(),
  episodes: z
    .array(z.object({from: z.number(), to: z.number().optional()}))
    .describe('every outage seen, epoch milliseconds; `to` is absent if it had not ended'),
})

const topology = z.object({
  primary: region,
  standby: region,
  edge: region.describe('the region that the edge sends clients to'),
  replication: z.enum(['ok', 'stalled', 'broken', 'none']),
})

/** schemaVersion 1: members are added, never renamed or removed. */
const drill = z
  .object({
    schemaVersion: z.literal(1),
    runId: z.string(),
    target: z.string(),
    scenario: z.string().nullable(),
    verdict: z.enum(['passed', 'missed', 'unknown']),
    objectives: z.object({rtoSeconds: seconds, rpoSeconds: seconds}),
    rto: z.object({
      write: recovery,
      read: recovery,
      late: z
        .object({
          keptSeconds: seconds.describe('so long it keeps a name, whatever its time to live'),
          ...recovery.pick({seconds: true, errorSeconds: true, lowerBound: true, recovered: true}).shape,
        })
        .optional()
        .describe('the writes of a client that keeps a name for too long; absent if clients are not sent by a name'),
      operatorSeconds: seconds.describe('from the start of the command to the verified end of the switch'),
    }),
    rpo: z
      .object({
        acknowledged: count,
        lostCount: count,
        lost: z.array(z.object({requestId: z.string(), acknowledgedAt: instant})),
        unsureCount: count.describe('writes without an answer: counted neither as lost nor as surviving'),
        windowSeconds: seconds.describe('the time span of the missing acknowledged writes'),
        met: z.boolean().nullable(),
        checked: z.boolean().describe('false if the new primary could not be asked; `lostCount` then says nothing'),
        unsureSurvivedCount: count,
        acknowledgedBefore: z.boolean().describe('a write was acknowledged just before the outage'),
        lagEstimateSeconds: seconds
          .nullable()
          .describe('the last lag that the metric reported: an estimate, not a measurement'),
      })
      .describe("about the probe's writes; says nothing about customers' writes"),
    singleWriter: z.object({
      valid: z.union([z.boolean(), z.literal('unknown')]),
      overlaps: z
        .array(z.object({earlier: z.string(), earlierRegion: region, later: z.string(), laterRegion: region}))
        .describe('each write that one region acknowledged after the other had acknowledged its first'),
      withoutRegion: count,
      through: z.array(z.string()).describe('where writes were sent: `edge`, and regions that were asked directly'),
    }),
    phases: z.array(z.object({id: phase, seconds})),
    topology: z.object({before: topology, afterFailover: topology, afterFailback: topology.nullable()}),
    runDirectory: z.string(),
    run: z.object({status: z.enum(['done', 'undone', 'stopped'])}),
    notices: z.array(z.string()).describe('what limits the value of this result'),
    probes: z.object({
      ratePerSecond: z.number().positive().describe('writes per second (plus as many reads)'),
      askedPerSecond: z
        .number()
        .positive()
        .optional()
        .describe('the rate that was asked for, where the machine could not serve it'),
      seed: z.number(),
      sent: count,
      skipped: count.describe('not made, since their time had passed or too many others were waiting for an answer'),
      maxLateSeconds: seconds.describe('how far the prober was behind its schedule at worst'),
    }),
    times: z.object({
      startedAt: instant,
      outageAt: instant.nullable(),
      commandAt: instant,
      endedAt: instant,
    }),
  })
  .describe(
    'What `drill --json` and `failover --measure --json` print, and `result.json` holds',
  ) satisfies z.ZodType<DrillResult>

/** By the name of the schema's file. */
export const SCHEMAS = {drill}
