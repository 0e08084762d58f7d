/** What a template's names must lead to, told before anything is made. */

import {own} from '../own.js'
import {referencesIn} from './graph.js'
import {intrinsicOf, resolve, type Scope} from './intrinsics.js'
import {schemaOf} from './schema-check.js'
import {isRecord, validationError, type Template, type TemplateResource} from './template.js'

/** Throws `ValidationError` for a condition that names a resource, or one that nobody defines, used or not. */
export function checkConditions(template: Template, scope: Scope): void {
  const parameters = template.Parameters ?? {}
  for (const [name, expression] of Object.entries(template.Conditions ?? {})) {
    const foreign = referencesIn(expression, () => true).filter(
      (one) => one.attribute !== undefined || (!Object.hasOwn(parameters, one.name) && !one.name.startsWith('AWS::')),
    )
    if (foreign.length > 0)
      throw validationError(
        `Template format error: Unresolved dependencies [${foreign.map((one) => one.name).join(', ')}]. Cannot reference resources in the Conditions block of the template`,
      )
    scope.condition(name)
  }

  for (const [block, entries] of [
    ['Resources', template.Resources],
    ['Outputs', template.Outputs ?? {}],
  ] as const)
    for (const entry of Object.values<object>(entries))
      for (const name of conditionsIn(entry))
        if (!own(template.Conditions, name))
          throw validationError(
            `Template format error: Unresolved condition dependency ${name} in the ${block} block of the template`,
          )
}

/** The conditions that a resource or an output names itself, and by Fn::If. */
function conditionsIn(entry: object): string[] {
  const {Condition} = entry as {Condition?: unknown}
  const found = typeof Condition === 'string' ? [Condition] : []
  visit(entry, (name, argument) => {
    if (name === 'Fn::If' && Array.isArray(argument)) found.push(String(argument[0]))
  })
  return found
}

/** Calls back for each function in a value. */
function visit(value: unknown, see: (name: string, argument: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return
  const intrinsic = intrinsicOf(value)
  if (intrinsic) see(intrinsic.name, intrinsic.argument)
  for (const member of Object.values(value)) visit(member, see)
}

/** Throws `ValidationError` for an attribute that a type does not have. Those of custom resources are known only to their functions. */
export function checkAttributes(value: unknown, resources: Record<string, TemplateResource>, scope: Scope): void {
  for (const {name, attribute} of referencesIn(value, scope.condition)) {
    const schema = schemaOf(own(resources, name)?.Type ?? '')
    if (attribute === undefined || attribute === '*' || !schema || schema.attributes.includes(attribute)) continue
    throw validationError(`Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`)
  }
}

/** Throws `ValidationError` for a mapping that is not there. `value`: a resource's properties or an output, within the branches that are chosen. */
export function checkMappings(value: unknown, scope: Scope): void {
  if (Array.isArray(value)) {
    for (const item of value) checkMappings(item, scope)
    return
  }

  if (!isRecord(value)) return
  const {name, argument} = intrinsicOf(value) ?? {}
  if (name === 'Fn::If' && Array.isArray(argument)) {
    checkMappings(argument[scope.condition(String(argument[0])) ? 1 : 2], scope)
    return
  }

  if (name === 'Fn::FindInMap' && referencesIn(argument, scope.condition).every((one) => isKnown(one.name, scope)))
    resolve(value, scope)
  for (const member of Object.values(value)) checkMappings(member, scope)
}

const isKnown = (name: string, {parameters}: Scope): boolean =>
  name.startsWith('AWS::') || Object.hasOwn(parameters, name)
