import type {DoctorResult} from '../actions/doctor/result.js'
import {DrCommand} from '../cli/dr-command.js'

export default class Doctor extends DrCommand {
  static override summary = 'Check this machine, the credentials and both regions for what labs and deployments want'
  static override description =
    'Changes nothing, and ends in seconds whatever does not answer. Each finding comes with its remedy. Ends 0 where nothing stands in the way, 5 for a problem, 6 where there is none but something could not be found out.'

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --target lab --json']

  async run(): Promise<DoctorResult> {
    await this.parse(Doctor)
    const [{openCheckup}, {runDoctor}, {doctorLines}] = await Promise.all([
      import('../open/checkup.js'),
      import('../actions/doctor/run.js'),
      import('../render/doctor.js'),
    ])
    const {result, exit} = await runDoctor(await openCheckup(this.session({lazy: true}), this.signal))
    this.log(doctorLines(result.findings).join('\n'))
    this.exitWith(exit)
    return result
  }
}
