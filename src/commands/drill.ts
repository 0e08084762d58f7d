import {Flags} from '@oclif/core'

import type {OpenTarget} from '../open/target.js'
import {DrCommand} from '../cli/dr-command.js'
import {SCENARIO_NAMES} from '../actions/drill/scenarios.js'
import type {Stages} from '../actions/drill/stages.js'
import {DrError} from '../errors.js'
import type {DrillResult} from '../measure/result.js'
import type {LedgerEntry} from '../model/ledger.js'
import type {LabAdmin} from '../ports/lab-admin.js'

interface LabFlags {
  lab?: string
  keep: boolean
  profile: 'instant' | 'paced'
}

export default class Drill extends DrCommand {
  static override summary = 'Rehearse an outage on a local two-region lab: failover and failback under load, measured'
  static override description = `Starts a lab of its own, deploys the sample application, puts load on the edge, breaks the home region, fails over, and says
how long clients were down and which acknowledged writes were lost; then it lifts the fault and fails back. Nothing is left.
Ends 0 where the objectives were met, 5 where one was missed, 6 where it cannot be said. What a lab measures is no evidence about AWS.`

  static override examples = [
    '<%= config.bin %> drill',
    '<%= config.bin %> drill --lag 300 --rate 100 --json',
    '<%= config.bin %> drill --scenario api-outage --keep',
  ]

  static override flags = {
    scenario: Flags.option({
      description:
        'What breaks: the whole region, its database, or its API (answered with a switchover, which loses nothing)',
      options: SCENARIO_NAMES,
      default: 'region-loss' as const,
    })(),
    lag: Flags.integer({
      description: 'Delay of replication, in milliseconds',
      default: 0,
      min: 0,
      max: 600_000,
      helpValue: 'MS',
    }),
    rate: Flags.integer({
      description: 'Writes a second, and as many reads',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({
      description: 'Determines the request ids of the load; printed where it is not given',
      helpValue: 'N',
    }),
    'no-failback': Flags.boolean({description: 'End after the verdict'}),
    keep: Flags.boolean({description: 'Leave the lab running'}),
    profile: Flags.option({
      description: '`instant` has no delays, `paced` has orders of magnitude of AWS, scaled down',
      options: ['instant', 'paced'] as const,
      default: 'instant' as const,
    })(),
    lab: Flags.string({
      description: 'Use this lab; it is started, and stopped again, where it does not run',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<DrillResult & {lab: string}> {
    const {flags} = await this.parse(Drill)
    const [{tellStages}, {runDrill}] = await Promise.all([
      import('../actions/drill/stages.js'),
      import('../actions/drill/drill.js'),
    ])
    const stages = tellStages(this.emit)
    const lab = await this.#openLab(flags, stages)
    try {
      const {seed = Math.floor(Math.random() * 2 ** 31), scenario, lag: lagMs, rate: ratePerSecond} = flags
      this.emit({code: 'note', text: `scenario ${scenario}, lag ${lagMs} ms, ${ratePerSecond} writes/s, seed ${seed}`})
      const {result, entries, outcome, failback} = await runDrill({
        target: await lab.open(),
        targetName: flags.lab === undefined ? 'lab' : `lab:${lab.name}`,
        scenario,
        lagMs,
        ratePerSecond,
        seed,
        failback: !flags['no-failback'],
        stages,
        emit: this.emit,
        signal: this.signal,
      })
      await this.#report(result, entries)
      // A run that was not carried out says more than a verdict on it.
      for (const {status, exit} of failback ? [outcome, failback] : [outcome])
        if (status !== 'done') this.exitWith(exit)
      return {...result, lab: lab.name}
    } finally {
      await lab.end()
    }
  }

  async #report(result: DrillResult, entries: readonly LedgerEntry[]): Promise<void> {
    const {report} = await import('../report/files.js')
    const {lines, page, exit} = await report(result, entries)
    this.emit({code: 'note', text: `report to look at: ${page}`})
    this.log(lines.join('\n'))
    this.exitWith(exit)
  }

  /** A lab of the drill's own, or the named one. `end` stops what the drill started, but for --keep. */
  async #openLab({lab, keep, profile}: LabFlags, stages: Stages) {
    const [{openLabs}, {openTarget}] = await Promise.all([import('../open/labs.js'), import('../open/target.js')])
    const labs = await openLabs()
    const name = lab ?? `drill-${process.pid}`
    const runs = lab !== undefined && (await isRunning(labs.connect(name)))
    const onProgress = (text: string): void => this.emit({code: 'step-note', id: 'lab', text})
    const start = () => labs.start({name, profile, tied: !keep, signal: this.signal, onProgress})
    const started = runs ? undefined : await stages('lab', 'Start a lab and deploy the application', start)
    let target: OpenTarget | undefined
    return {
      name,
      open: async (): Promise<OpenTarget & {lab: LabAdmin}> => {
        target = await openTarget({flag: `lab:${name}`, emit: this.emit, signal: this.signal})
        return target as OpenTarget & {lab: LabAdmin}
      },
      end: async (): Promise<void> => {
        await target?.close()
        if (started && !keep) await started.stop()
        if (keep)
          this.emit({
            code: 'note',
            text: `the lab runs on: --target lab:${name}; end it with todo-dr lab stop --lab ${name}`,
          })
      },
    }
  }
}

const isRunning = async (lab: LabAdmin): Promise<boolean> =>
  lab.status().then(
    () => true,
    (error: unknown) => {
      if (error instanceof DrError && error.code === 'NoLab') return false
      throw error
    },
  )
