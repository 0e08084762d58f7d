import {Flags} from '@oclif/core'
import {SwitchCommand} from '../cli/switch-command.js'
import type {SwitchResult} from '../cli/switch-command.js'
import {DrError} from '../errors.js'
import type {OpenTarget} from '../open/target.js'
import type {Prepared} from '../engine/prepare.js'
import type {RunOutcome} from '../engine/outcome.js'
import type {GateVerdict} from '../gates/index.js'
import type {Waiver} from '../model/gate.js'
import {regionNames} from '../model/regions.js'
import type {DrillResult} from '../measure/result.js'
import type {Run} from '../ports/runs.js'

export default class Failover extends SwitchCommand {
  static override summary = 'Promote the standby without waiting for the primary: may lose writes'
  static override description =
    'For a primary that is gone. Wants a consent to data loss, --allow-data-loss and --confirm with the name of the application, after showing what is at risk. While the primary answers, `todo-dr switchover` loses nothing.'

  static override flags = {
    to: Flags.string({
      description: 'The region to promote; by default the one that is not the primary',
      helpValue: 'REGION',
    }),
    'dry-run': Flags.boolean({
      description: 'Stop after the gates, with their exit status',
      default: false,
      exclusive: ['measure'],
    }),
    'allow-data-loss': Flags.boolean({description: 'Accept that writes may be lost'}),
    confirm: Flags.string({description: 'The name of the application, typed out', helpValue: 'NAME'}),
    measure: Flags.boolean({
      description: 'Send load before, during and after, and judge recovery time and lost writes',
    }),
    rate: Flags.integer({
      description: 'Writes a second of --measure, and as many reads',
      default: 50,
      min: 1,
      max: 2000,
      helpValue: 'N',
    }),
    seed: Flags.integer({description: 'Seed of the load of --measure', default: 1, helpValue: 'N'}),
  }

  async run(): Promise<SwitchResult | DrillResult> {
    const {flags} = await this.parse(Failover)
    const target = await this.openTarget()
    const decidedFrom = target.world.clock.now()
    const prepared = await this.prepare(target, 'failover', flags.to)
    if (prepared.diagnosis.situation === 'Healthy')
      this.emit({
        code: 'warning',
        text: 'everything is healthy: a failover would only risk loss',
        hint: 'todo-dr switchover loses nothing',
      })
    const waivers = await this.#consent(target, prepared, flags)
    const verdict = prepared.gates(waivers)
    await this.show(verdict)
    if (verdict.refusals.length > 0 || flags['dry-run']) return this.notRun(target, prepared, verdict, flags['dry-run'])
    const run = await target.runs.create('failover')
    if (flags.measure) return this.#measured(target, run, waivers, flags)
    const outcome = await this.carryOut(target, prepared.plan, {run, waivers, decidedFrom})
    this.exitWith(outcome.exit)
    return this.result(target, prepared, verdict, {dryRun: false, outcome})
  }

  /** A consent is the flag and the name: typed here, where a person can be asked, or given by --confirm. */
  async #consent(
    {app}: OpenTarget,
    prepared: Prepared,
    flags: {'allow-data-loss': boolean; confirm?: string},
  ): Promise<Waiver[]> {
    if (!flags['allow-data-loss']) return []
    const reason = '--allow-data-loss, confirmed with the name of the application'
    const given: Waiver[] = [{name: 'allow-data-loss', reason}]
    if (flags.confirm === app) return given
    if (flags.confirm !== undefined) throw wrongName(flags.confirm, app)
    if (!this.interactive || prepared.gates(given).refusals.length > 0) return []
    for (const {gate, reason: risk, hint} of prepared.gates([]).refusals)
      this.emit({code: 'refusal', gate, reason: risk, hint, waived: false})
    if (await this.confirmByTyping(`Type ${app} to accept the loss:`, app)) return given
    throw new DrError({code: 'Declined', exit: 'interrupted', what: 'the name was not typed; nothing was changed'})
  }

  /** Under load. Looks again inside of what is measured, as the situation may have changed while the load warmed up. */
  async #measured(
    target: OpenTarget,
    run: Run,
    waivers: Waiver[],
    flags: {to?: string; rate: number; seed: number},
  ): Promise<DrillResult> {
    const [{measureSwitch}, {report}] = await Promise.all([
      import('../measure/measure-switch.js'),
      import('../report/files.js'),
    ])
    const outageAt = await outageBegan(target, this.signal)
    const {result, outcome, entries} = await measureSwitch<RunOutcome>({
      ...target,
      target: target.name,
      lab: target.kind === 'lab',
      scenario: null,
      run,
      ratePerSecond: flags.rate,
      seed: flags.seed,
      outageAt,
      signal: this.signal,
      emit: this.emit,
      execute: async (detected) => {
        const prepared = await this.prepare(target, 'failover', flags.to)
        const decidedFrom = detected()
        const verdict = prepared.gates(waivers)
        if (verdict.refusals.length > 0) throw refusedMeanwhile(verdict)
        return this.carryOut(target, prepared.plan, {run, waivers, decidedFrom})
      },
    })
    const {lines, page, exit} = await report(result, entries)
    this.emit({code: 'note', text: `report to look at: ${page}`})
    this.log(lines.join('\n'))
    this.exitWith(outcome.status === 'done' ? exit : outcome.exit)
    return result
  }
}

/** Milliseconds. A lost region must not hold up its failover for a question that only the report asks. */
const OUTAGE_LOOK_MS = 1500

/** When an `outage start` began, where one is on: the beginning that the recovery time counts from. */
async function outageBegan({outage, deployment, world}: OpenTarget, signal: AbortSignal): Promise<number | undefined> {
  const {answerWithin} = await import('../ports/waits.js')
  const looks = regionNames(deployment).map((region) =>
    answerWithin({clock: world.clock, ms: OUTAGE_LOOK_MS, signal, what: `the outages of ${region}`}, (inner) =>
      outage.active(region, {signal: inner}),
    ).catch(() => []),
  )
  const active = (await Promise.all(looks)).flat()
  return active.length > 0 ? Math.min(...active.map(({startedAt}) => startedAt)) : undefined
}

const wrongName = (given: string, app: string): DrError =>
  new DrError({
    code: 'ConfirmMismatch',
    exit: 'refused',
    what: `the name to confirm with is ${app}, not ${given}`,
    why: 'it is there so that nobody fails over the wrong application',
    next: `todo-dr failover --allow-data-loss --confirm ${app}`,
  })

const refusedMeanwhile = ({refusals: [first]}: GateVerdict): DrError =>
  new DrError({
    code: 'Refused',
    exit: 'refused',
    what: `the failover is refused by ${first!.gate}`,
    why: first!.reason,
    next: first!.hint,
  })
