/** The query protocols: form-encoded requests, XML answers. RDS, STS, CloudFormation; EC2 with its own dialect. */

import {XmlShapeSerializer, type XmlShapeDeserializer} from '@aws-sdk/core/protocols'
import {NormalizedSchema} from '@smithy/core/schema'

import {fault} from '../kernel.js'
import {splitTarget, type WireRequest, type WireResponse} from './messages.js'
import type {ServiceModel} from './model.js'
import type {OperationModel} from './schema.js'
import {serdeContext, textReader, XML_SETTINGS} from './serde.js'

interface FormNode {
  [key: string]: FormValue
}
type FormValue = string | FormNode | FormValue[]

export function formOf(request: WireRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : splitTarget(request.url).query
}

/**
 * `Filters.Filter.1.Name=x` becomes {Filters: {Filter: [{Name: 'x'}]}}, which is the shape of parsed XML, so that the
 * SDK's XML reader does the rest.
 */
function formTree(form: URLSearchParams): FormNode {
  const root = node()
  for (const [key, value] of form) {
    const parts = key.split('.')
    const last = parts.pop() ?? key
    let at = root
    for (const part of parts) {
      const next = at[part] ?? node()
      at[part] = next
      if (typeof next === 'string' || Array.isArray(next)) throw malformed(key)
      at = next
    }

    if (typeof at[last] === 'object') throw malformed(key)
    at[last] = value
  }

  return fold(root) as FormNode
}

const node = (): FormNode => Object.create(null) as FormNode

const malformed = (key: string): Error => fault('MalformedInput', `${key} is both a value and a structure`)

/** Nodes whose keys are all numbers are lists. */
function fold(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const keys = Object.keys(value)
  const folded = (key: string): FormValue => fold(value[key] ?? '')
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => folded(key))
  }

  const result = node()
  for (const key of keys) result[key] = folded(key)
  return result
}

export function decodeQuery(
  operation: OperationModel,
  request: WireRequest,
  dialect: 'query' | 'ec2',
): Record<string, unknown> {
  const tree = formTree(formOf(request))
  const schema = NormalizedSchema.of(operation.input as never)
  const reader = textReader()
  const input: unknown = dialect === 'ec2' ? readEc2(schema, tree, reader) : reader.readSchema(schema as never, tree)
  return (input ?? {}) as Record<string, unknown>
}

/** EC2 writes lists flat and names members after `ec2QueryName`, or their XML name with a capital. */
function readEc2(schema: NormalizedSchema, value: FormValue, reader: XmlShapeDeserializer): unknown {
  if (schema.isListSchema()) {
    const items = Array.isArray(value) ? value : [value]
    return items.map((item) => readEc2(schema.getValueSchema(), item, reader))
  }

  if (schema.isStructSchema()) {
    if (typeof value === 'string' || Array.isArray(value)) throw malformed(schema.getName() ?? 'a structure')
    const result: Record<string, unknown> = {}
    for (const [name, member] of schema.structIterator()) {
      const traits = member.getMergedTraits() as {xmlName?: string; ec2QueryName?: string}
      const xmlName = traits.xmlName ?? name
      const item = value[traits.ec2QueryName ?? `${xmlName.charAt(0).toUpperCase()}${xmlName.slice(1)}`]
      if (item !== undefined) result[name] = readEc2(member, item, reader)
    }

    return result
  }

  return reader.readSchema(schema as never, value)
}

/** The SDK's XML writer builds nodes that can be renamed before they are printed. */
interface NodeWriter {
  writeStruct(
    schema: NormalizedSchema,
    value: unknown,
    xmlns: undefined,
  ): {withName(name: string): {toString(): string}}
}

export function encodeQuery(
  model: ServiceModel,
  operation: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
  dialect: 'query' | 'ec2',
): WireResponse {
  const schema = NormalizedSchema.of(operation.output as never)
  const rootName = dialect === 'ec2' ? `${operation.name}Response` : `${operation.name}Result`
  let result = ''
  if (schema.isStructSchema()) {
    const writer = new XmlShapeSerializer({...XML_SETTINGS, xmlNamespace: undefined} as never)
    writer.setSerdeContext(serdeContext as never)
    result = (writer as unknown as NodeWriter).writeStruct(schema, output, undefined).withName(rootName).toString()
  }

  const xmlns = ` xmlns="${model.settings.xmlNamespace ?? ''}"`
  const body =
    dialect === 'ec2'
      ? `<${rootName}${xmlns}><requestId>${requestId}</requestId>${contents(result)}</${rootName}>`
      : `<${operation.name}Response${xmlns}>${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation.name}Response>`
  return {status: 200, headers: {'content-type': 'text/xml'}, body}
}

/** What stands between the first tag and the last one. */
function contents(xml: string): string {
  const start = xml.indexOf('>') + 1
  const end = xml.lastIndexOf('</')
  return end > start ? xml.slice(start, end) : ''
}
