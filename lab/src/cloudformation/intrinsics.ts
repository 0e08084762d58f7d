/** Intrinsic functions: a template value and a scope give a plain value. */

import {ACCOUNT} from '../kernel.js'
import {own} from '../own.js'
import {splitCidr} from './cidr.js'
import {isRecord, validationError} from './template.js'
import {zonesOf} from './zones.js'

export interface ResolvedResource {
  physicalId: string
  /** A text stands for every attribute of a resource that is yet to be made. */
  attributes: Record<string, unknown> | string
}

/** What a value may refer to. */
export interface Scope {
  region: string
  stackName: string
  stackId: string
  parameters: Record<string, string | string[]>
  mappings: Record<string, Record<string, Record<string, unknown>>>
  /** Throws `ValidationError` for an unknown condition. */
  condition(name: string): boolean
  /** Undefined where there is no such resource, or it is not (yet) created. */
  resource(logicalId: string): ResolvedResource | undefined
  /** The value of another stack's export in this region. Throws `ValidationError` where there is none. */
  imported(name: string): string
}

/** `AWS::NoValue`: takes the property or the list item away. */
const NO_VALUE = Symbol('AWS::NoValue')

const templateError = (message: string) => validationError(`Template error: ${message}`)

/** The name and argument of an intrinsic function, or undefined for plain data. */
export function intrinsicOf(value: unknown): {name: string; argument: unknown} | undefined {
  if (!isRecord(value)) return undefined
  const keys = Object.keys(value)
  const name = keys[0]
  if (keys.length !== 1 || name === undefined || (name !== 'Ref' && !name.startsWith('Fn::'))) return undefined
  return {name, argument: value[name]}
}

/** Resolves every intrinsic in `value`. Throws `ValidationError` naming what cannot be resolved. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = resolveAny(value, scope)
  return resolved === NO_VALUE ? undefined : resolved
}

function resolveAny(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveAny(item, scope)).filter((item) => item !== NO_VALUE)
  if (!isRecord(value)) return value
  const intrinsic = intrinsicOf(value)
  if (intrinsic === undefined) {
    const entries = Object.entries(value).map(([key, member]) => [key, resolveAny(member, scope)] as const)
    return Object.fromEntries(entries.filter(([, member]) => member !== NO_VALUE))
  }
  const evaluate = own(FUNCTIONS, intrinsic.name)
  if (evaluate === undefined) throw templateError(`the lab does not support the function ${intrinsic.name}`)
  return evaluate(intrinsic.argument, scope)
}

function pseudoParameter(name: string, scope: Pick<Scope, 'region' | 'stackName' | 'stackId'>): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return ACCOUNT
    case 'AWS::NoValue':
      return NO_VALUE
    case 'AWS::NotificationARNs':
      return []
    case 'AWS::Partition':
      return 'aws'
    case 'AWS::Region':
      return scope.region
    case 'AWS::StackId':
      return scope.stackId
    case 'AWS::StackName':
      return scope.stackName
    case 'AWS::URLSuffix':
      return 'amazonaws.com'
    default:
      return undefined
  }
}

function ref(name: unknown, scope: Scope): unknown {
  if (typeof name !== 'string') throw templateError('Ref expects a name')
  const pseudo = pseudoParameter(name, scope)
  if (pseudo !== undefined) return pseudo
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name]
  const resource = scope.resource(name)
  if (resource === undefined)
    throw templateError(`Unresolved dependencies [${name}]. Cannot reference resources in the template`)
  return resource.physicalId
}

function attribute(logicalId: string, name: string, scope: Scope): unknown {
  const resource = scope.resource(logicalId)
  if (resource === undefined) throw templateError(`instance of Fn::GetAtt references undefined resource ${logicalId}`)
  if (typeof resource.attributes === 'string') return resource.attributes
  const value = attributeValue(resource.attributes, name)
  if (value === undefined) throw templateError(`resource ${logicalId} does not have an attribute ${name}`)
  return value
}

/** Attributes are kept flat (`Endpoint.Address`); a custom resource's data may also be nested. */
function attributeValue(attributes: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(attributes, name)) return attributes[name]
  const [head = '', ...rest] = name.split('.')
  const nested = own(attributes, head)
  return rest.length > 0 && isRecord(nested) ? attributeValue(nested, rest.join('.')) : undefined
}

/** The logical id and attribute name of a GetAtt argument, in list or dotted form. */
export function getAttParts(argument: unknown): {logicalId: string; name: unknown} {
  const parts =
    typeof argument === 'string' ? [argument.split('.')[0], argument.split('.').slice(1).join('.')] : argument
  if (!Array.isArray(parts) || parts.length !== 2 || typeof parts[0] !== 'string')
    throw templateError('Fn::GetAtt expects a logical id and an attribute name')
  return {logicalId: parts[0], name: parts[1]}
}

/** `${Name}` and `${!Literal}` in a Fn::Sub. */
export const SUB_PLACEHOLDER = /\$\{(!?)\s*([^}]*?)\s*\}/g

function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}]
  if (typeof text !== 'string' || !isRecord(variables))
    throw templateError('Fn::Sub expects a string and a map of variables')
  return text.replaceAll(SUB_PLACEHOLDER, (whole: string, literal: string, name: string) => {
    if (literal) return whole.replace('${!', '${')
    if (Object.hasOwn(variables, name)) return asText(resolveAny(variables[name], scope), 'Fn::Sub')
    const dot = name.indexOf('.')
    const value = dot === -1 ? ref(name, scope) : attribute(name.slice(0, dot), name.slice(dot + 1), scope)
    return asText(value, 'Fn::Sub')
  })
}

function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw templateError(`${where} expects strings, not ${JSON.stringify(value) ?? 'AWS::NoValue'}`)
}

function asList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value
  throw templateError(`${where} expects a list`)
}

/** The arguments of a function that takes exactly so many. */
function tuple(argument: unknown, length: number, where: string): unknown[] {
  if (!Array.isArray(argument) || argument.length !== length)
    throw templateError(`${where} expects ${length} arguments`)
  return argument
}

function select(argument: unknown, scope: Scope): unknown {
  const [indexValue, listValue] = tuple(argument, 2, 'Fn::Select')
  const index = Number(resolveAny(indexValue, scope))
  const list = asList(resolveAny(listValue, scope), 'Fn::Select')
  if (!Number.isInteger(index) || index < 0 || index >= list.length)
    throw templateError(`Fn::Select cannot select nonexistent value at index ${index}`)
  return list[index]
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, first, second] = tuple(argument, 3, 'Fn::FindInMap').map((part) =>
    asText(resolveAny(part, scope), 'Fn::FindInMap'),
  )
  const value = own(own(own(scope.mappings, map!), first!), second!)
  if (value === undefined) throw templateError(`Unable to get mapping for ${map}::${first}::${second}`)
  return value
}

function cidr(argument: unknown, scope: Scope): string[] {
  const [block, count, bits = 8] = asList(argument, 'Fn::Cidr').map((part) => resolveAny(part, scope))
  return splitCidr(asText(block, 'Fn::Cidr'), Number(count), Number(bits))
}

const FUNCTIONS: Record<string, (argument: unknown, scope: Scope) => unknown> = {
  Ref: ref,
  'Fn::GetAtt'(argument, scope) {
    const {logicalId, name} = getAttParts(argument)
    return attribute(logicalId, asText(resolveAny(name, scope), 'Fn::GetAtt'), scope)
  },
  'Fn::Sub': substitute,
  'Fn::Join'(argument, scope) {
    const [delimiter, values] = tuple(argument, 2, 'Fn::Join')
    const list = asList(resolveAny(values, scope), 'Fn::Join')
    return list.map((value) => asText(value, 'Fn::Join')).join(asText(delimiter, 'Fn::Join'))
  },
  'Fn::Select': select,
  'Fn::Split'(argument, scope) {
    const [delimiter, value] = tuple(argument, 2, 'Fn::Split')
    return asText(resolveAny(value, scope), 'Fn::Split').split(asText(delimiter, 'Fn::Split'))
  },
  'Fn::GetAZs'(argument, scope) {
    const region = asText(resolveAny(argument, scope), 'Fn::GetAZs')
    return zonesOf(region === '' ? scope.region : region)
  },
  'Fn::If'(argument, scope) {
    const [name, then, otherwise] = tuple(argument, 3, 'Fn::If')
    return resolveAny(scope.condition(asText(name, 'Fn::If')) ? then : otherwise, scope)
  },
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, scope) => scope.imported(asText(resolveAny(argument, scope), 'Fn::ImportValue')),
  'Fn::Base64': (argument, scope) => Buffer.from(asText(resolveAny(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::Cidr': cidr,
  'Fn::Transform'() {
    throw templateError('the lab does not run macros: Fn::Transform is not supported')
  },
}
