/** Runs the project's own build, so that what is deployed is what its sources say. */

import {spawn} from 'node:child_process'
import {DrError} from '../../errors.js'

const DEADLINE_MS = 5 * 60_000
/** Lines of its output that an error shows. */
const TAIL = 8

export interface BuildRequest {
  folder: string
  /** For a shell: it comes from the project's own cdk.json or package.json. */
  command: string
  environment: NodeJS.ProcessEnv
  signal?: AbortSignal
}

/** Throws `BuildFailed` (exit failed) with the last lines that the build printed. */
export async function bundle({folder, command, environment, signal}: BuildRequest): Promise<void> {
  signal?.throwIfAborted()
  const child = spawn(command, {
    cwd: folder,
    env: environment,
    shell: true,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk))
  const stop = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
  }

  const deadline = setTimeout(stop, DEADLINE_MS)
  signal?.addEventListener('abort', stop, {once: true})
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal?.throwIfAborted()
    if (status === 0) return
    throw buildFailed(folder, command, status, Buffer.concat(printed).toString('utf8'))
  } finally {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', stop)
  }
}

const buildFailed = (folder: string, command: string, status: number | null, output: string): DrError =>
  new DrError({
    code: 'BuildFailed',
    exit: 'failed',
    what: `"${command}" failed in ${folder} (${status ?? `stopped after ${DEADLINE_MS / 60_000} minutes`})`,
    why: output.trim().split('\n').slice(-TAIL).join('\n       ') || 'it printed nothing',
    next: `(cd ${folder} && ${command}), then run this command again`,
  })
