/** Conditions and rules: truth over parameters, mappings and pseudo parameters, never over resources. */

import {own} from '../own.js'
import {intrinsicOf, resolve, type Scope} from './intrinsics.js'
import {isRecord, validationError, type Template} from './template.js'

/** A function that answers a condition by name, once each. Throws `ValidationError` for an unknown or circular one. */
export function conditionsOf(template: Template, scope: Omit<Scope, 'condition'>): (name: string) => boolean {
  const known = new Map<string, boolean>()
  const asked: string[] = []
  const whole: Scope = {...scope, condition: (name) => condition(name)}

  function condition(name: string): boolean {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const expression = own(template.Conditions, name)
    if (expression === undefined)
      throw validationError(`Template format error: Unresolved condition dependency ${name} in the Fn::If or Condition`)
    if (asked.includes(name))
      throw validationError(`Template error: Found circular condition dependency with identifier: ${name}`)
    asked.push(name)
    const truth = isTrue(expression, whole)
    asked.pop()
    known.set(name, truth)
    return truth
  }

  return condition
}

/** The truth of a condition or rule expression. */
function isTrue(expression: unknown, scope: Scope): boolean {
  if (isRecord(expression) && Object.keys(expression).length === 1 && typeof expression.Condition === 'string')
    return scope.condition(expression.Condition)
  const intrinsic = intrinsicOf(expression)
  const evaluate = intrinsic && own(PREDICATES, intrinsic.name)
  if (!evaluate) {
    const value = resolve(expression, scope)
    if (value === true || value === 'true') return true
    if (value === false || value === 'false') return false
    throw validationError(`Template format error: ${JSON.stringify(expression)} is not a condition`)
  }
  if (!Array.isArray(intrinsic.argument))
    throw validationError(`Template error: ${intrinsic.name} expects a list of arguments`)
  return evaluate(intrinsic.argument, scope)
}

const asList = (value: unknown, scope: Scope): unknown[] => {
  const resolved = resolve(value, scope)
  return Array.isArray(resolved) ? resolved : [resolved]
}

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right)

/** Numbers and booleans compare as the text that a parameter would be. */
const comparable = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value

const PREDICATES: Record<string, (parts: unknown[], scope: Scope) => boolean> = {
  'Fn::And': (parts, scope) => parts.every((part) => isTrue(part, scope)),
  'Fn::Or': (parts, scope) => parts.some((part) => isTrue(part, scope)),
  'Fn::Not': (parts, scope) => !isTrue(parts[0], scope),
  'Fn::Equals': ([left, right], scope) => same(comparable(resolve(left, scope)), comparable(resolve(right, scope))),
  'Fn::Contains': ([list, value], scope) => asList(list, scope).some((item) => same(item, resolve(value, scope))),
  'Fn::EachMemberEquals': ([list, value], scope) =>
    asList(list, scope).every((item) => same(item, resolve(value, scope))),
  'Fn::EachMemberIn': ([list, superset], scope) =>
    asList(list, scope).every((item) => asList(superset, scope).some((other) => same(item, other))),
}

/** Throws `ValidationError` with the description of the first rule assertion that does not hold. */
export function checkRules(template: Template, scope: Scope): void {
  for (const [name, rule] of Object.entries(template.Rules ?? {})) {
    if (rule.RuleCondition !== undefined && !isTrue(rule.RuleCondition, scope)) continue
    for (const {Assert, AssertDescription} of rule.Assertions)
      if (!isTrue(Assert, scope))
        throw validationError(
          `Template error: Rule ${name} failed: ${AssertDescription ?? 'an assertion does not hold'}`,
        )
  }
}
