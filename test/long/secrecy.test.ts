/** What other users of the machine can read of all that is left on its disk, and what the logs hold. */

import {expect} from 'chai'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {Sandbox} from '../support/cli.js'
import type {LabStatus, Ran} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

/** Files that somebody else can open: no closed folder stands above them. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isSymbolicLink()) return []
    const {mode} = statSync(path)
    if (entry.isDirectory()) return (mode & 0o055) === 0 ? [] : openToOthers(path)
    return (mode & 0o066) === 0 ? [] : [path]
  })
}

const filesBelow = (folder: string): string[] =>
  (readdirSync(folder, {recursive: true}) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

/** Earlier tokens are secrets, too. */
const ANY_TOKEN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./

describe('field report 28: what is left on the disk', function () {
  this.timeout(360_000)
  const sandbox = new Sandbox()
  const said: string[] = []
  let umask: number
  let lab: LabStatus

  const type = async (...args: string[]): Promise<Ran> => {
    const ran = await sandbox.run(args)
    said.push(ran.stdout, ran.stderr)
    return ran
  }

  const secretsOf = async (): Promise<string[]> => {
    const token = (await sandbox.expect(0, ['token'])).stdout.trim()
    expect(token).to.match(ANY_TOKEN)
    const passwords = lab.regions.map(({database}) => readFileSync(database.passwordFile, 'utf8').trim())
    return [token, labKeys(lab).secretAccessKey, ...passwords]
  }

  before(async () => {
    // Children inherit it: nothing may rest on a careful shell.
    umask = process.umask(0)
    lab = await sandbox.seededLab()
    await type('crud', 'create', '--task', 'milk', '--status', 'wip')
    await type('switchover')
    await type('failover', '--measure', '--allow-data-loss', '--confirm', 'ToDoMgmt')
    await type('status', '--json')
    await type('lab', 'status')
    await type('doctor')
  })

  after(async () => {
    process.umask(umask)
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('nobody else can read, whatever the umask is', () => {
    expect(openToOthers(sandbox.env.XDG_STATE_HOME!)).to.deep.equal([])
  })

  it('is closed by itself where it holds a secret, and not by its folder alone', async () => {
    const secrets = await secretsOf()
    const holding = filesBelow(sandbox.folder).filter((path) => {
      const text = readFileSync(path, 'latin1')
      return secrets.some((secret) => text.includes(secret))
    })
    // Of the lab's keys, of its administrator, and of the token.
    expect(holding.length).to.be.at.least(3)
    expect(holding.filter((path) => (statSync(path).mode & 0o077) !== 0)).to.deep.equal([])
  })

  it('no log, journal, report or line of a command holds a secret', async () => {
    const state = sandbox.env.XDG_STATE_HOME!
    const secrets = await secretsOf()
    const runs = filesBelow(join(state, 'todo-dr', 'lab', 'runs'))
    expect(runs.some((path) => path.endsWith('report.html'))).to.equal(true)
    const texts = [...runs, join(state, 'todo-dr', 'labs', 'default', 'lab.log')].map((path) => [
      path,
      readFileSync(path, 'utf8'),
    ])
    for (const [path, text] of [...texts, ['what was printed', said.join('\n')]]) {
      expect(
        secrets.filter((secret) => text!.includes(secret)),
        path,
      ).to.deep.equal([])
      expect(text, path).not.to.match(ANY_TOKEN)
    }
  })
})
