/** CloudFormation and a toolkit in memory: stacks with a fate each, deployed one after the other in the order of their dependencies. */

import {isDeepStrictEqual} from 'node:util'
import {DrError} from '../../src/errors.js'
import {stackKey} from '../../src/model/stack.js'
import type {ProjectStack, ResourceChange, StackState, Template} from '../../src/model/stack.js'
import type {ResourceDrift, StackDrifts} from '../../src/ports/stack-drift.js'
import type {Deployer, DeployerEvent, DeployerOptions, StackDifference, Stacks} from '../../src/ports/deployer.js'

/**
 * `stops`: Ctrl-C is pressed while the stack is at work; CloudFormation goes on with it. `breaks`: the toolkit gives up there, without
 * an event that says why.
 */
export type Fate = 'changes' | 'same' | 'fails' | 'stops' | 'breaks'

export const REGIONS = ['us-east-1', 'us-east-2']
export const BOOTSTRAP = {parameter: '/cdk-bootstrap/x/version', version: 21}

export const projectStack = (name: string, more: Partial<ProjectStack> = {}): ProjectStack => ({
  id: name,
  name,
  region: REGIONS[0]!,
  account: '000000000000',
  dependencies: [],
  template: {Resources: {Thing: {Type: 'AWS::SSM::Parameter'}}},
  bootstrap: BOOTSTRAP,
  ...more,
})

export class SimulatedStacks {
  /** All that changed something, in order. */
  readonly acts: string[] = []
  /** By `stackKey`, as what is deployed. */
  readonly states = new Map<string, StackState>()
  readonly deployed = new Map<string, Template>()
  readonly bootstrapped = new Map(REGIONS.map((region) => [region, BOOTSTRAP.version]))
  /** Of every stack that differs from what is deployed. */
  changes: ResourceChange[] = []
  differences: StackDifference[] = []
  /** What somebody has changed outside the templates. */
  drifts: ResourceDrift[] = []
  /** Called when a stack is at work whose fate is to stop. */
  interrupt: () => void = () => undefined
  /** Called before every call of the toolkit with its name; may throw. */
  fault: (call: string) => void = () => undefined

  constructor(
    readonly stacks: ProjectStack[],
    readonly fates: Record<string, Fate> = {},
  ) {}

  /** Every stack stands as it is wanted. */
  standing(): this {
    for (const stack of this.stacks) {
      this.states.set(stackKey(stack), {status: 'CREATE_COMPLETE'})
      this.deployed.set(stackKey(stack), stack.template)
    }

    return this
  }

  readonly cloudFormation: Stacks = {
    state: async (region, name) => this.states.get(stackKey({region, name})),
    template: async (region, name) => this.deployed.get(stackKey({region, name}))!,
    changes: async (region, name) => {
      const wanted = this.stacks.find((stack) => stackKey(stack) === stackKey({region, name}))?.template
      return isDeepStrictEqual(wanted, this.deployed.get(stackKey({region, name}))) ? [] : this.changes
    },
    dropChangeSet: async (region, stack) => void this.acts.push(`drop ${stack} in ${region}`),
    bootstrapVersion: async (region) => this.bootstrapped.get(region),
    account: async () => '000000000000',
  }

  readonly stackDrifts: Pick<StackDrifts, 'detect'> = {
    detect: async (_, {resources} = {}) => {
      this.fault('detect')
      return this.drifts.filter(({logicalId}) => resources?.includes(logicalId) ?? true)
    },
  }

  readonly deployer: Deployer = {
    open: async () => this.stacks,
    bootstrap: async (places) => {
      this.fault('bootstrap')
      for (const {region} of places) {
        this.acts.push(`bootstrap ${region}`)
        this.bootstrapped.set(region, BOOTSTRAP.version)
      }
    },
    prepare: async (ids) => {
      this.fault('prepare')
      this.acts.push(`prepare ${ids.join(' ')}`)
    },
    continueRollback: async (ids) => {
      for (const id of ids) {
        this.acts.push(`continue ${id}`)
        const stack = this.stacks.find((one) => one.id === id)!
        this.states.set(stackKey(stack), {status: 'UPDATE_ROLLBACK_COMPLETE'})
      }
    },
    deploy: (ids, _, options) => this.#deploy(ids, options),
    diff: async () => this.differences,
    close: async () => undefined,
  }

  async #deploy(ids: string[], {signal, onEvent = () => undefined}: DeployerOptions = {}): Promise<void> {
    this.acts.push(`deploy ${ids.join(' ')}`)
    const failed = new Set<string>()
    for (const stack of this.stacks.filter(({id}) => ids.includes(id))) {
      signal?.throwIfAborted()
      if (stack.dependencies.some((id) => failed.has(id))) {
        failed.add(stack.id)
        continue
      }

      if (!this.#one(stack, onEvent)) failed.add(stack.id)
    }

    signal?.throwIfAborted()
    if (failed.size > 0) throw new DrError({code: 'DeployFailed', exit: 'failed', what: 'a stack failed'})
  }

  /** False where it failed. */
  #one(stack: ProjectStack, onEvent: (event: DeployerEvent) => void): boolean {
    const {id, name, region} = stack
    const place = {name, region}
    const fate = this.fates[id] ?? 'changes'
    onEvent({kind: 'stack-begun', stack: place})
    if (fate !== 'same') onEvent({kind: 'stack-changing', name})
    if (fate === 'breaks') throw new DrError({code: 'DeployFailed', exit: 'failed', what: 'the toolkit gave up'})
    if (fate === 'same') {
      onEvent({kind: 'stack-done', stack: place, changed: false, outputs: {}})
      return true
    }

    const resource = {kind: 'resource', stack: place, logicalId: 'Thing', type: 'AWS::SSM::Parameter', done: 1} as const
    onEvent({...resource, status: 'CREATE_IN_PROGRESS', at: 1})
    if (fate === 'stops') {
      this.states.set(stackKey(stack), {status: 'CREATE_IN_PROGRESS'})
      this.interrupt()
      return true
    }

    if (fate === 'fails') {
      this.states.set(stackKey(stack), {status: 'ROLLBACK_COMPLETE'})
      onEvent({...resource, status: 'CREATE_FAILED', reason: `${name} is not allowed`, at: 2})
      return false
    }

    onEvent({...resource, status: 'CREATE_COMPLETE', at: 2})
    this.states.set(stackKey(stack), {status: 'CREATE_COMPLETE'})
    onEvent({kind: 'stack-done', stack: place, changed: true, outputs: {EdgeUrl: 'https://edge.example'}})
    return true
  }
}
