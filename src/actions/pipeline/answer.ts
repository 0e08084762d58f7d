/** Answers what waits for approval: from then on its switch runs, or it has ended. */

import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import {isWaiting} from '../../model/pipeline.js'
import type {Execution} from '../../model/pipeline.js'
import type {Consent} from '../../ports/consent.js'
import {inWords, lookAtPipelines, theOnly} from './look.js'
import type {Found, PipelineInput} from './look.js'
import type {PipelineAnswerResult} from './result.js'

export interface AnswerInput extends PipelineInput {
  verdict: 'approved' | 'rejected'
  comment: string
  /** By default the one that waits. */
  execution?: string
  /** Of an approval: who is to say yes, once it is known to what. */
  consentFor?: (found: Found) => Consent
  dryRun: boolean
  emit: Emit
}

/** Throws what `theOnly` does, and `ConfirmWanted` and `NothingWaits` (exit refused); nothing was answered then. */
export async function answerPipeline(input: AnswerInput): Promise<PipelineAnswerResult> {
  const {target, pipelines, verdict, comment, dryRun, emit, signal} = input
  const found = theOnly(await lookAtPipelines(input), {
    execution: input.execution,
    // One without a command, such as that which CodePipeline starts when a pipeline is made, can only be rejected.
    is: (one) => isWaiting(one) && (verdict === 'rejected' || one.command !== null),
    what: 'waits for approval',
    next: (newest) => askAgain(verdict, newest),
  })
  const {region, pipeline, execution} = found
  const {id, command} = execution
  const result = {schemaVersion: 1 as const, target, region, pipeline, execution: id, command, verdict, comment, dryRun}
  if (dryRun) {
    emit({code: 'done', text: `A dry run answers nothing. It would be ${inWords(found)}.`})
    return result
  }

  const consent = input.consentFor?.(found)
  if (consent && !consent.given() && !(await consent.ask())) throw confirmWanted(found, input)
  await pipelines.answer(region, id, {verdict, comment}, {signal})
  if (verdict === 'approved')
    emit({
      code: 'done',
      text: `Approved: ${inWords(found)} begins now.`,
      next: `todo-dr pipeline logs --region ${region} --follow`,
    })
  else emit({code: 'done', text: `Rejected: ${inWords(found)} has ended, and nothing was changed.`})
  return result
}

/** Who approves too late means the switch all the same. */
function askAgain(verdict: AnswerInput['verdict'], newest: Execution | undefined): string {
  const isLate = verdict === 'approved' && newest?.approval?.verdict === 'expired'
  if (!isLate || newest.command === null) return 'todo-dr pipeline status'
  return `todo-dr pipeline start ${newest.command}, which asks for approval again`
}

/** The command that says yes. */
export const consentingAnswer = ({region}: Found, comment: string, app: string): string =>
  `todo-dr pipeline approve --region ${region} --comment ${JSON.stringify(comment)} --confirm ${app}`

const confirmWanted = (found: Found, {comment, deployment: {app}}: AnswerInput): DrError =>
  new DrError({
    code: 'ConfirmWanted',
    exit: 'refused',
    what: `${inWords(found)} was not confirmed; nothing was approved`,
    why: `it changes the primary of ${app}`,
    next: consentingAnswer(found, comment, app),
  })
