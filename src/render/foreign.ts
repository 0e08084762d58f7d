/** Errors that others throw (oclif, prompts, the runtime) as errors in four parts. */

import {DrError, Unreachable} from '../errors.js'

interface ExitRequest extends Error {
  oclif: {exit: number}
}

/** What `this.exit(n)` throws: no error, only a status. */
export const isExitRequest = (error: unknown): error is ExitRequest =>
  (error as {code?: string}).code === 'EEXIT' && typeof (error as Partial<ExitRequest>).oclif?.exit === 'number'

export interface Circumstances {
  /** Ctrl-C was pressed. */
  interrupted: boolean
  /** The command's id, such as `crud:create`. */
  command: string
}

export function asDrError(error: unknown, {interrupted, command}: Circumstances): DrError {
  // After Ctrl-C an aborted call looks like a dead host; the interruption is the truth.
  if (error instanceof DrError && !(interrupted && error instanceof Unreachable)) return error
  if (interrupted || isPromptLeft(error)) {
    return new DrError({code: 'Interrupted', exit: 'interrupted', what: 'interrupted', cause: error})
  }

  const message = error instanceof Error ? error.message : String(error)
  if (isUsageError(error)) {
    const [what = '', ...rest] = message.split('\n').filter((line) => line.trim() && !line.includes('See more help'))
    return new DrError({
      code: 'Usage',
      exit: 'usage',
      what,
      why: rest.map((line) => line.trim()).join('; ') || undefined,
      next: `todo-dr ${command.replaceAll(':', ' ')} --help`,
      cause: error,
    })
  }

  return new DrError({
    code: 'Internal',
    exit: 'failed',
    what: message || 'an error without a message',
    why: 'this is a bug in todo-dr',
    next: 'run it again with DEBUG=1 and report the stack trace',
    cause: error,
  })
}

/** oclif's own complaints about flags and arguments carry exit 2; so do `this.error(text, {exit: 2})` of a command. */
const isUsageError = (error: unknown): boolean => (error as Partial<ExitRequest> | undefined)?.oclif?.exit === 2

/** Prompts throw these where the question was left by Ctrl-C or by the signal. */
const isPromptLeft = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')
