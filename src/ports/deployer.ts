/** The CDK toolkit of a user's project, and CloudFormation as we look at it beside the toolkit. */

import type {Region} from '../model/deployment.js'
import type {ProjectStack, ResourceChange, StackPlace, StackState, Template} from '../model/stack.js'
import type {CallOptions} from './world.js'

/** What the toolkit says while it works. */
export type DeployerEvent =
  | {kind: 'note'; level: 'info' | 'warning'; text: string}
  /** It may still turn out that there is no change. */
  | {kind: 'stack-begun'; stack: StackPlace}
  /** A change set is being made. The toolkit names no region here: of stacks of one name it may be any. */
  | {kind: 'stack-changing'; name: string}
  /** `done` of `total` resources, where the total is known. */
  | {
      kind: 'resource'
      stack: StackPlace
      logicalId: string
      type: string
      /** CloudFormation's, such as CREATE_FAILED. */
      status: string
      reason?: string
      /** Epoch milliseconds of the event. */
      at: number
      done: number
      total?: number
    }
  | {kind: 'stack-done'; stack: StackPlace; changed: boolean; outputs: Record<string, string>}
  | {kind: 'bootstrap-begun'; region: Region}

export interface StackDifference {
  stack: string
  region: Region
  changes: {logicalId: string; type: string; action: 'add' | 'remove' | 'update' | 'replace'; properties: string[]}[]
  /** The difference as lines for a person. */
  text: string
}

export interface DeployerOptions extends CallOptions {
  onEvent?: (event: DeployerEvent) => void
}

/** Every method has a deadline. All but `open` want `open` first. Nothing is asked of a person, nothing is printed. */
export interface Deployer {
  /** Bundles and synthesizes the project. Throws `BuildFailed` or `SynthFailed` (exit failed). */
  open(options?: DeployerOptions): Promise<ProjectStack[]>
  /** Makes or renews CDK's bootstrap resources. */
  bootstrap(places: {account: string; region: Region}[], options?: DeployerOptions): Promise<void>
  /** Publishes assets and creates a change set for each of these stacks, and executes none. */
  prepare(ids: string[], changeSet: string, options?: DeployerOptions): Promise<void>
  /** Deploys these stacks in the order of their dependencies. Rejects when one of them failed, after those in flight have ended. */
  deploy(ids: string[], how: {concurrency: number; rollback: boolean}, options?: DeployerOptions): Promise<void>
  /** Goes on with the rollback of these stacks, in which it has failed. */
  continueRollback(ids: string[], options?: DeployerOptions): Promise<void>
  /** What differs from what is deployed; stacks without a difference are left out. */
  diff(ids: string[], options?: DeployerOptions): Promise<StackDifference[]>
  close(): Promise<void>
}

/** CloudFormation and what CDK's bootstrap left in SSM, by our own clients. */
export interface Stacks {
  /** Undefined where there is no stack of this name. */
  state(region: Region, name: string, options?: CallOptions): Promise<StackState | undefined>
  /** As it was submitted. */
  template(region: Region, name: string, options?: CallOptions): Promise<Template>
  changes(region: Region, stack: string, changeSet: string, options?: CallOptions): Promise<ResourceChange[]>
  dropChangeSet(region: Region, stack: string, changeSet: string, options?: CallOptions): Promise<void>
  /** Undefined where the region is not bootstrapped. */
  bootstrapVersion(region: Region, parameter: string, options?: CallOptions): Promise<number | undefined>
  /** The account of the credentials. */
  account(region: Region, options?: CallOptions): Promise<string>
}
