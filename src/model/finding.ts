/** What a check found, and what all findings of a look come to: for `doctor` and for `health`. Pure. */

import type {ExitName} from '../errors.js'
import type {Region} from './deployment.js'

/** From best to worst. `unknown` is worse than a warning: nobody may take silence for health. */
export const LEVELS = ['ok', 'warning', 'unknown', 'problem'] as const
export type Level = (typeof LEVELS)[number]

/** What a check says: the text is a fact, the remedy says what to do about it, null where nothing need be done. */
export interface Judgement {
  level: Level
  text: string
  remedy: string | null
}

export interface Finding extends Judgement {
  /** The check's name, which stays the same: scripts match on it. */
  check: string
  /** Null where it concerns this machine, or the regions together. */
  region: Region | null
}

export const ok = (text: string): Judgement => ({level: 'ok', text, remedy: null})
export const warning = (text: string, remedy: string): Judgement => ({level: 'warning', text, remedy})
export const problem = (text: string, remedy: string): Judgement => ({level: 'problem', text, remedy})
export const unknown = (text: string, remedy: string): Judgement => ({level: 'unknown', text, remedy})

/** As a person reads where it belongs. */
export const placeOf = ({check, region}: Pick<Finding, 'check' | 'region'>): string =>
  region === null ? check : `${check}, ${region}`

/** `missed` for a problem; `unknown` where there is none, but something could not be found out. */
export function exitOf(findings: readonly Pick<Judgement, 'level'>[]): ExitName {
  if (findings.some(({level}) => level === 'problem')) return 'missed'
  return findings.some(({level}) => level === 'unknown') ? 'unknown' : 'done'
}

/** How many findings there are of each level. */
export function countsOf(findings: readonly Pick<Judgement, 'level'>[]): Record<Level, number> {
  const counts = {ok: 0, warning: 0, unknown: 0, problem: 0}
  for (const {level} of findings) counts[level]++
  return counts
}
