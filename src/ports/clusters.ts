/** Clusters of the account, be they of the deployment or not. */

import type {Region} from '../model/deployment.js'
import type {CallOptions} from './call.js'

export interface FoundCluster {
  region: Region
  id: string
  arn: string
  /** As RDS names it, such as `aurora-mysql`. */
  engine: string
  /** Of its writer. */
  host: string
  /** An instance of it is available. */
  serves: boolean
}

export interface Clusters {
  /** Undefined where the region has none of this id. Throws as the methods of `world.ts` do. */
  find(region: Region, id: string, options?: CallOptions): Promise<FoundCluster | undefined>
}
