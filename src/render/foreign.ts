/** Errors that others throw (oclif, prompts, the runtime) as errors in four parts. */

import {folderVariable} from '../config/folder-variable.js'
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

  if (isUnusable(error)) return unusable(error, process.env)
  return new DrError({
    code: 'Internal',
    exit: 'failed',
    what: message || 'an error without a message',
    why: 'this is a bug in todo-dr',
    next: 'run it again with DEBUG=1 and report the stack trace',
    cause: error,
  })
}

interface FileError extends Error {
  code: string
  path: string
}

/** What a file or a folder is refused for by the system, and the reader can put right. */
const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT', 'ELOOP', 'ENAMETOOLONG'])
/** The same of a folder that is to be made. */
const NOT_MADE = new Set(['EEXIST', 'ENOENT'])

function isUnusable(error: unknown): error is FileError {
  if (!(error instanceof Error)) return false
  const {code = '', path, message} = error as Partial<FileError> & Error
  if (typeof path !== 'string') return false
  return UNUSABLE.has(code) || (NOT_MADE.has(code) && /, mk(?:dir|dtemp) /.test(message))
}

/** Names the variable that the folder is below, which is what can be changed; see adapters/fs/paths.ts. */
function unusable(error: FileError, environment: NodeJS.ProcessEnv): DrError {
  const {message, code, path} = error
  const variable = folderVariable(path, environment)
  const usual = path.includes('/todo-dr') ? 'HOME, XDG_STATE_HOME or XDG_CACHE_HOME' : undefined
  const named = variable === 'HOME' ? (usual ?? variable) : (variable ?? usual)
  return new DrError({
    code: 'FolderUnusable',
    exit: 'failed',
    what: `${path} cannot be used: ${/^\w+: ([^,]+)/.exec(message)?.[1] ?? code}`,
    why: named === variable && variable !== undefined ? `${variable} is ${environment[variable]}` : undefined,
    next: named
      ? `make room there, or set ${named} to a folder that you can write to`
      : 'use a folder that you can write to',
    cause: error,
  })
}

/** oclif's own complaints about flags and arguments carry exit 2; so do `this.error(text, {exit: 2})` of a command. */
const isUsageError = (error: unknown): boolean => (error as Partial<ExitRequest> | undefined)?.oclif?.exit === 2

/** Prompts throw these where the question was left by Ctrl-C or by the signal. */
const isPromptLeft = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')
