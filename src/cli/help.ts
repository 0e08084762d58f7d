/** oclif's help, with the exit statuses of the command, from the one table. */

import {CommandHelp, Help} from '@oclif/core'
import {EXIT} from '../errors.js'
import type {ExitName} from '../errors.js'

/** Every command can end so. */
const COMMON = new Set<ExitName>(['done', 'failed', 'usage', 'interrupted'])

/** How a command can end that declares `exits`, in the order of the table. */
export const endingsOf = (exits: readonly ExitName[]): ExitName[] =>
  (Object.keys(EXIT) as ExitName[]).filter((name) => COMMON.has(name) || exits.includes(name))

class DrCommandHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const sections = super.sections()
    const {exits} = this.command as {exits?: readonly ExitName[]}
    // A command of a plugin declares none.
    if (!exits) return sections
    const rows = endingsOf(exits).map((name): [string, string] => [String(EXIT[name].status), EXIT[name].meaning])
    const at = sections.findIndex(({header}) => header === 'EXAMPLES')
    return sections.toSpliced(at, 0, {header: 'EXIT STATUS', generate: (_, header) => [{header, body: rows}]})
  }
}

export default class DrHelp extends Help {
  protected override CommandHelpClass = DrCommandHelp
}
