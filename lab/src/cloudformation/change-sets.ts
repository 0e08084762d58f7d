/** Change sets: what an update would do, kept until it is executed or deleted. */

import {afterContext, beforeContext, hidden, secretsOf} from './change-contexts.js'
import {changedParameters, detailsOf, type ChangeDetail, type Cause} from './change-details.js'
import type {ProviderOf} from './provider.js'
import type {Target} from './lifecycle.js'
import type {Stack, StackResource} from './stack.js'

type Replacement = 'True' | 'False' | 'Conditional'

export interface ResourceChange {
  Type: 'Resource'
  ResourceChange: {
    Action: 'Add' | 'Modify' | 'Remove'
    LogicalResourceId: string
    PhysicalResourceId?: string
    ResourceType: string
    /** What becomes of the old thing, where it goes. */
    PolicyAction?: string
    Replacement?: Replacement
    Scope?: string[]
    Details?: ChangeDetail[]
    /** JSON texts, told to who asks for property values only. */
    BeforeContext?: string
    AfterContext?: string
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
  capabilities: string[]
  roleArn: string | undefined
  onFailure: Stack['onFailure'] | undefined
  changes: ResourceChange[]
}

export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set."

type Change = ResourceChange['ResourceChange']

/** The changes from a stack's resources to a target, in the template's order. */
export const changesBetween = (stack: Stack, target: Target, providerOf: ProviderOf): ResourceChange[] =>
  new Comparison(stack, target, providerOf).changes()

class Comparison {
  private readonly known = new Map<string, Change | undefined>()
  private readonly secrets: string[]
  private readonly parameters: ReadonlySet<string>

  constructor(
    private readonly stack: Stack,
    private readonly target: Target,
    private readonly providerOf: ProviderOf,
  ) {
    this.secrets = secretsOf(stack.parameters, target.parameters)
    this.parameters = changedParameters(stack.parameters, target.parameters)
  }

  changes(): ResourceChange[] {
    const {resources} = this.target.evaluation
    const kept = Object.keys(resources).flatMap((logicalId) => this.changeOf(logicalId) ?? [])
    const removed = [...this.stack.resources.values()].filter(({logicalId}) => !Object.hasOwn(resources, logicalId))
    return [...kept, ...removed.map((resource) => this.removal(resource))].map((change) => ({
      Type: 'Resource',
      ResourceChange: change,
    }))
  }

  /** The change of one resource, after those of what it depends on; undefined where there is none. */
  private changeOf(logicalId: string): Change | undefined {
    if (!this.known.has(logicalId)) {
      for (const dependency of this.target.evaluation.graph.get(logicalId) ?? []) this.changeOf(dependency)
      this.known.set(logicalId, this.compare(logicalId))
    }
    return this.known.get(logicalId)
  }

  private compare(logicalId: string): Change | undefined {
    const {evaluation} = this.target
    const {Type} = evaluation.resources[logicalId]!
    const current = this.stack.resources.get(logicalId)
    const common = {LogicalResourceId: logicalId, ResourceType: Type}
    const after = evaluation.foreseen(logicalId, this.unknown(logicalId))
    const AfterContext = hidden(afterContext(evaluation, logicalId, after), this.secrets)
    if (current === undefined || current.status === 'CREATE_FAILED') return {Action: 'Add', ...common, AfterContext}
    const provider = this.providerOf(Type)
    if (provider === undefined) return undefined
    const Details = detailsOf(
      {
        stack: this.stack,
        target: this.target,
        provider,
        parameters: this.parameters,
        cause: this.cause,
        secrets: this.secrets,
      },
      current,
      after,
    )
    if (Details.length === 0) return undefined
    const Replacement = replacementOf(Details)
    return {
      Action: 'Modify',
      ...common,
      PhysicalResourceId: current.physicalId,
      ...(Replacement === 'True'
        ? {PolicyAction: `ReplaceAnd${policyAction(evaluation.policy(logicalId, 'UpdateReplacePolicy'))}`}
        : {}),
      Replacement,
      Scope: [...new Set(Details.map(({Target: {Attribute}}) => Attribute))],
      Details,
      BeforeContext: hidden(beforeContext(current), this.secrets),
      AfterContext,
    }
  }

  private removal(resource: StackResource): Change {
    const {logicalId, type, physicalId, deletionPolicy, properties} = resource
    const policy = deletionPolicy ?? this.providerOf(type)?.deletionPolicy?.(properties)
    return {
      Action: 'Remove',
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      PolicyAction: policyAction(policy),
      BeforeContext: hidden(beforeContext(resource), this.secrets),
    }
  }

  /** Those of a resource's dependencies that are new, or may become new. */
  private unknown(logicalId: string): ReadonlySet<string> {
    const dependencies = [...(this.target.evaluation.graph.get(logicalId) ?? [])]
    return new Set(dependencies.filter((name) => this.isNew(name)))
  }

  private isNew(name: string): boolean {
    const change = this.known.get(name)
    return change?.Action === 'Add' || (change?.Replacement ?? 'False') !== 'False'
  }

  /** A reference carries a change on where its resource becomes a new one, or for an attribute where it changes at all. */
  private readonly cause: Cause = ({name, attribute}) =>
    attribute === undefined ? this.isNew(name) : this.known.get(name) !== undefined && !this.changesTextOnly(name)

  /** Metadata and policies are the template's business: nothing of the resource itself changes with them. */
  private changesTextOnly(name: string): boolean {
    const {Scope = ['Properties']} = this.known.get(name)!
    return Scope.every((attribute) => attribute !== 'Properties')
  }
}

/** In the words of a change set; `RetainExceptOnCreate` retains what an update takes away. */
const policyAction = (policy = 'Delete'): string => (policy === 'RetainExceptOnCreate' ? 'Retain' : policy)

function replacementOf(details: readonly ChangeDetail[]): Replacement {
  const wants = details.filter(({Target}) => Target.RequiresRecreation !== 'Never')
  if (wants.some(({Target, Evaluation}) => Target.RequiresRecreation === 'Always' && Evaluation === 'Static'))
    return 'True'
  return wants.length > 0 ? 'Conditional' : 'False'
}
