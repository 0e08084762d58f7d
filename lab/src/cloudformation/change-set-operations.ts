/** The operations that make, run and drop change sets. */

import {fault, type Operation} from '../kernel.js'
import {changesBetween, NO_CHANGES, type ChangeSet} from './change-sets.js'
import type {Lifecycle} from './lifecycle.js'
import {newChangeSetId} from './names.js'
import {applyOptions, checkPaused, checkTypesStay, checkUpdatable, type Requests, type StackInput} from './requests.js'
import type {Stack} from './stack.js'
import type {StackStore} from './store.js'
import {validationError} from './template.js'

interface ChangeSetInput extends StackInput {
  ChangeSetName?: string
  ChangeSetType?: 'CREATE' | 'UPDATE' | 'IMPORT'
  Description?: string
  OnStackFailure?: Stack['onFailure']
}

interface ExecuteInput {
  ChangeSetName: string
  StackName?: string
  ClientRequestToken?: string
  DisableRollback?: boolean
  RetainExceptOnCreate?: boolean
}

export function changeSetOperations(
  store: StackStore,
  lifecycle: Lifecycle,
  requests: Requests,
  newStack: (name: string, region: string) => Stack,
): Record<string, Operation> {
  /** The stack that a change set is for; a new one for the type CREATE. */
  function stackFor({StackName = '', ChangeSetName, ChangeSetType = 'UPDATE'}: ChangeSetInput, region: string): Stack {
    const found = store.find(StackName, region)
    if (ChangeSetType === 'IMPORT') throw validationError('The lab does not support change sets of the type IMPORT')
    if (ChangeSetType === 'CREATE') {
      if (found && found.status !== 'REVIEW_IN_PROGRESS')
        throw validationError(
          `Stack [${StackName}] already exists and cannot be created again with the changeSet [${ChangeSetName}]`,
        )
      return found ?? newStack(StackName, region)
    }
    if (!found) throw validationError(`Stack [${StackName}] does not exist`)
    checkUpdatable(found)
    return found
  }

  /** A stack that is only reviewed has no template yet: everything in it is a change. */
  async function create(input: ChangeSetInput, region: string): Promise<object> {
    const stack = stackFor(input, region)
    const name = input.ChangeSetName ?? ''
    if (store.findChangeSet(name, stack.name, region))
      throw fault('AlreadyExistsException', `ChangeSet ${name} already exists for stack ${stack.name}`)
    const target = await requests.prepare(stack, input)
    checkTypesStay(stack, target)
    if (!store.has(stack.id, region)) {
      store.add(stack)
      stack.become('REVIEW_IN_PROGRESS', 'User Initiated')
    }
    const isChange = stack.template === undefined || requests.differs(stack, target)
    const changeSet: ChangeSet = {
      id: newChangeSetId(region, name),
      name,
      stack,
      description: input.Description,
      created: new Date(),
      status: isChange ? 'CREATE_COMPLETE' : 'FAILED',
      reason: isChange ? undefined : NO_CHANGES,
      executionStatus: isChange ? 'AVAILABLE' : 'UNAVAILABLE',
      target,
      capabilities: input.Capabilities ?? [],
      roleArn: input.RoleARN,
      onFailure: input.OnStackFailure,
      changes: isChange ? changesBetween(stack, target, requests.providerOf) : [],
    }
    store.addChangeSet(changeSet)
    return {Id: changeSet.id, StackId: stack.id}
  }

  /** Runs a change set and takes it, with all others of the stack, away. */
  function execute(
    {ChangeSetName, StackName, ClientRequestToken, DisableRollback, RetainExceptOnCreate}: ExecuteInput,
    region: string,
  ): object {
    const changeSet = store.getChangeSet(ChangeSetName, StackName, region)
    const {stack, target, capabilities, roleArn} = changeSet
    if (changeSet.executionStatus !== 'AVAILABLE')
      throw fault(
        'InvalidChangeSetStatus',
        `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
      )
    const creates = stack.status === 'REVIEW_IN_PROGRESS'
    if (!creates) {
      checkUpdatable(stack)
      checkPaused(stack, {DisableRollback})
    }
    applyOptions(stack, {
      Capabilities: capabilities,
      RoleARN: roleArn,
      ClientRequestToken,
      DisableRollback,
      RetainExceptOnCreate,
    })
    stack.changeSetId = changeSet.id
    stack.onFailure = changeSet.onFailure ?? 'ROLLBACK'
    for (const other of store.changeSetsOf(stack)) store.removeChangeSet(other)
    if (creates) lifecycle.startCreate(stack, target)
    else lifecycle.startUpdate(stack, target)
    return {}
  }

  return {
    CreateChangeSet: (input: ChangeSetInput, {region}) => create(input, region),
    ExecuteChangeSet: (input: ExecuteInput, {region}) => execute(input, region),
    DeleteChangeSet({ChangeSetName, StackName}, {region}) {
      const changeSet = store.findChangeSet(ChangeSetName, StackName, region)
      if (changeSet) store.removeChangeSet(changeSet)
      return {}
    },
  }
}
