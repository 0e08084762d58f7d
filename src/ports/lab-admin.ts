/** The lab's nemesis and its truth, as the CLI sees them. Only the target `lab` has them. */

import type {Region} from '../model/deployment.js'

/** How fast a lab is, and how much it hides. */
export const LAB_PACES = ['instant', 'paced', 'hostile'] as const
export type LabPace = (typeof LAB_PACES)[number]

export type LabFaultKind = 'region-loss' | 'database-crash' | 'api-outage' | 'partition'

export interface LabFault {
  kind: LabFaultKind
  region: Region
  mode: 'refuse' | 'hang'
  /** Epoch milliseconds. */
  startedAt: number
}

export interface LabRegion {
  region: Region
  /** Read from the live global cluster; `none` where the region is no member of it. */
  role: 'primary' | 'standby' | 'none'
  /** With `/prod`, without the path of the API. Undefined where nothing is deployed. */
  apiUrl?: string
  /** With `/oauth2/token`. */
  tokenUrl?: string
  /** A direct way in, past the proxy; `user` has all privileges, its password is in `passwordFile`. */
  database?: {host: string; port: number; user: string; passwordFile: string; name: string}
  /** Processes that run for this region alone. */
  pids: number[]
}

/** What `lab status --json` prints. */
export interface LabStatus {
  schemaVersion: 1
  name: string
  /** The control plane of every service and region. */
  endpoint: string
  /** Holds the key pair of the lab's administrator, in the format of AWS's shared credentials file; only its owner can read it. */
  credentialsFile: string
  /** Without the path of the API; undefined where nothing is deployed. */
  edgeUrl?: string
  regions: LabRegion[]
  /** Name of the deployed application; undefined in an empty lab. */
  app?: string
  home: Region
  away: Region
  profile: LabPace
  /** Process id of the lab itself. */
  pid: number
  /** Name servers of the lab's hosted zones, over UDP and TCP. */
  dns: {host: string; port: number}
  /** Where git finds the repositories outside of AWS, each below it by its name. The password is the administrator's secret. */
  gitUrl: string
  hosts: {hostname: string; region: Region | null; port: number}[]
  faults: LabFault[]
  /** Delay of bytes from primary to replica, in milliseconds. */
  lagMs: number
}

/** Every method has a deadline, and throws a DrError with code `NoLab` (exit usage) where no lab answers. */
export interface LabAdmin {
  status(): Promise<LabStatus>
  /** Returns when the fault is in force. Starting one that is in force does nothing. */
  startFault(kind: LabFaultKind, region: Region, mode?: 'refuse' | 'hang'): Promise<void>
  /** Returns when the lab's parts are back. Lifting one that is not in force does nothing. */
  liftFault(kind: LabFaultKind, region: Region): Promise<void>
  /** `ms`: 0 to 600000. */
  setLag(ms: number): Promise<void>
  /** Makes the hosted zone of Route 53 of this name, unless there is one. */
  zone(name: string): Promise<void>
  /** Completes the connection of CodeConnections of this ARN, and makes the empty repository behind it, as far as they are not there. */
  connection(arn: string, repository: string): Promise<void>
}
