/** The details of a change set: which property changes, from what to what, and because of what. */

import {own} from '../own.js'
import {canonical, changedProperties, requiresRecreation, type ResourceProvider} from './provider.js'
import {hidden} from './change-contexts.js'
import {KNOWN_AFTER_APPLY} from './evaluation.js'
import {referencesIn, type Reference} from './graph.js'
import type {Target} from './lifecycle.js'
import type {StackParameters} from './parameters.js'
import type {Stack, StackResource} from './stack.js'
import {isRecord, type TemplateResource} from './template.js'

type Attribute = 'Properties' | 'Tags' | 'Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy'

export interface ChangeDetail {
  Target: {
    Attribute: Attribute
    Name?: string
    RequiresRecreation: 'Always' | 'Conditionally' | 'Never'
    /** These are told to who asks for property values only. */
    Path?: string
    BeforeValue?: string
    AfterValue?: string
    AttributeChangeType?: 'Add' | 'Remove' | 'Modify'
  }
  /** Dynamic: whether it changes at all is seen only when it is executed. */
  Evaluation: 'Static' | 'Dynamic'
  ChangeSource: 'DirectModification' | 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute'
  CausingEntity?: string
}

/** Whether what a reference points to may change its value. */
export type Cause = (reference: Reference) => boolean

interface Surroundings {
  stack: Stack
  target: Target
  provider: ResourceProvider
  /** Names of those whose value changes. */
  parameters: ReadonlySet<string>
  cause: Cause
  /** Texts that no answer may show. */
  secrets: readonly string[]
}

/** Names of parameters whose value is another than before. */
export function changedParameters(before: StackParameters, after: StackParameters): ReadonlySet<string> {
  const names = Object.keys(after).filter(
    (name) => canonical(own(before, name)?.value) !== canonical(own(after, name)?.value),
  )
  return new Set(names)
}

/** The details of the change of one resource, none where nothing of it changes. */
export function detailsOf(all: Surroundings, current: StackResource, after: Record<string, unknown>): ChangeDetail[] {
  const changed = new Set(changedProperties(current.properties, after))
  const properties = templatesOf(all, current.logicalId).map((resource) => resource?.Properties ?? {})
  const [before = {}, next = {}] = properties
  const names = new Set([...Object.keys(current.properties), ...Object.keys(next), ...Object.keys(after)])
  const details = [...names].flatMap((name) => {
    const sources = sourcesOf(all, own(before, name), own(next, name))
    if (changed.has(name)) return propertyDetails(all, current, name, own(after, name), sources)
    // A value that cannot be foreseen may still turn out to be another one.
    return sources.filter(({Evaluation}) => Evaluation === 'Dynamic').map((source) => dynamicDetail(all, name, source))
  })
  return [...details, ...templateDetails(all, current.logicalId)]
}

/** The resource in the template that the stack has, and in the one that it shall have. */
const templatesOf = ({stack, target}: Surroundings, logicalId: string): (TemplateResource | undefined)[] =>
  [stack.template, target.template].map((template) => own(template?.Resources, logicalId))

type Source = Pick<ChangeDetail, 'Evaluation' | 'ChangeSource' | 'CausingEntity'>

const DIRECT: Source = {Evaluation: 'Static', ChangeSource: 'DirectModification'}

/** Why a property may change, from the two ways in which it is written. */
function sourcesOf({target, parameters, cause}: Surroundings, before: unknown, after: unknown): Source[] {
  const references = referencesIn(after, target.evaluation.scope.condition)
  const entities = new Map<string, Source>()
  for (const reference of references) {
    const {name, attribute} = reference
    const CausingEntity = attribute === undefined ? name : `${name}.${attribute}`
    if (parameters.has(name))
      entities.set(name, {Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity})
    else if (cause(reference)) {
      const ChangeSource = attribute === undefined ? 'ResourceReference' : 'ResourceAttribute'
      entities.set(CausingEntity, {Evaluation: 'Dynamic', ChangeSource, CausingEntity})
    }
  }
  return [...(canonical(before) === canonical(after) ? [] : [DIRECT]), ...entities.values()]
}

function propertyDetails(
  {provider, secrets}: Surroundings,
  current: StackResource,
  name: string,
  after: unknown,
  sources: readonly Source[],
): ChangeDetail[] {
  // Neither text nor reference changed, and yet the value: a stack's tag, an import, or what a mapping or condition gives.
  const isStackTag = sources.length === 0 && name === provider.tags?.name
  const source = sources[0] ?? DIRECT
  const target = isStackTag
    ? {Attribute: 'Tags' as const, RequiresRecreation: 'Never' as const}
    : {Attribute: 'Properties' as const, Name: name, RequiresRecreation: requiresRecreation(provider, name)}
  return differences(own(current.properties, name), after, ['', target.Attribute, name]).map((difference) => ({
    Target: {...target, ...shown(difference, secrets)},
    ...source,
  }))
}

const dynamicDetail = ({provider}: Surroundings, Name: string, source: Source): ChangeDetail => ({
  Target: {
    Attribute: 'Properties',
    Name,
    RequiresRecreation: requiresRecreation(provider, Name),
    Path: `/Properties/${Name}`,
    AfterValue: KNOWN_AFTER_APPLY,
    AttributeChangeType: 'Modify',
  },
  ...source,
})

/** What changes of a resource in the template without touching the resource. */
function templateDetails(all: Surroundings, logicalId: string): ChangeDetail[] {
  const [before, after] = templatesOf(all, logicalId)
  const attributes = ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const
  return attributes
    .filter((name) => canonical(before?.[name]) !== canonical(after?.[name]))
    .map((Attribute) => ({Target: {Attribute, RequiresRecreation: 'Never'}, ...DIRECT}))
}

interface Difference {
  path: string[]
  before: unknown
  after: unknown
}

/** The members of a list, by index, or of an object. */
const membersOf = (value: unknown): Record<string, unknown> | undefined =>
  Array.isArray(value) ? {...(value as unknown[])} : isRecord(value) ? value : undefined

/** The innermost values that differ. */
function differences(before: unknown, after: unknown, path: string[]): Difference[] {
  if (canonical(before) === canonical(after)) return []
  const [old, next] = [membersOf(before), membersOf(after)]
  if (old === undefined || next === undefined || Array.isArray(before) !== Array.isArray(after))
    return [{path, before, after}]
  const keys = new Set([...Object.keys(old), ...Object.keys(next)])
  return [...keys].flatMap((key) => differences(own(old, key), own(next, key), [...path, key]))
}

function shown({path, before, after}: Difference, secrets: readonly string[]): Partial<ChangeDetail['Target']> {
  const text = (value: unknown): string | undefined =>
    value === undefined ? undefined : hidden(typeof value === 'string' ? value : canonical(value), secrets)
  return {
    Path: path.join('/'),
    BeforeValue: text(before),
    AfterValue: text(after),
    AttributeChangeType: before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
  }
}
