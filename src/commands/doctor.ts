import {DrCommand} from '../cli/dr-command.js'
import type {DoctorResult, Level} from '../actions/doctor/result.js'

export default class Doctor extends DrCommand {
  static override summary = 'Check this machine, the credentials and both regions for what labs and deployments want'
  static override description =
    'Changes nothing, and ends in seconds whatever does not answer. Each finding comes with its remedy. Ends 0 where nothing stands in the way, 5 for a problem, 6 where there is none but something could not be found out.'

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --target lab --json']

  async run(): Promise<DoctorResult> {
    const {flags} = await this.parse(Doctor)
    const [{openCheckup}, {examine}, {exitOf}, {doctorLines}] = await Promise.all([
      import('../open/checkup.js'),
      import('../actions/doctor/examine.js'),
      import('../actions/doctor/finding.js'),
      import('../render/doctor.js'),
    ])
    const {patient, close} = await openCheckup({flag: flags.target, folder: process.cwd(), signal: this.signal})
    try {
      const findings = await examine(patient)
      this.log(doctorLines(findings).join('\n'))
      const counts: Record<Level, number> = {ok: 0, warning: 0, problem: 0, unknown: 0}
      for (const {level} of findings) counts[level]++
      this.exitWith(exitOf(findings))
      return {schemaVersion: 1, target: patient.target.name, findings, counts}
    } finally {
      await close()
    }
  }
}
