/** What IAM wants allowed for a call: its input says what it is about, and the Service Authorization Reference what is asked for. */

import {ACCOUNT} from '../kernel.js'
import type {Lookup, Need, ServiceApi, WireCall} from '../service.js'
import facts from './service-authorization.json' with {type: 'json'}

interface Asked {
  /** The action knows no resources: it is allowed for `*` alone. */
  none?: true
  /** Kinds of resources that are asked for, whether the input names one or not. */
  required?: string[]
  /** Those that may be named beside them. */
  optional?: string[]
  /** So many may be named that the facts do not list them. */
  many?: true
}

const ACTIONS: Readonly<Record<string, Asked>> = facts.actions as Record<string, Asked>
const TYPES: Readonly<Record<string, string>> = facts.types

/** Nothing for what AWS lets everybody do. */
export async function needsOf(
  {signingName, permissions = {}}: ServiceApi,
  call: WireCall,
  lookup: Lookup,
): Promise<Need[]> {
  const own = permissions.needs?.(call)
  if (own) return own
  const {operation, input, region} = call
  const {prefix = signingName, actions = {}, also = {}} = permissions
  const named = Object.hasOwn(actions, operation) ? actions[operation]! : operation
  const names = [typeof named === 'string' ? named : named(input), also[operation]]
  const resources = await namedResources(permissions, call, lookup)
  const needs = names.flatMap((name): Need[] => {
    if (name === undefined) return []
    const action = `${prefix}:${name}`
    return [{action, resources: askedFor(action, resources, permissions.all?.[operation], region)}]
  })
  return [...needs, ...((await permissions.onBehalf?.(call, lookup)) ?? [])]
}

/** At least one: `*` where nothing is asked for. What is required and not named is all of its kind. */
function askedFor(action: string, named: string[], all: string | undefined, region: string): string[] {
  const asked: Asked = Object.hasOwn(ACTIONS, action) ? ACTIONS[action]! : {many: true as const}
  if (asked.none) return ['*']
  const {required = [], optional = [], many} = asked
  const [service] = action.split(':')
  const isOf = (arn: string, type: string): boolean => patternOf(TYPES[`${service}:${type}`]!).test(arn)
  const known = named.filter((arn) => many || [...required, ...optional].some((type) => isOf(arn, type)))
  const missing = required.filter((type) => !known.some((arn) => isOf(arn, type)))
  const found = [...known, ...missing.map((type) => every(TYPES[`${service}:${type}`]!, region))]
  if (found.length > 0) return [...new Set(found)]
  return [all === undefined ? '*' : fill(all, region)]
}

async function namedResources(
  {members = [], resources}: NonNullable<ServiceApi['permissions']>,
  call: WireCall,
  lookup: Lookup,
): Promise<string[]> {
  const {input, region} = call
  const found = members.flatMap(([member, pattern]) =>
    texts(input[member]).map((value) => fill(pattern, region, value)),
  )
  return [...found, ...((await resources?.(call, lookup)) ?? [])]
}

/** What a pattern stands for, in any region and account. */
const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.*+?^()|[\]\\$]/g, String.raw`\$&`)
      .replace(':R:', ':.*:')
      .replace(':A:', ':.*:')
      .replaceAll('~', '.*')}`,
  )

const every = (pattern: string, region: string): string => fill(pattern.replaceAll('~', '*'), region)

/** See `Permissions`. */
function fill(pattern: string, region: string, value = ''): string {
  if (value.startsWith('arn:')) return value
  const named = value.startsWith('/') ? pattern.replace('/~', value) : pattern
  return named.replace(':R:', `:${region}:`).replace(':A:', `:${ACCOUNT}:`).replace('~', value)
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')

export const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
