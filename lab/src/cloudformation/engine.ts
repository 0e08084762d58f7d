/** The stack engine: creates, updates and deletes a stack's resources, in dependency order and as parallel as that allows. */

import {ServiceFault, type Lab} from '../kernel.js'
import {
  changeKind,
  type ProviderOf,
  type Properties,
  type Provisioned,
  type ResourceContext,
  type ResourceProvider,
} from './provider.js'
import {resolveDynamicReferences} from './dynamic-references.js'
import type {Evaluation} from './evaluation.js'
import {reversed, walk} from './graph.js'
import {checkProperties} from './schema-check.js'
import type {Stack, StackResource, Undo, UpdateRun} from './stack.js'
import {retag} from './tags.js'

/** A failure in the words of a stack event. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ServiceFault)) return error instanceof Error ? error.message : String(error)
  if (error.code === 'ValidationError') return error.message
  return `Resource handler returned message: "${error.message}" (Status Code: ${error.status}, HandlerErrorCode: ${error.code})`
}

interface Deletion {
  /** They are deleted as new ones, by the rollback of what made them. */
  creating?: boolean
  /** Then also those whose policy is to retain them. */
  retainExceptOnCreate?: boolean
  /** Logical ids that stay. */
  retain?: readonly string[]
}

export class StackEngine {
  constructor(
    private readonly lab: Lab,
    private readonly providerOf: ProviderOf,
  ) {}

  private provider(type: string): ResourceProvider {
    const provider = this.providerOf(type)
    if (provider === undefined) throw new Error(`The lab does not support the resource type ${type}`)
    return provider
  }

  private context(stack: Stack, resource: StackResource): ResourceContext {
    return {
      lab: this.lab,
      region: stack.region,
      stackName: stack.name,
      stackId: stack.id,
      logicalId: resource.logicalId,
      hasServiceRole: stack.roleArn !== undefined,
      cancelled: stack.creation.signal,
      allocated(physicalId) {
        resource.physicalId = physicalId
      },
    }
  }

  private newResource(evaluation: Evaluation, logicalId: string): StackResource {
    return {
      logicalId,
      type: evaluation.resources[logicalId]!.Type,
      properties: {},
      attributes: {},
      status: '',
      timestamp: new Date(),
      deletionPolicy: evaluation.policy(logicalId, 'DeletionPolicy'),
      updateReplacePolicy: evaluation.policy(logicalId, 'UpdateReplacePolicy'),
      dependencies: [...(evaluation.graph.get(logicalId) ?? [])],
    }
  }

  private async provision(stack: Stack, resource: StackResource): Promise<void> {
    const properties = await resolveDynamicReferences(resource.properties, this.lab, stack.region)
    checkProperties(resource.logicalId, resource.type, properties as object)
    const provisioned = await this.provider(resource.type).create(properties as object, this.context(stack, resource))
    this.settle(resource, provisioned)
  }

  private settle(resource: StackResource, {physicalId, attributes}: Provisioned): void {
    resource.physicalId = physicalId
    resource.attributes = attributes ?? resource.attributes
  }

  /**
   * Creates all resources. Returns the logical ids that failed, none on success; what was created stays for the caller to roll
   * back. `cancels`: what runs beside a failure counts as failed too, as it will be rolled back.
   */
  async createAll(stack: Stack, evaluation: Evaluation, cancels: boolean): Promise<string[]> {
    const cancelled = new Set<string>()
    const result = await walk(
      evaluation.graph,
      async (logicalId) => {
        const resource = this.newResource(evaluation, logicalId)
        stack.resources.set(logicalId, resource)
        try {
          resource.properties = evaluation.properties(logicalId)
          stack.mark(resource, 'CREATE_IN_PROGRESS')
          await this.provision(stack, resource)
          if (!cancelled.has(logicalId)) stack.mark(resource, 'CREATE_COMPLETE')
        } catch (error) {
          if (!cancelled.has(logicalId)) stack.mark(resource, 'CREATE_FAILED', reasonOf(error))
          throw error
        }
      },
      {
        onFailure(_, running) {
          for (const logicalId of running.filter((id) => cancels && !cancelled.has(id))) {
            cancelled.add(logicalId)
            const resource = stack.resources.get(logicalId)
            if (resource) stack.mark(resource, 'CREATE_FAILED', 'Resource creation cancelled')
          }
        },
      },
    )
    return [...new Set([...result.failed.keys(), ...cancelled])]
  }

  /**
   * Deletes these resources, dependents first, each by its deletion policy; what does not depend on a failed deletion still goes.
   * Returns the logical ids that failed.
   */
  async deleteAll(stack: Stack, resources: StackResource[], options: Deletion = {}) {
    const byId = new Map(resources.map((resource) => [resource.logicalId, resource]))
    const within = resources.map(
      ({logicalId, dependencies}) => [logicalId, new Set(dependencies.filter((id) => byId.has(id)))] as const,
    )
    const result = await walk(
      reversed(new Map(within)),
      async (logicalId) =>
        this.deleteOne(stack, byId.get(logicalId)!, this.deletionPolicy(byId.get(logicalId)!, options)),
      {keepGoing: true},
    )
    return [...result.failed.keys()]
  }

  private deletionPolicy(resource: StackResource, options: Deletion): string {
    if (options.retain?.includes(resource.logicalId)) return 'Retain'
    if (options.creating && options.retainExceptOnCreate) return 'Delete'
    const policy =
      resource.deletionPolicy ?? this.provider(resource.type).deletionPolicy?.(resource.properties) ?? 'Delete'
    if (policy === 'RetainExceptOnCreate') return options.creating ? 'Delete' : 'Retain'
    return policy === 'Snapshot' && options.creating ? 'Delete' : policy
  }

  private async deleteOne(stack: Stack, resource: StackResource, policy: string): Promise<void> {
    if (policy === 'Retain' && resource.physicalId !== undefined) {
      stack.mark(resource, 'DELETE_SKIPPED')
      return
    }
    stack.mark(resource, 'DELETE_IN_PROGRESS')
    try {
      if (resource.physicalId !== undefined) {
        const options = {snapshot: policy === 'Snapshot'}
        const context = this.context(stack, resource)
        await this.provider(resource.type).delete(resource.physicalId, resource.properties, context, options)
      }
    } catch (error) {
      stack.mark(resource, 'DELETE_FAILED', reasonOf(error))
      throw error
    }
    stack.mark(resource, 'DELETE_COMPLETE')
  }

  /** Adds and changes resources towards `evaluation`; one whose creation failed is made anew. Returns the logical ids that failed; `run` is told how to take everything back. */
  async updateAll(stack: Stack, evaluation: Evaluation, run: UpdateRun): Promise<string[]> {
    const result = await walk(evaluation.graph, async (logicalId) => {
      const current = stack.resources.get(logicalId)
      if (current === undefined || current.status === 'CREATE_FAILED') {
        if (current?.physicalId !== undefined) await this.deleteOne(stack, current, 'Delete')
        await this.add(stack, evaluation, logicalId, run)
        return
      }
      await this.change(stack, evaluation, current, run)
    })
    return [...result.failed.keys()]
  }

  private async add(stack: Stack, evaluation: Evaluation, logicalId: string, run: UpdateRun): Promise<void> {
    const resource = this.newResource(evaluation, logicalId)
    stack.resources.set(logicalId, resource)
    run.added.push(resource)
    const act = async (): Promise<void> => void stack.resources.delete(logicalId)
    run.undo.push({logicalId, touches: false, act})
    await this.attempt(stack, resource, 'CREATE', async () => {
      resource.properties = evaluation.properties(logicalId)
      stack.mark(resource, 'CREATE_IN_PROGRESS')
      await this.provision(stack, resource)
    })
  }

  private async change(stack: Stack, evaluation: Evaluation, current: StackResource, run: UpdateRun): Promise<void> {
    const {logicalId} = current
    const next = {
      ...this.newResource(evaluation, logicalId),
      physicalId: current.physicalId,
      attributes: current.attributes,
    }
    const provider = this.provider(current.type)
    next.properties = await this.attempt(
      stack,
      {...current},
      'UPDATE',
      async () => evaluation.properties(logicalId),
      false,
    )
    const kind = changeKind(provider, current.properties, next.properties)
    if (kind === 'none') {
      Object.assign(current, {
        deletionPolicy: next.deletionPolicy,
        updateReplacePolicy: next.updateReplacePolicy,
        dependencies: next.dependencies,
      })
      return
    }
    stack.resources.set(logicalId, next)
    const act = async (): Promise<void> => void stack.resources.set(logicalId, current)
    run.undo.push({logicalId, touches: false, act})
    try {
      if (kind === 'replace') await this.replace(stack, current, next, run)
      else await this.modify(stack, current, next, run)
    } catch (error) {
      // The next update tries again, from what was before.
      stack.resources.set(logicalId, Object.assign(current, {status: next.status, reason: next.reason}))
      throw error
    }
  }

  private async replace(stack: Stack, current: StackResource, next: StackResource, run: UpdateRun): Promise<void> {
    await this.attempt(stack, next, 'UPDATE', async () => {
      // Still under the id of the one that is to go.
      stack.mark(
        next,
        'UPDATE_IN_PROGRESS',
        'Requested update requires the creation of a new physical resource; hence creating one.',
      )
      delete next.physicalId
      run.added.push(next)
      await this.provision(stack, next)
      run.replaced.push(current)
    })
  }

  private async modify(stack: Stack, current: StackResource, next: StackResource, run: UpdateRun): Promise<void> {
    const provider = this.provider(current.type)
    await this.attempt(stack, next, 'UPDATE', async () => {
      stack.mark(next, 'UPDATE_IN_PROGRESS')
      if (provider.update === undefined)
        throw new Error(`The lab cannot update a resource of the type ${current.type} in place`)
      const act = (): Promise<void> =>
        this.attempt(stack, current, 'UPDATE', async () => {
          stack.mark(current, 'UPDATE_IN_PROGRESS')
          await this.applyUpdate(stack, current, next.properties, true)
        })
      run.undo.push({logicalId: next.logicalId, touches: true, act})
      const before = next.physicalId
      await this.applyUpdate(stack, next, current.properties)
      if (next.physicalId === before) return
      run.replaced.push(current)
      run.added.push(next)
    })
  }

  /** Brings a resource from `previous` to its properties. */
  private async applyUpdate(
    stack: Stack,
    resource: StackResource,
    previous: Record<string, unknown>,
    rollback = false,
  ): Promise<void> {
    const [after, before] = await Promise.all(
      [resource.properties, previous].map((properties) => resolveDynamicReferences(properties, this.lab, stack.region)),
    )
    if (!rollback) checkProperties(resource.logicalId, resource.type, after as object)
    const context = {...this.context(stack, resource), rollback}
    const provider = this.provider(resource.type)
    const {physicalId = ''} = resource
    const provisioned = await provider.update!(physicalId, after as object, before as object, context)
    this.settle(resource, provisioned)
    const updated = {physicalId: provisioned.physicalId, attributes: resource.attributes as Properties}
    await retag(provider, updated, after as object, before as object, context)
  }

  private async attempt<T>(
    stack: Stack,
    resource: StackResource,
    verb: 'CREATE' | 'UPDATE',
    act: () => Promise<T>,
    marksSuccess = true,
  ): Promise<T> {
    try {
      const result = await act()
      if (marksSuccess) stack.mark(resource, `${verb}_COMPLETE`)
      return result
    } catch (error) {
      stack.mark(resource, `${verb}_FAILED`, reasonOf(error))
      throw error
    }
  }

  /**
   * Takes an update back, last act first; resources in `skip` are left as they are and count as taken back. What fails stays in
   * the run, for another try. Returns the logical ids that failed.
   */
  async undoAll(stack: Stack, run: UpdateRun, skip: readonly string[] = []): Promise<string[]> {
    const failed: Undo[] = []
    for (const undo of run.undo.reverse()) {
      if (undo.touches && skip.includes(undo.logicalId)) {
        stack.mark(stack.resources.get(undo.logicalId)!, 'UPDATE_COMPLETE')
        continue
      }
      try {
        await undo.act()
      } catch {
        failed.push(undo)
      }
    }
    run.undo = failed.reverse()
    return failed.map(({logicalId}) => logicalId)
  }
}
