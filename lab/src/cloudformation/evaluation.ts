/** A template with parameter values: its active resources, their graph, and the scope in which values resolve. */

import {own} from '../own.js'
import {checkRules, conditionsOf} from './conditions.js'
import {graphOf, namesIn, type Graph} from './graph.js'
import {checkAttributes, checkConditions, checkMappings} from './references.js'
import {resolve, type ResolvedResource, type Scope} from './intrinsics.js'
import {valuesOf, type StackParameters} from './parameters.js'
import type {TagProperty} from './provider.js'
import type {StackOutput} from './stack.js'
import {isRecord, validationError, type Template, type TemplateResource} from './template.js'
import {withStackTags, type Tag} from './tags.js'

export interface Surroundings {
  region: string
  stackName: string
  stackId: string
  /** The stack's own, which its resources get too. */
  tags: readonly Tag[]
  /** Where resources of a type keep tags. */
  tagProperty(type: string): TagProperty | undefined
  resource(logicalId: string): ResolvedResource | undefined
  imported(name: string): string
}

/** Stands in a change set for what only the execution will tell, as AWS writes it. */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}'

export class Evaluation {
  readonly scope: Scope
  readonly graph: Graph
  /** Resources whose condition holds. */
  readonly resources: Record<string, TemplateResource>

  /** Throws `ValidationError` for a broken rule, an unresolved reference or a cycle. */
  constructor(
    readonly template: Template,
    readonly parameters: StackParameters,
    private readonly surroundings: Surroundings,
  ) {
    const scope = {...surroundings, parameters: valuesOf(parameters), mappings: template.Mappings ?? {}}
    const condition = conditionsOf(template, scope)
    this.scope = {...scope, condition}
    checkConditions(template, this.scope)
    checkRules(template, this.scope)
    const active = Object.entries(template.Resources).filter(
      ([, {Condition}]) => Condition === undefined || condition(Condition),
    )
    this.resources = Object.fromEntries(active)
    const parameterNames = new Set(Object.keys(template.Parameters ?? {}))
    this.graph = graphOf(this.resources, parameterNames, condition, new Set(Object.keys(template.Resources)))
    this.checkOutputs(parameterNames)
    const used = [Object.values(this.resources).map(({Properties}) => Properties), this.activeOutputs()]
    checkAttributes(used, this.resources, this.scope)
    checkMappings(used, this.scope)
  }

  private activeOutputs(): [string, NonNullable<Template['Outputs']>[string]][] {
    return Object.entries(this.template.Outputs ?? {}).filter(
      ([, {Condition}]) => Condition === undefined || this.scope.condition(Condition),
    )
  }

  private checkOutputs(parameterNames: ReadonlySet<string>): void {
    const names = this.activeOutputs().flatMap(([, output]) => [...namesIn(output, this.scope.condition)])
    const unresolved = names.filter(
      (name) => !Object.hasOwn(this.resources, name) && !parameterNames.has(name) && !name.startsWith('AWS::'),
    )
    if (unresolved.length > 0)
      throw validationError(
        `Template format error: Unresolved resource dependencies [${[...new Set(unresolved)].join(', ')}] in the Outputs block of the template`,
      )
  }

  /** A resource's properties with all intrinsics resolved and the stack's tags, dynamic references left as written. */
  properties(logicalId: string): Record<string, unknown> {
    const properties = resolve(own(this.resources, logicalId)?.Properties ?? {}, this.scope)
    if (!isRecord(properties)) throw validationError(`[/Resources/${logicalId}/Properties] must be an object`)
    return this.tagged(logicalId, properties)
  }

  /** The properties as far as they can be told before the resources in `unknown` are made. */
  foreseen(logicalId: string, unknown: ReadonlySet<string>): Record<string, unknown> {
    const resource = (name: string): ResolvedResource | undefined =>
      unknown.has(name) ? {physicalId: KNOWN_AFTER_APPLY, attributes: KNOWN_AFTER_APPLY} : this.scope.resource(name)
    const scope = {...this.scope, resource}
    const foresee = (value: unknown): unknown => {
      try {
        return resolve(value, scope)
      } catch {
        // A function of what is not known yet, such as the part of a text that is yet to come.
        return KNOWN_AFTER_APPLY
      }
    }
    const properties = Object.entries(own(this.resources, logicalId)?.Properties ?? {}).map(
      ([name, value]) => [name, foresee(value)] as const,
    )
    return this.tagged(logicalId, Object.fromEntries(properties.filter(([, value]) => value !== undefined)))
  }

  private tagged(logicalId: string, properties: Record<string, unknown>): Record<string, unknown> {
    const {tags, tagProperty} = this.surroundings
    return withStackTags(tagProperty(own(this.resources, logicalId)?.Type ?? ''), properties, tags)
  }

  /** A whole-resource policy, which may itself be an intrinsic. */
  policy(logicalId: string, name: 'DeletionPolicy' | 'UpdateReplacePolicy'): string | undefined {
    const policy = own(this.resources, logicalId)?.[name]
    return policy === undefined ? undefined : String(resolve(policy, this.scope))
  }

  /** The outputs, once the resources are there. Throws `ValidationError` for a value that is not a string. */
  outputs(): StackOutput[] {
    return this.activeOutputs().map(([key, output]) => {
      const value = resolve(output.Value, this.scope)
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
        throw validationError(`Template format error: Output ${key} is malformed. The Value field must be a string`)
      const exportName = output.Export && String(resolve(output.Export.Name, this.scope))
      return {key, value: String(value), description: output.Description, exportName}
    })
  }
}
