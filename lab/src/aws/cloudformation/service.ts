/** CloudFormation: the API over the stack engine. */

import {
  fault,
  type CallContext,
  type Lab,
  type Operation,
  type Service,
  type TaggedResource,
  type Offers,
} from '../../kernel.js'
import {changeSetOperations} from '../../cloudformation/change-set-operations.js'
import {driftOperations} from '../../cloudformation/drift-detection.js'
import type {ProviderOf} from '../../cloudformation/provider.js'
import {Lifecycle} from '../../cloudformation/lifecycle.js'
import {newStackId} from '../../cloudformation/names.js'
import {queryOperations} from '../../cloudformation/queries.js'
import {
  applyOptions,
  checkPaused,
  checkStackName,
  checkTypesStay,
  checkUpdatable,
  Requests,
  type StackInput,
} from '../../cloudformation/requests.js'
import {Stack} from '../../cloudformation/stack.js'
import {StackStore} from '../../cloudformation/store.js'
import {validationError} from '../../cloudformation/template.js'
import {api} from './api.js'

type Provides = Offers['cloudformation']

interface DeleteInput {
  StackName?: string
  RetainResources?: string[]
  DeletionMode?: 'STANDARD' | 'FORCE_DELETE_STACK'
}

export class CloudFormationService implements Provides, Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly store = new StackStore()
  private readonly lifecycle: Lifecycle
  private readonly requests: Requests

  constructor(lab: Lab, providers: ProviderOf) {
    this.lifecycle = new Lifecycle(lab, providers, () => this.store.all())
    this.requests = new Requests(lab, this.lifecycle, providers)
    this.operations = {
      ...queryOperations(this.store, this.lifecycle.exports, lab),
      ...changeSetOperations(this.store, this.lifecycle, this.requests, newStack),
      ...driftOperations(lab, this.store, providers),
      CreateStack: (input, context) => this.create(input, context),
      UpdateStack: (input, context) => this.update(input, context),
      DeleteStack: (input, context) => this.delete(input, context),
      RollbackStack: (input, context) => this.rollback(input, context),
      ContinueUpdateRollback: (input, context) => this.continueRollback(input, context),
      UpdateTerminationProtection: (input, context) => this.protect(input, context),
    }
  }

  /** The stack once its running operation has ended, well or badly. Throws `ValidationError` where there is none. */
  async settled(nameOrId: string, region: string): Promise<Stack> {
    const stack = this.store.get(nameOrId, region)
    await stack.operation
    return stack
  }

  /** Deleted stacks bear no tags any more. */
  tagged(region: string): TaggedResource[] {
    const here = this.store.inRegion(region).filter((stack) => !stack.isDeleted)
    return here.map(({id, tags}) => ({arn: id, tags}))
  }

  private async create(input: StackInput, {region}: CallContext): Promise<object> {
    const name = input.StackName ?? ''
    if (input.DisableRollback !== undefined && input.OnFailure !== undefined)
      throw validationError('You can specify either DisableRollback or OnFailure, but not both.')
    const refuseTaken = (): void => {
      if (this.store.has(name, region)) throw fault('AlreadyExistsException', `Stack [${name}] already exists`)
    }
    refuseTaken()
    const stack = newStack(name, region)
    const target = await this.requests.prepare(stack, input)
    refuseTaken()
    this.store.add(stack)
    applyOptions(stack, input)
    stack.onFailure = input.OnFailure ?? 'ROLLBACK'
    stack.terminationProtection = input.EnableTerminationProtection ?? false
    this.lifecycle.startCreate(stack, target)
    return {StackId: stack.id}
  }

  private async update(input: StackInput, {region}: CallContext): Promise<object> {
    const stack = this.store.get(input.StackName, region, `Stack [${input.StackName}] does not exist`)
    checkUpdatable(stack)
    checkPaused(stack, input)
    const target = await this.requests.prepare(stack, input)
    checkUpdatable(stack)
    checkTypesStay(stack, target)
    if (!this.requests.differs(stack, target)) throw validationError('No updates are to be performed.')
    applyOptions(stack, input)
    this.lifecycle.startUpdate(stack, target)
    return {StackId: stack.id}
  }

  /** A stack that is busy is deleted once it has settled. As on AWS a creation is cancelled: what waits long in it ends at once. */
  private async delete(
    {StackName, RetainResources = [], DeletionMode}: DeleteInput,
    {region}: CallContext,
  ): Promise<object> {
    const stack = this.store.find(StackName, region)
    if (!stack || stack.isDeleted || stack.status === 'DELETE_IN_PROGRESS') return {}
    if (stack.terminationProtection)
      throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`)
    if (DeletionMode === 'FORCE_DELETE_STACK' && stack.status !== 'DELETE_FAILED')
      throw validationError(
        'Invalid operation on stack. FORCE_DELETE_STACK can only be used for stacks in DELETE_FAILED state',
      )
    if (RetainResources.length > 0 && stack.status !== 'DELETE_FAILED')
      throw validationError(
        'Invalid operation on stack. RetainResources can only be used for stacks in DELETE_FAILED state',
      )
    if (stack.status === 'CREATE_IN_PROGRESS') stack.creation.abort(new Error('Resource creation cancelled'))
    await stack.operation
    if (stack.isBusy || stack.isDeleted) return {}
    for (const changeSet of this.store.changeSetsOf(stack)) this.store.removeChangeSet(changeSet)
    this.lifecycle.startDelete(stack, RetainResources, DeletionMode === 'FORCE_DELETE_STACK')
    return {}
  }

  private rollback(input: StackInput, {region}: CallContext): object {
    const stack = this.store.get(input.StackName, region)
    if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`)
    const {RoleARN = stack.roleArn, ClientRequestToken, RetainExceptOnCreate = false} = input
    Object.assign(stack, {roleArn: RoleARN, clientRequestToken: ClientRequestToken, onFailure: 'ROLLBACK'})
    stack.retainExceptOnCreate = RetainExceptOnCreate
    this.lifecycle.startRollback(stack)
    return {StackId: stack.id}
  }

  private continueRollback(
    {ResourcesToSkip = [], ...input}: StackInput & {ResourcesToSkip?: string[]},
    {region}: CallContext,
  ): object {
    const stack = this.store.get(input.StackName, region)
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
      throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`)
    const unknown = ResourcesToSkip.filter((logicalId) => stack.resources.get(logicalId)?.status !== 'UPDATE_FAILED')
    if (unknown.length > 0)
      throw validationError(
        `Some resources are not in UPDATE_FAILED state and can not be skipped: [${unknown.join(', ')}]`,
      )
    stack.clientRequestToken = input.ClientRequestToken
    this.lifecycle.startContinuing(stack, ResourcesToSkip)
    return {}
  }

  private protect(input: {StackName?: string; EnableTerminationProtection?: boolean}, {region}: CallContext): object {
    const stack = this.store.get(input.StackName, region, `Stack [${input.StackName}] does not exist`)
    stack.terminationProtection = input.EnableTerminationProtection ?? false
    return {StackId: stack.id}
  }
}

function newStack(name: string, region: string): Stack {
  checkStackName(name)
  return new Stack(newStackId(region, name), name, region)
}
