/**
 * The shapes in which every `@aws-sdk/client-*` exports its schemas (names that end in `$`). They are internals of the
 * SDK: versions are pinned, and lab/test/wire/round-trips.test.ts is the canary for a change.
 */

import {NormalizedSchema} from '@smithy/core/schema'

/** `[3, namespace, name, traits, member names, member schemas, count of required members]`; required members lead. */
export type StructSchema = [3 | -3, string, string, Traits | number, string[], unknown[], number?]

export type Traits = Record<string, unknown>

/** `[9, namespace, name, traits, input, output]` */
export type OperationSchema = [9, string, string, Traits | number, SchemaRef, SchemaRef]

/** A schema, or a function that returns it where schemas refer to each other. */
export type SchemaRef = unknown

export interface OperationModel {
  name: string
  traits: Traits
  input: SchemaRef
  output: SchemaRef
}

export const isOperationSchema = (value: unknown): value is OperationSchema => Array.isArray(value) && value[0] === 9

/** Error schemas, and not the base exceptions of a service, which have no members. */
export const isErrorSchema = (value: unknown): value is StructSchema => Array.isArray(value) && value[0] === -3

const ofStruct = (schema: SchemaRef): StructSchema | undefined => {
  const raw: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema
  return Array.isArray(raw) && (raw[0] === 3 || raw[0] === -3) ? (raw as StructSchema) : undefined
}

export interface Member {
  name: string
  schema: NormalizedSchema
  traits: Traits
  required: boolean
}

export function members(schema: SchemaRef): Member[] {
  const struct = ofStruct(schema)
  if (!struct) return []
  const required = struct[6] ?? 0
  return [...NormalizedSchema.of(struct as never).structIterator()].map(([name, member], index) => ({
    name,
    schema: member,
    traits: member.getMergedTraits() as Traits,
    required: index < required,
  }))
}

/** The same structure without some of its members. */
export function without(schema: SchemaRef, drop: (member: Member) => boolean): SchemaRef {
  const struct = ofStruct(schema)
  if (!struct) return schema
  const kept = members(struct).map((member) => !drop(member))
  if (kept.every(Boolean)) return schema
  const pick = <T>(list: T[]): T[] => list.filter((_, index) => kept[index])
  return [struct[0], struct[1], struct[2], struct[3], pick(struct[4]), pick(struct[5])]
}
