/** The home region hangs, and the other one is silent for a moment: what the commands of that hour wait for, and what they say. */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {callLab} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

describe('both regions silent', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let lab: LabStatus

  const hang = async (method: 'DELETE' | 'POST', region: string): Promise<void> => {
    const answer = await callLab(lab, method, 'faults', {kind: 'region-loss', region, mode: 'hang'})
    expect(answer.ok, await answer.text()).to.equal(true)
  }

  before(async () => {
    lab = await sandbox.seededLab()
    // A run that was killed after its promotion, which `resume` is to find.
    await hang('POST', HOME)
    const failover = ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt']
    const killed = await sandbox.run(failover, {env: {TODO_DR_FAILPOINT: 'after:promote'}})
    expect(killed.signal, killed.stderr).to.equal('SIGKILL')
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  beforeEach(() => hang('POST', AWAY))

  afterEach(() => hang('DELETE', AWAY))

  /** Once it has said that it waits, the silence of the other region ends. */
  const whileItLooks = async (...args: string[]): Promise<{code: number | null; stderr: string}> => {
    const child = sandbox.start(args)
    let stderr = ''
    let waits: (() => void) | undefined
    const waiting = new Promise<void>((done) => (waits = done))
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      if (WAITS.test(stderr)) waits!()
    })
    child.stdout!.resume()
    const ended = new Promise<number | null>((done) => child.once('close', done))
    await Promise.race([waiting, ended])
    await hang('DELETE', AWAY)
    return {code: await ended, stderr}
  }

  const WAITS = new RegExp(`the map of ToDoMgmt is not read yet: waiting up to \\d+ s more for ${HOME} and ${AWAY}`)

  const COMMANDS = [
    ['status'],
    ['failover', '--dry-run'],
    ['resume', '--dry-run'],
    ['steer', '--to', AWAY, '--dry-run'],
  ]
  for (const args of COMMANDS)
    it(`${args.join(' ')} waits for the one that answers again`, async () => {
      const {stderr, code} = await whileItLooks(...args)
      expect(stderr).to.match(WAITS)
      // What it then sees and says is its own business: a region that comes back may be slow for a while.
      expect(stderr).not.to.contain('the map of ToDoMgmt cannot be read')
      expect([0, 3, 5, 6], stderr).to.include(code)
    })

  it('every command says in its time that nothing could be seen, which region was silent, and what to do', async () => {
    const all = [
      ['status'],
      ['health'],
      ['drift'],
      ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'],
      ['switchover', '--yes'],
      ['failback'],
      ['resume'],
      ['resume', '--undo'],
      ['steer', '--to', 'away'],
      ['outage', 'start'],
      ['outage', 'stop'],
      ['outage', 'status'],
      ['upgrade', '--to', '8.0.mysql_aurora.3.10.0', '--dry-run'],
      ['pipeline', 'status'],
      ['seed', '--status'],
      ['token'],
      ['crud', 'list'],
    ]
    const ended: string[] = []
    const check = async (args: string[]): Promise<void> => {
      const {stderr, code, seconds} = await sandbox.run(args, {timeoutMs: 90_000})
      expect(stderr, args.join(' ')).to.match(WAITS)
      expect(stderr, args.join(' ')).to.contain(`${HOME} did not answer; ${AWAY} did not answer`)
      expect(stderr, args.join(' ')).to.contain('todo-dr doctor shows what this machine reaches')
      expect(seconds, args.join(' ')).to.be.below(75)
      if (code !== 6) ended.push(`${args.join(' ')}: ${code}`)
    }

    for (let at = 0; at < all.length; at += 4) await Promise.all(all.slice(at, at + 4).map((args) => check(args)))
    expect(ended).to.deep.equal([])
  })

  it('resume ends the run, when the other region answers again while it looks', async () => {
    const {stderr} = await whileItLooks('resume')
    expect(stderr).to.match(WAITS).and.not.to.contain('the map of ToDoMgmt cannot be read')
    // The region that came back may have been slow for a while: then it was stopped once more.
    const {stderr: last} = await sandbox.expect(0, ['resume'])
    const {stdout} = await sandbox.run(['status', '--json'])
    expect((JSON.parse(stdout) as {unfinished: unknown[]}).unfinished, last).to.deep.equal([])
  })
})
