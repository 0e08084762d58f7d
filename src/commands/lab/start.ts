import {Flags} from '@oclif/core'
import type {LabStartResult} from '../../actions/lab/result.js'
import {LabCommand} from '../../cli/lab-command.js'
import {paceFlag} from '../../cli/pace-flag.js'
import {openLabs} from '../../open/labs.js'

export default class LabStart extends LabCommand {
  static override summary = 'Start a local two-region lab and deploy the sample application to it'
  static override description =
    'Returns when the lab is ready and leaves it running. A lab is a set of real servers on this machine; it needs no AWS account. It needs a MariaDB server, which is downloaded if none is installed. Several labs can run at the same time, each with its own name.'

  static override examples = [
    '<%= config.bin %> lab start',
    '<%= config.bin %> lab start --target lab:second --pace paced',
  ]

  static override flags = {
    foreground: Flags.boolean({description: 'Stay in the foreground, print the log, and stop the lab on Ctrl-C'}),
    empty: Flags.boolean({description: 'Start the lab without the sample application'}),
    'enforce-iam': Flags.boolean({description: 'Enforce IAM policies for registered principals (see docs/lab.md)'}),
    pace: paceFlag(),
    port: Flags.integer({
      description: 'Port of the control plane; a free port by default',
      min: 1,
      max: 65_535,
      helpValue: 'N',
    }),
  }

  async run(): Promise<LabStartResult> {
    const {flags} = await this.parse(LabStart)
    const {'enforce-iam': enforceIam, target, pace: profile, ...options} = flags
    const name = this.labOf(target)
    const {emit, signal} = this
    const [{runLabStart}, labs] = await Promise.all([import('../../actions/lab/start.js'), openLabs()])
    return runLabStart({...options, name, enforceIam, profile, labs, emit, signal})
  }
}
