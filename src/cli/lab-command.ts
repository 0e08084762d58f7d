/** What the lab commands share: they act on a lab on this machine, and on no target. */

import {Flags} from '@oclif/core'
import type {ExitName} from '../errors.js'
import {DrCommand, UNTARGETED_FLAGS} from './dr-command.js'

export abstract class LabCommand extends DrCommand {
  static override baseFlags = UNTARGETED_FLAGS
  static override exits: readonly ExitName[] = []
}

export const labFlag = (description = 'Name of the lab') =>
  Flags.string({description, default: 'default', helpValue: 'NAME'})
