import {expect} from 'chai'
import fc from 'fast-check'
import {diagnose} from '../../src/diagnose.js'
import {servesNobody} from '../../src/model/database-status.js'
import {checkGates, checkUnsure} from '../../src/gates/index.js'
import {WAIVABLE} from '../../src/model/gate.js'
import type {GateInput, Waiver} from '../../src/model/gate.js'
import type {Observation} from '../../src/model/observation.js'
import {standbyLag} from '../../src/model/topology.js'
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
  fencedByUs: false,
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

const headless = yes({id: 'c', arn: 'a', status: 'available', instances: []})

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

  it('aws 09: a lag is told with its age, and one from before the outage says nothing of what is at risk', () => {
    const {at} = healthy()
    const measured = (agoMs: number): Observation =>
      withAway({lagSeconds: yes(0.1), lag: {seconds: 0.1, at: at - 60_000 - agoMs, periodSeconds: 60}})
    const reasons = (agoMs: number): string[] =>
      checkGates(input('failover', measured(agoMs)), []).refusals.map(({reason}) => reason)
    const [young, ...none] = reasons(45_000)
    expect(none).to.deep.equal([])
    expect(young).to.contain('was 0.1 s behind when it was last measured, 45 s ago: about the last 0.1 s of writes')
    const [gate, consent] = reasons(200_000)
    expect(gate).to.contain('the last value (0.1 s) is 200 s old')
    expect(consent).to.contain('how many cannot be estimated').and.to.contain('200 s ago').and.not.to.contain('at risk')
    expect(standbyLag(measured(45_000))).to.equal(0.1)
    expect(standbyLag(measured(200_000)), 'nor does a report estimate by it').to.equal(null)
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

  it('aws 1: let a failover leave an unfinished upgrade behind, and no planned switch', () => {
    const openRun = {id: 'r1', intent: 'upgrade' as const, to: HOME}
    const asked = (intent: Intent) =>
      checkGates({...input(intent, healthy()), openRun}, CONSENT).refusals.find(({gate}) => gate === 'no-open-run')
    for (const intent of ['switchover', 'failback'] as const)
      expect(asked(intent)?.hint, intent).to.contain('todo-dr resume r1 finishes it')
    for (const intent of ['failover', 'steer'] as const) expect(asked(intent), intent).to.equal(undefined)
  })

  it('aws 1: name the upgrade that makes two versions equal, and to whoever cannot wait for it the way out', () => {
    const hint = (intent: Intent): string | undefined =>
      checkGates(input(intent, withCluster({engineVersion: '8.0.mysql_aurora.3.10.10'})), CONSENT).refusals.find(
        ({gate}) => gate === 'engine-versions',
      )?.hint
    expect(hint('switchover')).to.match(/^todo-dr upgrade --to 8\.0\.mysql_aurora\.3\.10\.10 makes them equal/)
    expect(hint('switchover')).not.to.contain('manual failover')
    expect(hint('failover')).to.contain('manual failover: remove us-east-2 from the global database')
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

  const withCluster = (change: object): Observation => {
    const {cluster} = healthySide(AWAY)
    return withAway({cluster: yes({...(cluster.reachable ? cluster.value : ({} as never)), ...change})})
  }

  const used = (peakAcu: Observation['regions'][string]['peakAcu'], max: number): Observation => {
    const observation = withCluster({capacity: {min: 0.5, max}})
    observation.regions[HOME] = healthySide(HOME, {peakAcu})
    return observation
  }

  const tables = (here: Record<string, string>, there: Record<string, string>): Observation =>
    healthy({
      regions: {[HOME]: healthySide(HOME, {tables: yes(here)}), [AWAY]: healthySide(AWAY, {tables: yes(there)})},
    })

  const broken: Record<(typeof WAIVABLE)[number], [Observation, RegExp]> = {
    'engine-versions': [
      withCluster({engineVersion: '8.0.mysql_aurora.3.10.4'}),
      /us-east-2 runs engine version 8\.0\.mysql_aurora\.3\.10\.4, and the primary 8\.0\.mysql_aurora\.3\.10\.3/,
    ],
    'target-capacity': [used(yes(12), 8), /maximum is 8 ACU, and us-east-1 has used 12 ACU/],
    secrets: [
      withAway({secrets: yes([{name: 'ToDoMgmt/admin', version: 'v2', replicas: []}])}),
      /a login would fail in us-east-2: ToDoMgmt\/admin has another value than in us-east-1/,
    ],
    schema: [
      tables({ToDos: 'a', Gone: 'b'}, {ToDos: 'c'}),
      /the tables of us-east-2 are not those of us-east-1: ToDos, Gone/,
    ],
    'target-quota': [
      withAway({concurrencyLimit: yes(900)}),
      /in us-east-2 the account may run 900 functions at once .* 1000 in us-east-1/,
    ],
    'target-closed': [
      withAway({writers: yes('partly')}),
      /some writing functions of us-east-2 have reserved concurrency 0/,
    ],
  }
  for (const [gate, [observation, reason]] of Object.entries(broken))
    it(`health 03: refuse by ${gate}, naming what would break the switch, until that gate is waived`, () => {
      for (const intent of ['switchover', 'failover'] as const) {
        const {refusals} = checkGates(input(intent, observation), CONSENT)
        expect(refusals).to.have.length(1)
        expect(refusals[0]).to.include({gate, waiver: gate})
        expect(refusals[0]!.reason).to.match(reason)
        expect(refusals[0]!.hint).to.include(`--waive ${gate}=REASON`)
        for (const name of WAIVABLE)
          expect(refusedBy(intent, observation, [...CONSENT, {name, reason: 'test'}])).to.deep.equal(
            name === gate ? [] : [gate],
          )
      }
    })

  it('drift: refuse by secrets what is not copied, is being copied, or does not let the proxy in', () => {
    const replica = (region: string, status: string) => [{region, status, message: 'no key'}]
    const home = (replicas: ReturnType<typeof replica>): Observation => {
      const observation = healthy()
      observation.regions[HOME]!.secrets = yes([{name: 'ToDoMgmt/admin', version: 'v1', replicas}])
      return observation
    }

    const cases: [Observation, string][] = [
      [withAway({secrets: yes([])}), 'it lacks ToDoMgmt/admin'],
      [home(replica(AWAY, 'Failed')), 'the copy of ToDoMgmt/admin is Failed (no key)'],
      [
        withAway({proxy: yes({available: 0, unavailable: 1, authFailed: true})}),
        'its database refuses the secrets of its proxy',
      ],
    ]
    for (const [observation, says] of cases) {
      const {refusals} = checkGates(input('switchover', observation), [])
      expect(refusals.map(({gate, reason}) => [gate, reason])).to.deep.equal([
        ['secrets', `a login would fail in us-east-2: ${says}`],
      ])
    }

    expect(refusedBy('switchover', home(replica(AWAY, 'InSync')))).to.deep.equal([])
    expect(refusedBy('switchover', home(replica('eu-west-1', 'Failed')))).to.deep.equal([])
  })

  it('health 03: compare the version with that of the global database where the primary does not answer', () => {
    const lost = {...broken['engine-versions'][0]}
    lost.regions = {...lost.regions, [HOME]: silentSide(HOME)}
    expect(refusedBy('failover', lost, CONSENT)).to.deep.equal(['engine-versions'])
  })

  it('health 03: refuse nothing for what nobody could read or measure', () => {
    for (const observation of [
      withCluster({engineVersion: undefined}),
      used(yes(undefined), 8),
      used(no('CloudWatch is silent'), 8),
      used(yes(8), 8),
      withCluster({capacity: undefined}),
      withAway({tables: yes({ToDos: 'c'})}),
      tables({ToDos: 'a'}, {ToDos: 'a'}),
      withAway({secrets: undefined, concurrencyLimit: undefined}),
      withAway({secrets: no('denied'), concurrencyLimit: no('denied')}),
    ])
      expect(refusedBy('switchover', observation)).to.deep.equal([])
  })

  it('health 03: open what todo-dr itself has closed without a word', () => {
    const asked = {...input('failover', withAway({writers: yes('fenced')})), fencedByUs: true}
    expect(checkGates(asked, CONSENT).refusals).to.deep.equal([])
  })

  it('health 03: refuse nothing on a healthy deployment, whatever its version, its capacity and its use of it', () => {
    const halves = (most: number) => fc.integer({min: 1, max: most}).map((count) => count / 2)
    fc.assert(
      fc.property(
        fc.constantFrom('switchover', 'failover') as fc.Arbitrary<Intent>,
        fc.string({minLength: 1}),
        halves(512).chain((max) => fc.record({max: fc.constant(max), min: halves(max * 2), peak: halves(max * 2)})),
        fc.boolean(),
        (intent, engineVersion, {min, max, peak}, fixedClass) => {
          const side = (region: string) => {
            const well = healthySide(region, {peakAcu: yes(peak)})
            if (!well.cluster.reachable) throw new Error('the cluster is there')
            const capacity = fixedClass ? undefined : {min, max}
            return {...well, cluster: yes({...well.cluster.value, engineVersion, capacity})}
          }

          expect(
            refusedBy(intent, healthy({regions: {[HOME]: side(HOME), [AWAY]: side(AWAY)}}), CONSENT),
          ).to.deep.equal([])
        },
      ),
    )
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
        expect(cluster.reachable && !servesNobody(cluster.value, api)).to.equal(true)
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
