/** The public form of `result.json`: a schema that is published, and the exit status that a verdict means. */

import {z} from 'zod'

import type {ExitName} from '../errors.js'
import type {DrillResult, Verdict} from '../measure/result.js'
import {PHASES} from '../model/plan.js'

const seconds = z.number().nonnegative()
const count = z.int().nonnegative()
const region = z.string()
const isoInstant = z.iso.datetime({offset: true})

const recovery = z.object({
  seconds: seconds.nullable().describe('null where no outage was seen'),
  errorSeconds: seconds.describe('one probe interval, or the gap that skipped probes left'),
  lowerBound: z.boolean().describe('the outage began before the record and nobody knows when, or it had not ended'),
  met: z.boolean().nullable().describe('null where it could not be judged'),
  recovered: z.boolean(),
  episodes: z
    .array(z.object({from: z.number(), to: z.number().optional()}))
    .describe('every outage seen, epoch milliseconds; `to` is absent where it had not ended'),
})

const topology = z.object({
  primary: region,
  standby: region,
  edge: region.describe('the region that the edge serves from'),
  replication: z.enum(['ok', 'stalled', 'broken', 'none']),
})

/** schemaVersion 1: members are added, never renamed or removed. */
export const resultSchema: z.ZodType<DrillResult> = z
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
      operatorSeconds: seconds.describe('from the start of the command to the verified end of the switch'),
    }),
    rpo: z
      .object({
        acknowledged: count,
        lostCount: count,
        lost: z.array(z.object({requestId: z.string(), acknowledgedAt: isoInstant})),
        unsureCount: count.describe('writes without an answer: neither lost nor surviving'),
        windowSeconds: seconds.describe('the time over which acknowledged writes are missing'),
        met: z.boolean().nullable(),
        checked: z.boolean().describe('false where the new primary could not be asked: `lostCount` then says nothing'),
        unsureSurvivedCount: count,
        acknowledgedBefore: z.boolean().describe('a write was acknowledged just before the outage'),
        lagEstimateSeconds: seconds
          .nullable()
          .describe('the last lag that the metric reported: an estimate, not a measurement'),
      })
      .describe("of the probe's writes; of customers' writes nothing is claimed"),
    singleWriter: z.object({
      valid: z.union([z.boolean(), z.literal('unknown')]),
      overlaps: z.array(z.object({earlier: z.string(), earlierRegion: region, later: z.string(), laterRegion: region})),
      withoutRegion: count,
    }),
    phases: z.array(z.object({id: z.enum(PHASES), seconds})),
    topology: z.object({before: topology, afterFailover: topology, afterFailback: topology.nullable()}),
    runDirectory: z.string(),
    run: z.object({status: z.enum(['done', 'undone', 'stopped'])}),
    notices: z.array(z.string()).describe('what limits the worth of this result'),
    probes: z.object({
      ratePerSecond: z.number().positive().describe('writes a second, and as many reads'),
      seed: z.number(),
      sent: count,
      skipped: count,
      maxLateSeconds: seconds,
    }),
    times: z.object({
      startedAt: isoInstant,
      outageAt: isoInstant.nullable(),
      commandAt: isoInstant,
      endedAt: isoInstant,
    }),
  })
  .describe('What `drill --json` and `failover --measure --json` print, and `result.json` holds')

/** The schema as JSON Schema (draft 2020-12), for `schemas/result.schema.json`. */
export function resultJsonSchema(): object {
  // Readers must take members that a later version adds.
  return z.toJSONSchema(resultSchema, {io: 'input'})
}

const EXIT_OF: Record<Verdict, ExitName> = {passed: 'done', missed: 'missed', unknown: 'unknown'}

/** Exit status 0, 5 or 6. */
export const exitOf = (result: Pick<DrillResult, 'verdict'>): ExitName => EXIT_OF[result.verdict]
