import {expect} from 'chai'
import {DrError, Unreachable} from '../../src/errors.js'
import type {StepContext} from '../../src/model/step.js'
import {pollUntil} from '../../src/ports/waits.js'
import {upgradeCluster} from '../../src/steps/upgrade-cluster.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'
import {thrownBy} from '../support/thrown.js'

const VERSION = '8.0.mysql_aurora.3.10.4'

function setting() {
  const sim = new SimulatedWorld()
  const accepted: number[] = []
  const context: StepContext = {
    signal: new AbortController().signal,
    note: () => undefined,
    runId: 'r1',
    accepted: async () => void accepted.push(sim.clock.now()),
  }
  const {world} = sim.connect()
  const step = upgradeCluster({region: AWAY, version: VERSION, role: 'standby'})
  const until = () => pollUntil(sim.clock, context.signal, () => step.isDone(world, context))
  return {sim, world, context, step, accepted, until}
}

const upgrades = ({acts}: SimulatedWorld): string[] => acts.filter((act) => act.startsWith('upgrade'))

describe('aws 1: upgrade-cluster', () => {
  it('is done when RDS reports the version and calls the cluster available, and sends the call once', async () => {
    const {sim, world, context, step, accepted, until} = setting()
    expect(await step.hasBegun!(world, context)).to.equal(false)
    await step.act(world, context)
    expect(accepted).to.have.length(1)
    expect(await step.isDone(world, context)).to.equal(false)
    expect(await step.hasBegun!(world, context)).to.equal(true)
    // As a resumed run does.
    await step.act(world, context)
    await until()
    expect(sim.regions[AWAY]).to.include({engineVersion: VERSION, upgrading: false})
    await step.act(world, context)
    expect(upgrades(sim)).to.deep.equal([`upgrade ${AWAY} ${VERSION}`])
  })

  it('touches no region whose role is another one than planned', async () => {
    const {sim, world, context} = setting()
    for (const [region, role] of [
      [HOME, 'standby'],
      [AWAY, 'primary'],
    ] as const) {
      const thrown = await thrownBy(
        upgradeCluster({region, version: VERSION, role}).act(world, context) as Promise<void>,
      )
      expect(thrown).to.include({code: 'RolesChanged', exit: 'stopped'})
    }

    expect(upgrades(sim)).to.deep.equal([])
  })

  it('takes a call without an answer for one that may have begun, and looks before it sends another', async () => {
    const {sim, world, context, step, accepted, until} = setting()
    let lost = false
    const {database} = world
    const unkind = {
      ...world,
      database: {
        ...database,
        async upgrade(...args: Parameters<typeof database.upgrade>) {
          await database.upgrade(...args)
          lost = true
          throw new Unreachable('the answer was lost')
        },
      },
    }
    await step.act(unkind, context)
    await until()
    expect([lost, upgrades(sim).length, accepted.length]).to.deep.equal([true, 1, 1])
  })

  it('counts as accepted what was sent and never answered, though nobody answers any more', async () => {
    const {sim, world, context, step, accepted} = setting()
    const {database} = world
    let sent = false
    const silent = {
      ...world,
      database: {
        ...database,
        async cluster(...args: Parameters<typeof database.cluster>) {
          if (sent) throw new Unreachable('no answer')
          return database.cluster(...args)
        },
        async upgrade() {
          sent = true
          throw new Unreachable('no answer')
        },
      },
    }
    expect(await thrownBy(step.act(silent, context) as Promise<void>)).to.include({code: 'Unreachable'})
    expect([accepted.length, await step.hasBegun!(silent, context), sim.acts]).to.deep.equal([1, true, []])
  })

  it('waits while RDS does something else with the cluster, and gives up what RDS refuses', async () => {
    const {sim, world, context, step} = setting()
    let refused = 0
    sim.fault = (call) => {
      if (call === 'upgrade' && ++refused < 9)
        throw new DrError({code: 'InvalidDBClusterStateFault', exit: 'failed', what: 'backing up'})
    }

    await step.act(world, context)
    expect([refused, upgrades(sim).length]).to.deep.equal([9, 1])

    const primary = upgradeCluster({region: HOME, version: '8.0.mysql_aurora.3.10.5', role: 'primary'})
    expect(await thrownBy(primary.act(world, context) as Promise<void>)).to.include({code: 'InvalidParameterValue'})
  })

  it('says that RDS has given up where the version does not come', async () => {
    const {sim, world, context, step, until} = setting()
    await step.act(world, context)
    await sim.clock.sleep(1000)
    expect(await step.isDone(world, context)).to.equal(false)
    // The prechecks have found something: as before, though what the simulation has begun goes on.
    const after = sim.connect().world
    Object.assign(world.database, {
      cluster: async () => ({
        ...(await after.database.cluster(AWAY)),
        status: 'available',
        instances: ['available'],
        engineVersion: 'old',
      }),
    })
    const begun = sim.clock.now()
    expect(await thrownBy(until())).to.include({code: 'UpgradeGivenUp', exit: 'stopped'})
    expect(sim.clock.now() - begun).to.be.within(60_000, 120_000)
  })
})
