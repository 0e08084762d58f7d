/** Inputs that the model of an operation allows, and each way in which one thing of them can be made wrong. */

import {NormalizedSchema} from '@smithy/core/schema'
import fc from 'fast-check'

import {regular, Shapes, type Constraint} from '../../src/wire/constraints.js'
import type {OperationModel} from '../../src/wire/schema.js'

export interface Mutation {
  kind: 'missing' | 'type' | 'value'
  constraint?: 'enum' | 'length' | 'range' | 'pattern'
  /** Members, keys of maps, and places in lists from 0 on. */
  path: string[]
  /** Where the input carries it: in the body, or in path, query or headers. */
  bound?: 'label' | 'query' | 'header'
  /** Undefined where it is missing. */
  value: unknown
  /** The whole input with it. */
  input: Record<string, unknown>
  /** The whole input with a value that is allowed in its place. */
  right: Record<string, unknown>
}

/** Longer texts than a header of HTTP may be. */
const LONGEST = 4000

export function mutationsOf(signingName: string, operation: OperationModel): Mutation[] {
  const schema = NormalizedSchema.of(operation.input as never)
  if (!schema.isStructSchema()) return []
  const shapes = Shapes.of(signingName, operation.name)
  const mutations = new Mutations(shapes)
  mutations.enter(schema, shapes.input, [], undefined, (value) => value as Record<string, unknown>)
  return mutations.found
}

type Rebuild = (value: unknown) => Record<string, unknown>

class Mutations {
  readonly found: Mutation[] = []
  private readonly within: unknown[] = []

  constructor(private readonly shapes: Shapes) {}

  /** Collects what can be wrong with a value of this schema. `rebuild` puts one into an input that is right otherwise. */
  enter(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    path: string[],
    bound: Mutation['bound'],
    rebuild: Rebuild,
  ): void {
    if (this.within.includes(schema.getSchema()) && typeof schema.getSchema() === 'object') return
    if (schema.isStreaming() || path.length > 6) return
    this.within.push(schema.getSchema())
    const right = rebuild(valid(schema, constraint, this.shapes))
    for (const wrong of path.length === 0 ? [] : wrongValues(schema, constraint, this.shapes))
      this.found.push({...wrong, path, ...(bound && {bound}), input: rebuild(wrong.value), right})
    if (schema.isStructSchema()) this.members(schema, constraint, path, bound, rebuild)
    else if (schema.isListSchema()) {
      const others = (valid(schema, constraint, this.shapes) as unknown[]).slice(1)
      const next: Rebuild = (item) => rebuild([item, ...others])
      this.enter(schema.getValueSchema(), this.shapes.named(constraint?.member), [...path, '0'], bound, next)
    } else if (schema.isMapSchema()) {
      const key = String(valid(schema.getKeySchema(), this.shapes.named(constraint?.key), this.shapes))
      const others = valid(schema, constraint, this.shapes) as Record<string, unknown>
      const next: Rebuild = (item) => rebuild({...others, [key]: item})
      this.enter(schema.getValueSchema(), this.shapes.named(constraint?.value), [...path, key], bound, next)
    }
    this.within.pop()
  }

  private members(
    schema: NormalizedSchema,
    constraint: Constraint | undefined,
    path: string[],
    bound: Mutation['bound'],
    rebuild: Rebuild,
  ): void {
    const whole = valid(schema, constraint, this.shapes) as Record<string, unknown>
    for (const name of requiredOf(schema)) {
      const at = path.length === 0 ? boundOf(schema.getMemberSchema(name)) : bound
      // Another route, or none.
      if (at) continue
      const {[name]: _, ...rest} = whole
      this.found.push({
        kind: 'missing',
        path: [...path, name],
        value: undefined,
        input: rebuild(rest),
        right: rebuild(whole),
      })
    }

    for (const [name, member] of schema.structIterator()) {
      const at = path.length === 0 ? boundOf(member) : bound
      const others = schema.isUnionSchema() ? {} : whole
      const next: Rebuild = (value) => rebuild({...others, [name]: value})
      this.enter(member, this.shapes.named(constraint?.members?.[name]), [...path, name], at, next)
    }
  }
}

function boundOf(member: NormalizedSchema): Mutation['bound'] {
  const traits = member.getMergedTraits() as Record<string, unknown>
  if (traits.httpLabel) return 'label'
  if (traits.httpQuery || traits.httpQueryParams) return 'query'
  return traits.httpHeader || traits.httpPrefixHeaders ? 'header' : undefined
}

function requiredOf(schema: NormalizedSchema): string[] {
  const struct = schema.getSchema() as unknown as [number, string, string, unknown, string[], unknown[], number?]
  return struct[0] === 3 ? struct[4].slice(0, struct[6] ?? 0) : []
}

type Wrong = Pick<Mutation, 'kind' | 'constraint' | 'value'>

/** Values that break one rule each. */
function wrongValues(schema: NormalizedSchema, constraint: Constraint = {}, shapes: Shapes): Wrong[] {
  const {min, max, pattern, enum: values} = constraint
  const value = (constraint: Mutation['constraint'], one: unknown): Wrong => ({kind: 'value', constraint, value: one})
  const isText = schema.isStringSchema()
  const several = (count: number): unknown =>
    Array.from({length: count}, () => valid(schema.getValueSchema(), shapes.named(constraint.member), shapes))
  return [
    ...wrongTypes(schema),
    ...(schema.isNumericSchema() && min !== undefined ? [value('range', min - 1)] : []),
    ...(schema.isNumericSchema() && max !== undefined ? [value('range', max + 1)] : []),
    ...(isText && max !== undefined && max < LONGEST ? [value('length', 'a'.repeat(max + 1))] : []),
    ...(isText && min !== undefined && min > 0 ? [value('length', 'a'.repeat(min - 1))] : []),
    ...(schema.isListSchema() && max !== undefined && max < 200 ? [value('length', several(max + 1))] : []),
    ...(isText && pattern !== undefined && !regular(pattern).test(ODD) ? [value('pattern', ODD)] : []),
    ...(values ? [value('enum', 'Frobnicate')] : []),
  ]
}

/** No name, and no ARN. */
const ODD = '§ ?'

function wrongTypes(schema: NormalizedSchema): Wrong[] {
  const type = (value: unknown): Wrong => ({kind: 'type', value})
  if (schema.isStructSchema() || schema.isMapSchema() || schema.isListSchema()) return [type(7)]
  if (schema.isStringSchema()) return [type({a: 1})]
  return schema.isNumericSchema() || schema.isBooleanSchema() ? [type('x')] : []
}

/** The least that a schema allows. */
function valid(schema: NormalizedSchema, constraint: Constraint | undefined, shapes: Shapes): unknown {
  if (schema.isStructSchema())
    return Object.fromEntries(
      requiredOf(schema).map((name) => [
        name,
        valid(schema.getMemberSchema(name), shapes.named(constraint?.members?.[name]), shapes),
      ]),
    )
  if (schema.isListSchema())
    return Array.from({length: Math.max(1, constraint?.min ?? 1)}, () =>
      valid(schema.getValueSchema(), shapes.named(constraint?.member), shapes),
    )
  if (schema.isMapSchema())
    return Object.fromEntries(
      Array.from({length: constraint?.min ?? 0}, (_, index) => [
        `${String(valid(schema.getKeySchema(), shapes.named(constraint?.key), shapes))}${index}`,
        valid(schema.getValueSchema(), shapes.named(constraint?.value), shapes),
      ]),
    )
  if (schema.isNumericSchema()) return constraint?.min ?? Math.min(1, constraint?.max ?? 1)
  if (schema.isBooleanSchema()) return true
  if (schema.isTimestampSchema()) return new Date(0)
  if (schema.isBlobSchema()) return new Uint8Array([1])
  return text(constraint)
}

const ARN = 'arn:aws:service:us-east-1:000000000000:thing/0f8fad5b-d9cb-469f-a165-70867728950e'
const TEXTS = ['a'.repeat(40), 'abcdefgh', 'abcd', 'a1', '1', '200', ARN, 'us-east-1_Abcdefgh1', 'us-east-1', 'a.b']

function text({enum: values, pattern, min = 0, max = Infinity}: Constraint = {}): string {
  if (values) return values[0]!
  const fits = (one: string): boolean =>
    one.length >= min && one.length <= max && (pattern === undefined || regular(pattern).test(one))
  const found = TEXTS.find(fits)
  if (found !== undefined) return found
  if (pattern === undefined) return 'a'.repeat(min)
  return fc.sample(fc.stringMatching(regular(pattern)).filter(fits), {numRuns: 1, seed: 1})[0]!
}
