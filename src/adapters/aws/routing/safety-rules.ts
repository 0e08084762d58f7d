/**
 * Safety rules of ARC: what refuses a change of routing controls. Only its control plane lists them, which is in us-west-2 ("You must specify
 * the AWS Region as us-west-2", AWS General Reference, "ARC endpoints and quotas"); the cluster tells no more than the states.
 */

import type {CallOptions} from '../../../ports/call.js'
import type {Clients} from '../clients.js'
import {pages} from '../pages.js'
import type {Rule} from '../sdk/route53-recovery-control-config.js'

const SERVICE = 'route53-recovery-control-config'
export const CONTROL_PLANE = 'us-west-2'
/** Who asks waits for no more than 3 s. Milliseconds. */
const ANSWER_MS = 2000

export type State = 'On' | 'Off'
/** By the ARN of the routing control. */
export type States = Readonly<Record<string, State>>

export interface SafetyRule {
  name: string
  arn: string
  /** The rule is asked where one of these is changed. */
  watched: readonly string[]
  /** Of these so many must be On: of a gating rule before the change, of an assertion rule after it. */
  counted: readonly string[]
  gating: boolean
  least: number
  /** "If the rule would usually evaluate true, it's evaluated as false, and vice versa" (RuleConfig, ARC API reference). */
  inverted: boolean
}

/** The control panels that the controls are of: a part of their ARNs. */
export const panelsOf = (controls: readonly string[]): string[] => [
  ...new Set(controls.map((arn) => arn.split('/routingcontrol/')[0]!)),
]

/** Of the panels of the controls. */
export async function rulesFor(
  clients: Clients,
  controls: readonly string[],
  {signal}: CallOptions = {},
): Promise<SafetyRule[]> {
  const found = await Promise.all(panelsOf(controls).map((panel) => rulesOf(clients, panel, {signal})))
  return found.flat()
}

async function rulesOf(clients: Clients, ControlPanelArn: string, {signal}: CallOptions): Promise<SafetyRule[]> {
  const options = {signal, deadlineMs: ANSWER_MS, requestMs: ANSWER_MS}
  const read = await pages((NextToken) =>
    clients.call(SERVICE, CONTROL_PLANE, 'ListSafetyRules', {ControlPanelArn, NextToken}, options),
  )
  return read
    .flatMap(({SafetyRules = []}) => SafetyRules)
    .flatMap(({ASSERTION, GATING}) => [
      ...(ASSERTION ? [ruleOf(ASSERTION, ASSERTION.AssertedControls)] : []),
      ...(GATING ? [ruleOf(GATING, GATING.TargetControls, GATING.GatingControls)] : []),
    ])
}

/** `gates`: of a gating rule. */
function ruleOf(
  {Name: name = '', SafetyRuleArn: arn = '', RuleConfig: {Type, Threshold = 0, Inverted = false} = {}}: Rule,
  watched: readonly string[] = [],
  gates?: readonly string[],
): SafetyRule {
  const counted = gates ?? watched
  const least = Type === 'AND' ? counted.length : Type === 'OR' ? 1 : Threshold
  return {name, arn, watched, counted, gating: gates !== undefined, least, inverted: Inverted}
}

/**
 * Why the rule refuses the change; undefined where it lets it through ("Creating safety rules for routing control", ARC developer guide). Its
 * wait period is left out: it is over seconds after the last change. `before`: of all controls that the rule counts.
 */
export function refusal(
  {watched, counted, gating, least, inverted}: SafetyRule,
  before: States,
  change: States,
): string | undefined {
  if (!watched.some((arn) => arn in change)) return undefined
  const states = gating ? before : {...before, ...change}
  const on = counted.filter((arn) => states[arn] === 'On').length
  if (on >= least !== inverted) return undefined
  const needed = `${inverted ? 'fewer than' : 'at least'} ${least} of ${counted.length}`
  return gating
    ? `${needed} gating controls must be On before, and ${on} ${on === 1 ? 'is' : 'are'}`
    : `${needed} controls must be On afterwards, and ${on} would be`
}
