/**
 * The CLI killed with SIGKILL before and after every step of a failover; `todo-dr resume` ends it in the right topology.
 * The failovers go to and fro between the two regions of one lab, each a real one with real servers.
 */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const CONSENT = ['--allow-data-loss', '--confirm', 'ToDoMgmt']

interface Planned {
  plan: {from: string; to: string; stages: {id: string}[][]}
}
interface Status {
  situation: string
  primary: string
  edge: string
}

/** Steps whose ids name no region, so that one list serves both directions. */
const steps = (planned: Planned): string[] => planned.plan.stages.flat().map(({id}) => id)

describe('a failover killed before and after every step, then resumed', function () {
  this.timeout(900_000)
  const sandbox = new Sandbox()
  let points: string[]

  before(async () => {
    await sandbox.expect(0, ['lab', 'start'])
    await sandbox.expect(0, ['seed'])
    const ran = await sandbox.run(['failover', '--dry-run', ...CONSENT, '--json'])
    points = steps(JSON.parse(ran.stdout) as Planned).flatMap((id) => [`before:${id}`, `after:${id}`])
    expect(points.length).to.be.greaterThan(12)
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('ends in the same topology for every one of them', async () => {
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
  })
})
