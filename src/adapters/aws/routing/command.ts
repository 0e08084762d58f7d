/** Clients are sent by a program of the user's: a DNS provider, a load balancer, anything that has no file here. */

import {spawn} from 'node:child_process'
import {z} from 'zod'
import {DrError, Unreachable} from '../../../errors.js'
import type {Deployment, Region} from '../../../model/deployment.js'
import {homeOf, otherRegion, regionNames} from '../../../model/regions.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, VerifyOptions} from '../../../ports/route.js'
import {inARow} from '../../../ports/waits.js'
import type {RouteKind} from './kind.js'

const settings = z.object({
  kind: z.literal('command'),
  command: z.array(z.string()).min(1),
  timeoutSeconds: z.number(),
  needs: z.string().optional(),
  answersInARow: z.number(),
  /** Where it runs. */
  folder: z.string(),
})

/** Milliseconds between the two signals to a program that does not end. */
const GRACE_MS = 2000
/** The exit status of a program that would say the same again. */
const NO_USE = 2
/** What is kept of each of its outputs, in characters. */
const KEPT = 10_000

/**
 * The contract: `PROGRAM serving` prints the region that clients are sent to now, `PROGRAM steer REGION` returns when the route names
 * that region, and may be called again. Exit status 0 is a yes; with another one the last line on stderr says why, and 2 means that it is no
 * use to try again. It has `TODO_DR_APP`, `TODO_DR_HOME` and `TODO_DR_AWAY` in its environment and nothing on stdin, and is ended with all
 * that it started when its time is up.
 */
export class CommandRoute implements Route {
  readonly needs: RouteNeeds
  readonly spread: string
  readonly #deployment: Deployment
  readonly #settings: z.infer<typeof settings>

  constructor(deployment: Deployment) {
    this.#deployment = deployment
    this.#settings = settings.parse(deployment.route)
    const {command, needs} = this.#settings
    this.needs = {service: needs ?? `what ${command[0]} calls`, plane: 'control'}
    this.spread = `when ${command[0]} has done its work and no client keeps the old address`
  }

  async serving(options?: CallOptions): Promise<Region> {
    const said = (await this.#run(['serving'], options)).trim()
    if (regionNames(this.#deployment).includes(said)) return said
    throw failed(
      this.#said(['serving']),
      `it printed ${JSON.stringify(said.slice(0, 80))}, which is no region of the deployment`,
      false,
    )
  }

  async steer(region: Region, options?: CallOptions): Promise<void> {
    await this.#run(['steer', region], options)
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(this.#settings.answersInARow, clock, signal, served)
  }

  byHand(region: Region): string {
    return `run ${this.#said(['steer', region])} in ${this.#settings.folder}, or do what it does by hand`
  }

  #said(args: string[]): string {
    return [...this.#settings.command, ...args].join(' ')
  }

  /** What it prints. Throws `Unreachable` where it does not end in time, and `RouteCommandFailed` where it says no. */
  #run(args: string[], {signal}: CallOptions = {}): Promise<string> {
    const {command, folder, timeoutSeconds} = this.#settings
    const [program, ...first] = command as [string, ...string[]]
    const {app} = this.#deployment
    const home = homeOf(this.#deployment)
    const env = {
      ...process.env,
      TODO_DR_APP: app,
      TODO_DR_HOME: home,
      TODO_DR_AWAY: otherRegion(this.#deployment, home),
    }
    const ms = timeoutSeconds * 1000
    const said = this.#said(args)
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      // A group of its own: what it has started ends with it.
      const child = spawn(program, [...first, ...args], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      const out = {stdout: '', stderr: ''}
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => (out[name] = (out[name] + text).slice(-KEPT)))
      let late: Error | undefined
      const end = (why: Error): void => {
        late ??= why
        kill(child.pid, 'SIGTERM')
        setTimeout(() => kill(child.pid, 'SIGKILL'), GRACE_MS).unref()
        reject(why)
      }

      const alarm = setTimeout(() => end(new Unreachable(`${said} did not end within ${ms / 1000} s`)), ms)
      const abort = (): void => end(signal!.reason as Error)
      signal?.addEventListener('abort', abort, {once: true})
      const over = (): void => {
        clearTimeout(alarm)
        signal?.removeEventListener('abort', abort)
      }

      child.once('error', (error) => {
        over()
        reject(failed(said, error.message, false))
      })
      child.once('close', (code, killedBy) => {
        over()
        if (late) return
        const why = out.stderr.trim().split('\n').at(-1) || `it ended with ${killedBy ?? `exit status ${code}`}`
        if (code === 0) resolve(out.stdout)
        else reject(failed(said, why, code !== NO_USE))
      })
    })
  }
}

/** The program and all that it started, where it still runs. */
function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}

/** `passing`: it may work a moment later. */
const failed = (said: string, why: string, passing: boolean): DrError =>
  new DrError({
    code: 'RouteCommandFailed',
    exit: 'failed',
    what: `${said} failed: ${why}`,
    next: 'run it by hand to see what it says; todo-dr.yaml names it as route.command',
    passing,
  })

export const command: RouteKind = {
  settings,
  open: (_, deployment) => new CommandRoute(deployment),
  grants: {'route.serving': [], 'route.steer': []},
}
