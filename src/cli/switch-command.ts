/** What the commands of a switch share: from flags to the one body, and from its result to the exit status. */

import {Flags} from '@oclif/core'
import type {SwitchInput} from '../actions/switch/run.js'
import type {SwitchResult} from '../actions/switch/result.js'
import {WAIVABLE} from '../model/gate.js'
import type {Approval} from '../model/pipeline.js'
import type {Waiver} from '../model/gate.js'
import type {DrillResult} from '../measure/result.js'
import type {Plan, SwitchIntent} from '../model/plan.js'
import type {Session} from '../open/session.js'
import type {Consent} from '../ports/consent.js'
import {DrCommand} from './dr-command.js'
import {operator} from './operator.js'
import {DrError} from '../errors.js'
import type {ExitName} from '../errors.js'

interface SwitchFlags {
  to?: string
  waive?: string[]
  approval?: string
  'dry-run': boolean
}

interface MeasureFlags {
  measure: boolean
  rate: number
  seed: number
}

interface PlannedFlags extends MeasureFlags, SwitchFlags {
  yes: boolean
  drain: boolean
}

export const DRY_RUN_FLAG = {
  'dry-run': Flags.boolean({
    description: 'Show the plan and check the gates, but change nothing',
    default: false,
    exclusive: ['measure'],
  }),
}

export const WAIVE_FLAG = {
  waive: Flags.string({
    description: `Override one gate, with a reason for the journal: ${WAIVABLE.join(', ')} (can be repeated)`,
    helpValue: 'GATE=REASON',
    multiple: true,
    multipleNonGreedy: true,
  }),
}

export const APPROVAL_FLAG = {
  approval: Flags.string({
    description: 'Of a failover pipeline: store in the journal who approved this execution of it',
    helpValue: 'REGION:EXECUTION',
  }),
}

/** Of the planned switches, which ask before they begin. */
export const PLANNED_FLAGS = {
  drain: Flags.boolean({
    description:
      'Fence the old primary first, and wait until its running calls have ended: nothing writes there any more, but clients cannot write for longer',
    default: false,
  }),
  yes: Flags.boolean({
    char: 'y',
    description: 'Do not ask before the switch (a lab never asks)',
    default: false,
  }),
}

export const measureFlags = (what: string) => ({
  measure: Flags.boolean({
    description: `Send load before, during and after the ${what}, and measure recovery time and lost writes`,
    default: false,
  }),
  rate: Flags.integer({
    description: 'Writes per second for --measure (plus as many reads)',
    default: 50,
    min: 1,
    max: 2000,
    helpValue: 'N',
  }),
  seed: Flags.integer({
    description: 'Seed for the request ids of the load for --measure',
    default: 1,
    helpValue: 'N',
  }),
})

export abstract class SwitchCommand extends DrCommand {
  static override exits: readonly ExitName[] = ['refused', 'stopped', 'missed', 'unknown', 'credentials']

  protected async switchInput(session: Session, intent: SwitchIntent, flags: SwitchFlags): Promise<SwitchInput> {
    const {emit, signal} = this
    const world = await session.world()
    const [runs, {name: target, maxLagSeconds}, {recentRuns}, approval] = await Promise.all([
      session.mirroredRuns(),
      session.target(),
      import('../engine/unfinished.js'),
      this.approval(session, flags.approval),
    ])
    return {
      target,
      intent,
      approval,
      world,
      maxLagSeconds,
      to: flags.to,
      waivers: waiversOf(flags.waive),
      dryRun: flags['dry-run'],
      recent: () => recentRuns(runs, world.deployment),
      newRun: () => runs.create(intent),
      operator: operator(),
      emit,
      signal,
    }
  }

  private async approval(session: Session, given: string | undefined): Promise<Approval | undefined> {
    if (given === undefined) return undefined
    const {emit, signal} = this
    const [pipelines, deployment, {approvalOf}] = await Promise.all([
      session.pipelines(),
      session.deployment(),
      import('../actions/pipeline/approval.js'),
    ])
    return approvalOf(given, {pipelines, deployment, emit, signal})
  }

  /** The flag and the name: typed here, where a person can be asked, or given by --confirm. `command` is what is typed again. */
  protected lossConsent(app: string, confirm: string | undefined, command: string): Consent {
    return this.consent({
      app,
      confirm,
      question: `Type ${app} to accept the loss:`,
      danger: 'fails over the wrong application',
      next: `${command} --allow-data-loss --confirm ${app}`,
    })
  }

  /** A planned switch of a lab asks nobody: no client depends on it. */
  protected async planned(
    session: Session,
    intent: SwitchIntent,
    flags: PlannedFlags,
  ): Promise<SwitchResult | DrillResult> {
    const {to: wanted, drain, yes} = flags
    const [common, {kind}] = await Promise.all([this.switchInput(session, intent, flags), session.target()])
    const command = [
      'todo-dr',
      intent,
      ...(wanted === undefined ? [] : ['--to', wanted]),
      ...(drain ? ['--drain'] : []),
    ]
    const goAhead = ({app, from, to}: Plan): Promise<void> =>
      this.goAhead({
        yes,
        question: `Move the primary of ${app} from ${from} to ${to}? Clients cannot write while the roles are exchanged.`,
        next: [...command, '--yes'].join(' '),
      })
    return this.carryOut(session, {...common, drain, ...(kind !== 'lab' && {goAhead})}, flags)
  }

  /** With or without the load of --measure. */
  protected async carryOut(
    session: Session,
    input: SwitchInput,
    {measure, rate, seed}: MeasureFlags,
  ): Promise<SwitchResult | DrillResult> {
    if (!measure) return this.switch(session, input)
    const [{runMeasuredSwitch}, outage, {kind, objectives}] = await Promise.all([
      import('../actions/switch/measured.js'),
      session.outage(),
      session.target(),
    ])
    const lab = kind === 'lab'
    const measured = await runMeasuredSwitch({...input, lab, objectives, outage, ratePerSecond: rate, seed})
    if (!('entries' in measured)) return this.concluded(measured)
    await this.report(session, measured, [measured.outcome])
    return measured.result
  }

  private async switch(session: Session, input: SwitchInput): Promise<SwitchResult> {
    const {runSwitch} = await import('../actions/switch/run.js')
    const result = await runSwitch(input)
    if (result.outcome) await this.reportRun(session, result.outcome)
    return this.concluded(result)
  }

  /** Sets the exit status that a result means. */
  private concluded(result: SwitchResult): SwitchResult {
    this.exitWith(result.outcome?.exit ?? (result.refusals.length > 0 ? 'refused' : 'done'))
    return result
  }
}

/** Throws `WaiverInvalid` (exit usage): a typo must not be taken for a waiver, nor a waiver be given without a reason. */
export const waiversOf = (given: string[] = []): Waiver[] =>
  given.map((text) => {
    const [gate, ...rest] = text.split('=')
    const name = WAIVABLE.find((one) => one === gate)
    const reason = rest.join('=').trim()
    if (name !== undefined && reason !== '') return {name, reason}
    throw new DrError({
      code: 'WaiverInvalid',
      exit: 'usage',
      what: `--waive ${text} is not GATE=REASON`,
      why: name === undefined ? `the gates that can be waived are ${WAIVABLE.join(', ')}` : 'the reason is missing',
      next: `--waive ${name ?? WAIVABLE[0]}="why it is safe to go on"`,
    })
  })
