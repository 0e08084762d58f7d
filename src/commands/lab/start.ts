import {Flags} from '@oclif/core'
import type {LabStartResult} from '../../actions/lab/result.js'
import {DrCommand} from '../../cli/dr-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabStart extends DrCommand {
  static override summary = 'Start the local two-region lab and deploy the sample application to it'
  static override description =
    'Returns when the lab is ready, and leaves it running: real servers on loopback, no account, nothing installed. Needs a MariaDB server, which is found or fetched.'

  static override examples = ['<%= config.bin %> lab start', '<%= config.bin %> lab start --lab second --profile paced']

  // It acts on a lab, not on a target.
  static override baseFlags = {'no-input': DrCommand.baseFlags['no-input']!}

  static override flags = {
    lab: Flags.string({
      description: 'Name of the lab; several may run side by side',
      default: 'default',
      helpValue: 'NAME',
    }),
    foreground: Flags.boolean({description: 'Stay, show the log, and stop the lab at Ctrl-C'}),
    empty: Flags.boolean({description: 'Deploy nothing'}),
    'enforce-iam': Flags.boolean({description: 'Hold principals that are registered to their policies (docs/lab.md)'}),
    profile: Flags.option({
      description: '`instant` has no delays, `paced` has orders of magnitude of AWS, scaled down',
      options: ['instant', 'paced'] as const,
      default: 'instant' as const,
    })(),
    port: Flags.integer({
      description: 'Port of the control plane; a free one by default',
      min: 1,
      max: 65_535,
      helpValue: 'N',
    }),
  }

  async run(): Promise<LabStartResult> {
    const {flags} = await this.parse(LabStart)
    const {'enforce-iam': enforceIam, lab: name, ...options} = flags
    const {emit, signal} = this
    const [{runLabStart}, labs] = await Promise.all([import('../../actions/lab/start.js'), openLabs()])
    return runLabStart({...options, name, enforceIam, labs, emit, signal})
  }
}
