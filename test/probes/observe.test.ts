import {expect} from 'chai'
import {diagnose} from '../../src/diagnose.js'
import {DrError} from '../../src/errors.js'
import {observe, observePatiently} from '../../src/probes/observe.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

const named = (code: string, exit: 'failed' | 'credentials') => new DrError({code, exit, what: `AWS says ${code}`})

describe('observe', () => {
  it('sees both regions whole', async () => {
    const sim = new SimulatedWorld()
    const seen = await observe(sim.connect().world)
    expect(seen).to.deep.include({
      app: 'ToDoMgmt',
      order: [HOME, AWAY],
      globalVia: HOME,
      edge: {reachable: true, value: HOME},
    })
    expect(seen.regions[AWAY]!.lagSeconds).to.deep.equal({reachable: true, value: 0.1})
    expect(seen.regions[HOME]!.lagSeconds).to.deep.equal({reachable: true, value: undefined})
  })

  it('asks everything at once', async () => {
    const sim = new SimulatedWorld({latencyMs: 100})
    const before = sim.clock.now()
    await observe(sim.connect().world)
    expect(sim.clock.now() - before).to.equal(100)
  })

  it('waits for a region that hangs no longer than the deadline, and asks the other for the global cluster', async () => {
    const sim = new SimulatedWorld({hang: true})
    sim.lose(HOME)
    const before = sim.clock.now()
    const seen = await observe(sim.connect().world, {deadlineMs: 1234})
    expect(sim.clock.now() - before).to.equal(1234)
    expect(seen.globalVia).to.equal(AWAY)
    expect(seen.global.reachable).to.equal(true)
    expect(seen.regions[HOME]!.api).to.deep.equal({
      reachable: false,
      reason: `the API in ${HOME}: no answer within 1.234 s`,
    })
    expect(seen.regions[AWAY]!.api.reachable).to.equal(true)
  })

  const patiently = async (silentMs: number) => {
    const sim = new SimulatedWorld()
    const before = sim.clock.now()
    sim.fault = async () => {
      if (sim.clock.now() - before < silentMs) await sim.clock.sleep(60_000)
    }

    const seen = await observePatiently(sim.connect().world)
    return {seen, ms: sim.clock.now() - before}
  }

  it('night: asks everybody once more where nobody answers: it is rather our own line', async () => {
    const {seen, ms} = await patiently(2000)
    expect(ms).to.be.within(3000, 3100)
    expect(diagnose(seen).situation).to.equal('Healthy')
  })

  it('night: does not take one region for lost because both were silent', async () => {
    const {seen, ms} = await patiently(60_000)
    expect(ms).to.equal(8000)
    expect(diagnose(seen).situation).to.equal('Unknown')
  })

  it('takes a refusal of AWS for a value with its reason', async () => {
    const sim = new SimulatedWorld()
    sim.fault = (call) => {
      if (call === 'proxy') throw named('DBProxyNotFoundFault', 'failed')
    }

    const seen = await observe(sim.connect().world)
    expect(seen.regions[HOME]!.proxy).to.deep.equal({reachable: false, reason: 'AWS says DBProxyNotFoundFault'})
  })

  it('names both reasons where neither region knows the global cluster', async () => {
    const sim = new SimulatedWorld()
    sim.lose(HOME)
    sim.lose(AWAY)
    const {global} = await observe(sim.connect().world)
    expect(global.reachable ? '' : global.reason)
      .to.contain(HOME)
      .and.to.contain(AWAY)
  })

  for (const call of ['describe', 'mode', 'serving'])
    it(`throws for credentials, which make every answer worthless: ${call}`, async () => {
      const sim = new SimulatedWorld()
      sim.fault = (name) => {
        if (name === call) throw named('ExpiredToken', 'credentials')
      }

      const error = await observe(sim.connect().world).catch((error_: unknown) => error_)
      expect(error).to.include({code: 'ExpiredToken', exitStatus: 7})
    })

  it('ends at Ctrl-C', async () => {
    const sim = new SimulatedWorld({hang: true})
    sim.lose(HOME)
    const abort = new AbortController()
    void sim.clock.sleep(500).then(() => abort.abort())
    const error = await observe(sim.connect().world, {signal: abort.signal}).catch((error_: unknown) => error_)
    expect(error).to.equal(abort.signal.reason)
  })
})
