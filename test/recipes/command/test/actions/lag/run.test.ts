import {expect} from 'chai'
import {SCHEMAS} from '../../../src/actions/lag/result.js'
import {runLag} from '../../../src/actions/lag/run.js'
import {Sandbox} from '../../support/cli.js'
import {AWAY, HOME, SimulatedWorld} from '../../support/simulated-world.js'

describe('lag', () => {
  const {signal} = new AbortController()

  it('tells the lag of each region, and that nobody knows it', async () => {
    const sim = new SimulatedWorld()
    sim.regions[AWAY]!.lagSeconds = 2.5
    const result = await runLag({world: sim.connect().world, signal})
    expect(SCHEMAS.lag.parse(result).regions).to.deep.equal([
      {region: HOME, seconds: null},
      {region: AWAY, seconds: 2.5},
    ])
    sim.lose(AWAY)
    expect((await runLag({world: sim.connect().world, signal})).regions[1]!.seconds).to.equal(null)
  })

  it('is a command of the built program, with help and a policy', async () => {
    const sandbox = new Sandbox()
    try {
      expect((await sandbox.expect(0, ['lag', '--help'])).stdout).to.contain('how far the standby is behind')
      expect((await sandbox.expect(2, ['lag'])).stderr).to.contain('todo-dr lab start')
      expect((await sandbox.expect(2, ['iam-policy', 'nothing'])).stderr).to.match(
        /failover, health, lag, outage start/,
      )
    } finally {
      sandbox.remove()
    }
  })
})
