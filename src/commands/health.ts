import {Flags} from '@oclif/core'
import type {HealthResult} from '../actions/health/result.js'
import type {runHealth} from '../actions/health/run.js'
import {DrCommand} from '../cli/dr-command.js'
import {DrError} from '../errors.js'
import type {ExitName} from '../errors.js'
import {HEALTH} from '../permissions/calls.js'
import type {Calls} from '../permissions/calls.js'
import type {Clock} from '../ports/call.js'

const FORMATS = ['text', 'json', 'junit', 'prometheus'] as const

export default class Health extends DrCommand {
  static override answersOnly = true
  static override summary = 'Check whether a switch would work now, with a score from 0 to 100'
  static override description =
    'Asks both regions everything that a switch depends on, at once and within seconds: versions, capacity, lag, functions, secrets, alarms, the route, credentials, and what earlier commands left behind. Changes nothing. Each finding says what to do, and what it costs of the 100 points. Exits 0 if there is no problem, 5 if there is one, and 6 if there is no known problem but something could not be checked.'

  static override exits: readonly ExitName[] = ['missed', 'unknown', 'credentials']
  static override examples = [
    '<%= config.bin %> health',
    '<%= config.bin %> health --for switchover --json',
    '<%= config.bin %> health --target prod --format prometheus > todo-dr.prom',
    '<%= config.bin %> health --watch',
  ]

  static override calls: Calls = HEALTH

  static override flags = {
    for: Flags.option({
      options: ['failover', 'switchover', 'failback'] as const,
      description: 'The switch that the regions should be ready for',
      default: 'failover' as const,
    })(),
    format: Flags.option({
      options: FORMATS,
      description: 'How the result is printed; json is the same as --json',
      default: 'text' as const,
    })(),
    watch: Flags.boolean({
      description: 'Look again and again until Ctrl-C: a live screen on a terminal, elsewhere a line for each change',
      default: false,
    }),
    every: Flags.integer({
      description: 'Seconds between two looks',
      helpValue: 'SECONDS',
      default: 10,
      min: 2,
      max: 3600,
    }),
  }

  /** Of --format, once it is parsed. */
  private format: (typeof FORMATS)[number] | undefined

  override jsonEnabled(): boolean {
    return this.format === 'json' || super.jsonEnabled()
  }

  async run(): Promise<HealthResult> {
    const {flags} = await this.parse(Health)
    this.format = flags.format
    if (flags.watch && !['text', 'json'].includes(flags.format)) throw notWatched(flags.format)
    const session = this.session()
    // What is loaded is loaded while somebody is waited for.
    const [opened, {runHealth}] = await Promise.all([
      import('../open/health.js').then(({openHealth}) => openHealth(session)),
      import('../actions/health/run.js'),
    ])
    const input = {...opened, intent: flags.for, signal: this.signal}
    if (flags.watch) return this.watched(() => runHealth(input), input.world.clock, flags.every)
    const [{result, exit}, {healthJunit, healthLines, healthPrometheus}] = await Promise.all([
      runHealth(input),
      import('../render/health.js'),
    ])
    // What was cut short was not seen.
    this.signal.throwIfAborted()
    const print = {
      text: () => this.aim(healthLines(result, this.width).join('\n')),
      json: () => '',
      junit: () => healthJunit(result).trimEnd(),
      prometheus: () => healthPrometheus(result).trimEnd(),
    }
    this.log(print[flags.format]())
    this.exitWith(exit)
    return result
  }

  /** Ends with the status of the last look; --json prints that one. */
  private async watched(
    look: () => ReturnType<typeof runHealth>,
    clock: Clock,
    seconds: number,
  ): Promise<HealthResult> {
    const [{watchHealth}, {Screen, changeLine}] = await Promise.all([
      import('../actions/health/watch.js'),
      import('../render/watch.js'),
    ])
    const live = process.stdout.isTTY && !this.jsonEnabled()
    const screen = live ? new Screen(process.stdout, seconds, (text) => this.aim(text)) : undefined
    let first = true
    const last = await watchHealth({
      look,
      seconds,
      clock,
      signal: this.signal,
      show: (watched) => {
        if (screen) return screen.show(watched)
        if (first) this.log(`readiness ${watched.result.score} of 100`)
        first = false
        for (const change of watched.changes) this.log(changeLine(change))
      },
      failed: ({message: text, next: hint}) => this.emit({code: 'warning', text, hint}),
    })
    screen?.close()
    if (!last) throw this.signal.reason
    this.exitWith(last.exit)
    return last.result
  }
}

const notWatched = (format: string): DrError =>
  new DrError({
    code: 'FormatNotWatched',
    exit: 'usage',
    what: `--watch does not print ${format}`,
    why: 'it shows changes to a person; --json prints the last look when it ends',
    next: `todo-dr health --format ${format}, once for each look`,
  })
