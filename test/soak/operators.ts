/**
 * Two operators who do not know of each other, on two state folders with clocks that differ, act on one lab; their processes are
 * paused, killed, hung up on, not listened to, and find their disk full; somebody switches in the console too. Witnesses write
 * through the edge and to each region meanwhile. Whatever happens, a round must hold:
 *
 * - no write that was acknowledged is lost, unless somebody accepted a loss in this round and a failover was made;
 * - nothing stays fenced behind commands that all say that nothing was changed, or that they are done;
 * - a command that ends 0 has done it, and the last one to end so decides who is primary;
 * - after one planned switch nobody acknowledges on the old side; after one failover only where an operator was told that the fence is not proven;
 * - following `status` alone, an operator comes back to Healthy, with the same rows on both sides.
 */

import {DescribeGlobalClustersCommand, RDSClient, SwitchoverGlobalClusterCommand} from '@aws-sdk/client-rds'
import type {ChildProcess} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

import type {StatusResult} from '../../src/actions/status/result.js'
import {ROOT, Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {takesNoMore} from '../support/full-disk.js'
import {callLab, labKeys} from '../support/lab.js'
import {otherMachine} from '../support/other-machine.js'
import {requestIds} from '../support/sql.js'
import {generator} from './generator.js'
import {Witness} from './witness.js'
import type {Acknowledged} from './witness.js'

const REGIONS = ['us-east-1', 'us-east-2']
const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
const FAULTS = [undefined, undefined, 'api-outage', 'region-loss', 'database-crash'] as const
const DISTURBANCES = ['none', 'none', 'pause', 'kill', 'hangup', 'interrupt', 'deaf', 'disk'] as const
const COMMANDS = [
  'switchover',
  'switchover',
  'failover',
  'failover',
  'failover',
  'failback',
  'resume',
  'steer',
] as const
/** Milliseconds. Off by more than AWS takes, by more than a lease, by a day. */
const SKEWS = [0, 0, 90_000, -90_000, 6 * 60_000, 24 * 60 * 60_000]
/** A lease of a minute may stand in the way, and a region is taken in again. */
const SETTLE_MS = 200_000
const COMMAND_MS = 240_000

type Disturbance = (typeof DISTURBANCES)[number]
type Command = (typeof COMMANDS)[number]

interface Deed {
  command: Command
  consents: boolean
  disturbance: Disturbance
  /** When the command begins, and how long after that it is disturbed. */
  afterMs: number
  disturbMs: number
  skewMs: number
}

interface Done extends Deed {
  code: number | null
  stderr: string
  endedAt: number
}

interface Call {
  service: string
  operation: string
  code: string
}

export class OperatorRounds {
  private constructor(
    private readonly sandbox: Sandbox,
    /** The state folders of the two. */
    private readonly states: string[],
    private readonly lab: LabStatus,
  ) {}

  static async open(): Promise<OperatorRounds> {
    const sandbox = new Sandbox()
    const lab = await sandbox.seededLab()
    return new OperatorRounds(sandbox, [otherMachine(sandbox), otherMachine(sandbox)], lab)
  }

  async close(): Promise<void> {
    await this.sandbox.run(['lab', 'stop'])
    this.sandbox.remove()
  }

  /** Throws with a sentence where something does not hold. */
  async round(seed: number): Promise<string> {
    const random = generator(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const fault = pick(FAULTS)
    const deeds = this.states.map((): Deed => {
      const command = pick(COMMANDS)
      return {
        command,
        consents: command === 'failover' || (command === 'resume' && random() < 0.5),
        disturbance: pick(DISTURBANCES),
        afterMs: random() * 3000,
        disturbMs: 500 + random() * 4000,
        skewMs: pick(SKEWS),
      }
    })
    const console_ = random() < 0.15 ? random() * 4000 : undefined
    const story = [
      fault ?? 'no fault',
      ...deeds.map(({command, disturbance, skewMs}) => `${command}/${disturbance}/${skewMs / 1000} s`),
      ...(console_ === undefined ? [] : ['console']),
    ].join(', ')
    try {
      return `${story}: ${await this.#play({fault, deeds, console_})}`
    } catch (error) {
      throw new Error(`${story}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async #play({fault, deeds, console_}: {fault?: string; deeds: Deed[]; console_?: number}): Promise<string> {
    const before = await this.#status()
    await callLab(this.lab, 'DELETE', 'calls')
    const token = (await this.sandbox.expect(0, ['token'])).stdout.trim()
    const witness = new Witness(this.lab, token)
    let done: Done[]
    let after: StatusResult
    try {
      await sleep(500)
      if (fault) await this.#fault('POST', fault, before.primary!)
      const acts = deeds.map((deed, index) => this.#act(deed, this.states[index]!))
      const clicked = console_ === undefined ? undefined : this.#clicks(console_, before.standby!)
      done = await Promise.all(acts)
      await clicked
      after = await this.#status()
    } finally {
      if (fault) await this.#fault('DELETE', fault, before.primary!)
    }

    const settled = await this.#settle()
    await witness.stop()
    const lost = await this.#lost(settled.primary!, witness.acknowledged)
    const promotions = await this.#promotions()
    this.#judge({before, after, fault, done, clicked: console_ !== undefined, lost, promotions, witness})
    await this.#sameRows()
    return `${before.primary} to ${settled.primary}, exits ${done.map(({code}) => code ?? 'killed').join(' and ')}, ${lost.length} lost of ${witness.acknowledged.length}`
  }

  #judge({
    before,
    after,
    fault,
    done,
    clicked,
    lost,
    promotions,
    witness,
  }: {
    before: StatusResult
    after: StatusResult
    fault?: string
    done: Done[]
    clicked: boolean
    lost: Acknowledged[]
    promotions: {failovers: number; switchovers: number}
    witness: Witness
  }): void {
    const said = done.map(({command, code, stderr}) => `${command} ended ${code}:\n${stderr.trim()}`).join('\n')
    const must = (holds: boolean, sentence: string): void => {
      if (!holds) throw new Error(`${sentence}\n${said}`)
    }

    const accepted = done.some(({consents}) => consents)
    must(promotions.failovers === 0 || accepted, 'a promotion that may lose data, and nobody accepted a loss')
    must(
      lost.length === 0 || promotions.failovers > 0,
      `${lost.length} acknowledged writes are lost without a failover`,
    )

    const sure = done.every(({code}) => code === 0 || code === 2 || code === 3 || code === 130)
    const primary = after.regions.find(({region}) => region === after.primary)
    if (sure && !fault && !clicked && primary?.writers.reachable)
      must(
        primary.writers.mode === 'open',
        `${after.primary} is fenced, and every command says that it is done or that nothing was changed`,
      )

    const ends = done.filter(({code}) => code === 0).sort((left, right) => left.endedAt - right.endedAt)
    const word = /The \w+ is done: (\S+) is the primary/.exec(ends.at(-1)?.stderr ?? '')?.[1]
    if (word !== undefined && !clicked && sure) must(after.primary === word, `${word} is not the primary`)

    if (promotions.failovers + promotions.switchovers === 1 && !clicked && after.primary !== before.primary) {
      const late = lateOnes(witness.acknowledged, before.primary!, after.primary!)
      const told = /not proven|not (be )?proven|unproven|no proof/.test(said) || after.unprovenFence !== null
      must(
        late.length === 0 || told,
        `${late.length} writes were acknowledged by ${before.primary} after the first in ${after.primary}`,
      )
    }
  }

  /** A command of an operator, and what becomes of it. */
  #act(deed: Deed, state: string): Promise<Done> {
    const {command, consents, disturbance, afterMs, disturbMs, skewMs} = deed
    return new Promise((resolve, reject) => {
      setTimeout(() => {
        const env = {
          XDG_STATE_HOME: state,
          SOAK_SKEW_MS: String(skewMs),
          NODE_OPTIONS: `--require ${join(ROOT, 'test', 'soak', 'skew.cjs')}`,
        }
        const child = this.sandbox.start([command, ...(consents ? CONSENT : [])], {env})
        let stderr = ''
        child.stderr!.on('data', (chunk: Buffer) => (stderr += String(chunk)))
        child.stdout!.resume()
        const disturbing = setTimeout(() => disturb(child, disturbance, state), disturbMs)
        const limit = setTimeout(() => {
          child.kill('SIGKILL')
          reject(new Error(`${command} did not end within ${COMMAND_MS / 1000} s:\n${stderr}`))
        }, COMMAND_MS)
        child.once('close', (code) => {
          clearTimeout(disturbing)
          clearTimeout(limit)
          resolve({...deed, code, stderr, endedAt: Date.now()})
        })
      }, afterMs)
    })
  }

  /** What somebody does who knows nothing of todo-dr. */
  async #clicks(afterMs: number, to: string): Promise<void> {
    await sleep(afterMs)
    const rds = new RDSClient({region: to, endpoint: this.lab.endpoint, credentials: labKeys(this.lab), maxAttempts: 1})
    try {
      const {GlobalClusters} = await rds.send(new DescribeGlobalClustersCommand({}))
      const [{GlobalClusterIdentifier, GlobalClusterMembers} = {}] = GlobalClusters ?? []
      const target = GlobalClusterMembers?.find(({DBClusterArn}) => DBClusterArn?.split(':')[3] === to)?.DBClusterArn
      await rds.send(new SwitchoverGlobalClusterCommand({GlobalClusterIdentifier, TargetDbClusterIdentifier: target}))
    } catch {
      // Refused, as the console would say: a switch is on, or the region does not answer.
    } finally {
      rds.destroy()
    }
  }

  async #fault(method: 'POST' | 'DELETE', kind: string, region: string): Promise<void> {
    const answer = await callLab(this.lab, method, 'faults', {kind, region})
    if (!answer.ok) throw new Error(`${method} ${kind}: ${await answer.text()}`)
  }

  async #status(): Promise<StatusResult> {
    const {stdout, stderr} = await this.sandbox.run(['status', '--json'])
    const result = JSON.parse(stdout) as StatusResult & {error?: {what: string}}
    if (result.error) throw new Error(`status: ${result.error.what}\n${stderr}`)
    return result
  }

  /** Types what `status` says, until it says that all is well. */
  async #settle(): Promise<StatusResult> {
    const until = Date.now() + SETTLE_MS
    const typed: string[] = []
    for (;;) {
      const status = await this.#status()
      const {situation, unfinished, edge, primary, unprovenFence} = status
      if (situation === 'Healthy' && unfinished.length === 0 && edge === primary && unprovenFence === null)
        return status
      if (Date.now() > until) throw new Error(`it does not come back: ${situation}; typed: ${typed.join('; ')}`)
      const next = unfinished[0]?.next ?? status.next
      if (next?.startsWith('todo-dr ') && !next.startsWith('todo-dr status')) {
        const line = next.split(/[;,]| # /)[0]!.trim()
        const {code} = await this.sandbox.run(line.split(' ').slice(1), {timeoutMs: COMMAND_MS})
        typed.push(`${line} (${code})`)
        // A resume that is refused for want of consent is taken back: nothing was promoted.
        if (code === 3 && line.startsWith('todo-dr resume')) {
          const back = await this.sandbox.run(['resume', '--undo'], {timeoutMs: COMMAND_MS})
          typed.push(`todo-dr resume --undo (${back.code})`)
        }
      }

      await sleep(1000)
    }
  }

  /** From the database itself: its server may have been started anew, at another port. */
  async #held(region: string): Promise<Set<string>> {
    return requestIds(await this.sandbox.json<LabStatus>(['lab', 'status']), region)
  }

  async #lost(primary: string, acknowledged: readonly Acknowledged[]): Promise<Acknowledged[]> {
    const held = await this.#held(primary)
    return acknowledged.filter(({requestId}) => !held.has(requestId))
  }

  async #promotions(): Promise<{failovers: number; switchovers: number}> {
    const {calls} = (await (await callLab(this.lab, 'GET', 'calls')).json()) as {calls: Call[]}
    const made = (operation: string): number =>
      calls.filter((call) => call.service === 'rds' && call.operation === operation && call.code === 'OK').length
    return {failovers: made('FailoverGlobalCluster'), switchovers: made('SwitchoverGlobalCluster')}
  }

  /** Once the standby has caught up. */
  async #sameRows(): Promise<void> {
    const until = Date.now() + 30_000
    for (;;) {
      const [left, right] = (await Promise.all(REGIONS.map((region) => this.#held(region)))) as [
        Set<string>,
        Set<string>,
      ]
      if (left.size === right.size && [...left].every((id) => right.has(id))) return
      if (Date.now() > until) throw new Error(`the regions hold ${left.size} and ${right.size} request ids`)
      await sleep(500)
    }
  }
}

/** Acknowledged by the old side, and sent after the new side had acknowledged its first. */
function lateOnes(all: readonly Acknowledged[], old: string, fresh: string): Acknowledged[] {
  const first = Math.min(...all.filter(({region}) => region === fresh).map(({finishedAt}) => finishedAt))
  return all.filter(({region, sentAt}) => region === old && sentAt > first)
}

function disturb(child: ChildProcess, how: Disturbance, state: string): void {
  if (how === 'kill') child.kill('SIGKILL')
  if (how === 'hangup') child.kill('SIGHUP')
  if (how === 'interrupt') child.kill('SIGINT')
  if (how === 'pause') {
    child.kill('SIGSTOP')
    setTimeout(() => child.kill('SIGCONT'), 3000)
  }

  if (how === 'deaf') {
    child.stderr!.destroy()
    child.stdout!.destroy()
  }

  if (how === 'disk') {
    const runs = join(state, 'todo-dr', 'lab', 'runs')
    try {
      takesNoMore(join(runs, readdirSync(runs).sort().at(-1)!, 'journal.ndjson'))
    } catch {
      // It has begun no run yet.
    }
  }
}
