/** A switchover that was killed between the promotion and the route: status names it, steer repairs it. */

import {expect} from 'chai'
import {Sandbox} from '../support/cli.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
/** Seconds after which the lease of a killed run has ended, and some more. */
const LEASE_SECONDS = 70

interface Status {
  situation: string
  primary: string
  edge: string
  next: string | null
}

interface Steered {
  situation?: string
  from?: string
  to?: string
  refusals?: {gate: string; hint: string}[]
  outcome?: {status: string} | null
  error?: {code: string}
}

describe('a route that was left behind', function () {
  this.timeout(300_000)
  const sandbox = new Sandbox()

  before(async () => {
    await sandbox.seededLab()
    const {signal, stderr} = await sandbox.run(['switchover'], {env: {TODO_DR_FAILPOINT: 'before:steer-edge'}})
    expect(signal, stderr).to.equal('SIGKILL')
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  const status = (code: number): Promise<Status> => sandbox.json<Status>(['status'], code)

  it('is named by status, which suggests to finish the run that left it', async () => {
    const seen = await status(5)
    expect(seen).to.include({situation: 'RouteBehind', primary: AWAY, edge: HOME})
    expect(seen.next).to.match(/^todo-dr resume \d{8}T\w+-switchover-\w+$/)
  })

  it('is not sent to a region that is not the primary', async () => {
    const {refusals} = await sandbox.json<Steered>(['steer', '--to', HOME], 3)
    expect(refusals!.map(({gate}) => gate)).to.deep.equal(['route-to-primary'])
    await sandbox.expect(2, ['steer', '--to', 'eu-west-1'])
    const dry = await sandbox.json<Steered>(['steer', '--dry-run'], 0)
    expect(dry).to.deep.include({situation: 'RouteBehind', from: HOME, to: AWAY, refusals: [], outcome: null})
    expect(await status(5)).to.include({edge: HOME})
  })

  it('is steered to the primary, once the lease of the killed run has ended, and clients are served there', async () => {
    const end = Date.now() + LEASE_SECONDS * 1000
    let ran = await sandbox.run(['steer', '--json'])
    while (ran.code === 3 && Date.now() < end) {
      expect((JSON.parse(ran.stdout) as Steered).error!.code).to.equal('LeaseHeld')
      await new Promise((done) => setTimeout(done, 2000))
      ran = await sandbox.run(['steer', '--json'])
    }

    expect(ran.code, ran.stderr).to.equal(0)
    expect((JSON.parse(ran.stdout) as Steered).outcome!.status).to.equal('done')
    expect(await status(0)).to.include({situation: 'Healthy', primary: AWAY, edge: AWAY})
    await sandbox.expect(0, ['crud', 'create', '--task', 'after steer', '--status', 'wip'])
  })

  it('leaves the killed run to resume, which finds its route done', async () => {
    await sandbox.expect(0, ['resume'])
    expect(await status(0)).to.include({primary: AWAY, edge: AWAY})
  })
})
