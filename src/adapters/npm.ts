/** npm, run in a folder until it ends, is interrupted, or its time is up. */

import {spawn} from 'node:child_process'
import {DrError} from '../errors.js'
import type {InstallOptions} from '../ports/projects.js'
import {abortAfter} from './abort-after.js'

const ARGUMENTS = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
/** Lines of npm's that an error repeats. */
const TAIL_LINES = 12
const WINDOWS = process.platform === 'win32'

/** `npm ci`: exactly what the lockfile pins, or nothing. */
export async function installPackages(folder: string, {signal, deadlineMs}: InstallOptions): Promise<void> {
  const said: string[] = []
  try {
    await abortAfter(deadlineMs, signal, (ends) => run(folder, said, ends))
  } catch (error) {
    if (signal?.aborted) throw error
    const tail = said.join('').trim().split('\n').slice(-TAIL_LINES).join('\n')
    throw new DrError({
      code: 'InstallFailed',
      exit: 'failed',
      what: `npm ci in ${folder} failed: ${(error as Error).message}`,
      why: tail || undefined,
      next: `cd ${folder} && npm ci`,
      cause: error,
    })
  }
}

function run(folder: string, said: string[], ends: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    // A group of its own: npm's children must end with it.
    const child = spawn('npm', ARGUMENTS, {
      cwd: folder,
      detached: !WINDOWS,
      shell: WINDOWS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stop = (): void => {
      if (child.pid === undefined) return
      if (WINDOWS) child.kill()
      else process.kill(-child.pid, 'SIGTERM')
    }

    ends.addEventListener('abort', stop, {once: true})
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(String(chunk)))
    child.once('error', fail)
    child.once('close', (code, signal) => {
      ends.removeEventListener('abort', stop)
      if (code === 0) done()
      else fail(new Error(`it ended with ${code ?? signal}`))
    })
  })
}
