/** What stops a change of routing controls. Source: "Creating safety rules for routing control", ARC developer guide. */

export type State = 'On' | 'Off'

export interface SafetyRule {
  arn: string
  name: string
  panelArn: string
  /** assertion: of the watched controls so many are On after a change. gating: of others so many are On before one. */
  kind: 'assertion' | 'gating'
  /** A change of one of these is judged. */
  watched: string[]
  /** Of these so many must be On: the watched ones themselves, or the gates. */
  counted: string[]
  config: {Type: 'ATLEAST' | 'AND' | 'OR'; Threshold: number; Inverted: boolean}
  waitMs: number
  /** Epoch milliseconds: "any request against the target routing controls will fail" until then (WaitPeriodMs). */
  quietUntil: number
}

interface Situation {
  before: ReadonlyMap<string, State>
  after: ReadonlyMap<string, State>
  /** Epoch milliseconds. */
  now: number
}

/** Undefined where the rule lets the change through. */
export function blockedBy(rule: SafetyRule, {before, after, now}: Situation): string | undefined {
  if (now < rule.quietUntil) return `its wait period of ${rule.waitMs} ms has not passed`
  const states = rule.kind === 'assertion' ? after : before
  const on = rule.counted.filter((arn) => states.get(arn) === 'On').length
  const {Type, Threshold, Inverted} = rule.config
  const needed = {ATLEAST: Threshold, AND: rule.counted.length, OR: 1}[Type]
  if (on >= needed !== Inverted) return undefined
  return `${on} of ${rule.counted.length} controls would be On, and ${Inverted ? 'fewer than' : 'at least'} ${needed} must be`
}
