import {Flags} from '@oclif/core'
import {open} from 'node:fs/promises'
import type {FileHandle} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

import {openLabs} from '../../open/labs.js'
import {DrCommand} from '../../cli/dr-command.js'

const POLL_MS = 200

export default class LabLogs extends DrCommand {
  static override summary = 'Print the log of a running lab'
  static override examples = ['<%= config.bin %> lab logs --follow']
  static override enableJsonFlag = false
  static override baseFlags = {'no-input': DrCommand.baseFlags['no-input']!}

  static override flags = {
    lab: Flags.string({description: 'Name of the lab', default: 'default', helpValue: 'NAME'}),
    follow: Flags.boolean({char: 'f', description: 'Go on until the lab ends or Ctrl-C'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(LabLogs)
    const labs = await openLabs()
    const file = await open(await labs.logFile(flags.lab))
    try {
      await this.print(file, flags.follow)
    } finally {
      await file.close()
    }
  }

  private async print(file: FileHandle, follow: boolean): Promise<void> {
    const buffer = Buffer.alloc(65_536)
    for (;;) {
      const {bytesRead} = await file.read(buffer, 0, buffer.length)
      if (bytesRead > 0) process.stdout.write(Uint8Array.prototype.slice.call(buffer, 0, bytesRead))
      else if (!follow || this.signal.aborted || (await file.stat()).nlink === 0) return
      // The lab removes its log at the end, which leaves the open file without a name.
      else await sleep(POLL_MS, undefined, {signal: this.signal}).catch(() => undefined)
    }
  }
}
