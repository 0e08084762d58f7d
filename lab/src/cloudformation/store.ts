/** All stacks and change sets of a lab, found as the API finds them: a deleted stack by its id only. */

import {fault} from '../kernel.js'
import type {ChangeSet} from './change-sets.js'
import type {Stack} from './stack.js'
import {validationError} from './template.js'

/** A deleted stack has left its name. */
const isCalled = (stack: Stack, nameOrId: string | undefined): boolean =>
  stack.id === nameOrId || (stack.name === nameOrId && !stack.isDeleted)

export class StackStore {
  private readonly stacks: Stack[] = []
  private readonly changeSets = new Map<string, ChangeSet>()

  all(): Iterable<Stack> {
    return this.stacks
  }

  inRegion(region: string): Stack[] {
    return this.stacks.filter((stack) => stack.region === region)
  }

  add(stack: Stack): void {
    this.stacks.push(stack)
  }

  find(nameOrId: string | undefined, region: string): Stack | undefined {
    return this.inRegion(region).find((stack) => isCalled(stack, nameOrId))
  }

  has(nameOrId: string, region: string): boolean {
    return this.inRegion(region).some((stack) => isCalled(stack, nameOrId))
  }

  /** Throws `ValidationError` where there is no such stack. */
  get(nameOrId: string | undefined, region: string, message = `Stack with id ${nameOrId} does not exist`): Stack {
    const stack = this.find(nameOrId, region)
    if (!stack) throw validationError(message)
    return stack
  }

  addChangeSet(changeSet: ChangeSet): void {
    this.changeSets.set(changeSet.id, changeSet)
  }

  changeSetsOf(stack: Stack): ChangeSet[] {
    return [...this.changeSets.values()].filter((changeSet) => changeSet.stack === stack)
  }

  removeChangeSet(changeSet: ChangeSet): void {
    this.changeSets.delete(changeSet.id)
  }

  findChangeSet(nameOrId: string, stackName: string | undefined, region: string): ChangeSet | undefined {
    const byId = this.changeSets.get(nameOrId)
    if (byId) return byId
    const stack = this.find(stackName, region)
    return stack && this.changeSetsOf(stack).find(({name}) => name === nameOrId)
  }

  /** Throws `ChangeSetNotFound`. */
  getChangeSet(nameOrId: string, stackName: string | undefined, region: string): ChangeSet {
    const changeSet = this.findChangeSet(nameOrId, stackName, region)
    if (!changeSet) throw fault('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404)
    return changeSet
  }
}
