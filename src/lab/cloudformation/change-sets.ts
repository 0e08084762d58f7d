/** Change sets: what an update would do, kept until it is executed or deleted. */

import {changedProperties, changeKind, type ResourceProvider} from '../resources/provider.js'
import type {ProviderOf} from './engine.js'
import type {Target} from './lifecycle.js'
import type {Stack, Tag} from './stack.js'

export interface ResourceChange {
  Type: 'Resource'
  ResourceChange: {
    Action: 'Add' | 'Modify' | 'Remove'
    LogicalResourceId: string
    PhysicalResourceId?: string
    ResourceType: string
    Replacement?: 'True' | 'False' | 'Conditional'
    Scope?: string[]
    Details?: object[]
  }
}

export interface ChangeSet {
  id: string
  name: string
  stack: Stack
  description: string | undefined
  created: Date
  status: 'CREATE_COMPLETE' | 'FAILED'
  reason: string | undefined
  executionStatus: 'AVAILABLE' | 'UNAVAILABLE'
  target: Target
  tags: Tag[]
  capabilities: string[]
  roleArn: string | undefined
  onFailure: Stack['onFailure'] | undefined
  changes: ResourceChange[]
}

export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set."

/** The changes from a stack's resources to a target, in the template's order. */
export function changesBetween(stack: Stack, target: Target, providerOf: ProviderOf): ResourceChange[] {
  const {evaluation} = target
  const replaced = new Set<string>()
  const changes: ResourceChange[] = []
  for (const [logicalId, {Type}] of Object.entries(evaluation.resources)) {
    const current = stack.resources.get(logicalId)
    const common = {LogicalResourceId: logicalId, ResourceType: Type}
    if (current === undefined || current.status === 'CREATE_FAILED') {
      changes.push({Type: 'Resource', ResourceChange: {Action: 'Add', ...common}})
      continue
    }
    const provider = providerOf(Type)
    const modification = provider && modificationOf(stack, target, logicalId, provider, replaced)
    if (!modification) continue
    if (modification.Replacement !== 'False') replaced.add(logicalId)
    const PhysicalResourceId = current.physicalId
    changes.push({Type: 'Resource', ResourceChange: {Action: 'Modify', ...common, PhysicalResourceId, ...modification}})
  }
  for (const {logicalId, type, physicalId} of stack.resources.values())
    if (!Object.hasOwn(evaluation.resources, logicalId))
      changes.push({
        Type: 'Resource',
        ResourceChange: {
          Action: 'Remove',
          LogicalResourceId: logicalId,
          PhysicalResourceId: physicalId,
          ResourceType: type,
        },
      })
  return changes
}

function modificationOf(
  stack: Stack,
  {evaluation}: Target,
  logicalId: string,
  provider: ResourceProvider,
  replaced: ReadonlySet<string>,
): {Replacement: 'True' | 'False' | 'Conditional'; Scope: string[]; Details: object[]} | undefined {
  const current = stack.resources.get(logicalId)!
  const after = propertiesOrUndefined(evaluation, logicalId)
  const kind = after === undefined ? 'update' : changeKind(provider, current.properties, after)
  const followsReplacement = [...(evaluation.graph.get(logicalId) ?? [])].some((id) => replaced.has(id))
  if (kind === 'none' && !followsReplacement) return undefined
  const names = after === undefined ? [] : changedProperties(current.properties, after)
  const Replacement = kind === 'replace' ? 'True' : followsReplacement || after === undefined ? 'Conditional' : 'False'
  const Details = names.map((Name) => ({
    Target: {Attribute: 'Properties', Name, RequiresRecreation: kind === 'replace' ? 'Always' : 'Never'},
    Evaluation: 'Static',
    ChangeSource: 'DirectModification',
  }))
  return {Replacement, Scope: ['Properties'], Details}
}

/** Properties that hang on a resource that is yet to be made have no value before the change set is executed. */
function propertiesOrUndefined(
  evaluation: Target['evaluation'],
  logicalId: string,
): Record<string, unknown> | undefined {
  try {
    return evaluation.properties(logicalId)
  } catch {
    return undefined
  }
}
