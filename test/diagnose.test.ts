import {details, side} from './support/looks.js'
import {expect} from 'chai'
import fc from 'fast-check'
import {diagnose} from '../src/diagnose.js'
import {checkGates} from '../src/gates/index.js'
import {WAIVER_NAMES} from '../src/model/gate.js'
import {SITUATIONS} from '../src/model/diagnosis.js'
import {primaryOf} from '../src/model/observation.js'
import type {Observation} from '../src/model/observation.js'
import type {Intent} from '../src/model/plan.js'
import {STALLED_LAG_SECONDS} from '../src/model/topology.js'
import {
  AWAY,
  HOME,
  anyObservation,
  healthy,
  healthySide,
  no,
  samplesOf,
  silentSide,
  yes,
} from './support/observations.js'

const at = (change: Partial<Observation>) => diagnose(healthy(change))
const home = (change: Parameters<typeof healthySide>[1]) =>
  at({regions: {[HOME]: healthySide(HOME, change), [AWAY]: healthySide(AWAY)}})
const away = (change: Parameters<typeof healthySide>[1]) =>
  at({regions: {[HOME]: healthySide(HOME), [AWAY]: healthySide(AWAY, change)}})
const global = (members: {region: string; isWriter: boolean; synchronization?: string}[], status?: string) =>
  yes({
    id: 'g',
    status: 'x',
    failover: status === undefined ? undefined : {status},
    members: members.map((one) => ({...one, clusterArn: 'a'})),
  })
const headless = {cluster: yes({id: 'c', arn: 'a', status: 'available', instances: []})}

const failing = yes({status: 503, ok: false, latencyMs: 1})

describe('diagnose', () => {
  const swapped = global([
    {region: HOME, isWriter: false, synchronization: 'connected'},
    {region: AWAY, isWriter: true},
  ])

  it('names each situation, and the command that fits it', () => {
    const failover = 'todo-dr failover --to us-east-2 --allow-data-loss --confirm ToDoMgmt'
    const found = {
      healthy: at({}),
      regionLost: at({
        regions: {[HOME]: silentSide(HOME), [AWAY]: healthySide(AWAY)},
        global: healthy().global,
        edge: yes(HOME),
      }),
      databaseLost: home({...headless, api: failing}),
      proxyWithoutTarget: home({proxy: yes({available: 0, unavailable: 1, reason: 'crashed'}), api: failing}),
      apiLost: home({api: failing}),
      tableMissing: home({api: yes({status: 503, ok: false, latencyMs: 1, code: 'TableMissing'})}),
      primaryFenced: home({writers: yes('fenced')}),
      standbyLost: at({regions: {[HOME]: healthySide(HOME), [AWAY]: silentSide(AWAY)}}),
      standbyHeadless: away(headless),
      stalledByLag: away({lagSeconds: yes(3600)}),
      stalledByWord: at({
        global: global([
          {region: HOME, isWriter: true},
          {region: AWAY, isWriter: false, synchronization: 'pending-resync'},
        ]),
      }),
      splitBrain: at({
        global: global([
          {region: HOME, isWriter: true},
          {region: AWAY, isWriter: true},
        ]),
      }),
      switching: at({
        global: global(
          [
            {region: HOME, isWriter: true},
            {region: AWAY, isWriter: false},
          ],
          'a word that AWS may invent',
        ),
      }),
      routeBehind: at({edge: yes(AWAY)}),
      detached: at({global: global([{region: HOME, isWriter: true}])}),
    }
    expect(
      Object.fromEntries(Object.entries(found).map(([name, {situation, next}]) => [name, [situation, next]])),
    ).to.deep.equal({
      healthy: ['Healthy', undefined],
      regionLost: ['RegionLost', failover],
      databaseLost: ['PrimaryDatabaseLost', failover],
      proxyWithoutTarget: ['PrimaryDatabaseLost', failover],
      apiLost: ['PrimaryApiLost', 'todo-dr switchover --to us-east-2'],
      tableMissing: ['TableMissing', 'todo-dr seed'],
      primaryFenced: ['PrimaryFenced', 'todo-dr switchover --to us-east-1'],
      standbyLost: ['StandbyLost', 'todo-dr status'],
      standbyHeadless: ['StandbyLost', 'todo-dr status'],
      stalledByLag: ['ReplicationStalled', 'todo-dr status'],
      stalledByWord: ['ReplicationStalled', 'todo-dr status'],
      splitBrain: ['SplitBrain', undefined],
      switching: ['SwitchInProgress', 'todo-dr status'],
      routeBehind: ['RouteBehind', 'todo-dr steer'],
      detached: ['Detached', 'todo-dr status'],
    })
    for (const situation of SITUATIONS) expect(Object.values(found).map((one) => one.situation)).to.include(situation)
  })

  it('sends nobody to a switchover whose primary database cannot be seen', () => {
    const found = home({api: yes({status: 502, ok: false, latencyMs: 1}), cluster: no('RDS does not answer')})
    expect(found.situation).to.equal('PrimaryApiLost')
    expect(found.next).to.contain('failover')
    expect(found.evidence).to.include('RDS does not answer')
  })

  it('field report 22: says whether the primary is fenced or partly fenced, and that only a closed standby waits for its switch', () => {
    expect(home({writers: yes('fenced')}).summary).to.contain('takes no writes')
    expect(home({writers: yes('partly')})).to.include({
      situation: 'PrimaryFenced',
      next: `todo-dr switchover --to ${HOME}`,
    })
    expect(home({writers: yes('partly')}).summary).to.contain('partly fenced')
    expect(away({writers: yes('fenced')})).to.include({situation: 'Healthy'})
    expect(away({writers: yes('fenced')}).evidence).to.include(
      `${AWAY} is still fenced, as after a failover; a switch to it opens it`,
    )
  })

  it('names the database, not the table, where a database that is down has its API say that the table is missing', () => {
    expect(
      home({...headless, api: yes({status: 503, ok: false, latencyMs: 1, code: 'TableMissing'})}).situation,
    ).to.equal('PrimaryDatabaseLost')
  })

  it('rounds a lag for a person, and never down to nothing', () => {
    expect(away({lagSeconds: yes(0.116_994_873_046_875)}).evidence).to.include(`${AWAY} is 0.12 s behind`)
    expect(away({lagSeconds: yes(0.0004)}).evidence).to.include(`${AWAY} is less than 0.01 s behind`)
    expect(away({lagSeconds: yes(3600.1234)}).evidence).to.include(`${AWAY} is 3600.12 s behind`)
  })

  it('points home while the away region is the primary and all is well', () => {
    expect(at({global: swapped, edge: yes(AWAY)})).to.include({situation: 'Healthy', next: 'todo-dr failback'})
  })

  it('says whose fault it may be when nobody answers', () => {
    const nobody = at({global: no('?'), edge: no('?'), regions: {[HOME]: silentSide(HOME), [AWAY]: silentSide(AWAY)}})
    expect(nobody.situation).to.equal('Unknown')
    expect(nobody.summary).to.contain('your own network')
  })

  it('field report 22: advises no switch that a gate would refuse, whatever is seen, and whichever run is unfinished', () => {
    const runs = fc.option(
      fc.record({
        id: fc.constant('r1'),
        intent: fc.constantFrom('switchover' as const, 'failover' as const, 'failback' as const),
        to: fc.constantFrom(HOME, AWAY),
      }),
      {nil: undefined},
    )
    const well = healthy()
    const switched = {...well, global: swapped, edge: yes(AWAY)}
    const seen = fc
      .tuple(anyObservation, fc.constantFrom(well, switched), fc.subarray(['global', 'edge', HOME, AWAY] as const))
      .map(([chance, sound, kept]): Observation => {
        const side = (name: string) => ({
          [name]: kept.includes(name as never) ? sound.regions[name]! : (chance.regions[name] ?? silentSide(name)),
        })
        return {
          ...chance,
          ...(kept.includes('global') && {global: sound.global}),
          ...(kept.includes('edge') && {edge: sound.edge}),
          regions: {...side(HOME), ...side(AWAY)},
        }
      })
    const advised = new Set<string>()
    fc.assert(
      fc.property(seen, runs, (observation, openRun) => {
        const diagnosis = diagnose(observation, openRun)
        const [, command, to] =
          /^todo-dr (switchover|failover|failback|steer)(?: --to (\S+))?/.exec(diagnosis.next ?? '') ?? []
        if (command === undefined) return
        advised.add(command)
        const primary = primaryOf(observation)!
        const target = to ?? (command === 'failback' ? HOME : primary)
        const intent = target === primary ? 'steer' : (command as Intent)
        const {refusals} = checkGates(
          {
            intent,
            from: primary,
            to: target,
            observation,
            diagnosis,
            openRun,
            maxLagSeconds: STALLED_LAG_SECONDS,
            fencedByUs: false,
          },
          WAIVER_NAMES.map((name) => ({name, reason: 'test'})),
        )
        expect(refusals, diagnosis.next).to.deep.equal([])
      }),
      {numRuns: 10_000},
    )
    expect([...advised]).to.have.members(['switchover', 'failover', 'failback', 'steer'])
  })

  it('is total, and never calls an observation healthy that has anything unreachable in it', () => {
    fc.assert(
      fc.property(anyObservation, (observation) => {
        const {situation, summary, evidence} = diagnose(observation)
        expect([...SITUATIONS, 'Unknown']).to.include(situation)
        expect(summary).to.not.equal('')
        expect(evidence).to.not.have.length(0)
        if (samplesOf(observation).some((sample) => !sample.reachable)) expect(situation).to.not.equal('Healthy')
      }),
      {numRuns: 500},
    )
  })

  it('aws 05: calls no primary healthy whose proxy has no read/write target, and tells nobody to fail over for it', () => {
    const proxied = (writable: number | undefined) =>
      diagnose(
        healthy({
          regions: {
            [HOME]: healthySide(HOME, {proxy: yes({available: 1, unavailable: 0, writable})}),
            [AWAY]: healthySide(AWAY),
          },
        }),
      )
    expect(proxied(undefined).situation).to.equal('Healthy')
    expect(proxied(1).situation).to.equal('Healthy')
    const found = proxied(0)
    expect(found.situation).to.equal('Unknown')
    expect(found.evidence.join(' ')).to.contain('no available read/write target')
    expect(JSON.stringify(found)).not.to.match(/failover/)
  })

  it('aws 05: calls no primary healthy whose cluster has no live writer, though a reader answers and the proxy is well', () => {
    const written = (change: {isWriter?: boolean; status?: string}) => {
      const [instance] = details(HOME).instances
      const {cluster} = side(HOME, {instances: [{...instance!, ...change}]})
      return diagnose(healthy({regions: {[HOME]: healthySide(HOME, {cluster}), [AWAY]: healthySide(AWAY)}}))
    }

    expect(written({}).situation).to.equal('Healthy')
    expect(written({status: 'backing-up'}).situation).to.equal('Healthy')
    for (const change of [{isWriter: false}, {status: 'stopped'}, {status: 'failed'}]) {
      const found = written(change)
      expect(found.situation).to.equal('Unknown')
      expect(found.summary).to.contain('may take no writes')
      expect(JSON.stringify(found)).not.to.match(/failover/)
    }
  })
})
