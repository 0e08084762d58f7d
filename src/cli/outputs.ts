/** stdout and stderr, which may take no more at any time: their reader is gone, as with `| head`, or the disk below them is full. */

import {EXIT} from '../errors.js'

/** Nobody listens any more. */
const READER_GONE = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])
/** A file does not take what is written. */
const NOT_WRITTEN = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EFBIG'])

/**
 * From now on nothing that is said can break what is done. `onLost` is told where a file did not take all. Errors of another kind
 * are thrown, as they are bugs. In place of oclif's own listener, which throws for a full disk, in the middle of whatever is going on.
 */
export function guardOutput(stream: NodeJS.WriteStream, onLost: (error: Error) => void): void {
  stream.removeAllListeners('error')
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const {code = ''} = error
    if (NOT_WRITTEN.has(code)) onLost(error)
    else if (!READER_GONE.has(code)) throw error
  })
}

/** Of a command whose output is all that it does. */
export function notWritten(error: Error): void {
  process.exitCode = EXIT.failed.status
  process.stderr.write(`error: the output could not be written: ${error.message}\n`)
}

/** For what ends before a command of ours begins, or without one: the version, help, and the commands of plugins. */
export function guardAnswers(): void {
  guardOutput(process.stdout, (error) => {
    notWritten(error)
    // At once: the oclif of a plugin listens too, and would throw.
    process.exit()
  })
  guardOutput(process.stderr, () => undefined)
}
