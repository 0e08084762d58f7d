import type {DoctorResult} from '../actions/doctor/result.js'
import {DrCommand} from '../cli/dr-command.js'
import type {ExitName} from '../errors.js'
import type {Calls} from '../permissions/calls.js'

export default class Doctor extends DrCommand {
  static override answersOnly = true
  static override summary = 'Check that this machine, the credentials and both regions are ready'
  static override description =
    'Checks what labs and deployments need. Changes nothing: the route of a deployment is written again as it is, to see that it can be. Finishes within seconds even if something does not answer. Each finding says how to fix it. Exits 0 if everything is ready, 5 if there is a problem, and 6 if there is no known problem but a check could not finish.'

  static override exits: readonly ExitName[] = ['missed', 'unknown']
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --target lab --json']

  static override calls: Calls = ['doctor.ask', 'map.read', 'route.serving', 'route.steer']

  async run(): Promise<DoctorResult> {
    await this.parse(Doctor)
    const [{openCheckup}, {runDoctor}, {findingLines}] = await Promise.all([
      import('../open/checkup.js'),
      import('../actions/doctor/run.js'),
      import('../render/findings.js'),
    ])
    const {result, exit} = await runDoctor(await openCheckup(this.session({lazy: true}), this.signal))
    // What was cut short was not seen.
    this.signal.throwIfAborted()
    this.log(findingLines(result.findings, this.width).join('\n'))
    this.exitWith(exit)
    return result
  }
}
