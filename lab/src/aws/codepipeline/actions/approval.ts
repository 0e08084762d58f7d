/** Approval, Manual. Source: "Add a manual approval action to a pipeline in CodePipeline" and "Quotas", CodePipeline user guide. */

import {randomUUID} from 'node:crypto'

import {recordsOf} from '../../../cloudformation/records.js'
import type {ActionContext, ActionRun, ActionType} from '../action.js'
import {ActionFailure} from '../faults.js'

/** In minutes: seven days ("Quotas"). */
const TIMEOUT = 10_080

export interface Answer {
  status: 'Approved' | 'Rejected'
  summary: string
  by: string | undefined
}

/** The approvals that wait. */
const waiting = new WeakMap<ActionRun, (answer: Answer) => void>()

export const approval: ActionType = {
  inputs: [0, 0],
  outputs: [0, 0],
  required: [],
  optional: ['CustomData', 'ExternalEntityLink', 'NotificationArn'],
  async perform(context) {
    const {run} = context
    checkTopic(context)
    run.token = randomUUID()
    const answer = await answered(context)
    run.summary = answer.summary
    run.lastUpdatedBy = answer.by
    // The text is assumed.
    if (answer.status === 'Rejected') throw new ActionFailure('JobFailed', answer.summary || 'Rejected')
  },
}

/** Answers an approval that waits. False where it does not wait any more. */
export function answer(run: ActionRun, given: Answer): boolean {
  const settle = waiting.get(run)
  settle?.(given)
  return settle !== undefined
}

/** The lab's topics tell nobody; that the action fails without its topic is assumed. */
function checkTopic({lab, region, run}: ActionContext): void {
  const {NotificationArn: topic} = run.configuration
  if (topic && !recordsOf(lab).withId(region, topic))
    throw new ActionFailure('ConfigurationError', `The SNS topic ${topic} does not exist`)
}

function answered({lab, run, abandoned}: ActionContext): Promise<Answer> {
  const minutes = run.declaration.timeoutInMinutes ?? TIMEOUT
  return new Promise((resolve, reject) => {
    const end = (): void => {
      callOff()
      abandoned.removeEventListener('abort', end)
      waiting.delete(run)
    }
    const callOff = lab.at(lab.now() + minutes * 60_000, () => {
      end()
      // The text is assumed.
      reject(new ActionFailure('JobFailed', `The approval was not given within ${minutes} minutes`))
    })
    abandoned.addEventListener('abort', end)
    waiting.set(run, (given) => {
      end()
      resolve(given)
    })
  })
}
