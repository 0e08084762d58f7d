/**
 * CloudFormation properties as the input of an AWS operation. Most of a type's properties are its API's members in other
 * clothes (letter case, numbers as text, lists without their Quantity): the SDK's schema of the operation says which.
 */

import {NormalizedSchema} from '@smithy/core/schema'
import {isRecord} from './template.js'
import {serviceModel} from '../wire/model.js'
import {call, type ResourceContext} from './provider.js'

/** Calls an operation with those of `properties` that its input has, in the shape that it wants. */
export async function request(
  context: Pick<ResourceContext, 'lab' | 'region'>,
  service: string,
  operation: string,
  properties: object,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
): Promise<any> {
  const {api} = context.lab.service(service)
  // Without a client nobody but CloudFormation calls it, in CloudFormation's words.
  if (!api.client) return call(context, service, operation, properties)
  const model = await serviceModel(api)
  const schema = model?.operations.get(operation)?.input
  if (schema === undefined) throw new Error(`The lab has no schema of ${service}.${operation}`)
  return call(context, service, operation, shaped(NormalizedSchema.of(schema as never), properties) as object)
}

/** A value in the shape of a schema. What a structure does not have is left out. */
export function shaped(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null || value instanceof Uint8Array || value instanceof Date) return value
  if (schema.isStructSchema()) return shapedStruct(schema, value)
  if (schema.isListSchema())
    return (Array.isArray(value) ? value : [value]).map((item) => shaped(schema.getValueSchema(), item))
  if (schema.isMapSchema() && isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, shaped(schema.getValueSchema(), member)]),
    )
  if (schema.isBooleanSchema()) return typeof value === 'string' ? value.toLowerCase() === 'true' : Boolean(value)
  if (schema.isNumericSchema()) return Number(value)
  if (schema.isStringSchema()) return typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (schema.isTimestampSchema()) return new Date(value as string | number)
  return value
}

function shapedStruct(schema: NormalizedSchema, value: unknown): unknown {
  const members = [...schema.structIterator()]
  const names = new Set(members.map(([name]) => name))
  if (Array.isArray(value)) {
    if (!names.has('Items') || !names.has('Quantity')) return value
    return shapedStruct(schema, {Quantity: value.length, Items: value})
  }
  if (!isRecord(value)) return value
  const byLowerCase = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]))
  const entries = members.flatMap(([name, member]) => {
    const given = Object.hasOwn(value, name) ? value[name] : byLowerCase.get(name.toLowerCase())
    return given === undefined ? [] : [[name, shaped(member, given)] as const]
  })
  return Object.fromEntries(entries)
}
