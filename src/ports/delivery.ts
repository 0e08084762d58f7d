/** The delivery pipeline, in the home region. Each method has a deadline of its own; see world.ts for what is thrown. */

import type {DeliveryAction, DeliveryExecution} from '../model/delivery.js'
import type {CallOptions} from './call.js'
import type {Remote} from './checkout.js'
import type {LogPage} from './pipelines.js'

export interface DeliveryPipeline {
  readonly name: string
  /** The newest, newest first. Throws `PipelineMissing` (exit usage) where there is none. */
  executions(options?: CallOptions): Promise<DeliveryExecution[]>
  /** Of one execution, in the order in which they began. */
  actions(execution: string, options?: CallOptions): Promise<DeliveryAction[]>
  /** Ends an execution and, where there is one, the build that it waits for. */
  stop(execution: string, build: string | null, options?: CallOptions): Promise<void>
  /** What a build has printed, from the beginning or from where a page ended. */
  log(build: string, from: string | undefined, options?: CallOptions): Promise<LogPage>
  /** Where its source is pushed to, with what lets git in for some minutes. */
  remote(): Promise<Remote>
}
