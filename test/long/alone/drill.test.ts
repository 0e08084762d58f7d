/** The drill's measured results held against what SQL says, and a failover away from a region that hangs. */

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox} from '../../support/cli.js'
import {callLab} from '../../support/lab.js'

interface Result {
  verdict: string
  scenario: string
  rto: {write: {seconds: number | null; met: boolean | null}; read: {seconds: number | null}}
  rpo: {acknowledged: number; lostCount: number; met: boolean}
  singleWriter: {valid: boolean}
  topology: Record<'before' | 'afterFailover' | 'afterFailback', {primary: string; edge: string} | null>
  runDirectory: string
}

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

describe('the drill', function () {
  this.timeout(600_000)
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  it('answers the loss of an API with a switchover, which loses nothing', async () => {
    const result = await sandbox.json<Result>(['drill', '--scenario', 'api-outage', '--lag', '100'], 0, {
      timeoutMs: 200_000,
    })
    expect(result).to.include({verdict: 'passed', scenario: 'api-outage'})
    expect(result.rpo.acknowledged).to.be.greaterThan(50)
    expect(result.rpo.lostCount).to.equal(0)
    expect(result.singleWriter.valid).to.equal(true)
    expect(result.topology.before).to.include({primary: HOME, edge: HOME})
    expect(result.topology.afterFailover).to.include({primary: AWAY, edge: AWAY})
    expect(result.topology.afterFailback).to.include({primary: HOME, edge: HOME})
    const folder = result.runDirectory
    for (const file of ['journal.ndjson', 'ledger.ndjson', 'plan.json', 'result.json', 'report.html', 'report.md'])
      expect(existsSync(join(folder, file)), file).to.equal(true)
    const ledger = readFileSync(join(folder, 'ledger.ndjson'), 'utf8').trim().split('\n')
    for (const line of ledger) {
      const parsed = JSON.parse(line) as object
      if ('notProbed' in parsed) expect(parsed).to.include.all.keys('from', 'to', 'writes', 'reads')
      else expect(parsed).to.include.all.keys('requestId', 'kind', 'scheduledAt', 'sentAt', 'outcome')
    }
  })

  it('names every lost write of a lagging region loss, exactly those that SQL does not find', async () => {
    const soak = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/soak/index.ts', '--only', 'drill', '--rounds', '1'],
      {
        cwd: ROOT,
        env: sandbox.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const said: string[] = []
    soak.stdout.on('data', (chunk) => said.push(String(chunk)))
    soak.stderr.on('data', (chunk) => said.push(String(chunk)))
    const code = await new Promise((done) => soak.once('close', done))
    expect(code, said.join('').slice(-4000)).to.equal(0)
  })
})

describe('a home region that accepts connections and never answers', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()

  before(async () => {
    const status = await sandbox.seededLab()
    const answer = await callLab(status, 'POST', 'faults', {kind: 'region-loss', region: HOME, mode: 'hang'})
    expect(answer.ok).to.equal(true)
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('costs a look no more than its deadline', async () => {
    const ran = await sandbox.expect(5, ['status'])
    expect(ran.stderr).to.match(/RegionLost/)
    // One look has 5 s; a second one after it would be beyond any.
    expect(ran.seconds).to.be.lessThan(25)
  })

  it('holds up no step of its failover beyond the deadline, and the other region needs nothing of it', async () => {
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'ToDoMgmt'])
    const runs = join(sandbox.folder, 'state', 'todo-dr', 'lab', 'runs')
    const [run] = sandbox.left('state/todo-dr/lab/runs')
    const journal = readFileSync(join(runs, run!, 'journal.ndjson'), 'utf8')
      .trim()
      .split('\n')
    const lines = journal.map((line) => JSON.parse(line) as {at: number | string; event: string; step?: string})
    const at = (event: RegExp, step: RegExp): number =>
      Number(new Date(lines.find((line) => event.test(line.event) && step.test(line.step ?? ''))!.at))
    // Lambda of the lost region has 1.5 s to be looked at and 2.5 s to be fenced; then the promotion goes on. A change without a
    // deadline of its own has 30 s.
    expect(at(/step-unsure/, /fence/) - at(/step-intent/, /fence/)).to.be.lessThan(15_000)
    await sandbox.expect(0, ['crud', 'create', '--task', 'without home', '--status', 'wip'])
    await sandbox.expect(0, ['crud', 'get', '1'])
  })
})
