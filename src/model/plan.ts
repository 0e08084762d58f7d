/** Steps in order from an observation and an intent: plain data, printable and digestible. */

import type {Region} from './deployment.js'

export const INTENTS = ['switchover', 'failover', 'failback', 'steer', 'upgrade'] as const
export type Intent = (typeof INTENTS)[number]
/** Those that are about the primary, or the way to it. */
export type SwitchIntent = Exclude<Intent, 'upgrade'>

/** Where a step's time is booked in the report, in the order of a switch. */
export const PHASES = ['detect', 'decide', 'fence', 'promote', 'upgrade', 'connect', 'edge', 'confirm'] as const
export type Phase = (typeof PHASES)[number]

/** Of a step: a region's name, a number with its unit in its name. */
export type StepArgument = string | number

/** One step of a plan as data; the registry of steps turns `kind` and `args` into acts. */
export interface PlanStep {
  /** Unique within the plan. */
  id: string
  kind: string
  args: Record<string, StepArgument>
  /** What a person reads while it runs. */
  title: string
  phase: Phase
  deadlineSeconds: number
  /** From this step on, nothing is undone: the promotion, or the first upgrade. */
  pointOfNoReturn?: true
  /** Stands before the promotion, and is needed after it too where the promotion has begun without it. */
  always?: true
  /** The id of an earlier step that must have ended `done`; after any other end there is nothing for this one to do. */
  onlyAfter?: string
  /** The id of an earlier step; where that has ended `done`, there is nothing for this one to do. */
  unless?: string
  /** Runs beside the stages after its own, which do not wait for it; the end of the run does. What it has not proven is `unsure`. */
  beside?: true
}

export interface Plan {
  schemaVersion: 1
  intent: Intent
  app: string
  /** Of a switch: from where to where. Of an upgrade: the standby, which comes first, and the primary. */
  from: Region
  to: Region
  /** Stages run one after another; the steps within one stage run side by side. */
  stages: PlanStep[][]
}

/** The point of no return of a plan. */
export const promotionOf = ({stages}: Plan): PlanStep | undefined =>
  stages.flat().find(({pointOfNoReturn}) => pointOfNoReturn)

/** Whether a plan changes who writes. */
export const promotes = ({intent}: Plan): boolean => intent !== 'steer' && intent !== 'upgrade'

/** What a plan is for, in a few words. */
export const inWords = ({intent, from, to}: {intent: string; from: Region; to: Region}): string =>
  intent === 'upgrade' ? `upgrade of ${from}, then of ${to}` : `${intent} from ${from} to ${to}`
