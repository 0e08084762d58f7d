/**
 * A resource's properties against the schema of its type, as CloudFormation checks them before it calls a type's handler. The texts are
 * those of its validator (aws-cloudformation/cloudformation-resource-schema), which leaves the values out.
 */

import {canonical} from './provider.js'
import schemas from './schemas.json' with {type: 'json'}
import {isRecord, validationError} from './template.js'

/** Of JSON schema what the resource types use. */
export interface Schema {
  $ref?: string
  additionalProperties?: boolean
  anyOf?: Schema[]
  const?: unknown
  enum?: unknown[]
  items?: Schema
  maximum?: number
  maxItems?: number
  maxLength?: number
  minimum?: number
  minItems?: number
  minLength?: number
  minProperties?: number
  oneOf?: Schema[]
  pattern?: string
  patternProperties?: Record<string, Schema>
  properties?: Record<string, Schema>
  required?: string[]
  type?: string | string[]
  uniqueItems?: boolean
}

export interface TypeSchema extends Schema {
  definitions: Record<string, Schema>
  /** What Fn::GetAtt gives. */
  attributes: string[]
}

const TYPES = new Map(Object.entries(schemas.types as unknown as Record<string, TypeSchema>))

/** Undefined for a type that CloudFormation has no schema of, such as a custom one. */
export const schemaOf = (type: string): TypeSchema | undefined => TYPES.get(type)

/** Throws `ValidationError` with every violation, a line each. Properties have their intrinsics and dynamic references resolved. */
export function checkProperties(logicalId: string, type: string, properties: object): void {
  const schema = schemaOf(type)
  const violations = schema ? violationsOf(schema, properties, '#', schema.definitions) : []
  if (violations.length > 0)
    throw validationError(
      `Properties validation failed for resource ${logicalId} with message:\n${violations.join('\n')}`,
    )
}

type Definitions = Readonly<Record<string, Schema>>

function violationsOf(schema: Schema, value: unknown, at: string, definitions: Definitions): string[] {
  if (schema.$ref !== undefined)
    return violationsOf(definitions[schema.$ref.split('/').at(-1) ?? ''] ?? {}, value, at, definitions)
  const types = schema.type === undefined ? [] : [schema.type].flat()
  const type = types.find((one) => isOf(one, value))
  if (types.length > 0 && type === undefined)
    return [`${at}: expected type: ${TYPE_NAMES[types[0] ?? '']}, found: ${foundType(value)}`]
  return [
    ...(isRecord(value) ? ofObject(schema, value, at, definitions) : []),
    ...(Array.isArray(value) ? ofList(schema, value, at, definitions) : []),
    ...(['integer', 'number'].includes(type ?? typeof value) ? ofNumber(schema, Number(value), at) : []),
    ...((type ?? typeof value) === 'string' ? ofText(schema, String(value), at) : []),
    ...ofValues(schema, value, at),
    ...ofAlternatives(schema, value, at, definitions),
  ]
}

const TYPE_NAMES: Record<string, string> = {
  string: 'String',
  integer: 'Integer',
  number: 'Number',
  boolean: 'Boolean',
  array: 'JSONArray',
  object: 'JSONObject',
}

function foundType(value: unknown): string {
  if (Array.isArray(value)) return 'JSONArray'
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Double'
  return TYPE_NAMES[typeof value] ?? 'Null'
}

/** A template may write every scalar as text, and a text as a number or a truth: CloudFormation makes the one of the other. */
function isOf(type: string, value: unknown): boolean {
  if (type === 'object') return isRecord(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'boolean') return /^(true|false)$/i.test(String(value)) && !Array.isArray(value)
  if (type === 'string') return ['string', 'number', 'boolean'].includes(typeof value)
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return false
  return type === 'integer' ? Number.isInteger(Number(value)) : !Number.isNaN(Number(value))
}

function ofObject(schema: Schema, value: Record<string, unknown>, at: string, definitions: Definitions): string[] {
  const {properties = {}, required = [], additionalProperties = true, minProperties = 0} = schema
  const patterns = Object.entries(schema.patternProperties ?? {}).map(
    ([pattern, member]) => [regular(pattern), member] as const,
  )
  const missing = required.filter((name) => value[name] === undefined)
  const found = missing.map((name) => `${at}: required key [${name}] not found`)
  if (Object.keys(value).length < minProperties)
    found.push(`${at}: minimum size: [${minProperties}], found: [${Object.keys(value).length}]`)
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    const known = Object.hasOwn(properties, name)
      ? properties[name]
      : patterns.find(([pattern]) => pattern.test(name))?.[1]
    if (known) found.push(...violationsOf(known, member, `${at}/${name}`, definitions))
    else if (!additionalProperties) found.push(`${at}: extraneous key [${name}] is not permitted`)
  }

  return found
}

function ofList(schema: Schema, value: unknown[], at: string, definitions: Definitions): string[] {
  const {items, minItems = 0, maxItems = Infinity, uniqueItems = false} = schema
  const found = items ? value.flatMap((item, index) => violationsOf(items, item, `${at}/${index}`, definitions)) : []
  if (value.length < minItems) found.push(`${at}: expected minimum item count: ${minItems}, found: ${value.length}`)
  if (value.length > maxItems) found.push(`${at}: expected maximum item count: ${maxItems}, found: ${value.length}`)
  if (uniqueItems && new Set(value.map((item) => canonical(item))).size < value.length)
    found.push(`${at}: array items are not unique`)
  return found
}

const broken = (at: string, keyword: string): string => `${at}: failed validation constraint for keyword [${keyword}]`

function ofNumber({minimum = -Infinity, maximum = Infinity}: Schema, value: number, at: string): string[] {
  return [...(value < minimum ? [broken(at, 'minimum')] : []), ...(value > maximum ? [broken(at, 'maximum')] : [])]
}

function ofText({minLength = 0, maxLength = Infinity, pattern}: Schema, value: string, at: string): string[] {
  const {length} = [...value]
  return [
    ...(length < minLength ? [`${at}: expected minLength: ${minLength}, actual: ${length}`] : []),
    ...(length > maxLength ? [`${at}: expected maxLength: ${maxLength}, actual: ${length}`] : []),
    ...(pattern !== undefined && !regular(pattern).test(value) ? [broken(at, 'pattern')] : []),
  ]
}

function ofValues(schema: Schema, value: unknown, at: string): string[] {
  const isOne = (one: unknown): boolean => String(one) === String(value)
  return [
    ...(schema.enum && !schema.enum.some((one) => isOne(one)) ? [broken(at, 'enum')] : []),
    ...(schema.const !== undefined && !isOne(schema.const) ? [broken(at, 'const')] : []),
  ]
}

function ofAlternatives({anyOf, oneOf}: Schema, value: unknown, at: string, definitions: Definitions): string[] {
  const matching = (some: Schema[]): number =>
    some.filter((one) => violationsOf(one, value, at, definitions).length === 0).length
  return [
    ...(anyOf && matching(anyOf) === 0
      ? [`${at}: #: no subschema matched out of the total ${anyOf.length} subschemas`]
      : []),
    ...(oneOf && matching(oneOf) !== 1 ? [`${at}: #: ${matching(oneOf)} subschemas matched instead of one`] : []),
  ]
}

const compiled = new Map<string, RegExp>()

/** Java's, which the schemas are written for, know more escapes than JavaScript's with the flag `u`. */
function regular(pattern: string): RegExp {
  const known = compiled.get(pattern) ?? (/\\p\{/.test(pattern) ? new RegExp(pattern, 'u') : new RegExp(pattern))
  compiled.set(pattern, known)
  return known
}
