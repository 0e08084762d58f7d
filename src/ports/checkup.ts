/** What `doctor` asks of AWS and of this machine. Nothing here changes anything, and every question ends by a deadline. */

import type {Region} from '../model/deployment.js'
import type {Used} from './used.js'

/** An answer, or why there is none. */
export type Asked<T> = {known: true; value: T} | {known: false; code: string; why: string; next?: string}

export interface Identity {
  account: string
  arn: string
  /** Where the SDK found the credentials, in words. */
  source: string
  /** The region of the sign-in (IAM Identity Center) or of the role's STS, where the credentials depend on one. */
  signInRegion?: Region
  /** Epoch milliseconds; undefined where they last, where they are renewed by themselves, and where nobody says. */
  endsAt?: number
}

export interface Reached {
  latencyMs: number
  /** Of the other side's clock against this one's, in milliseconds; positive where ours is behind. */
  offsetMs: number
}

export interface Bootstrap {
  /** Of /cdk-bootstrap/hnb659fds/version; null where there is none. */
  version: number | null
  /** Status of the stack CDKToolkit; null where there is none. */
  stack: string | null
  /** Whether the bucket of assets exists. */
  bucket: boolean
}

export interface EngineOffer {
  offered: boolean
  /** Whether it can be a member of a global database. */
  global: boolean
}

/** How much of a quota is used, and by whom. */
export interface Shared extends Used {
  /** Those of the deployment. */
  own: number
}

export interface Checkup {
  identity(region: Region): Promise<Asked<Identity>>
  reach(region: Region): Promise<Asked<Reached>>
  bootstrap(region: Region, account: string): Promise<Asked<Bootstrap>>
  vpcs(region: Region, app: string | undefined): Promise<Asked<Shared>>
  engine(region: Region, version: string): Promise<Asked<EngineOffer>>
  /** Concurrent executions that the account's functions have in the region together. */
  concurrency(region: Region): Promise<Asked<number>>
  proxies(region: Region, app: string | undefined): Promise<Asked<Shared>>
  /** Ids of the availability zones that the account can use, such as `use1-az1`. */
  zones(region: Region): Promise<Asked<string[]>>
  /** Reads the route of what is deployed and writes it as it is, where that changes nothing; null where nothing is deployed. */
  route(): Promise<Asked<{serving: Region; isWritten: boolean} | null>>
}

/** The CDK project that todo-dr.yaml names. */
export interface ProjectState {
  folder: string
  /** False where the folder has no package.json. */
  found: boolean
  /** Pinned packages of package.json that are missing in node_modules, or of another version. */
  astray: string[]
  /** Ranges where an exact version should stand. */
  unpinned: string[]
  lockfile: boolean
  /** Of config.json, or of lib/cluster.ts, where it is found there. */
  engineVersion?: string
  /** Of config.json: the least capacity of an instance in ACU, and whether the data are protected. */
  minCapacity?: number
  protect?: boolean
}

export interface MachineState {
  node: string
  /** Undefined where npm does not run. */
  npm?: string
  /** What cannot be written to, with the reason. */
  unwritable: string[]
  /** In bytes, of the state folder's disk. */
  free: number
  /** A mariadbd that would be found, or `apt` where one can be fetched; undefined where neither. */
  database?: {kind: 'found' | 'cached' | 'apt'; where: string}
  project?: ProjectState
}

export interface Machine {
  state(infra: string | undefined): Promise<MachineState>
}
