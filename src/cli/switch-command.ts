/** What the commands of a switch share: from flags to the one body, and from its result to the exit status. */

import type {SwitchInput} from '../actions/switch/run.js'
import type {SwitchResult} from '../actions/switch/result.js'
import type {Intent} from '../model/plan.js'
import type {Session} from '../open/session.js'
import type {Consent} from '../ports/consent.js'
import {DrCommand} from './dr-command.js'
import {operator} from './operator.js'
import type {ExitName} from '../errors.js'

interface SwitchFlags {
  to?: string
  'dry-run': boolean
}

export abstract class SwitchCommand extends DrCommand {
  static override exits: readonly ExitName[] = ['refused', 'stopped', 'credentials']

  protected async switchInput(session: Session, intent: Intent, flags: SwitchFlags): Promise<SwitchInput> {
    const {emit, signal} = this
    const world = await session.world()
    const [runs, {name: target, maxLagSeconds}, {unfinishedRuns}] = await Promise.all([
      session.mirroredRuns(),
      session.target(),
      import('../engine/unfinished.js'),
    ])
    return {
      target,
      intent,
      world,
      maxLagSeconds,
      to: flags.to,
      dryRun: flags['dry-run'],
      unfinished: () => unfinishedRuns(runs, world.deployment),
      newRun: () => runs.create(intent),
      operator: operator(),
      emit,
      signal,
    }
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

  protected async switch(input: SwitchInput): Promise<SwitchResult> {
    const {runSwitch} = await import('../actions/switch/run.js')
    return this.concluded(await runSwitch(input))
  }

  /** Sets the exit status that a result means. */
  protected concluded(result: SwitchResult): SwitchResult {
    this.exitWith(result.outcome?.exit ?? (result.refusals.length > 0 ? 'refused' : 'done'))
    return result
  }
}
