import {expect} from 'chai'
import {diagnose} from '../../src/diagnose.js'
import {checkGates} from '../../src/gates/index.js'
import {CLUSTER_STATUSES, INSTANCE_STATUSES} from '../../src/model/database-status.js'
import type {Service} from '../../src/model/database-status.js'
import type {ApiHealth, Observation, Sample} from '../../src/model/observation.js'
import {topologyOf} from '../../src/model/topology.js'
import {preflightProbe} from '../../src/steps/preflight-probe.js'
import {waitReplication} from '../../src/steps/wait-replication.js'
import {AWAY, HOME, healthy, healthySide, yes} from '../support/observations.js'
import {SimulatedWorld} from '../support/simulated-world.js'

const answers = yes({status: 200, ok: true, latencyMs: 1})
const fails = yes({status: 503, ok: false, latencyMs: 1})
const UNKNOWN = ['a-word-of-next-year', '', 'Available', 'constructor', '__proto__']

/** Every word that RDS documents, and some that it does not, of an instance and of a cluster. */
const WORDS: {name: string; cluster: {status: string; instances: string[]}; service: Service | 'unknown'}[] = [
  ...Object.entries(INSTANCE_STATUSES).map(([word, service]) => ({
    name: `an instance that is ${word}`,
    cluster: {status: 'available', instances: [word]},
    service,
  })),
  ...Object.entries(CLUSTER_STATUSES).map(([word, service]) => ({
    name: `a cluster that is ${word}`,
    cluster: {status: word, instances: ['available']},
    service,
  })),
  ...UNKNOWN.flatMap((word) => [
    {
      name: `an instance that is "${word}"`,
      cluster: {status: 'available', instances: [word]},
      service: 'unknown' as const,
    },
    {
      name: `a cluster that is "${word}"`,
      cluster: {status: word, instances: ['available']},
      service: 'unknown' as const,
    },
  ]),
]

describe("RDS's words for a database", () => {
  const seen = (where: string, {status, instances}: {status: string; instances: string[]}, api: Sample<ApiHealth>) => {
    const change = {cluster: yes({id: 'c', arn: 'a', status, instances}), api}
    const side = (region: string) => healthySide(region, region === where ? change : {})
    return healthy({regions: {[HOME]: side(HOME), [AWAY]: side(AWAY)}})
  }

  const failover = (observation: Observation): string[] =>
    checkGates(
      {
        intent: 'failover',
        from: HOME,
        to: AWAY,
        observation,
        diagnosis: diagnose(observation),
        maxLagSeconds: 5,
        fencedByUs: false,
      },
      [{name: 'allow-data-loss', reason: 'test'}],
    ).refusals.map(({gate}) => gate)

  for (const {name, cluster, service} of WORDS) {
    const word = [cluster.status, ...cluster.instances].find((one) => one !== 'available') ?? 'available'

    it(`field report 14: ${name} is no outage while its API answers, and is named`, () => {
      for (const where of [HOME, AWAY]) {
        const observation = seen(where, cluster, answers)
        const {situation, evidence} = diagnose(observation)
        expect(situation, where).to.equal('Healthy')
        if (word !== 'available') expect(evidence.join('\n')).to.contain(`"${word}"`)
        expect(topologyOf(observation).replication).to.equal('ok')
        if (where === AWAY) expect(failover(observation)).to.deep.equal([])
      }
    })

    it(`field report 14: ${name} counts as ${service === 'down' ? 'down' : 'there'} where its API fails`, () => {
      const primary = diagnose(seen(HOME, cluster, fails))
      expect(primary.situation).to.equal(service === 'down' ? 'PrimaryDatabaseLost' : 'PrimaryApiLost')
      expect(primary.evidence.join('\n').includes('does not know')).to.equal(service === 'unknown')
      const lost = healthySide(HOME, {api: fails})
      const both = seen(AWAY, cluster, fails)
      both.regions[HOME] = lost
      expect(failover(both).includes('target-has-instance')).to.equal(service === 'down')
    })
  }

  it('field report 14: a run to such a standby does not stop at its last look, and a failback does not wait for a word', async () => {
    for (const {name, cluster, service} of WORDS) {
      const sim = new SimulatedWorld()
      sim.regions[AWAY]!.instanceStatus = cluster.instances[0]!
      const {world} = sim.connect()
      const truth = world.database.cluster.bind(world.database)
      world.database.cluster = async (...args) => ({...(await truth(...args)), status: cluster.status})
      const context = {
        signal: new AbortController().signal,
        note: () => undefined,
        runId: 'r1',
        accepted: async () => undefined,
      }
      const passes = (): Promise<boolean> =>
        preflightProbe({from: HOME, to: AWAY, api: 'any'})
          .act(world, context)
          .then(
            () => true,
            () => false,
          )
      const waited = (): Promise<boolean> =>
        waitReplication({from: HOME, to: AWAY, maxLagSeconds: 5}).isDone(world, context)
      expect(await passes(), name).to.equal(true)
      expect(await waited(), name).to.equal(true)
      sim.regions[AWAY]!.apiUp = false
      expect(await passes(), name).to.equal(service !== 'down')
      expect(await waited(), name).to.equal(service !== 'down')
    }
  })

  it('a cluster without any instance takes nothing over, whatever answers for it', () => {
    const observation = seen(AWAY, {status: 'available', instances: []}, answers)
    expect(diagnose(observation).situation).to.equal('StandbyLost')
    expect(failover(observation)).to.deep.equal(['target-has-instance'])
  })

  it('one instance that serves is enough', () => {
    const {situation} = diagnose(seen(HOME, {status: 'available', instances: ['failed', 'backing-up']}, fails))
    expect(situation).to.equal('PrimaryApiLost')
  })
})
