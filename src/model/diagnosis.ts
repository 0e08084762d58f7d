/** A named situation computed from an observation. Names choose the next command. */
export const SITUATIONS = [
  'Healthy',
  'TableMissing',
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

export interface Diagnosis {
  situation: Situation | 'Unknown'
  /** One sentence a person reads at night. */
  summary: string
  /** The facts that led here, each a sentence. */
  evidence: string[]
  /** The command to run next, where there is one. */
  next?: string
}
