import {expect} from 'chai'

import {standbyLag, reportedTopology} from '../../src/model/topology.js'
import type {GlobalMember, Observation} from '../../src/model/observation.js'
import {observe} from '../../src/probes/observe.js'
import {AWAY, HOME, SimulatedWorld} from '../support/simulated-world.js'

const MAX_LAG = 5

describe('the topology of an observation', () => {
  let observation: Observation

  beforeEach(async () => {
    observation = await observe(new SimulatedWorld({lagMs: 200}).connect().world)
  })

  const members = (change: (all: GlobalMember[]) => GlobalMember[]): void => {
    if (!observation.global.reachable) throw new Error('not reachable')
    observation.global.value.members = change(observation.global.value.members)
  }

  it('names primary, standby and edge, and the lag of the standby', () => {
    expect(reportedTopology(observation, MAX_LAG)).to.deep.equal({
      primary: HOME,
      standby: AWAY,
      edge: HOME,
      replication: 'ok',
    })
    expect(standbyLag(observation)).to.equal(0.2)
  })

  it('calls replication stalled beyond the limit', () => {
    observation.regions[AWAY]!.lagSeconds = {reachable: true, value: MAX_LAG + 0.1}
    expect(reportedTopology(observation, MAX_LAG).replication).to.equal('stalled')
    observation.regions[AWAY]!.lagSeconds = {reachable: true, value: MAX_LAG}
    expect(reportedTopology(observation, MAX_LAG).replication).to.equal('ok')
  })

  it('calls it stalled, as the diagnosis does, while the replica is not connected', () => {
    members((all) => all.map((member) => (member.isWriter ? member : {...member, synchronization: 'pending-resync'})))
    expect(reportedTopology(observation, MAX_LAG).replication).to.equal('stalled')
  })

  it('calls it broken where the replica has no instance or cannot be seen', () => {
    const {cluster} = observation.regions[AWAY]!
    if (cluster.reachable) cluster.value.instances = []
    expect(reportedTopology(observation, MAX_LAG).replication).to.equal('broken')
    observation.regions[AWAY]!.cluster = {reachable: false, reason: 'gone'}
    expect(reportedTopology(observation, MAX_LAG).replication).to.equal('broken')
  })

  it('says none where there is no replica', () => {
    members((all) => all.filter((member) => member.isWriter))
    expect(reportedTopology(observation, MAX_LAG)).to.include({primary: HOME, replication: 'none'})
  })

  it('says unknown where nobody could tell', () => {
    observation.global = {reachable: false, reason: 'gone'}
    observation.edge = {reachable: false, reason: 'gone'}
    expect(reportedTopology(observation, MAX_LAG)).to.deep.equal({
      primary: 'unknown',
      standby: 'unknown',
      edge: 'unknown',
      replication: 'broken',
    })
  })

  it('has no lag where none is reported or nobody answers', () => {
    observation.regions[AWAY]!.lagSeconds = {reachable: true, value: undefined}
    expect(standbyLag(observation)).to.equal(null)
    observation.regions[AWAY]!.lagSeconds = {reachable: false, reason: 'gone'}
    expect(standbyLag(observation)).to.equal(null)
  })
})
