/** What a request asks of a stack: read, checked, and compared with what the stack is. */

import type {Lab} from '../kernel.js'
import {own} from '../own.js'
import {canonical} from './provider.js'
import {checkCapabilities} from './capabilities.js'
import {changesBetween} from './change-sets.js'
import type {ProviderOf} from './provider.js'
import type {Lifecycle, Target} from './lifecycle.js'
import {resolveParameters, type GivenParameter} from './parameters.js'
import type {Stack} from './stack.js'
import {templateText, type TemplateSource} from './template-source.js'
import {readTemplate, validationError, type Template} from './template.js'
import type {Tag} from './tags.js'

export interface StackInput extends TemplateSource {
  StackName?: string
  Parameters?: GivenParameter[]
  Tags?: Tag[]
  Capabilities?: string[]
  RoleARN?: string
  DisableRollback?: boolean
  RetainExceptOnCreate?: boolean
  OnFailure?: Stack['onFailure']
  EnableTerminationProtection?: boolean
  ClientRequestToken?: string
}

/** Statuses from which a stack can be updated. */
const UPDATABLE = new Set([
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_COMPLETE',
])

/** Throws `ValidationError` for a name that AWS refuses. */
export function checkStackName(name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    )
}

/** Throws `ValidationError` for a stack that is busy, rolled back or in review. */
export function checkUpdatable(stack: Stack): void {
  if (!UPDATABLE.has(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`)
}

/** Throws `ValidationError` where a failure was left as it is, and the request would end that by a rollback. */
export function checkPaused(stack: Stack, {DisableRollback = false}: StackInput): void {
  if (!DisableRollback && (stack.status === 'CREATE_FAILED' || stack.status === 'UPDATE_FAILED'))
    throw validationError(
      `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
    )
}

/** Throws `ValidationError` where a logical id would change its type. */
export function checkTypesStay(stack: Stack, {evaluation}: Target): void {
  for (const {logicalId, type} of stack.resources.values()) {
    const next = own(evaluation.resources, logicalId)?.Type
    if (next !== undefined && next !== type)
      throw validationError(
        `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${logicalId}]`,
      )
  }
}

/** Takes over what a request says of the stack itself. */
export function applyOptions(stack: Stack, input: StackInput): void {
  stack.capabilities = input.Capabilities ?? []
  stack.roleArn = input.RoleARN
  stack.disableRollback = input.DisableRollback ?? false
  stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false
  stack.clientRequestToken = input.ClientRequestToken
}

export class Requests {
  constructor(
    private readonly lab: Lab,
    private readonly lifecycle: Lifecycle,
    readonly providerOf: ProviderOf,
  ) {}

  /** Reads and checks everything that a request brings for a stack. Throws `ValidationError`. */
  async prepare(stack: Stack, input: StackInput): Promise<Target> {
    const templateBody = await templateText(input, this.lab, stack.region, stack)
    const template = readTemplate(templateBody)
    const parameters = await resolveParameters(
      template,
      input.Parameters ?? [],
      stack.parameters,
      this.lab,
      stack.region,
    )
    const tags = input.Tags ?? stack.tags
    const target = this.lifecycle.target(stack, template, templateBody, parameters, tags)
    this.checkTypes(target)
    checkCapabilities(target.evaluation.resources, input.Capabilities ?? [])
    return target
  }

  private checkTypes({evaluation}: Target): void {
    const types = new Set(Object.values(evaluation.resources).map(({Type}) => Type))
    const unknown = [...types].filter((type) => this.providerOf(type) === undefined)
    if (unknown.length > 0)
      throw validationError(
        `Template format error: Unrecognized resource types: [${unknown.join(', ')}]. The lab does not support them; docs/lab-resources.md lists what it does.`,
      )
    for (const {Type, DeletionPolicy, UpdateReplacePolicy} of Object.values(evaluation.resources))
      if ([DeletionPolicy, UpdateReplacePolicy].includes('Snapshot') && !this.providerOf(Type)?.deletionPolicy)
        throw validationError(`Template error: resource type ${Type} does not support deletion policy Snapshot`)
  }

  /** Whether a target differs from what the stack is. */
  differs(stack: Stack, target: Target): boolean {
    const essence = (template: Template | undefined) => canonical([template?.Resources, template?.Outputs])
    return (
      changesBetween(stack, target, this.providerOf).length > 0 ||
      essence(stack.template) !== essence(target.template) ||
      canonical(stack.parameters) !== canonical(target.parameters) ||
      canonical(stack.tags) !== canonical(target.tags)
    )
  }
}
