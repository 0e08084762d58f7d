import {Flags} from '@oclif/core'

import {openLabs} from '../../open/labs.js'
import {DrCommand} from '../../cli/dr-command.js'
import type {LabStatus} from '../../ports/lab-admin.js'
import type {RunningLab} from '../../ports/labs.js'

export interface LabStartResult extends LabStatus {
  /** From the start to ready. */
  seconds: number
}

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
    const {lab: name, foreground, empty, profile, port, 'enforce-iam': enforceIam} = flags
    const labs = await openLabs()
    const running = await labs.start({
      name,
      empty,
      enforceIam,
      profile,
      port,
      tied: foreground,
      echo: foreground,
      signal: this.signal,
      onProgress: (text, seconds) =>
        this.emit({code: 'note', text: seconds === undefined ? text : `${text} (${seconds.toFixed(1)} s)`}),
    })
    const status = await running.admin.status()
    const {endpoint, edgeUrl} = status
    const which = name === 'default' ? '' : ` --lab ${name}`
    this.emit({
      code: 'done',
      text: `lab "${name}" is ready after ${running.seconds.toFixed(1)} s: ${[endpoint, edgeUrl].filter(Boolean).join(', edge ')}`,
      next: empty ? `todo-dr lab stop${which}` : `todo-dr seed${name === 'default' ? '' : ` --target lab:${name}`}`,
    })
    if (foreground) await this.stay(running)
    return {...status, seconds: running.seconds}
  }

  private async stay(running: RunningLab): Promise<void> {
    const interrupted = new Promise<void>((resolve) => {
      if (this.signal.aborted) resolve()
      this.signal.addEventListener('abort', () => resolve(), {once: true})
    })
    await Promise.race([interrupted, running.ended])
    if (this.signal.aborted) await running.stop()
    this.emit({code: 'done', text: `lab "${running.name}" has ended; nothing is left`})
  }
}
