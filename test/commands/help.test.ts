import type {Command, Interfaces} from '@oclif/core'
import {expect} from 'chai'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import DrHelp from '../../src/cli/help.js'
import {golden} from '../support/golden.js'
import {ROOT} from '../support/cli.js'
import {configOfSources} from '../support/oclif-config.js'

class PlainHelp extends DrHelp {
  constructor(config: Interfaces.Config) {
    super(config, {maxWidth: 100, stripAnsi: true})
  }

  text(command: Command.Loadable): string {
    return `${this.formatCommand(command).trimEnd()}\n`
  }
}

/** `crud/get.ts` -> `crud:get`. */
const COMMANDS = (readdirSync(join(ROOT, 'src/commands'), {recursive: true}) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, '').replaceAll('/', ':'))
  .sort()

describe('the help', () => {
  let config: Interfaces.Config

  before(async function () {
    this.timeout(60_000)
    config = await configOfSources({plugins: []})
  })

  it('knows every command', () => {
    expect(config.commandIDs.sort()).to.deep.equal(COMMANDS)
  })

  for (const id of COMMANDS) {
    it(`of ${id.replaceAll(':', ' ')} is as it was`, () => {
      const command = config.findCommand(id, {must: true})
      const text = new PlainHelp(config).text(command)
      expect(text).to.contain('EXIT STATUS')
      golden(`help/${id.replaceAll(':', '-')}.txt`, text)
    })
  }
})
