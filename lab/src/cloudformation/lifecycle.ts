/** A stack's way through its statuses: create, update, delete, each with its rollback. */

import type {Lab} from '../kernel.js'
import {reasonOf, StackEngine} from './engine.js'
import type {ProviderOf} from './provider.js'
import {Evaluation} from './evaluation.js'
import {Exports} from './exports.js'
import type {StackParameters} from './parameters.js'
import type {Stack, StackResource} from './stack.js'
import type {Template} from './template.js'
import type {Tag} from './tags.js'

/** A template and its parameter values, checked and ready to run. */
export interface Target {
  template: Template
  templateBody: string
  parameters: StackParameters
  /** The stack's own. */
  tags: Tag[]
  evaluation: Evaluation
  /** Names of the exports that the template reads, as far as it has been resolved. */
  imports: Set<string>
}

const failureOf = (what: string, ids: readonly string[]): string =>
  `The following resource(s) failed to ${what}: [${ids.join(', ')}]. `

/** The resources that a stack still has. */
const present = (stack: Stack): StackResource[] =>
  [...stack.resources.values()].filter(({status}) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED')

export class Lifecycle {
  readonly exports = new Exports()
  private readonly engine: StackEngine

  constructor(
    private readonly lab: Lab,
    private readonly providerOf: ProviderOf,
    private readonly stacks: () => Iterable<Stack>,
  ) {
    this.engine = new StackEngine(lab, providerOf)
  }

  /** Checks a template against parameter values for a stack. Throws `ValidationError`. */
  target(stack: Stack, template: Template, templateBody: string, parameters: StackParameters, tags: Tag[]): Target {
    const imports = new Set<string>()
    const evaluation = new Evaluation(template, parameters, {
      region: stack.region,
      stackName: stack.name,
      stackId: stack.id,
      tags,
      tagProperty: (type) => this.providerOf(type)?.tags,
      imported: (name) => {
        const value = this.exports.read(name, stack.region)
        imports.add(name)
        return value
      },
      resource(logicalId) {
        const found = stack.resources.get(logicalId)
        return found?.physicalId === undefined
          ? undefined
          : {physicalId: found.physicalId, attributes: found.attributes}
      },
    })
    return {template, templateBody, parameters, tags, evaluation, imports}
  }

  /** Starts an operation in the background; `stack.operation` settles with it and never rejects. */
  private run(stack: Stack, failedStatus: string, work: () => Promise<void>): void {
    stack.operation = work().catch((error: unknown) => {
      this.lab.log(
        'cloudformation',
        `${stack.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
      stack.become(failedStatus, `Internal failure: ${reasonOf(error)}`)
    })
  }

  private adopt(stack: Stack, target: Target): void {
    stack.template = target.template
    stack.templateBody = target.templateBody
    stack.parameters = target.parameters
    stack.tags = target.tags
    stack.imports = target.imports
    stack.description = target.template.Description
  }

  /** Resolves and publishes the outputs. Returns the reason of a failure. */
  private publish(stack: Stack, evaluation: Evaluation): string | undefined {
    try {
      const outputs = evaluation.outputs()
      this.exports.publish(stack, outputs, this.stacks())
      stack.outputs = outputs
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }

  startCreate(stack: Stack, target: Target): void {
    this.adopt(stack, target)
    stack.become('CREATE_IN_PROGRESS', 'User Initiated')
    this.run(stack, 'CREATE_FAILED', () => this.create(stack, target.evaluation))
  }

  private async create(stack: Stack, evaluation: Evaluation): Promise<void> {
    const stays = stack.disableRollback || stack.onFailure === 'DO_NOTHING'
    const failed = await this.engine.createAll(stack, evaluation, !stays)
    const reason = failed.length > 0 ? failureOf('create', failed) : this.publish(stack, evaluation)
    if (reason === undefined) {
      stack.isStable = true
      stack.become('CREATE_COMPLETE')
      return
    }
    if (stays) {
      stack.become('CREATE_FAILED', reason)
      return
    }
    await this.rollbackCreate(stack, reason)
  }

  private async rollbackCreate(stack: Stack, reason: string): Promise<void> {
    const deletes = stack.onFailure === 'DELETE'
    const verb = deletes ? 'DELETE' : 'ROLLBACK'
    stack.become(`${verb}_IN_PROGRESS`, `${reason}${deletes ? 'Delete' : 'Rollback'} requested by user.`)
    stack.imports.clear()
    const {retainExceptOnCreate} = stack
    const left = await this.engine.deleteAll(stack, present(stack), {creating: true, retainExceptOnCreate})
    if (left.length > 0) stack.become(`${verb}_FAILED`, failureOf('delete', left))
    else if (deletes) this.bury(stack)
    else stack.become('ROLLBACK_COMPLETE')
  }

  /** With `force` a stack goes although some of its resources do not: they are left behind. */
  startDelete(stack: Stack, retain: readonly string[], force: boolean): void {
    this.exports.checkUnused(stack, this.stacks())
    stack.become('DELETE_IN_PROGRESS', 'User Initiated')
    this.run(stack, 'DELETE_FAILED', () => this.delete(stack, retain, force))
  }

  private async delete(stack: Stack, retain: readonly string[], force: boolean): Promise<void> {
    const left = await this.engine.deleteAll(stack, present(stack), {retain})
    left.push(...(await this.deleteUnfinished(stack)))
    if (left.length > 0 && !force) {
      stack.become('DELETE_FAILED', failureOf('delete', left))
      return
    }
    const resources = present(stack).filter(({logicalId}) => left.includes(logicalId))
    for (const resource of resources) stack.mark(resource, 'DELETE_SKIPPED')
    this.bury(stack)
  }

  /** Of an update that was neither ended nor taken back: the other ones of the resources that it replaced. */
  private async deleteUnfinished(stack: Stack): Promise<string[]> {
    const {replaced = [], added = []} = stack.unfinished ?? {}
    const others = [replaced, added].map((some) =>
      some.filter(
        (resource) => stack.resources.get(resource.logicalId) !== resource && resource.status !== 'DELETE_COMPLETE',
      ),
    )
    return [...(await this.deleteReplaced(stack, others[0]!)), ...(await this.engine.deleteAll(stack, others[1]!))]
  }

  private bury(stack: Stack): void {
    this.exports.withdraw(stack)
    stack.imports.clear()
    stack.outputs = []
    stack.deleted = new Date()
    stack.become('DELETE_COMPLETE')
  }

  startUpdate(stack: Stack, target: Target): void {
    stack.updated = new Date()
    stack.become('UPDATE_IN_PROGRESS', 'User Initiated')
    this.run(stack, 'UPDATE_FAILED', () => this.update(stack, target))
  }

  private async update(stack: Stack, target: Target): Promise<void> {
    stack.unfinished ??= {undo: [], replaced: [], added: []}
    const {unfinished: run} = stack
    const failed = await this.engine.updateAll(stack, target.evaluation, run)
    const reason = failed.length > 0 ? failureOf('update', failed) : this.publish(stack, target.evaluation)
    if (reason !== undefined) {
      if (stack.disableRollback) stack.become('UPDATE_FAILED', reason)
      else await this.rollbackUpdate(stack, reason)
      return
    }
    this.adopt(stack, target)
    stack.unfinished = undefined
    stack.isStable = true
    stack.become('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    const removed = [...stack.resources.values()].filter(
      ({logicalId}) => !Object.hasOwn(target.evaluation.resources, logicalId),
    )
    const left = await this.engine.deleteAll(stack, removed)
    for (const {logicalId} of removed) stack.resources.delete(logicalId)
    left.push(...(await this.deleteReplaced(stack, run.replaced)))
    stack.become(
      'UPDATE_COMPLETE',
      left.length > 0 ? `Update successful. One or more resources could not be deleted.` : undefined,
    )
  }

  private deleteReplaced(stack: Stack, replaced: StackResource[]): Promise<string[]> {
    const policed = replaced.map((resource) => ({...resource, deletionPolicy: resource.updateReplacePolicy}))
    return this.engine.deleteAll(stack, policed)
  }

  /** Takes a stack that was left as it failed back to where it was stable: to its last update, or to nothing. */
  startRollback(stack: Stack): void {
    const failed = stack.isStable ? 'UPDATE_ROLLBACK_FAILED' : 'ROLLBACK_FAILED'
    this.run(stack, failed, () =>
      stack.isStable ? this.rollbackUpdate(stack, 'User Initiated') : this.rollbackCreate(stack, ''),
    )
  }

  /** Tries again what a rollback could not take back, but for the resources in `skip`. */
  startContinuing(stack: Stack, skip: readonly string[]): void {
    this.run(stack, 'UPDATE_ROLLBACK_FAILED', () => this.rollbackUpdate(stack, 'User Initiated', skip))
  }

  private async rollbackUpdate(stack: Stack, reason: string, skip: readonly string[] = []): Promise<void> {
    stack.become('UPDATE_ROLLBACK_IN_PROGRESS', reason)
    const run = stack.unfinished ?? {undo: [], replaced: [], added: []}
    const failed = await this.engine.undoAll(stack, run, skip)
    if (failed.length > 0) {
      stack.become('UPDATE_ROLLBACK_FAILED', failureOf('update', failed))
      return
    }
    stack.unfinished = undefined
    stack.become('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')
    const {retainExceptOnCreate} = stack
    await this.engine.deleteAll(stack, run.added, {creating: true, retainExceptOnCreate})
    stack.become('UPDATE_ROLLBACK_COMPLETE')
  }
}
