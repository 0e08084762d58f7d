/** The installed git, on the bare repositories of a lab. */

import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {buffer} from 'node:stream/consumers'

/** Nothing here takes long: what does hangs. */
const DEADLINE_MS = 60_000

/** Nothing of the user's own settings: neither hooks nor signing keys nor other folders. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
}

export class GitFailure extends Error {}

export interface GitOptions {
  input?: string | Uint8Array
  env?: Readonly<Record<string, string>>
}

/** What git prints. @throws GitFailure with what it says; where there is no git, too */
export async function git(repository: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const child = spawn('git', ['--git-dir', repository, ...args], {
    env: {...GIT_ENV, ...options.env},
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  try {
    const [out, problem, [code]] = await Promise.all([buffer(child.stdout), buffer(child.stderr), once(child, 'close')])
    if (code !== 0) throw new GitFailure(`git ${args[0]}: ${problem.toString().trim() || `exit status ${code}`}`)
    return out
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new GitFailure('the lab serves repositories with git, which is not installed')
    throw error
  }
}

export const gitText = async (repository: string, args: readonly string[], options?: GitOptions): Promise<string> =>
  (await git(repository, args, options)).toString().trim()
