import {expect} from 'chai'
import fc from 'fast-check'
import {diagnose} from '../../src/diagnose.js'
import {checkGates, checkUnsure} from '../../src/gates/index.js'
import type {GateInput, Waiver} from '../../src/model/gate.js'
import type {Observation} from '../../src/model/observation.js'
import type {Intent} from '../../src/model/plan.js'
import {AWAY, HOME, anyObservation, healthy, healthySide, no, silentSide, yes} from '../support/observations.js'

const CONSENT: Waiver[] = [{name: 'allow-data-loss', reason: 'test'}]

const input = (intent: Intent, observation: Observation, to = AWAY): GateInput => ({
  intent,
  from: HOME,
  to,
  observation,
  diagnosis: diagnose(observation),
  maxLagSeconds: 5,
})

const refusedBy = (intent: Intent, observation: Observation, waivers: Waiver[] = [], to = AWAY): string[] =>
  checkGates(input(intent, observation, to), waivers).refusals.map(({gate}) => gate)

const withAway = (change: Parameters<typeof healthySide>[1]): Observation =>
  healthy({regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, change)}})

const withMember = (synchronization: string | undefined, isWriter = false): Observation =>
  healthy({
    global: yes({
      id: 'g',
      status: 'available',
      members: [
        {region: HOME, clusterArn: 'h', isWriter: true},
        {region: AWAY, clusterArn: 'a', isWriter, synchronization},
      ],
    }),
  })

const headless = yes({id: 'c', arn: 'a', status: 'available', availableInstances: 0})

describe('the gates', () => {
  it('let a switchover of a healthy pair pass', () => {
    expect(refusedBy('switchover', healthy())).to.deep.equal([])
  })

  it('want consent for every failover, and show what is at risk', () => {
    const {refusals} = checkGates(input('failover', healthy()), [])
    expect(refusals.map(({gate, waiver}) => [gate, waiver])).to.deep.equal([['data-loss-consent', 'allow-data-loss']])
    expect(refusals[0]!.reason).to.contain('0.1 s behind').and.to.contain('a switchover would lose nothing')
    expect(refusals[0]!.hint).to.contain('--allow-data-loss --confirm ToDoMgmt')
    const {refusals: none, waived} = checkGates(input('failover', healthy()), CONSENT)
    expect(none).to.deep.equal([])
    expect(waived.map(({gate}) => gate)).to.deep.equal(['data-loss-consent'])
  })

  it('name an unknown lag, and a lag above the limit, to whoever fails over', () => {
    for (const lagSeconds of [yes(undefined), yes(6), no('CloudWatch is silent')])
      expect(refusedBy('failover', withAway({lagSeconds}))).to.deep.equal(['replica-caught-up', 'data-loss-consent'])
    expect(refusedBy('failover', withAway({lagSeconds: yes(600)}), CONSENT)).to.deep.equal([])
  })

  it('defect 13: refuse a planned switch while replication is stalled, whatever is waived', () => {
    for (const stalled of [withMember('pending-resync'), withAway({lagSeconds: yes(6)})])
      expect(refusedBy('switchover', stalled, CONSENT)).to.deep.equal(['replication-healthy'])
  })

  it('let a failback wait for a home that is being rebuilt, and refuse one that is connected and far behind', () => {
    const away = {region: AWAY, clusterArn: 'a', isWriter: true}
    const rebuilding = (synchronization: string | undefined, lag: number | undefined): Observation =>
      healthy({
        global: yes({
          id: 'g',
          status: 'x',
          members: [{region: HOME, clusterArn: 'h', isWriter: false, synchronization}, away],
        }),
        edge: yes(AWAY),
        regions: {[HOME]: healthySide(HOME, {cluster: headless, lagSeconds: yes(lag)}), [AWAY]: healthySide(AWAY)},
      })
    expect(refusedBy('failback', rebuilding('pending-resync', undefined), [], HOME)).to.deep.equal([])
    expect(refusedBy('failback', rebuilding('connected', 30), [], HOME)).to.deep.equal([])
    expect(refusedBy('failback', rebuilding('connected', 300), [], HOME)).to.deep.equal(['replication-healthy'])
  })

  it('refuse by no-open-run what would go the other way, and let a failover leave behind what cannot be finished', () => {
    const openRun = {id: 'r1', intent: 'failover' as const, to: AWAY}
    const asked = (intent: Intent, observation: Observation) =>
      checkGates({...input(intent, observation), openRun}, CONSENT).refusals.find(({gate}) => gate === 'no-open-run')
    // Nothing was promoted yet.
    for (const intent of ['switchover', 'failback', 'steer'] as const)
      expect(asked(intent, healthy())?.hint, intent).to.match(/resume r1 .* resume r1 --undo/)
    expect(asked('failover', healthy())).to.equal(undefined)
    // The promotion is done, and the rest is not.
    const members = [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: region === AWAY}))
    const promoted = (away = healthySide(AWAY)): Observation =>
      healthy({
        global: yes({id: 'g', status: 'available', members}),
        regions: {[HOME]: healthySide(HOME), [AWAY]: away},
      })

    for (const intent of ['switchover', 'failover', 'failback'] as const)
      expect(asked(intent, promoted())?.hint, intent).to.equal('todo-dr resume r1 finishes it')
    expect(asked('steer', promoted())).to.equal(undefined)
    expect(asked('failover', promoted(silentSide(AWAY)))).to.equal(undefined)
  })

  const refusedFor: Record<string, [Intent, Observation, string?]> = {
    'target-known': ['switchover', healthy(), HOME],
    'primary-known': ['switchover', healthy({global: no('nobody answers')})],
    'no-split-brain': ['switchover', withMember(undefined, true)],
    'no-switch-in-progress': [
      'failover',
      healthy({global: yes({id: 'g', status: 'x', failover: {status: 'switching-over'}, members: []})}),
    ],
    'target-reachable': ['failover', healthy({regions: {[HOME]: healthySide(HOME), [AWAY]: silentSide(AWAY)}})],
    'target-has-instance': ['switchover', withAway({cluster: headless})],
    'route-to-primary': ['steer', healthy()],
    'edge-steerable': ['switchover', healthy({edge: no('the KeyValueStore does not answer')})],
  }
  for (const [gate, [intent, observation, to]] of Object.entries(refusedFor))
    it(`refuse by ${gate}, and no consent lifts it`, () => {
      expect(refusedBy(intent, observation, CONSENT, to)).to.include(gate)
    })

  it('do not stop a failover for an edge that cannot be steered: its clients are down already', () => {
    expect(refusedBy('failover', healthy({edge: no('silent')}), CONSENT)).to.deep.equal([])
  })

  it('show every refusal together', () => {
    const bad = healthy({
      edge: no('silent'),
      regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, {cluster: headless, lagSeconds: yes(99)})},
    })
    expect(refusedBy('switchover', bad)).to.deep.equal(['target-has-instance', 'replication-healthy', 'edge-steerable'])
  })

  const intents = fc.constantFrom<Intent>('switchover', 'failover', 'failback', 'steer')
  const targets = fc.constantFrom(HOME, AWAY, 'elsewhere')

  it('judge whatever a look may find: a waiver lifts what names it and nothing else', () => {
    fc.assert(
      fc.property(anyObservation, intents, targets, (observation, intent, to) => {
        const asked = input(intent, observation, to)
        const {refusals} = checkGates(asked, [])
        const lifted = checkGates(asked, CONSENT)
        const byWaiver = (waives: boolean) => refusals.filter(({waiver}) => (waiver === CONSENT[0]!.name) === waives)
        expect(lifted).to.deep.equal({refusals: byWaiver(false), waived: byWaiver(true)})
        for (const {reason, hint} of refusals) {
          expect(reason).to.not.equal('')
          expect(hint).to.not.equal('')
        }
      }),
    )
  })

  it('let nothing pass that would leave clients without a writer', () => {
    // By chance nearly everything is refused: observations that are sensible but for a few things come through.
    const sensible = fc
      .record({
        chance: anyObservation,
        kept: fc.record({global: fc.boolean(), edge: fc.boolean(), home: fc.boolean(), away: fc.boolean()}),
      })
      .map(({chance, kept}) => {
        const well = healthy()
        const side = (name: string, keep: boolean) => ({
          [name]: (keep ? well : chance).regions[name] ?? silentSide(name),
        })
        return {
          ...well,
          global: kept.global ? well.global : chance.global,
          edge: kept.edge ? well.edge : chance.edge,
          regions: {...side(HOME, kept.home), ...side(AWAY, kept.away)},
        }
      })
    let passed = 0
    fc.assert(
      fc.property(sensible, intents, targets, (observation, intent, to) => {
        if (refusedBy(intent, observation, CONSENT, to).length > 0) return
        passed++
        const {global, edge, regions} = observation
        const members = global.reachable ? global.value.members : []
        const {cluster, api} = regions[to]!
        expect(members.filter(({isWriter}) => isWriter)).to.have.length(1)
        if (global.reachable) expect(global.value.failover?.status ?? '').to.equal('')
        // Steering moves clients to the writer that there is; whether it takes a write is the plan's first step to prove.
        if (intent === 'steer') {
          expect(members.find(({isWriter}) => isWriter)!.region).to.equal(to)
          expect(edge.reachable).to.equal(true)
          return
        }

        expect(members.find(({isWriter}) => isWriter)!.region).not.to.equal(to)
        if (intent === 'failback') return
        expect(cluster.reachable && cluster.value.availableInstances > 0).to.equal(true)
        expect(api.reachable).to.equal(true)
        if (intent === 'failover') return
        expect(edge.reachable).to.equal(true)
        expect(members.map(({region}) => region)).to.include(to)
      }),
      {numRuns: 2000},
    )
    expect(passed).to.be.above(50)
  })

  it('pass an unproven fence only in a failover, and only with a waiver', () => {
    const of = (intent: Intent, waivers: Waiver[]) => {
      const {refusals, waived} = checkUnsure('fence-unsure', {intent, from: HOME, to: AWAY}, waivers)
      expect([...refusals, ...waived].map(({gate}) => gate)).to.deep.equal(['fence-unsure'])
      return waived[0]?.waiver
    }

    expect(of('failover', CONSENT)).to.equal('allow-data-loss')
    expect(of('failover', [{name: 'allow-database-change', reason: 'another gate'}])).to.equal(undefined)
    expect(of('failover', [])).to.equal(undefined)
    expect(of('switchover', CONSENT)).to.equal(undefined)
    expect(of('failback', CONSENT)).to.equal(undefined)
  })
})
