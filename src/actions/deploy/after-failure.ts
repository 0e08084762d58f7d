/** A deployment that did not end well: what became of each stack, and what a person is told. */

import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import {stackKey, stackTitle} from '../../model/stack.js'
import type {StackOutcome} from '../../model/stack.js'
import type {DeployOutcome} from './outcome.js'
import type {DeployInput} from './input.js'
import {standingOf} from './standing.js'
import {stepIdOf} from './tracker.js'
import type {DeployTracker} from './tracker.js'

export interface Failure {
  /** Its signal is aborted where the deployment was stopped: by Ctrl-C, or by the loss of the lease. */
  input: Pick<DeployInput, 'cloudFormation' | 'clock' | 'emit' | 'signal'>
  /** Aborted by Ctrl-C alone. */
  asked: AbortSignal
  tracker: DeployTracker
  bootstrapped: string[]
  error: unknown
}

/** The world is asked once more: what the toolkit was waiting for may have ended, failed, or go on. */
export async function afterFailure({input, asked, tracker, bootstrapped, error}: Failure): Promise<DeployOutcome> {
  const {cloudFormation, clock, emit, signal} = input
  const open = tracker.open()
  const begun = clock.now()
  const reason = error instanceof DrError ? (error.why ?? error.message) : String(error)
  const looked = await Promise.all(
    open.map(async (stack) => {
      const state = await cloudFormation.state(stack.region, stack.name).catch(() => undefined)
      return {stack, goesOn: state !== undefined && standingOf(state) === 'busy'}
    }),
  )
  const going = looked.filter(({goesOn}) => goesOn).map(({stack}) => stack)
  const inProgress = new Set(going.map((stack) => stackKey(stack)))
  const stopped = signal.aborted || (error instanceof DrError && error.exit === 'stopped')
  const reasons = new Map(
    stopped ? [] : looked.filter(({goesOn}) => !goesOn).map(({stack}) => [stackKey(stack), reason]),
  )
  const stacks = tracker.outcomes({reasons, inProgress})
  for (const stack of stacks) {
    const {status, failure, seconds} = stack
    if (status !== 'failed') continue
    const text = failure
      ? [failure.logicalId, failure.type && `(${failure.type})`, failure.reason].filter(Boolean).join(' ')
      : reason
    emit({
      code: 'step-finished',
      id: stepIdOf(stack),
      title: stackTitle(stack),
      outcome: 'failed',
      seconds: seconds ?? (clock.now() - begun) / 1000,
      text,
    })
  }

  if (stopped) {
    const exit = asked.aborted && open.length === 0 && bootstrapped.length === 0 ? 'interrupted' : 'stopped'
    return {
      status: 'stopped',
      exit,
      stacks,
      bootstrapped,
      error: stoppedError(exit, going.map(stackTitle), error, asked),
    }
  }

  return {status: 'failed', exit: exitOf(error), stacks, bootstrapped, error: failedError(stacks, error)}
}

const exitOf = (error: unknown): ExitName => (error instanceof DrError ? error.exit : 'failed')

function stoppedError(exit: ExitName, names: string[], error: unknown, asked: AbortSignal): DrError {
  if (!asked.aborted && error instanceof DrError) return error
  return new DrError({
    code: exit === 'interrupted' ? 'Interrupted' : 'DeployStopped',
    exit,
    what: exit === 'interrupted' ? 'interrupted; no stack deployment was started' : 'interrupted during the deployment',
    why: names.length > 0 ? `CloudFormation continues with ${names.join(', ')}` : undefined,
    next: 'run todo-dr deploy to continue',
    cause: error,
  })
}

/** The first stack that failed, by its first root cause; what waited for it is named as not begun. */
function failedError(stacks: StackOutcome[], error: unknown): DrError {
  const broken = stacks.filter(({status}) => status === 'failed')
  const rest = stacks.filter(({status}) => status === 'not-started').map((stack) => stackTitle(stack))
  const [first] = broken
  if (!first?.failure)
    return error instanceof DrError ? error : new DrError({code: 'DeployFailed', exit: 'failed', what: String(error)})
  const {logicalId, type, reason} = first.failure
  const at = logicalId === null ? '' : ` at ${logicalId} (${type})`
  return new DrError({
    code: 'DeployFailed',
    exit: exitOf(error),
    what: `${broken.map((stack) => stackTitle(stack)).join(' and ')} failed${at}${rest.length > 0 ? `; not started: ${rest.join(', ')}` : ''}`,
    why: reason,
    next: 'fix the cause, then run todo-dr deploy again; finished stacks stay as they are',
    requestId: error instanceof DrError ? error.requestId : undefined,
    cause: error,
  })
}
