/** Acts of a teardown as data: printable, and ordered by what each must wait for. */

import type {Region} from './deployment.js'
import type {ResourceKind} from './estate.js'

/** `leave`: a member leaves its global cluster. `empty`: a bucket loses every version. */
export type ActKind = 'unprotect' | 'leave' | 'empty' | 'delete'

export interface TeardownAct {
  /** Unique within a plan. */
  id: string
  kind: ActKind
  region: Region
  /** What a person reads while it runs. */
  title: string
  target: {kind: ResourceKind | 'stack'; id: string; arn: string}
  /** Of `leave`: the global cluster's id. */
  from?: string
  /** Ids of the acts that must have succeeded before this one begins. */
  after: string[]
}
