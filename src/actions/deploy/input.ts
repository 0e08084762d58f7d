import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import type {Waiver} from '../../model/gate.js'
import type {Deployer, Stacks} from '../../ports/deployer.js'
import type {RunStore} from '../../ports/runs.js'
import type {StackDrifts} from '../../ports/stack-drift.js'
import type {Stage} from '../../ports/stage.js'
import type {Clock, World} from '../../ports/world.js'

/** Where is deployed, and by what. */
export interface DeployPlace {
  target: string
  /** Undefined for a CDK app that names none. */
  app?: string
  account: string
  /** Of the target. */
  regions: readonly Region[]
  /** Of the CDK project. */
  folder: string
  lab: boolean
  deployer: Deployer
  cloudFormation: Stacks
  stackDrifts: Pick<StackDrifts, 'detect'>
  clock: Clock
  /** Of the deployment that stands; undefined where there is none yet, or one that is not whole. */
  world?: Pick<World, 'deployment' | 'database' | 'lease' | 'clock'>
  runs: RunStore
  /** Of a project with pipelines: puts the program that they run into the bucket of one. False where it is there already. */
  programs?: {publish(region: Region, bucket: string, signal: AbortSignal): Promise<boolean>}
  /** Where the edge is reached from here; undefined where that is not known. */
  edgeUrl(): Promise<string | undefined>
}

export interface DeployInput extends DeployPlace {
  waivers: Waiver[]
  bootstrap: boolean
  rollback: boolean
  /** First go on with the rollback of stacks in which it has failed. */
  continueRollback: boolean
  /** Stacks at a time. */
  concurrency: number
  /** Who holds the operator lease meanwhile. */
  owner: string
  stage: Stage
  emit: Emit
  signal: AbortSignal
}
