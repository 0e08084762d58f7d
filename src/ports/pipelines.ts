/** The failover pipelines. Each method asks one region and has a deadline of its own; see world.ts for what is thrown. */

import type {Region} from '../model/deployment.js'
import type {Approval, Execution, PipelineCommand, PipelineState} from '../model/pipeline.js'
import type {CallOptions} from './call.js'

export interface Answer {
  verdict: 'approved' | 'rejected'
  comment: string
}

export interface LogPage {
  lines: string[]
  /** Where the next page begins; the same as before where there was nothing more. Undefined where there is no log yet. */
  next?: string
}

export interface Pipelines {
  /** Throws `PipelineMissing` (exit usage) where the region has none. */
  look(region: Region, options?: CallOptions): Promise<PipelineState>
  /** Idempotent within one call. Resolves to the execution's id. Throws `PipelineMissing`. */
  start(region: Region, command: PipelineCommand, options?: CallOptions): Promise<string>
  /** Throws `NothingWaits` (exit refused) where that execution does not wait any more. */
  answer(region: Region, execution: string, answer: Answer, options?: CallOptions): Promise<void>
  /** Ends an execution and, where there is one, its build: the switch in it is left as it is. */
  stop(region: Region, execution: Execution, options?: CallOptions): Promise<void>
  /** Who approved an execution. */
  approval(region: Region, execution: string, options?: CallOptions): Promise<Approval>
  /** What a build has printed, from the beginning or from where a page ended. */
  log(region: Region, build: string, from: string | undefined, options?: CallOptions): Promise<LogPage>
}

/** The program that pipelines run. */
export interface ProgramStore {
  /** Puts it into a bucket of the region. False where the very same one is there. */
  publish(region: Region, bucket: string, program: Uint8Array, options?: CallOptions): Promise<boolean>
}
