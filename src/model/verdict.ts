/** A checker's judgement. A checker that crashes says unknown, never valid. */

export type Validity = true | false | 'unknown'

export interface Objectives {
  rtoSeconds: number
  rpoSeconds: number
}

export const DEFAULT_OBJECTIVES: Objectives = {rtoSeconds: 900, rpoSeconds: 5}

/** `seconds` is null if no outage was seen. `lowerBound` where the outage began before the record did. */
export interface RecoveryTime {
  seconds: number | null
  errorSeconds: number
  lowerBound: boolean
  met: boolean | null
}

export interface RecoveryPoint {
  acknowledged: number
  lostCount: number
  lost: {requestId: string; acknowledgedAt: string}[]
  unsureCount: number
  /** Time from the outage back to the oldest lost acknowledged write; 0 without loss. */
  windowSeconds: number
  met: boolean | null
}
