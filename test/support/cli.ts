/** Runs the built CLI as a person would, in a sandbox of its own: own state, own temporary files, shared download cache. */

import {spawn, type ChildProcess} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {endingsOf} from '../../src/cli/help.js'
import {EXIT} from '../../src/errors.js'
import type {ExitName} from '../../src/errors.js'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(ROOT, 'bin', 'run.js')

export interface Ran {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  seconds: number
}

export interface RunOptions {
  env?: Record<string, string>
  cwd?: string
  /** After so long the command is killed and the test fails with what it printed. */
  timeoutMs?: number
}

interface Manifest {
  commands: Record<string, {exits: ExitName[]}>
}

/** A command may end only as its help says. */
function undeclaredEnding(args: string[], status: number | null): string | undefined {
  if (status === null) return undefined
  const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest
  const command = commands[args.slice(0, 2).join(':')] ?? commands[args[0]!]
  if (!command || endingsOf(command.exits).some((name) => EXIT[name].status === status)) return undefined
  return `todo-dr ${args.join(' ')} ended with ${status}, which its help does not list`
}

export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'todo-dr-sandbox-'))
  readonly env: Record<string, string>

  constructor(env: Record<string, string> = {}) {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(AWS_|COLUMNS$|TODO_DR_(?!MARIADBD))/.test(name)),
    )
    this.env = {
      ...(inherited as Record<string, string>),
      XDG_STATE_HOME: join(this.folder, 'state'),
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      NO_COLOR: '1',
      ...env,
    }
  }

  start(args: string[], options: RunOptions = {}): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], {
      cwd: options.cwd ?? this.folder,
      env: {...this.env, ...options.env},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  run(args: string[], options: RunOptions = {}): Promise<Ran> {
    const started = performance.now()
    const child = this.start(args, options)
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout!.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr!.on('data', (chunk: Buffer) => err.push(chunk))
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        fail(new Error(`todo-dr ${args.join(' ')} did not end in time:\n${Buffer.concat(err)}`))
      }, options.timeoutMs ?? 240_000)
      child.once('error', fail)
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        const fault = undeclaredEnding(args, code)
        if (fault !== undefined) return fail(new Error(`${fault}\n${Buffer.concat(err)}`))
        done({
          code,
          signal,
          stdout: Buffer.concat(out).toString(),
          stderr: Buffer.concat(err).toString(),
          seconds: (performance.now() - started) / 1000,
        })
      })
    })
  }

  /** Runs and wants exit status `code`; what was printed is in the error otherwise. */
  async expect(code: number, args: string[], options: RunOptions = {}): Promise<Ran> {
    const ran = await this.run(args, options)
    if (ran.code !== code)
      throw new Error(
        `todo-dr ${args.join(' ')}: exit ${ran.code ?? ran.signal}, wanted ${code}\n${ran.stderr}\n${ran.stdout}`,
      )
    return ran
  }

  /** Runs with --json, wants exit status `code`, and parses all of stdout. */
  async json<T>(args: string[], code = 0, options: RunOptions = {}): Promise<T> {
    const ran = await this.expect(code, [...args, '--json'], options)
    return JSON.parse(ran.stdout) as T
  }

  /** Starts the lab, with these flags, and seeds it. */
  async seededLab(...flags: string[]): Promise<LabStatus> {
    await this.expect(0, ['lab', 'start', ...flags])
    await this.expect(0, ['seed'])
    return this.json<LabStatus>(['lab', 'status'])
  }

  /** What the sandbox still holds below a name, relative paths. */
  left(name: string): string[] {
    try {
      return (readdirSync(join(this.folder, name), {recursive: true}) as string[]).sort()
    } catch {
      return []
    }
  }

  remove(): void {
    rmSync(this.folder, {recursive: true, force: true})
  }
}

/** So much of `lab status --json` as tests read. */
export interface LabStatus {
  endpoint: string
  credentialsFile: string
  edgeUrl: string
  regions: {
    region: string
    role: string
    apiUrl: string
    tokenUrl: string
    database: {host: string; port: number; user: string; passwordFile: string; name: string}
    pids: number[]
  }[]
}
