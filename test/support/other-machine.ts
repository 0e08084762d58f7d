import {mkdirSync, mkdtempSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import type {Sandbox} from './cli.js'

/**
 * A state folder as another machine has it: credentials and the target (a lab keeps both in its own folder), and no run.
 * Made below the sandbox, and goes with it.
 */
export function otherMachine(sandbox: Sandbox): string {
  const state = mkdtempSync(join(sandbox.folder, 'other-'))
  mkdirSync(join(state, 'todo-dr'))
  symlinkSync(join(sandbox.env.XDG_STATE_HOME!, 'todo-dr', 'labs'), join(state, 'todo-dr', 'labs'))
  return state
}
