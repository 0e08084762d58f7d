/** What each command asks of a deployment, as its class says: read from the manifest, which has it from there. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Calls} from '../../src/permissions/calls.js'
import type {CallsOfCommands} from '../../src/permissions/policy.js'
import {ROOT} from './cli.js'

const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, {calls?: Calls}>
}

export const CALLS_OF_COMMANDS: CallsOfCommands = Object.fromEntries(
  Object.entries(commands).flatMap(([id, {calls}]) => (calls ? [[id.replaceAll(':', ' '), calls]] : [])),
)

export const callsOf = (command: string): Calls => CALLS_OF_COMMANDS[command]!
