/** CloudFormation and a toolkit in memory: stacks with a fate each, deployed one after the other in the order of their dependencies. */

import {DrError} from '../../src/errors.js'
import type {ProjectStack, ResourceChange, StackState, Template} from '../../src/model/stack.js'
import type {Deployer, DeployerEvent, DeployerOptions, StackDifference, Stacks} from '../../src/ports/deployer.js'

/** `stops`: Ctrl-C is pressed while the stack is at work; CloudFormation goes on with it. */
export type Fate = 'changes' | 'same' | 'fails' | 'stops'

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
  readonly states = new Map<string, StackState>()
  readonly deployed = new Map<string, Template>()
  readonly bootstrapped = new Map(REGIONS.map((region) => [region, BOOTSTRAP.version]))
  changes: ResourceChange[] = []
  differences: StackDifference[] = []
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
    for (const {name, template} of this.stacks) {
      this.states.set(name, {status: 'CREATE_COMPLETE'})
      this.deployed.set(name, template)
    }

    return this
  }

  readonly cloudFormation: Stacks = {
    state: async (_, name) => this.states.get(name),
    template: async (_, name) => this.deployed.get(name)!,
    changes: async () => this.changes,
    dropChangeSet: async (_, stack) => void this.acts.push(`drop ${stack}`),
    bootstrapVersion: async (region) => this.bootstrapped.get(region),
    account: async () => '000000000000',
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
        this.states.set(id, {status: 'UPDATE_ROLLBACK_COMPLETE'})
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
  #one({name}: ProjectStack, onEvent: (event: DeployerEvent) => void): boolean {
    const fate = this.fates[name] ?? 'changes'
    onEvent({kind: 'stack-begun', stack: name, changing: fate !== 'same'})
    if (fate === 'same') {
      onEvent({kind: 'stack-done', stack: name, changed: false, outputs: {}})
      return true
    }

    const resource = {kind: 'resource', stack: name, logicalId: 'Thing', type: 'AWS::SSM::Parameter', done: 1} as const
    onEvent({...resource, status: 'CREATE_IN_PROGRESS', at: 1})
    if (fate === 'stops') {
      this.states.set(name, {status: 'CREATE_IN_PROGRESS'})
      this.interrupt()
      return true
    }

    if (fate === 'fails') {
      this.states.set(name, {status: 'ROLLBACK_COMPLETE'})
      onEvent({...resource, status: 'CREATE_FAILED', reason: `${name} is not allowed`, at: 2})
      return false
    }

    onEvent({...resource, status: 'CREATE_COMPLETE', at: 2})
    this.states.set(name, {status: 'CREATE_COMPLETE'})
    onEvent({kind: 'stack-done', stack: name, changed: true, outputs: {EdgeUrl: 'https://edge.example'}})
    return true
  }
}
