/** The shape of a CloudFormation template, its reader and its structural checks. */

import {fault} from '../kernel.js'
import {readYaml} from './yaml.js'

export interface TemplateParameter {
  Type: string
  Default?: unknown
  NoEcho?: boolean | string
  Description?: string
  AllowedValues?: unknown[]
  AllowedPattern?: string
  ConstraintDescription?: string
  MinLength?: number | string
  MaxLength?: number | string
  MinValue?: number | string
  MaxValue?: number | string
}

export interface TemplateResource {
  Type: string
  /** Of what makes a custom resource; CloudFormation takes it and does nothing with it. */
  Version?: string
  Properties?: Record<string, unknown>
  DependsOn?: string | string[]
  Condition?: string
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
  CreationPolicy?: unknown
  UpdatePolicy?: unknown
  Metadata?: unknown
}

export interface TemplateOutput {
  Value: unknown
  Description?: string
  Condition?: string
  Export?: {Name: unknown}
}

export interface TemplateRule {
  RuleCondition?: unknown
  Assertions: {Assert: unknown; AssertDescription?: string}[]
}

export interface Template {
  AWSTemplateFormatVersion?: string
  Description?: string
  Metadata?: Record<string, unknown>
  Parameters?: Record<string, TemplateParameter>
  Rules?: Record<string, TemplateRule>
  Mappings?: Record<string, Record<string, Record<string, unknown>>>
  Conditions?: Record<string, unknown>
  Resources: Record<string, TemplateResource>
  Outputs?: Record<string, TemplateOutput>
}

/** What CloudFormation answers, with status 400, for a template or a request that it refuses. */
export const validationError = (message: string) => fault('ValidationError', message, 400)

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
])

const RESOURCE_MEMBERS = new Set([
  'Type',
  'Version',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
  'Metadata',
])

/** Source: the pages of the two attributes in the CloudFormation template reference. */
const POLICIES = {
  DeletionPolicy: new Set(['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot']),
  UpdateReplacePolicy: new Set(['Delete', 'Retain', 'Snapshot']),
}

const FORMAT_VERSION = '2010-09-09'

/** A name of a resource, a parameter, an output, a condition or a mapping. */
const NAME = /^[A-Za-z0-9]{1,255}$/

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A parsed and structurally valid template from JSON, or from YAML with short-form intrinsics. Throws `ValidationError`. */
export function readTemplate(text: string): Template {
  try {
    const parsed = text.trimStart().startsWith('{') ? readJson(text) : readYaml(text)
    checkStructure(parsed)
    return parsed
  } catch (error) {
    // The stack of calls is full: values in values without an end, or an alias of itself.
    if (error instanceof RangeError) throw validationError('Template format error: the template is nested too deeply.')
    throw error
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw validationError(`Template format error: JSON not well-formed. (${(error as Error).message})`)
  }
}

const refuse = (message: string): never => {
  throw validationError(`Template format error: ${message}`)
}

function checkStructure(template: unknown): asserts template is Template {
  if (!isRecord(template)) return refuse('unsupported structure.')
  const unknownSections = Object.keys(template).filter((section) => !SECTIONS.has(section))
  if (unknownSections.length > 0)
    throw validationError(`Invalid template property or properties [${unknownSections.join(', ')}]`)
  for (const section of ['Transform', 'Hooks'])
    if (template[section] !== undefined) refuse(`the lab does not run macros: [/${section}] is not supported`)
  for (const section of ['Parameters', 'Rules', 'Mappings', 'Conditions', 'Outputs', 'Resources'])
    if (template[section] !== undefined && !isRecord(template[section])) refuse(`[/${section}] must be an object`)
  if (template.AWSTemplateFormatVersion !== undefined && template.AWSTemplateFormatVersion !== FORMAT_VERSION)
    refuse('unsupported value for AWSTemplateFormatVersion.')
  if (template.Description !== undefined && typeof template.Description !== 'string')
    refuse('Template Description must be a string.')
  for (const [section, what] of [
    ['Parameters', 'Parameter'],
    ['Mappings', 'Mapping'],
    ['Outputs', 'Output'],
  ] as const)
    for (const name of Object.keys((template[section] ?? {}) as object))
      if (!NAME.test(name)) refuse(`${what} name ${name} is non alphanumeric.`)
  const resources = (template.Resources ?? {}) as Record<string, unknown>
  if (Object.keys(resources).length === 0) refuse('At least one Resources member must be defined.')
  for (const [logicalId, resource] of Object.entries(resources)) checkResource(logicalId, resource)
  for (const [name, parameter] of Object.entries((template.Parameters ?? {}) as Record<string, unknown>))
    if (!isRecord(parameter) || typeof parameter.Type !== 'string')
      refuse(`Every Parameters object must contain a Type member. [/Parameters/${name}]`)
  for (const [name, output] of Object.entries((template.Outputs ?? {}) as Record<string, unknown>))
    if (!isRecord(output) || output.Value === undefined)
      refuse(`Every Outputs member must contain a Value object [/Outputs/${name}]`)
  refuseNulls(template, '')
}

function checkResource(logicalId: string, resource: unknown): void {
  const path = `[/Resources/${logicalId}]`
  if (!NAME.test(logicalId)) refuse(`Resource name ${logicalId} is non alphanumeric.`)
  if (!isRecord(resource)) return refuse(`${path} must be an object`)
  if (typeof resource.Type !== 'string') refuse(`${path} Every Resources object must contain a Type member.`)
  const unknownMembers = Object.keys(resource).filter((member) => !RESOURCE_MEMBERS.has(member))
  if (unknownMembers.length > 0)
    throw validationError(`Invalid template resource property '${unknownMembers[0]}' ${path}`)
  if (resource.CreationPolicy !== undefined) refuse(`${path}: the lab does not support CreationPolicy`)
  for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
    const value = resource[policy]
    if (value !== undefined && (typeof value !== 'string' || !POLICIES[policy].has(value)))
      refuse(`Unrecognized ${policy} ${JSON.stringify(value)} for resource ${logicalId}`)
  }
}

function refuseNulls(value: unknown, path: string): void {
  if (value === null) refuse(`[${path}] 'null' values are not allowed in templates`)
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) refuseNulls(member, `${path}/${key}`)
}

/** The names in a resource's DependsOn. */
export const explicitDependencies = (resource: TemplateResource): string[] =>
  typeof resource.DependsOn === 'string' ? [resource.DependsOn] : (resource.DependsOn ?? [])
