/** What the `pipeline` commands share that look at the delivery pipeline. */

import type {Emit} from '../../messages.js'
import type {DeliveryAction, DeliveryExecution} from '../../model/delivery.js'
import type {Deployment, Region} from '../../model/deployment.js'
import type {DeliveryPipeline} from '../../ports/delivery.js'

export interface DeliveryInput {
  target: string
  deployment: Deployment
  pipeline: DeliveryPipeline
  /** The id of the only execution that is meant. */
  execution?: string
  emit: Emit
  signal: AbortSignal
}

/** Those that are meant, newest first. */
export async function deliveriesOf({pipeline, execution, signal}: DeliveryInput): Promise<DeliveryExecution[]> {
  const all = await pipeline.executions({signal})
  return all.filter(({id}) => execution === undefined || execution === id)
}

/** In words: `the delivery c0ffee00 (0b7c…) in us-east-2`. */
export const deliveryInWords = ({id, commit}: DeliveryExecution, region: Region): string =>
  `the delivery of ${commit?.slice(0, 8) ?? 'no commit'} (${id}) in ${region}`

/** Tells each change of an action once. */
export function changeTeller(emit: Emit): (actions: readonly DeliveryAction[]) => void {
  const told = new Map<string, string>()
  return (actions) => {
    for (const {stage, action, status} of actions) {
      const key = `${stage} ${action}`
      if (told.get(key) === status) continue
      told.set(key, status)
      emit({code: 'note', text: `${stage === action ? stage : key}: ${status}`})
    }
  }
}
