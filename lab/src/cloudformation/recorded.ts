/**
 * Types that the lab records without doing anything: it has no network, no permissions and no keys. They get
 * names, ids and attributes in AWS's shape, so that templates that refer to them resolve. docs/lab-resources.md shows this table.
 */

import {randomInt, randomUUID} from 'node:crypto'
import {ACCOUNT, fault, type Lab} from '../kernel.js'
import {own} from '../own.js'
import {generatedName, randomCapitals, randomHex} from './names.js'
import type {Properties, ResourceContext, ResourceProvider, TagProperty} from './provider.js'
import {recordsOf, type ResourceRecord} from './records.js'
import {TAGS} from './tags.js'
import {zoneOf} from './zones.js'

/**
 * Patterns may hold `{hex:17}` (random hex digits), `{id:21}` (random capitals and digits), `{uuid}`, `{region}`, `{account}`,
 * `{ip}` (an address for benchmarks, RFC 2544), `{zone}` and `{zoneId}` (of what asks for an availability zone), `{stack}`, `{logicalId}`, `{Property}` (a property's value), `{path}` (of a role or policy, with a slash at both ends), `{name}` (the name) and `{ref}` (what Ref gives).
 */
export interface RecordedType {
  area:
    | 'backups'
    | 'certificates'
    | 'network'
    | 'permissions'
    | 'keys'
    | 'logs'
    | 'metadata'
    | 'api'
    | 'monitoring'
    | 'images'
  /** What Ref gives. */
  ref: string
  /** What Fn::GetAtt gives. */
  attributes?: Record<string, string>
  /** The property that names it, where it has one; without it a name is generated. */
  name?: {property: string; max?: number; lowerCase?: boolean}
  createOnly?: readonly string[] | 'all'
  /** See `ResourceProvider.conditional`. */
  conditional?: ResourceProvider['conditional']
  /** It takes a list of `Tags`, or its tags elsewhere. */
  tags?: true | TagProperty
  /** What AWS's tagging API calls it, behind `arn:aws:` where Ref does not give that already; undefined for what that does not list. */
  arn?: string
  /** Drift detection checks it: its service has calls that change or delete it. */
  checked?: true
  /** Throws where the service would refuse a new one. */
  check?(lab: Lab, region: string, properties: Properties): void
  /** Throws where the service would refuse these properties, new or changed. */
  valid?(lab: Lab, region: string, properties: Properties): void
  /** What CloudFormation does and waits for before a new one counts as created. */
  made?(properties: Properties, context: ResourceContext): Promise<void>
  /** Instead of its end: such a resource outlives its deletion. */
  retire?(record: ResourceRecord): void
}

/** A pattern's text. A property that is missing becomes empty. */
function filled(pattern: string, values: Record<string, unknown>): string {
  return pattern.replaceAll(/\{(\w+)(?::(\d+))?\}/g, (_, key: string, length?: string) => {
    if (key === 'hex') return randomHex(Number(length))
    if (key === 'id') return randomCapitals(Number(length))
    if (key === 'uuid') return randomUUID()
    if (key === 'ip') return `198.18.${randomInt(256)}.${randomInt(256)}`
    return String(own(values, key) ?? '')
  })
}

/** The provider of a recorded type. */
export function recordedProvider(name: string, type: RecordedType): ResourceProvider {
  const values = (
    properties: Properties,
    {region, stackName, logicalId}: ResourceContext,
  ): Record<string, unknown> => ({
    ...properties,
    region,
    account: ACCOUNT,
    path: properties.Path ?? '/',
    zone: zoneOf(region, properties)?.name,
    zoneId: zoneOf(region, properties)?.id,
    stack: stackName,
    logicalId,
  })
  const attributesOf = (all: Record<string, unknown>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(type.attributes ?? {}).map(([attribute, pattern]) => [attribute, filled(pattern, all)]),
    )
  // IAM knows no regions.
  const regionOf = ({region}: ResourceContext): string => (type.area === 'permissions' ? '' : region)

  const tags = type.tags === true ? TAGS : type.tags

  return {
    createOnly: type.createOnly,
    conditional: type.conditional,
    tags,
    async create(properties, context) {
      const records = recordsOf(context.lab)
      const region = regionOf(context)
      const all = values(properties, context)
      if (type.name)
        all.name = properties[type.name.property] ?? generatedName(context.stackName, context.logicalId, type.name)
      all.ref = filled(type.ref, all)
      const physicalId = String(all.ref)
      if (type.name && records.find(region, name, physicalId))
        throw fault('AlreadyExists', `Resource of type '${name}' with identifier '${physicalId}' already exists.`)
      type.check?.(context.lab, region, properties)
      type.valid?.(context.lab, region, properties)
      const attributes = attributesOf(all)
      const arn = type.arn && filled(type.arn, {...all, ...attributes}).replace(/^(?!arn:)/, 'arn:aws:')
      const about = {type: name, region, physicalId, arn, properties, attributes, createdAt: new Date()}
      records.put({...about, tagProperty: tags?.name})
      if (type.made) {
        context.allocated(physicalId)
        await type.made(properties, context)
      }

      return {physicalId, attributes}
    },
    async update(physicalId, properties, _previous, context) {
      type.valid?.(context.lab, regionOf(context), properties)
      const record = recordsOf(context.lab).find(regionOf(context), name, physicalId)
      if (record) record.properties = properties
      return {physicalId}
    },
    ...(type.checked && {
      async read(physicalId, _all, context) {
        return recordsOf(context.lab).find(regionOf(context), name, physicalId)?.properties
      },
    }),
    async delete(physicalId, _properties, context) {
      const record = recordsOf(context.lab).find(regionOf(context), name, physicalId)
      if (record && type.retire) type.retire(record)
      else recordsOf(context.lab).remove(regionOf(context), name, physicalId)
    },
  }
}
