import {Args} from '@oclif/core'
import {DrCommand} from '../cli/dr-command.js'
import type {RunOutcome} from '../engine/outcome.js'

export interface ResumeResult {
  schemaVersion: 1
  target: string
  /** Null where no run was left unfinished. */
  outcome: RunOutcome | null
}

export default class Resume extends DrCommand {
  static override summary = 'Go on with a run that was killed or stopped midway'
  static override description =
    'The journal says where it was, the probes say what is true, and the world wins. Goes forward: a run that was cut before the promotion is carried out.'

  static override args = {
    run: Args.string({description: 'The run to resume; by default the newest unfinished one', required: false}),
  }

  async run(): Promise<ResumeResult> {
    const {args} = await this.parse(Resume)
    const session = this.session()
    const [world, runs, {name}] = await Promise.all([session.world(), session.runs(), session.target()])
    const run = args.run === undefined ? await runs.latestUnfinished() : await runs.open(args.run)
    if (!run) {
      this.emit({code: 'done', text: 'No run is unfinished; there is nothing to resume.', next: 'todo-dr status'})
      return {schemaVersion: 1, target: name, outcome: null}
    }

    this.emit({code: 'note', text: `resuming ${run.id}`})
    const {resumePlan} = await import('../engine/run-plan.js')
    const outcome = await resumePlan({run, world, emit: this.emit, signal: this.signal})
    this.exitWith(outcome.exit)
    return {schemaVersion: 1, target: name, outcome}
  }
}
