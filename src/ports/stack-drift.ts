/** What CloudFormation finds to differ between the template of a stack and what is there. Only reads. */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './call.js'

export interface PropertyDrift {
  /** `/ServerlessV2ScalingConfiguration/MinCapacity` */
  path: string
  expected: string
  actual: string
}

export interface ResourceDrift {
  logicalId: string
  /** As AWS names it; undefined where it was never made. */
  physicalId?: string
  type: string
  /** The resource is gone. */
  deleted: boolean
  properties: PropertyDrift[]
}

export interface StackName {
  region: Region
  name: string
}

export interface DetectOptions extends CallOptions {
  /** Logical ids; all resources of the stack where absent. */
  resources?: string[]
}

export interface StackDrifts {
  /** Of the application in a region. */
  stacks(app: string, region: Region, options?: CallOptions): Promise<StackName[]>
  /** Takes minutes on AWS for a whole stack. Throws `DriftNotDetected` (exit failed) where CloudFormation could not look at all resources. */
  detect(stack: StackName, options?: DetectOptions): Promise<ResourceDrift[]>
}
