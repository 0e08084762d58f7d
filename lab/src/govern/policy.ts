/** IAM's identity policies and how they are judged. Source: "Policy evaluation logic" and "IAM JSON policy elements", IAM user guide. */

import type {PolicyQuestion, Verdict} from '../kernel.js'

interface Statement {
  effect: 'Allow' | 'Deny'
  matches(request: PolicyQuestion): boolean
}

export type Policy = readonly Statement[]

/** Who calls. */
export interface Principal {
  accessKeyId: string
  arn: string
  /** What it may do where IAM is enforced; without one it is an administrator. */
  policy?: Policy
  /** What its organization leaves it. */
  serviceControlPolicy?: Policy
}

/** What the document says is not understood here; it must not be taken for an allowance. */
export class PolicyProblem extends Error {}

const MEMBERS = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'])

/** Throws `PolicyProblem`. */
export function readPolicy(document: unknown): Policy {
  if (!isRecord(document)) throw new PolicyProblem('a policy must be a JSON object')
  if (document.Version !== '2012-10-17') throw new PolicyProblem('Version must be "2012-10-17"')
  const statements = document.Statement
  if (statements === undefined) throw new PolicyProblem('Statement is missing')
  return list(statements).map((statement) => readStatement(statement))
}

/** An explicit deny wins over every allow; what nothing allows is not allowed. */
export function judge(policy: Policy, request: PolicyQuestion): Verdict {
  const matching = policy.filter((statement) => statement.matches(request))
  if (matching.some(({effect}) => effect === 'Deny')) return 'denied'
  return matching.length > 0 ? 'allowed' : 'not-allowed'
}

function readStatement(statement: unknown): Statement {
  if (!isRecord(statement)) throw new PolicyProblem('a statement must be a JSON object')
  const unknown = Object.keys(statement).find((name) => !MEMBERS.has(name))
  if (unknown) throw new PolicyProblem(`the lab does not support ${unknown} in a statement of an identity policy`)
  const {Effect: effect} = statement
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyProblem('Effect must be Allow or Deny')
  const ofAction = oneOf(statement, 'Action', true)
  const ofResource = oneOf(statement, 'Resource', false)
  const conditions = Object.entries(isRecord(statement.Condition) ? statement.Condition : {}).flatMap(
    ([operator, keys]) => readConditions(operator, keys),
  )
  return {
    effect,
    matches: (request) =>
      ofAction(request.action) &&
      ofResource(request.resource) &&
      conditions.every((holds) => holds((key) => request.context(key.toLowerCase()))),
  }
}

/** `Action` or `NotAction`, `Resource` or `NotResource`: one of the two, not both. */
function oneOf(statement: Record<string, unknown>, name: string, ignoreCase: boolean): (value: string) => boolean {
  const [yes, no] = [statement[name], statement[`Not${name}`]]
  if ((yes === undefined) === (no === undefined))
    throw new PolicyProblem(`a statement must have either ${name} or Not${name}`)
  const patterns = list(yes ?? no).map((pattern) => wildcard(String(pattern), ignoreCase))
  if (patterns.length === 0) throw new PolicyProblem(`${name} is empty`)
  const matches = (value: string): boolean => patterns.some((pattern) => pattern.test(value))
  return yes === undefined ? (value) => !matches(value) : matches
}

type Holds = (valueOf: (key: string) => string | undefined) => boolean

const OPERATORS: Record<string, (value: string | undefined, wanted: string[]) => boolean> = {
  StringEquals: (value, wanted) => value !== undefined && wanted.includes(value),
  StringNotEquals: (value, wanted) => value === undefined || !wanted.includes(value),
  BoolIfExists: (value, wanted) => value === undefined || wanted.includes(value),
  StringLike: (value, wanted) => value !== undefined && wanted.some((pattern) => wildcard(pattern, false).test(value)),
}

const KEY = /^(?:aws:(?:requestedregion|resourcetag\/.+)|kms:grantisforawsresource)$/i

function readConditions(operator: string, keys: unknown): Holds[] {
  const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (!test) throw new PolicyProblem(`the lab does not support the condition operator ${operator}`)
  if (!isRecord(keys)) throw new PolicyProblem(`${operator} has no condition keys`)
  return Object.entries(keys).map(([key, values]) => {
    if (!KEY.test(key)) throw new PolicyProblem(`the lab does not support the condition key ${key}`)
    const wanted = list(values).map(String)
    return (valueOf) => test(valueOf(key), wanted)
  })
}

/** `*` is any text, `?` any character. */
export function wildcard(pattern: string, ignoreCase: boolean): RegExp {
  const source = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's')
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
