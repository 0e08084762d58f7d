/** What a check found, and what it comes to. Pure. */

import type {ExitName} from '../../errors.js'
import type {Asked} from '../../ports/checkup.js'
import type {Finding} from './result.js'

export type Judgement = Omit<Finding, 'check' | 'region'>

export const ok = (text: string): Judgement => ({level: 'ok', text, remedy: null})
export const warning = (text: string, remedy: string): Judgement => ({level: 'warning', text, remedy})
export const problem = (text: string, remedy: string): Judgement => ({level: 'problem', text, remedy})
export const unknown = (text: string, remedy: string): Judgement => ({level: 'unknown', text, remedy})

/** Judges an answer; where there is none, says why it cannot be judged. */
export const judged = <T>(asked: Asked<T>, judge: (value: T) => Judgement): Judgement =>
  asked.known ? judge(asked.value) : unknown(asked.why, asked.next ?? 'fix that, then run todo-dr doctor again')

/** `missed` for a problem; `unknown` where there is none, but something could not be found out. */
export function exitOf(findings: readonly Finding[]): ExitName {
  if (findings.some(({level}) => level === 'problem')) return 'missed'
  return findings.some(({level}) => level === 'unknown') ? 'unknown' : 'done'
}
