import type {Region} from './deployment.js'
import type {Intent} from './plan.js'

/** A named situation computed from an observation. Names choose the next command. */
export const SITUATIONS = [
  'Healthy',
  'TableMissing',
  'PrimaryFenced',
  'PrimaryApiLost',
  'PrimaryDatabaseLost',
  'RegionLost',
  'StandbyLost',
  'ReplicationStalled',
  'SplitBrain',
  'SwitchInProgress',
  'RouteBehind',
  'Detached',
] as const

export type Situation = (typeof SITUATIONS)[number]

/** The newest run that was begun and is still to be finished. */
export interface OpenRun {
  id: string
  intent: Intent
  to: Region
}

export interface Diagnosis {
  situation: Situation | 'Unknown'
  /** One sentence a person reads at night. */
  summary: string
  /** The facts that led here, each a sentence. */
  evidence: string[]
  /** The command to run next, where there is one. */
  next?: string
}

/** Where a failover would only risk loss: why, and what loses nothing. */
export function saferThanFailover({situation, next}: Diagnosis, to: Region): {why: string; hint: string} | undefined {
  if (situation !== 'Healthy' && situation !== 'PrimaryFenced') return undefined
  const why = situation === 'Healthy' ? 'everything is healthy' : 'the primary is only fenced'
  if (next?.startsWith('todo-dr resume')) return {why, hint: `${next} --undo takes back what was begun`}
  return {why, hint: `${situation === 'Healthy' ? `todo-dr switchover --to ${to}` : next} loses nothing`}
}
