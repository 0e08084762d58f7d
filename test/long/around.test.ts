/** What happens around the process while it fails over: its reader leaves, its terminal hangs up, its disk is full. Nothing of it may leave production half switched. */

import {expect} from 'chai'
import type {ChildProcess} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {StatusResult} from '../../src/actions/status/result.js'
import {Sandbox} from '../support/cli.js'
import {takesNoMore} from '../support/full-disk.js'
import {CONSENT} from '../support/kill-and-resume.js'

describe('a failover whose surroundings fall apart', function () {
  this.timeout(240_000)
  const sandbox = new Sandbox()

  before(() => sandbox.seededLab())

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  const status = async (): Promise<StatusResult> =>
    JSON.parse((await sandbox.run(['status', '--json'])).stdout) as StatusResult

  const otherOf = (region: string): string => (region === 'us-east-1' ? 'us-east-2' : 'us-east-1')

  /** Calls `act` once it has said so; gives its exit status and what it said. */
  async function when(
    said: RegExp,
    act: (child: ChildProcess) => void,
  ): Promise<{code: number | null; stderr: string}> {
    const child = sandbox.start(['failover', ...CONSENT])
    let stderr = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      const before = said.test(stderr)
      stderr += String(chunk)
      if (!before && said.test(stderr)) act(child)
    })
    child.stdout!.resume()
    const code = await new Promise<number | null>((done) => child.once('exit', done))
    return {code, stderr}
  }

  async function isSwitched(from: string): Promise<void> {
    const now = await status()
    expect(now).to.include({primary: otherOf(from), edge: otherOf(from)})
    expect(now.unfinished).to.deep.equal([])
    const {writers} = now.regions.find(({region}) => region === otherOf(from))!
    expect(writers).to.deep.equal({reachable: true, mode: 'open'})
  }

  for (const said of [/plan:/, /start: Promote/])
    it(`field report 8: finishes when nobody reads what it says, from ${String(said)} on`, async () => {
      const {primary} = await status()
      const {code} = await when(said, (child) => {
        child.stderr!.destroy()
        child.stdout!.destroy()
      })
      expect(code).to.equal(0)
      await isSwitched(primary!)
    })

  it('field report 8: takes back when the terminal hangs up before the promotion', async () => {
    const before = await status()
    const {code, stderr} = await when(/start: Wait for calls in flight/, (child) => child.kill('SIGHUP'))
    expect(code, stderr).to.equal(130)
    const now = await status()
    expect(now.primary).to.equal(before.primary)
    const {writers} = now.regions.find(({region}) => region === now.primary)!
    expect(writers).to.deep.equal({reachable: true, mode: 'open'})
    expect(now.unfinished).to.deep.equal([])
  })

  it('field report 8: finishes when the terminal hangs up after the promotion', async () => {
    const {primary} = await status()
    const {code, stderr} = await when(/start: Wait until .* accepts a write/, (child) => child.kill('SIGHUP'))
    expect(code, stderr).to.equal(0)
    await isSwitched(primary!)
  })

  it('field report 8: finishes when the disk takes no more of the journal, and says where it is', async () => {
    const {primary} = await status()
    const runs = join(sandbox.env.XDG_STATE_HOME!, 'todo-dr', 'lab', 'runs')
    const {code, stderr} = await when(/done: Fence writes/, () => {
      takesNoMore(join(runs, readdirSync(runs).sort().at(-1)!, 'journal.ndjson'))
    })
    expect(code, stderr).to.equal(0)
    expect(stderr).to.match(
      /the journal in \S+\/runs\/\S+ cannot be written: EISDIR.*; it is kept in the regions alone/,
    )
    await isSwitched(primary!)
  })

  it('field report 8: begins nothing when no journal can be begun, and names the variable', async () => {
    const before = await status()
    const env = {XDG_STATE_HOME: '/proc/none'}
    const {code, stderr} = await sandbox.run(['failover', ...CONSENT, '--target', 'lab'], {env})
    expect(code).to.equal(2)
    expect(stderr).to.match(/XDG_STATE_HOME|todo-dr lab start/)
    expect((await status()).primary).to.equal(before.primary)
  })
})
