/** What IAM wants allowed for a call, by what its service says of its permissions. */

import {ACCOUNT} from '../kernel.js'
import type {Lookup, Need, ServiceApi, WireCall} from '../service.js'

/** Nothing for what AWS lets everybody do. */
export async function needsOf(
  {signingName, permissions = {}}: ServiceApi,
  call: WireCall,
  lookup: Lookup,
): Promise<Need[]> {
  const own = permissions.needs?.(call)
  if (own) return own
  const {operation, input} = call
  const {prefix = signingName, actions = {}, also = {}} = permissions
  const named = Object.hasOwn(actions, operation) ? actions[operation]! : operation
  const names = [typeof named === 'string' ? named : named(input), also[operation]]
  const resources = await namedResources(permissions, call, lookup)
  return names.flatMap((name) => (name === undefined ? [] : [{action: `${prefix}:${name}`, resources}]))
}

/** At least one: `*` where nothing is named. */
async function namedResources(
  {members = [], all = {}, withoutResources = [], resources}: NonNullable<ServiceApi['permissions']>,
  call: WireCall,
  lookup: Lookup,
): Promise<string[]> {
  const {operation, input, region} = call
  if (withoutResources.includes(operation)) return ['*']
  const found = members.flatMap(([member, pattern]) =>
    texts(input[member]).map((value) => fill(pattern, region, value)),
  )
  found.push(...((await resources?.(call, lookup)) ?? []))
  if (found.length > 0) return [...new Set(found)]
  return [all[operation] === undefined ? '*' : fill(all[operation], region)]
}

/** See `Permissions`. */
function fill(pattern: string, region: string, value = ''): string {
  if (value.startsWith('arn:')) return value
  const named = value.startsWith('/') ? pattern.replace('/~', value) : pattern
  return named.replace(':R:', `:${region}:`).replace(':A:', `:${ACCOUNT}:`).replace('~', value)
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')

export const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
