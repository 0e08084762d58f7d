/** What the lab commands share: they act on a lab on this machine, and on no other target. */

import type {Interfaces} from '@oclif/core'
import {labNameOf} from '../config/lab-name.js'
import type {ExitName} from '../errors.js'
import {askedLab, labFlag, notALab} from './asked-lab.js'
import {DrCommand, UNTARGETED_FLAGS} from './dr-command.js'

export abstract class LabCommand extends DrCommand {
  static override exits: readonly ExitName[] = []
  static override labOnly = true
  static override baseFlags: Interfaces.FlagInput = {
    target: labFlag('Lab to use: `lab` (the default) or `lab:NAME`'),
    ...UNTARGETED_FLAGS,
  }

  /**
   * The name of the lab: that of --target, or of TODO_DR_TARGET. What that names beside labs is meant for other commands.
   * Throws `NotALab` (exit usage).
   */
  protected labOf(target: string | undefined): string {
    const asked = askedLab(target, (other) => notALab(other, this.id!.replaceAll(':', ' ')))
    return asked ?? labNameOf(process.env.TODO_DR_TARGET ?? '') ?? 'default'
  }
}
