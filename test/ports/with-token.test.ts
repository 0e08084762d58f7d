import {expect} from 'chai'
import {callApi} from '../../src/actions/crud/run.js'
import {runToken} from '../../src/actions/token/run.js'
import {startProber} from '../../src/measure/prober.js'
import {tokenSource} from '../../src/measure/token-source.js'
import {wake} from '../../src/measure/wake.js'
import {Canary} from '../../src/steps/canary.js'
import {canaryRefused} from '../../src/steps/canary-refused.js'
import {newPrimaryTakesWrite} from '../../src/steps/new-primary-takes-write.js'
import {verifyEdge} from '../../src/steps/verify-edge.js'
import type {StepContext} from '../../src/model/step.js'
import {memoryRun} from '../support/memory-run.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

const {signal} = new AbortController()
const context: StepContext = {signal, note: () => undefined, runId: 'r1', accepted: async () => undefined}
const emit = () => undefined

/** Everybody who asks the API with a token: each must get through although the one that was kept is refused. */
const DOORS: [string, (sim: SimulatedWorld) => Promise<unknown>][] = [
  [
    'crud',
    async (sim) => {
      const {world} = sim.connect()
      const request = {method: 'POST' as const, body: {task: 'x', requestId: 'q'}}
      await callApi({openWorld: async () => world, request, emit, signal})
    },
  ],
  [
    'token',
    async (sim) => expect(await runToken({world: sim.connect().world, emit, signal})).to.include({token: 'good'}),
  ],
  [
    'a canary',
    async (sim) =>
      expect((await new Canary(sim.connect().world, context, HOME).write(HOME)).kind).to.equal('acknowledged'),
  ],
  [
    'the proof of a fence',
    async (sim) => {
      sim.regions[HOME]!.writers = 'fenced'
      const step = canaryRefused({region: HOME, to: AWAY})
      expect(await step.act(sim.connect().world, context)).to.equal('done')
    },
  ],
  [
    'the first write of a new primary',
    (sim) => newPrimaryTakesWrite({region: HOME}).act(sim.connect().world, context) as Promise<void>,
  ],
  ['the proof of the edge', (sim) => verifyEdge({to: HOME}).act(sim.connect().world, context) as Promise<void>],
  ['the warm-up', (sim) => wake(sim.connect().world, {tokensOf: HOME, signal, seconds: 2})],
  [
    'the prober',
    async (sim) => {
      const {world} = sim.connect()
      const {api, workload, clock} = world
      const prober = await startProber({
        send: (request) => api.edge(request),
        workload,
        clock,
        token: tokenSource(world),
        run: memoryRun(),
        ratePerSecond: 10,
        seed: 1,
        signal,
      })
      await clock.sleep(1500)
      await prober.stop()
      const outcomes = prober.entries().map(({outcome}) => outcome)
      expect(outcomes[0]).to.not.equal('ok')
      expect(outcomes.slice(-10)).to.deep.equal(Array.from({length: 10}, () => 'ok'))
    },
  ],
]

describe('a token that is refused', () => {
  for (const [door, pass] of DOORS)
    it(`field report 9: is dropped, and another one is asked for: ${door}`, async () => {
      const sim = new SimulatedWorld()
      sim.token = 'damaged'
      await pass(sim)
      expect(sim.token).to.equal('good')
    })
})
