/** Schemas of what several results show. The types stand with the model; only `result.ts` files and generators load this. */

import {z} from 'zod'
import type {RunOutcome} from '../engine/outcome.js'
import {EXIT} from '../errors.js'
import type {ExitName} from '../errors.js'
import {SITUATIONS} from '../model/diagnosis.js'
import type {Diagnosis} from '../model/diagnosis.js'
import type {UnprovenFence} from '../model/fence.js'
import {LEVELS} from '../model/finding.js'
import type {Finding} from '../model/finding.js'
import {WAIVER_NAMES} from '../model/gate.js'
import type {Refusal} from '../model/gate.js'
import {INTENTS, PHASES} from '../model/plan.js'
import type {Plan} from '../model/plan.js'

export const region = z.string().meta({description: 'An AWS region'})
export const instant = z.iso.datetime({offset: true})
export const epochMilliseconds = z.number().meta({description: 'Epoch milliseconds'})
export const intent = z.enum(INTENTS)
export const phase = z.enum(PHASES)
export const digest = z.hash('sha256').meta({description: 'SHA-256 of the plan in canonical JSON'})

const waiver = z.enum(WAIVER_NAMES)

export const diagnosis = z.object({
  situation: z.enum([...SITUATIONS, 'Unknown']),
  summary: z.string(),
  evidence: z.array(z.string()),
  next: z.string().optional().meta({description: 'The command to run next'}),
}) satisfies z.ZodType<Diagnosis>

export const level = z.enum(LEVELS)

export const finding = z.object({
  check: z.string().meta({description: 'The name of the check, which stays the same'}),
  region: region.nullable().meta({description: 'null if it concerns this machine or both regions'}),
  level,
  text: z.string(),
  remedy: z.string().nullable().meta({description: 'What to do about it; null if nothing need be done'}),
}) satisfies z.ZodType<Finding>

export const plan = z.object({
  schemaVersion: z.literal(1),
  intent,
  app: z.string(),
  from: region,
  to: region,
  stages: z
    .array(
      z.array(
        z.object({
          id: z.string().meta({description: 'Unique within the plan'}),
          kind: z.string(),
          args: z.record(z.string(), z.union([z.string(), z.number()])),
          title: z.string(),
          phase,
          deadlineSeconds: z.number(),
          pointOfNoReturn: z.literal(true).optional().meta({description: 'From this step on, nothing is undone'}),
          onlyAfter: z.string().optional().meta({description: 'The step that must be `done` before'}),
          unless: z.string().optional().meta({description: 'The step after whose `done` there is nothing to do here'}),
          beside: z
            .literal(true)
            .optional()
            .meta({description: 'Runs beside the later stages, which do not wait for it'}),
        }),
      ),
    )
    .meta({description: 'Stages run one after another; the steps of a stage run in parallel'}),
}) satisfies z.ZodType<Plan>

export const refusal = z.object({
  gate: z.string(),
  reason: z.string(),
  hint: z.string(),
  waiver: waiver
    .optional()
    .meta({description: 'What overrides it: a flag, or the gate itself for --waive; absent if nothing does'}),
}) satisfies z.ZodType<Refusal>

export const unprovenFence = z
  .object({
    run: z.string(),
    region: region.meta({description: 'The old primary, which may still acknowledge writes'}),
    to: region,
    text: z.string(),
    byHand: z.array(z.string()).meta({description: 'Commands that close it; empty while the region does not answer'}),
  })
  .nullable()
  .meta({
    description: 'A failover went on without proof that the old primary was closed, and it is not closed yet',
  }) satisfies z.ZodType<UnprovenFence | null>

export const runOutcome = z.object({
  schemaVersion: z.literal(1),
  runId: z.string(),
  runDirectory: z.string(),
  intent,
  from: region,
  to: region,
  digest,
  status: z.enum(['done', 'undone', 'stopped']).meta({
    description: 'done: as planned. undone: all changes were undone. stopped: midway; `todo-dr resume` continues it',
  }),
  exit: z.enum(Object.keys(EXIT) as [ExitName, ...ExitName[]]),
  failure: z
    .object({
      step: z.string().optional(),
      code: z.string(),
      what: z.string(),
      why: z.string().optional(),
      next: z.string().optional(),
      requestId: z.string().optional().meta({description: 'Of AWS'}),
    })
    .optional(),
  unsure: z.array(z.string()).meta({description: 'Steps without proof that were accepted by a waiver'}),
  startedAt: epochMilliseconds,
  finishedAt: epochMilliseconds,
  approval: z
    .object({
      pipeline: z.string(),
      region,
      execution: z.string(),
      by: z.string().nullable().meta({description: 'ARN; null if CodePipeline did not say'}),
      at: epochMilliseconds.nullable(),
      comment: z.string().nullable(),
    })
    .optional()
    .meta({description: 'Who approved it, if a failover pipeline ran it'}),
  phases: z.array(z.object({id: phase, seconds: z.number()})),
}) satisfies z.ZodType<RunOutcome>

export const error = z.object({
  error: z.object({
    code: z.string().meta({description: 'Stable; scripts may match on it'}),
    what: z.string(),
    why: z.string().optional(),
    next: z.string().optional(),
    requestId: z.string().optional().meta({description: 'Of AWS'}),
    exit: z.literal(Object.values(EXIT).map(({status: code}) => code)),
  }),
})
