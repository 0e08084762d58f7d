import type {LabEnvResult} from '../../actions/lab/result.js'
import {LabCommand} from '../../cli/lab-command.js'
import {openLabs} from '../../open/labs.js'

export default class LabEnv extends LabCommand {
  static override answersOnly = true
  static override summary = 'Print shell commands that point the AWS CLI and CDK at a lab'
  static override description =
    'Prints export commands for a POSIX shell. Also unsets all other AWS settings, so that no call goes to AWS and no AWS key is sent to the lab. Does not print the secret: AWS_SHARED_CREDENTIALS_FILE names the file that contains it.'

  static override examples = [
    {description: 'Set up this shell', command: 'eval "$(<%= config.bin %> lab env)"'},
    '<%= config.bin %> lab env --target lab:second --json',
  ]

  async run(): Promise<LabEnvResult> {
    const {flags} = await this.parse(LabEnv)
    const lab = this.labOf(flags.target)
    const labs = await openLabs()
    const {set, unset} = await labs.environment(lab)
    this.log(`unset ${unset.join(' ')}`)
    for (const [name, value] of Object.entries(set)) this.log(`export ${name}=${quoted(value)}`)
    return {lab, set, unset}
  }
}

/** For any POSIX shell: within single quotes nothing is special but the quote itself. */
const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`
