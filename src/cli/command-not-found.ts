/**
 * oclif's hook for a command that does not exist: says which one is nearest. It never asks and never runs another command, which may be
 * one that cannot be taken back; @oclif/plugin-not-found does both at a terminal.
 */

import type {Hook} from '@oclif/core'
import {errorJson, errorLines} from '../render/error.js'
import {openTerminal} from '../render/terminal.js'
import {unknownCommand} from './unknown-command.js'

const hook: Hook.CommandNotFound = async function ({id, argv = [], config}) {
  const typed = [...id.split(':'), ...argv]
  const error = unknownCommand(typed, config.commandIDs)
  if (typed.includes('--json')) this.log(JSON.stringify(errorJson(error), undefined, 2))
  else openTerminal(process.stderr).lines(errorLines(error))
  this.exit(error.exitStatus)
}

export default hook
