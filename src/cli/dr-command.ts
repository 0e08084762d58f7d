/** Base class of every command: target, --json, --no-input, --quiet, exit codes, Ctrl-C, errors in four parts. */

import {setMaxListeners} from 'node:events'
import {Command, Flags} from '@oclif/core'
import type {Interfaces} from '@oclif/core'
import {Session} from '../open/session.js'
import type {SessionOptions} from '../open/session.js'
import {asDrError, isExitRequest} from '../render/foreign.js'
import type {RunOutcome} from '../engine/outcome.js'
import {EXIT, Interruption} from '../errors.js'
import type {DrError, ExitName} from '../errors.js'
import type {DrillResult} from '../measure/result.js'
import type {Emit} from '../messages.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {Calls} from '../permissions/calls.js'
import type {Consent} from '../ports/consent.js'
import type {Stage} from '../ports/stage.js'
import type {RunStory} from '../report/story.js'
import {visibleLines} from '../report/visible.js'
import {errorJson, errorLines} from '../render/error.js'
import {isResult} from '../render/lines.js'
import {openTerminal} from '../render/terminal.js'
import type {Terminal} from '../render/terminal.js'
import {widthOf} from '../render/width.js'
import {aimed, commandsFor, withAim} from './aim.js'
import type {Aim} from './aim.js'
import {goAhead, typedConsent} from './consent.js'
import type {ConsentOptions, GoAheadOptions} from './consent.js'
import {guardOutput, notWritten} from './outputs.js'
import {tellStages} from '../ports/stage.js'

/** After the end of a command, whatever still holds the process open (a socket of a hanging region) is left after this. */
const LINGER_MS = 2000

/** All that end a process and can be caught; Node needs SIGPROF and SIGUSR1 for itself, and ignores SIGPIPE. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGXCPU'] as const

interface Measured {
  result: DrillResult
  entries: readonly LedgerEntry[]
}

interface BaseFlags {
  target?: string
  profile?: string
  'no-input'?: boolean
  quiet?: boolean
  'dry-run'?: boolean
}

/** The flags of a command that acts on no target. */
export const UNTARGETED_FLAGS: Interfaces.FlagInput = {
  'no-input': Flags.boolean({description: 'Never ask questions; fail instead', helpGroup: 'GLOBAL'}),
  quiet: Flags.boolean({
    char: 'q',
    description: 'Print no progress: only the result, warnings and errors',
    helpGroup: 'GLOBAL',
  }),
}

export abstract class DrCommand extends Command {
  static override enableJsonFlag = true

  /** How it can end beside what every command can: for its help. */
  static exits: readonly ExitName[] = ['unknown', 'credentials']

  /** Its answer is all that it does: where that cannot be written, it has failed. A switch is done, whatever becomes of its lines. */
  static answersOnly = false

  /** It acts on labs, and on no other target. */
  static labOnly = false

  /** What it asks of a deployment; undefined where it acts on none. `iam-policy` prints what IAM must allow for it. */
  static calls?: Calls

  static override baseFlags: Interfaces.FlagInput = {
    target: Flags.string({
      description: 'Deployment to use: `lab`, `lab:NAME`, or a target in todo-dr.yaml',
      env: 'TODO_DR_TARGET',
      helpGroup: 'GLOBAL',
      helpValue: 'NAME',
    }),
    profile: Flags.string({
      description: 'AWS profile to use, instead of the one in todo-dr.yaml',
      helpGroup: 'GLOBAL',
      helpValue: 'NAME',
    }),
    ...UNTARGETED_FLAGS,
  }

  /** What happens, told to a person: lines on stderr. With --quiet only what it ends in. */
  protected readonly emit: Emit = (event) => {
    const {quiet, 'dry-run': dryRun = false} = this.#base
    if (!quiet || isResult(event, {dryRun})) this.answer(event)
  }

  /** What was asked for, told as `emit` does, with --quiet too. */
  protected readonly answer: Emit = (event) => this.#terminal.emit(withAim(event, this.#aim))

  /** One act that takes its time, told as it begins and as it ends. */
  protected readonly stage: Stage = tellStages((event) => this.emit(event))

  readonly #abort = new AbortController()
  readonly #terminal: Terminal = openTerminal(process.stderr)
  #base: BaseFlags = {}
  readonly #sessions: Session[] = []
  #unanswered = false
  #acting: Omit<Aim, 'commands'> | undefined

  /** Aborts at the first Ctrl-C, or another signal that ends a process. A second one exits 130 at once. */
  protected get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** True where a person can be asked: a terminal on both sides, and neither --json nor --no-input. */
  protected get interactive(): boolean {
    return (
      !this.jsonEnabled() && !this.#base['no-input'] && process.stdin.isTTY === true && process.stderr.isTTY === true
    )
  }

  /**
   * All that the target of --target, TODO_DR_TARGET or todo-dr.yaml offers; nothing is opened before it is asked for.
   * Closed when the command ends.
   */
  protected session(options: Partial<Omit<SessionOptions, 'emit' | 'signal'>> = {}): Session {
    const {emit, signal} = this
    const {target, profile} = this.#base
    const session = new Session({target, profile, folder: process.cwd(), ...options, emit, signal})
    this.#sessions.push(session)
    return session
  }

  /** What hints are aimed at where no flag names it. `gone`: it ends together with this command. */
  protected actsOn(target: string, {gone}: {gone: boolean}): void {
    this.#acting = {target, gone}
  }

  /** Of lines on stdout; undefined where they have no limit. */
  protected get width(): number | undefined {
    return widthOf(process.stdout)
  }

  /** For people, on stdout. */
  override log(message = ''): void {
    super.log(visibleLines(message))
  }

  /** Sets the exit status without throwing away the result, which --json still prints. */
  protected exitWith(name: ExitName): void {
    process.exitCode = EXIT[name].status
  }

  /**
   * What a measurement leaves: reports beside its `result.json`, and lines. The exit status is the verdict's, or that of a
   * run that was not carried out, which says more.
   */
  protected async report(session: Session, {result, entries}: Measured, runs: RunOutcome[]): Promise<void> {
    const {summary, writeReport} = await import('../report/files.js')
    const {lines, exit} = summary(result, entries, {aim: (hint) => this.aim(hint), width: this.width})
    await this.#written(async () => {
      // A run that was interrupted early has no plan to tell of.
      const story = await readStory(session, result.runId).catch(() => undefined)
      return writeReport(result, entries, story)
    })
    this.log(lines.join('\n'))
    this.exitWith(exit)
    for (const run of runs) if (run.status !== 'done') this.exitWith(run.exit)
  }

  /** What a switch leaves that was not measured: a report beside its journal. */
  protected async reportRun(session: Session, outcome: RunOutcome): Promise<void> {
    const {writeRunReport} = await import('../report/files.js')
    await this.#written(async () => {
      const [story, {name: target, kind}] = await Promise.all([readStory(session, outcome.runId), session.target()])
      return writeRunReport({outcome, story, target, lab: kind === 'lab'})
    })
  }

  /** The switch is over by now: a disk that refuses its report changes nothing of it. */
  async #written(write: () => Promise<string>): Promise<void> {
    try {
      this.answer({code: 'note', text: `report: ${await write()}`})
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.answer({code: 'warning', text: `The report could not be written: ${why}`})
    }
  }

  /** Shows an error that is a part of the result, which is still given. */
  protected async tell(error: DrError): Promise<void> {
    this.#terminal.stop()
    this.#terminal.lines(errorLines(this.#aimedError(error)))
  }

  /** The consent to what cannot be taken back. */
  protected consent(options: ConsentOptions): Consent {
    return typedConsent(options, this.interactive ? (question) => this.#ask(question) : undefined)
  }

  /** The consent to what can be taken back, but is felt by clients. */
  protected goAhead(options: GoAheadOptions): Promise<void> {
    return goAhead(options, this.interactive ? (question) => this.#askYes(question) : undefined)
  }

  async #askYes(message: string): Promise<boolean> {
    const {confirm} = await import('@inquirer/prompts')
    return confirm({message, default: false}, {output: process.stderr, signal: this.signal})
  }

  async #ask(message: string): Promise<string> {
    const {input} = await import('@inquirer/prompts')
    return input({message}, {output: process.stderr, signal: this.signal})
  }

  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv)
    this.#base = parsed.flags as BaseFlags
    return parsed
  }

  override async init(): Promise<void> {
    await super.init()
    // Every call in flight listens to it; Node would warn of more than ten.
    setMaxListeners(0, this.signal)
    for (const signal of SIGNALS) process.on(signal, this.#interrupt)
    guardOutput(process.stdout, (error) => this.#notWritten(error))
    guardOutput(process.stderr, () => undefined)
  }

  /** Replaces oclif's, which exits 1 under --json whatever the error says, and prints a bare message otherwise. */
  protected override async catch(thrown: Error): Promise<void> {
    if (isExitRequest(thrown)) {
      process.exitCode = thrown.oclif.exit
      return
    }

    const error = this.#aimedError(asDrError(thrown, {interrupted: this.signal.aborted, command: this.id ?? ''}))
    process.exitCode = error.exitStatus
    this.#terminal.stop()
    if (this.jsonEnabled()) this.logJson(errorJson(error))
    else this.#terminal.lines(errorLines(error))
    if (process.env.DEBUG) process.stderr.write(`${stackOf(thrown)}\n`)
  }

  /** The hints of a result, as those that are shown. */
  protected override toSuccessJson(result: unknown): unknown {
    return withAim(result, this.#aim)
  }

  /** Undefined where no target was given: then a command that is pasted finds the same one. */
  get #aim(): Aim | undefined {
    const {target, gone} = this.#acting ?? {target: this.#base.target}
    if (!target) return undefined
    return {target, commands: commandsFor({target, gone}, this.config.commands), gone}
  }

  /** Text with commands that stands in a result for people. */
  protected aim(text: string): string {
    return this.#aim ? aimed(text, this.#aim) : text
  }

  #aimedError(error: DrError): DrError {
    if (error.next === undefined || !this.#aim) return error
    return Object.assign(error, {next: aimed(error.next, this.#aim)})
  }

  protected override async finally(): Promise<void> {
    this.#terminal.stop()
    if (this.#unanswered) this.exitWith('failed')
    for (const signal of SIGNALS) process.off(signal, this.#interrupt)
    await Promise.allSettled(this.#sessions.map((session) => session.close()))
    // Unreferenced: it fires only where something else keeps the process alive.
    setTimeout(() => process.exit(), LINGER_MS).unref()
  }

  /** What becomes of our lines decides nothing, unless they are all that was asked for. */
  #notWritten(error: Error): void {
    if (!(this.constructor as typeof DrCommand).answersOnly) return
    this.#unanswered = true
    notWritten(error)
  }

  readonly #interrupt = (signal: NodeJS.Signals): void => {
    const hangup = signal === 'SIGHUP'
    // Only a person presses twice; a terminal that goes away may send its signal together with another one.
    if (this.signal.aborted && !hangup) process.exit(EXIT.interrupted.status)
    if (!hangup) this.emit({code: 'warning', text: 'stopping', hint: 'press Ctrl-C again to exit immediately'})
    this.#abort.abort(new Interruption(signal, hangup))
  }
}

async function readStory(session: Session, runId: string): Promise<RunStory> {
  const [runs, deployment, {readRecord}, {storyOf}] = await Promise.all([
    session.runs(),
    session.deployment(),
    import('../engine/unfinished.js'),
    import('../report/story.js'),
  ])
  const {plan, lines} = await readRecord(await runs.open(runId), deployment)
  return storyOf(plan, lines)
}

/** The stack with its causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
