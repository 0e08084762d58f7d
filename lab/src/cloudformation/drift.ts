/**
 * What differs between a resource's template and what its service says of it. Source: "Detecting unmanaged configuration changes to
 * stacks and resources", CloudFormation user guide: only properties that the template sets are compared; keys of KMS and what a
 * service does not return are not.
 */

import {canonical, type Properties} from './provider.js'
import {isRecord} from './template.js'

export interface Difference {
  PropertyPath: string
  ExpectedValue: string
  ActualValue: string
  DifferenceType: 'ADD' | 'NOT_EQUAL' | 'REMOVE'
}

/** By which the members of lists are told apart, as far as they have such a name. */
const NAMES = ['Key', 'Id', 'Name', 'ResourcePath', 'ParameterName', 'SecretArn', 'EventType']

/** What is compared: of the template's properties those that `live` has, be it without a value. */
export const comparable = (template: Properties, live: Properties): Properties =>
  Object.fromEntries(
    Object.entries(template).filter(([name]) => Object.hasOwn(live, name) && !/^Kms(Master)?Key(Id|Arn)$/i.test(name)),
  )

/** The differences of a property and of all that it holds. */
export function differences(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (isEmpty(expected) && isEmpty(actual)) return []
  // What a dynamic reference stands for is not kept, so that no secret shows.
  if (typeof expected === 'string' && expected.includes('{{resolve:')) return []
  if (actual === undefined || actual === null) return [difference('REMOVE', path, expected, 'null')]
  if (Array.isArray(expected)) return ofLists(expected, Array.isArray(actual) ? actual : [actual], path)
  if (isRecord(expected)) {
    const members = parsed(actual)
    return Object.entries(expected).flatMap(([name, value]) =>
      value === undefined ? [] : differences(value, memberOf(members, name), `${path}/${name}`),
    )
  }

  return text(expected) === text(actual) ? [] : [difference('NOT_EQUAL', path, expected, actual)]
}

const difference = (
  DifferenceType: Difference['DifferenceType'],
  PropertyPath: string,
  expected: unknown,
  actual: unknown,
): Difference => ({PropertyPath, ExpectedValue: text(expected), ActualValue: text(actual), DifferenceType})

const text = (value: unknown): string => (typeof value === 'object' ? canonical(value) : String(value))

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every((member) => isEmpty(member)))

/** A policy is text to some services. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** APIs spell some members in other letter case than CloudFormation. */
function memberOf(value: unknown, name: string): unknown {
  if (!isRecord(value)) return undefined
  if (Object.hasOwn(value, name)) return value[name]
  const lower = name.toLowerCase()
  return Object.entries(value).find(([key]) => key.toLowerCase() === lower)?.[1]
}

/** The order of a list makes no difference: services return theirs in their own. */
function ofLists(expected: unknown[], actual: unknown[], path: string): Difference[] {
  const left = new Map(actual.map((member, index) => [index, member]))
  const take = (fits: (member: unknown) => boolean): unknown => {
    const [index] = [...left].find(([, member]) => fits(member)) ?? []
    const found = index === undefined ? undefined : left.get(index)
    if (index !== undefined) left.delete(index)
    return found
  }

  const unmatched = [...expected.entries()].filter(
    ([, member]) => take((one) => differences(member, one).length === 0) === undefined,
  )
  const found = unmatched.flatMap(([index, member]) => {
    const other = take((one) => isSameThing(member, one))
    const at = `${path}/${index}`
    return other === undefined ? [difference('REMOVE', at, member, 'null')] : differences(member, other, at)
  })
  return [...found, ...[...left].map(([index, member]) => difference('ADD', `${path}/${index}`, 'null', member))]
}

function isSameThing(expected: unknown, actual: unknown): boolean {
  if (!isRecord(expected) || !isRecord(actual)) return false
  const name = NAMES.find((one) => memberOf(expected, one) !== undefined)
  return name === undefined || memberOf(expected, name) === memberOf(actual, name)
}
