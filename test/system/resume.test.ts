/**
 * The CLI killed with SIGKILL before and after every step of a failover; `todo-dr resume` ends it in the right topology.
 * Each failover is a real one. They mostly wait for calls in flight to end, so that three labs share the points.
 */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']
const LABS = 3

interface Planned {
  plan: {stages: {id: string}[][]}
}
interface Status {
  primary: string
  edge: string
}

/** Kills and resumes at each of the points in turn; the failovers of one lab go to and fro between its regions. */
async function killAndResume(sandbox: Sandbox, points: string[]): Promise<void> {
  let primary = HOME
  for (const point of points) {
    const other = primary === HOME ? AWAY : HOME
    const cut = await sandbox.run(['failover', ...CONSENT], {env: {TODO_DR_FAILPOINT: point}})
    expect(cut.signal, `${point}: ${cut.stderr}`).to.equal('SIGKILL')
    const resumed = await sandbox.run(['resume'])
    expect(resumed.code, `${point}: ${resumed.stderr}`).to.equal(0)
    const status = JSON.parse((await sandbox.run(['status', '--json'])).stdout) as Status
    expect(status, point).to.include({primary: other, edge: other})
    expect((await sandbox.run(['resume'])).stderr, point).to.match(/nothing to resume/)
    primary = other
  }
}

describe('a failover killed before and after every step, then resumed', function () {
  this.timeout(600_000)
  const sandboxes = Array.from({length: LABS}, () => new Sandbox())

  before(async () => {
    for (const sandbox of sandboxes) {
      await sandbox.expect(0, ['lab', 'start'])
      await sandbox.expect(0, ['seed'])
    }
  })

  after(async () => {
    for (const sandbox of sandboxes) {
      await sandbox.run(['lab', 'stop'])
      sandbox.remove()
    }
  })

  it('ends in the same topology for every one of them', async () => {
    const {plan} = await sandboxes[0]!.json<Planned>(['failover', '--dry-run', ...CONSENT])
    const points = plan.stages.flat().flatMap(({id}) => [`before:${id}`, `after:${id}`])
    expect(points.length).to.be.greaterThan(12)
    await Promise.all(
      sandboxes.map((sandbox, lab) =>
        killAndResume(
          sandbox,
          points.filter((_, index) => index % LABS === lab),
        ),
      ),
    )
  })
})
