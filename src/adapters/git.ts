/** Runs git in the folder of a project. What lets it in at a remote is in its environment alone: not in a command line, and in no file. */

import {spawn} from 'node:child_process'
import {realpath} from 'node:fs/promises'
import {DrError} from '../errors.js'
import type {Checkout, CheckoutState, Remote} from '../ports/checkout.js'
import {abortAfter} from './abort-after.js'

/** Milliseconds. */
const DEADLINE_MS = 60_000
/** Of a push: a large repository takes its time. */
const PUSH_MS = 15 * 60_000

/** Answers git with the two variables. The helpers that the user has are not asked, nor told what to keep. */
const HELPER = `!f() { test "$1" = get || return 0; printf 'username=%s\\npassword=%s\\n' "$TODO_DR_GIT_USER" "$TODO_DR_GIT_PASSWORD"; }; f`

interface Ran {
  status: number | null
  out: string
  said: string
}

export class GitCheckout implements Checkout {
  constructor(private readonly folder: string) {}

  async look(signal?: AbortSignal): Promise<CheckoutState | undefined> {
    const top = await this.#run(['rev-parse', '--show-toplevel'], {signal})
    if (top.status !== 0) {
      if (/not a git repository/i.test(top.said)) return undefined
      throw gitFailed('rev-parse', top)
    }

    const root = top.out.trim()
    if ((await realpath(root)) !== (await realpath(this.folder))) throw repositoryAround(this.folder, root)
    const [head, changed] = await Promise.all([
      this.#run(['rev-parse', '--verify', '--quiet', 'HEAD'], {signal}),
      this.#must(['status', '--porcelain', '-z', '--untracked-files=normal', '--no-renames'], {signal}),
    ])
    const changes = changed
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => line.slice(3))
    return {...(head.status === 0 && {commit: head.out.trim()}), changes}
  }

  async init(branch: string, signal?: AbortSignal): Promise<void> {
    await this.#must(['init', '--quiet', `--initial-branch=${branch}`], {signal})
  }

  async commitAll(message: string, signal?: AbortSignal): Promise<string> {
    await this.#must(['add', '--all'], {signal})
    await this.#must(['commit', '--quiet', '--message', message], {signal})
    return (await this.#must(['rev-parse', 'HEAD'], {signal})).trim()
  }

  async push({url, user, password}: Remote, branch: string, signal?: AbortSignal): Promise<boolean> {
    const settings = ['-c', 'credential.helper=', '-c', `credential.helper=${HELPER}`]
    const env = {TODO_DR_GIT_USER: user, TODO_DR_GIT_PASSWORD: password}
    const ran = await this.#run([...settings, 'push', '--porcelain', url, `HEAD:refs/heads/${branch}`], {
      signal,
      env,
      ms: PUSH_MS,
    })
    if (ran.status === 0) return !/^=\t/m.test(ran.out)
    if (/^!.*\[rejected\]/m.test(ran.out)) throw pushRejected(url, branch, ran)
    if (/error: 40[13]|Authentication failed|could not read (Username|Password)/i.test(ran.said))
      throw pushDenied(url, ran)
    throw gitFailed('push', ran)
  }

  async #must(args: string[], options: RunOptions): Promise<string> {
    const ran = await this.#run(args, options)
    if (ran.status === 0) return ran.out
    throw gitFailed(args[0]!, ran)
  }

  async #run(args: string[], {signal, env = {}, ms = DEADLINE_MS}: RunOptions): Promise<Ran> {
    signal?.throwIfAborted()
    return abortAfter(ms, signal, (ends) => run(args, this.folder, env, ends))
  }
}

interface RunOptions {
  signal?: AbortSignal
  env?: Record<string, string>
  ms?: number
}

function run(args: string[], cwd: string, env: Record<string, string>, ends: AbortSignal): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn('git', args, {
      cwd,
      // In English, as its words are read here; and it asks nobody.
      env: {...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: ends,
    })
    let [out, said] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)))
    child.once('error', (error: NodeJS.ErrnoException) => fail(error.code === 'ENOENT' ? gitMissing(error) : error))
    child.once('close', (status) => done({status, out, said}))
  })
}

/** The last lines that it said. */
const lastOf = ({said, out}: Ran): string => (said.trim() || out.trim()).split('\n').slice(-4).join('; ')

const gitMissing = (cause: unknown): DrError =>
  new DrError({
    code: 'GitMissing',
    exit: 'usage',
    what: 'git is not installed, or not in the PATH',
    why: 'the source is pushed with it; nothing was pushed',
    next: 'install git, then run this command again',
    cause,
  })

const gitFailed = (what: string, ran: Ran): DrError =>
  new DrError({
    code: 'GitFailed',
    exit: 'failed',
    what: `git ${what} failed`,
    why: lastOf(ran) || `it ended with ${ran.status}`,
    next: 'fix what git says, then run this command again',
  })

const repositoryAround = (folder: string, root: string): DrError =>
  new DrError({
    code: 'RepositoryAround',
    exit: 'usage',
    what: `${folder} is inside the git repository ${root}`,
    why: 'the pipeline looks for todo-dr.yaml at the root of what is pushed; nothing was pushed',
    next: 'give the project a repository of its own: git init in its folder',
  })

const pushRejected = (url: string, branch: string, ran: Ran): DrError =>
  new DrError({
    code: 'PushRejected',
    exit: 'refused',
    what: `${branch} of ${url} has commits that are not here; nothing was pushed`,
    why: lastOf(ran),
    next: 'fetch that branch and merge it, then run this command again',
  })

const pushDenied = (url: string, ran: Ran): DrError =>
  new DrError({
    code: 'PushDenied',
    exit: 'credentials',
    what: `you may not push to ${url}`,
    why: lastOf(ran),
    next: 'todo-dr iam-policy pipeline push prints what is needed',
  })
