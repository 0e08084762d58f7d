/** An input against the model of its operation, as AWS checks it before it does anything. */

import {NormalizedSchema} from '@smithy/core/schema'

import type {Violation} from '../service.js'
import {regular, Shapes, type Constraint} from './constraints.js'
import type {OperationModel} from './schema.js'

/**
 * Everything that the model does not allow. Where something has the wrong type, that alone: AWS reads the whole input before it looks
 * at values. Members that the model does not know are not there any more: AWS's services leave them out too.
 */
export function violationsOf(
  signingName: string,
  operation: OperationModel,
  input: Record<string, unknown>,
): Violation[] {
  const schema = NormalizedSchema.of(operation.input as never)
  if (!schema.isStructSchema()) return []
  const check = new Check(Shapes.of(signingName, operation.name))
  check.struct(schema, check.shapes.input, input, [], true)
  const wrongType = check.found.find(({kind}) => kind === 'type')
  return wrongType ? [wrongType] : check.found
}

class Check {
  readonly found: Violation[] = []

  constructor(readonly shapes: Shapes) {}

  struct(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    value: Record<string, unknown>,
    path: readonly string[],
    inBody: boolean,
  ): void {
    const required = requiredOf(schema)
    let place = 0
    for (const [name, member] of schema.structIterator()) {
      const item = value[name]
      const traits = member.getMergedTraits() as Record<string, unknown>
      const within = inBody && !(path.length === 0 && isBound(traits))
      const here = [...path, name]
      if (isThere(item)) this.value(member, this.shapes.named(constraint?.members?.[name]), item, here, within)
      else if (place < required)
        this.found.push({kind: 'missing', path: here, value: null, rule: NOT_NULL, inBody: within, sensitive: false})
      place++
    }
  }

  private value(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    value: unknown,
    path: readonly string[],
    inBody: boolean,
  ): void {
    const sensitive = Boolean((schema.getMergedTraits() as {sensitive?: unknown}).sensitive)
    const wrong = wrongType(schema, value)
    if (wrong !== undefined) {
      this.found.push({kind: 'type', path, value, rule: wrong, inBody, sensitive})
      return
    }

    for (const broken of brokenBy(schema, constraint, value))
      this.found.push({kind: 'value', path, value, ...broken, inBody, sensitive})
    if (schema.isStructSchema()) this.struct(schema, constraint, value as Record<string, unknown>, path, inBody)
    else if (schema.isListSchema()) this.list(schema, constraint, value as unknown[], path, inBody, sensitive)
    else if (schema.isMapSchema()) this.map(schema, constraint, value as Record<string, unknown>, path, inBody)
  }

  private list(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    value: unknown[],
    path: readonly string[],
    inBody: boolean,
    sensitive: boolean,
  ): void {
    const of = schema.getValueSchema()
    const shape = this.shapes.named(constraint?.member)
    if (isCompound(of)) {
      for (const [index, item] of value.entries())
        if (isThere(item)) this.value(of, shape, item, [...path, String(index + 1)], inBody)
      return
    }

    const wrong = firstWrong(of, value)
    if (wrong !== undefined) this.found.push({kind: 'type', path, value, rule: wrong, inBody, sensitive})
    else this.elements('Member', shape, of, value, {path, value, inBody, sensitive})
  }

  private map(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    value: Record<string, unknown>,
    path: readonly string[],
    inBody: boolean,
  ): void {
    const of = schema.getValueSchema()
    const shape = this.shapes.named(constraint?.value)
    const at = {path, value, inBody, sensitive: false}
    this.elements('Map keys', this.shapes.named(constraint?.key), schema.getKeySchema(), Object.keys(value), at)
    if (isCompound(of)) {
      for (const [key, item] of Object.entries(value))
        if (isThere(item)) this.value(of, shape, item, [...path, key], inBody)
    } else {
      const wrong = firstWrong(of, Object.values(value))
      if (wrong !== undefined) this.found.push({kind: 'type', path, value, rule: wrong, inBody, sensitive: false})
      else this.elements('Map value', shape, of, Object.values(value), at)
    }
  }

  /** Of plain elements AWS says all that it asks of each, and shows the whole list. */
  private elements(
    what: string,
    shape: Constraint | undefined,
    schema: NormalizedSchema,
    items: unknown[],
    at: Pick<Violation, 'path' | 'value' | 'inBody' | 'sensitive'>,
  ): void {
    const broken = items.filter(isThere).flatMap((item) => brokenBy(schema, shape, item))
    if (!shape || !broken[0]) return
    const {constraint} = broken[0]
    const rule = `${what} must satisfy constraint: [${rulesOf(schema, shape).join(', ')}]`
    this.found.push({kind: 'value', ...at, constraint, rule})
  }
}

const isThere = (item: unknown): boolean => item !== undefined && item !== null

const NOT_NULL = 'Member must not be null'

/** Required members lead: see `StructSchema`. */
function requiredOf(schema: NormalizedSchema): number {
  const struct = schema.getSchema() as unknown as unknown[]
  return struct[0] === 3 ? ((struct[6] as number | undefined) ?? 0) : 0
}

const isBound = ({
  httpLabel,
  httpQuery,
  httpQueryParams,
  httpHeader,
  httpPrefixHeaders,
}: Record<string, unknown>): boolean =>
  Boolean(httpLabel ?? httpQuery ?? httpQueryParams ?? httpHeader ?? httpPrefixHeaders)

const isCompound = (schema: NormalizedSchema): boolean =>
  schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema()

const firstWrong = (schema: NormalizedSchema, items: unknown[]): string | undefined =>
  items
    .filter(isThere)
    .map((item) => wrongType(schema, item))
    .find((one) => one !== undefined)

/** What AWS says to a value that its reader cannot take; undefined where it can. */
function wrongType(schema: NormalizedSchema, value: unknown): string | undefined {
  if (schema.isDocumentSchema() || schema.isStreaming()) return undefined
  const isRecord = typeof value === 'object' && !Array.isArray(value) && !(value instanceof String)
  if (schema.isStructSchema() || schema.isMapSchema())
    return isRecord ? undefined : `Unexpected token in place of a structure: ${tokenOf(value)}`
  if (schema.isListSchema()) return Array.isArray(value) ? undefined : `Expected list or null, found ${tokenOf(value)}`
  if (schema.isStringSchema())
    return typeof value === 'string' || value instanceof String ? undefined : cannotBe(value, 'String')
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? undefined : cannotBe(value, 'Boolean')
  if (schema.isNumericSchema())
    return typeof value === 'number' && !Number.isNaN(value) ? undefined : cannotBe(value, 'Number')
  if (schema.isBlobSchema()) return value instanceof Uint8Array ? undefined : cannotBe(value, 'Blob')
  return undefined
}

const cannotBe = (value: unknown, type: string): string =>
  typeof value === 'object'
    ? `Start of ${Array.isArray(value) ? 'list' : 'structure or map'} found where not expected.`
    : `${tokenOf(value)} can not be converted to a ${type}`

const tokenOf = (value: unknown): string =>
  typeof value === 'boolean' ? `${String(value).toUpperCase()}_VALUE` : `${(typeof value).toUpperCase()}_VALUE`

type Broken = Pick<Violation, 'constraint' | 'rule'>

const RULES: Record<string, (shape: Constraint) => string> = {
  'length max': ({max}) => `Member must have length less than or equal to ${max}`,
  'length min': ({min}) => `Member must have length greater than or equal to ${min}`,
  'range max': ({max}) => `Member must have value less than or equal to ${max}`,
  'range min': ({min}) => `Member must have value greater than or equal to ${min}`,
  pattern: ({pattern}) => `Member must satisfy regular expression pattern: ${pattern}`,
  enum: ({enum: values = []}) => `Member must satisfy enum value set: [${values.join(', ')}]`,
}

/** The rules that a value breaks, in the order in which AWS names them. */
function brokenBy(schema: NormalizedSchema, shape: Constraint | undefined, value: unknown): Broken[] {
  if (!shape) return []
  const {min = -Infinity, max = Infinity, pattern, enum: values} = shape
  const broken = (rule: string): Broken => ({
    constraint: rule.split(' ')[0] as Broken['constraint'],
    rule: RULES[rule]!(shape),
  })
  const kind = schema.isNumericSchema() ? 'range' : 'length'
  const size = sizeOf(value)
  return [
    ...(size !== undefined && size > max ? [broken(`${kind} max`)] : []),
    ...(size !== undefined && size < min ? [broken(`${kind} min`)] : []),
    ...(pattern !== undefined && !regular(pattern).test(String(value)) ? [broken('pattern')] : []),
    ...(values && !values.includes(String(value)) ? [broken('enum')] : []),
  ]
}

function rulesOf(schema: NormalizedSchema, shape: Constraint): string[] {
  const kind = schema.isNumericSchema() ? 'range' : 'length'
  return [
    ...(shape.max === undefined ? [] : [RULES[`${kind} max`]!(shape)]),
    ...(shape.min === undefined ? [] : [RULES[`${kind} min`]!(shape)]),
    ...(shape.pattern === undefined ? [] : [RULES.pattern!(shape)]),
    ...(shape.enum ? [RULES.enum!(shape)] : []),
    NOT_NULL,
  ]
}

/** What `min` and `max` are about. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Uint8Array) return value.byteLength
  if (value instanceof String) return value.toString().length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined
}
