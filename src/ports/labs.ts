/** The labs of this machine, as programs: started, found, stopped. */

import type {LabAdmin, LabPace} from './lab-admin.js'

export interface LabOptions {
  /** `[\w-]+`, at most 40 characters. */
  name: string
  profile?: LabPace
  /** Of what is random in the profile: a whole number; 1 where absent. */
  seed?: number
  /** Of the control plane; 0 or absent takes a free one. */
  port?: number
  /** Do not provision the default assembly. */
  empty?: boolean
  /** Hold registered principals to their policies. */
  enforceIam?: boolean
  /** The lab's two regions; us-east-1 and us-east-2 where absent. */
  home?: string
  away?: string
  /** A synthesized cloud assembly instead of the one that was built in. */
  assembly?: string
  /** End the lab when this process ends, crash included. Otherwise it runs on, detached. */
  tied?: boolean
  /** The lab's log goes to stderr too. */
  echo?: boolean
  /** What has just been done, with the seconds that it took where they are known. */
  onProgress?: (text: string, seconds?: number) => void
  /** Aborting while it boots stops it and rejects with the signal's reason. */
  signal?: AbortSignal
}

export interface RunningLab {
  name: string
  endpoint: string
  pid: number
  /** From the start to ready. */
  seconds: number
  admin: LabAdmin
  /** Resolves with the exit status when the process has ended. */
  ended: Promise<number | null>
  /** Returns when nothing is left. */
  stop(): Promise<void>
}

/** A lab as its folder tells, without a call to it. */
export interface ListedLab {
  name: string
  pid: number
  /** Undefined while it starts. */
  endpoint?: string
  ready: boolean
}

/** How a shell is set up to act on a lab with the AWS CLI, the CDK or any SDK. */
export interface LabEnvironment {
  set: Record<string, string>
  unset: string[]
}

export interface Labs {
  /**
   * Returns when the lab is ready. Throws a DrError: `LabExists`, `PortTaken` or `LabName` (exit usage),
   * `MariaDbUnavailable` or `LabFailed` (exit failed).
   */
  start(options: LabOptions): Promise<RunningLab>
  /** Returns when no process and no folder is left. Throws `NoLab` (exit usage) where there is nothing to stop. */
  stop(name: string): Promise<{crashed: boolean}>
  /**
   * Removes what was kept of runs on labs whose names are this and a number, but of the `keep` newest. What belongs to a lab that runs
   * or to a run that is not finished stays.
   */
  prune(prefix: string, keep: number): Promise<void>
  /** Those whose process lives, by name. */
  list(): Promise<ListedLab[]>
  connect(name: string): LabAdmin
  /** Throws `NoLab`. */
  environment(name: string): Promise<LabEnvironment>
  /** The lab's log; throws `NoLab`. */
  logFile(name: string): Promise<string>
}
