import {expect} from 'chai'
import {CHECKS} from '../../../src/actions/health/checks/index.js'
import {judge} from '../../../src/actions/health/run.js'
import type {RunRecord} from '../../../src/engine/unfinished.js'
import {exitOf} from '../../../src/model/finding.js'
import type {Level} from '../../../src/model/finding.js'
import type {RegionFunctions} from '../../../src/model/deployment.js'
import type {GlobalCluster} from '../../../src/model/observation.js'
import {regionOf} from '../../../src/model/regions.js'
import type {FunctionVitals} from '../../../src/ports/vitals.js'
import {sampleDeployment} from '../../support/deployment.js'
import {details, judgements, NOW, side, wellLook} from '../../support/looks.js'
import type {LookChange} from '../../support/looks.js'
import {AWAY, healthy, healthySide, HOME, no, silentSide, yes} from '../../support/observations.js'

const DAY_MS = 86_400_000

const [homeFunctions, awayFunctions] = [HOME, AWAY].map((region) => regionOf(sampleDeployment(), region).functions) as [
  RegionFunctions,
  RegionFunctions,
]
const allOf = ({writers, readers}: RegionFunctions): FunctionVitals[] =>
  [...writers, ...readers].map((name) => ({name, state: 'Active', subnets: ['subnet-1', 'subnet-2']}))

/** The functions, with changes by their place in the map: three that write, two that read. */
const functions = (of: RegionFunctions, changes: Record<number, Partial<FunctionVitals>>) =>
  yes(allOf(of).map((one, index) => ({...one, ...changes[index]})))

const fenced = {0: {reserved: 0}, 1: {reserved: 0}, 2: {reserved: 0}}

const globalWith = (change: Partial<GlobalCluster>): LookChange['observation'] => {
  const {global} = healthy()
  return {global: yes({...(global as {value: GlobalCluster}).value, ...change})}
}

const record = (id: string, intent: string, from: string, to: string): RunRecord =>
  ({run: {id}, plan: {intent, from, to, stages: []}, lines: []}) as unknown as RunRecord

const failedOver = (days: number): LookChange => ({
  last: {record: record('r1', 'failover', AWAY, HOME), endedAt: NOW - days * DAY_MS},
})

const AUTHORIZER = 'demo-authorizer'

const refreshing = (on: boolean) => yes([{name: 'Refresh-1', on, functions: [AUTHORIZER]}])

/** Both regions have an authorizer, and home a rule that calls it. */
const guarded = (): LookChange => {
  const deployment = sampleDeployment()
  for (const {functions: all} of deployment.regions) all.authorizer = AUTHORIZER
  return {deployment, homeLook: {schedules: refreshing(true)}}
}

/** What is wrong, the check that finds it, where, as what, and a word of its text. */
const PUT = {action: 's3:PutObject', resource: 'arn:aws:s3:::demo/operator-lease.json'}

const ILLS: [what: string, change: LookChange, check: string, region: string | null, level: Level, says: RegExp][] = [
  [
    'no standby member',
    {observation: globalWith({members: [{region: HOME, clusterArn: 'a', isWriter: true}]})},
    'global-database',
    null,
    'problem',
    /no member in us-east-2/,
  ],
  [
    'a member that is not connected',
    {
      observation: globalWith({
        members: [
          {region: HOME, clusterArn: 'a', isWriter: true},
          {region: AWAY, clusterArn: 'b', isWriter: false, synchronization: 'pending-resync'},
        ],
      }),
    },
    'global-database',
    null,
    'problem',
    /pending-resync/,
  ],
  [
    'two writers',
    {
      primary: undefined,
      standby: undefined,
      observation: globalWith({members: [HOME, AWAY].map((region) => ({region, clusterArn: region, isWriter: true}))}),
    },
    'global-database',
    null,
    'problem',
    /both writers/,
  ],
  [
    'a switch in progress',
    {observation: globalWith({failover: {status: 'switching-over'}})},
    'global-database',
    null,
    'problem',
    /switching-over/,
  ],
  [
    'a word that is not available',
    {observation: globalWith({status: 'upgrading'})},
    'global-database',
    null,
    'warning',
    /upgrading/,
  ],
  [
    'no global database to be seen',
    {observation: {global: no('silence')}, primary: undefined, standby: undefined},
    'global-database',
    null,
    'unknown',
    /silence/,
  ],
  [
    'a standby without an instance',
    {away: healthySide(AWAY, {cluster: yes({id: 'c', arn: 'a', status: 'available', instances: []})})},
    'instances',
    AWAY,
    'problem',
    /it has none/,
  ],
  [
    'an instance that is being backed up',
    {away: healthySide(AWAY, {cluster: yes({id: 'c', arn: 'a', status: 'available', instances: ['backing-up']})})},
    'instances',
    AWAY,
    'warning',
    /backing-up/,
  ],
  [
    'an older standby',
    {away: side(AWAY, {engineVersion: '8.0.mysql_aurora.3.08.0'})},
    'engine-versions',
    null,
    'problem',
    /3\.08\.0/,
  ],
  ['an upgrade that waits', {home: side(HOME, {pendingVersion: '9'})}, 'engine-upgrades', HOME, 'warning', /waits/],
  [
    'an instance that upgrades itself',
    {away: side(AWAY, {instances: [{...details(AWAY).instances[0]!, upgradesItself: true}]})},
    'engine-upgrades',
    AWAY,
    'warning',
    /without the other region/,
  ],
  ['a lag of minutes', {away: side(AWAY, {}, {lagSeconds: yes(120)})}, 'replication-lag', AWAY, 'problem', /120/],
  [
    'a lag above the objective',
    {away: side(AWAY, {}, {lagSeconds: yes(9)})},
    'replication-lag',
    AWAY,
    'warning',
    /objective/,
  ],
  [
    'a lag that is old',
    {away: side(AWAY, {}, {lag: {seconds: 0.1, at: NOW - 240_000, periodSeconds: 60}})},
    'replication-lag',
    AWAY,
    'unknown',
    /180 s old/,
  ],
  [
    'a lag of seconds that the database tells',
    {
      away: side(AWAY, {}, {lagSeconds: yes(9), lag: {seconds: 9, at: NOW, periodSeconds: 0, bySql: true}}),
    },
    'replication-lag',
    AWAY,
    'warning',
    /9 s behind, by SQL/,
  ],
  [
    'no lag',
    {away: side(AWAY, {}, {lagSeconds: yes(undefined), lag: undefined})},
    'replication-lag',
    AWAY,
    'unknown',
    /no lag has been reported/,
  ],
  [
    'a proxy that reaches readers only',
    {home: side(HOME, {}, {proxy: yes({available: 1, unavailable: 0, writable: 0})})},
    'primary-writable',
    HOME,
    'problem',
    /takes writes/,
  ],
  [
    'a primary cluster without a writer',
    {home: side(HOME, {instances: [{...details(HOME).instances[0]!, isWriter: false}]})},
    'primary-writable',
    HOME,
    'problem',
    /no instance/,
  ],
  [
    'a writer that RDS calls down',
    {home: side(HOME, {instances: [{...details(HOME).instances[0]!, status: 'stopped'}]})},
    'primary-writable',
    HOME,
    'problem',
    /the writer of the cluster in us-east-1, "stopped"/,
  ],
  [
    'a small standby',
    {away: side(AWAY, {capacity: {min: 0.5, max: 2}})},
    'standby-capacity',
    AWAY,
    'problem',
    /to 2 ACU/,
  ],
  [
    'a standby below the peak',
    {homeLook: {peak: yes({capacity: 12})}},
    'standby-capacity',
    AWAY,
    'problem',
    /has used 12/,
  ],
  [
    'a standby of a smaller class',
    {
      home: side(HOME, {
        capacity: undefined,
        instances: [{...details(HOME).instances[0]!, instanceClass: 'db.r6g.4xlarge'}],
      }),
      away: side(AWAY, {
        capacity: undefined,
        instances: [{...details(AWAY).instances[0]!, instanceClass: 'db.r6g.xlarge'}],
      }),
    },
    'standby-capacity',
    AWAY,
    'problem',
    /db\.r6g\.xlarge/,
  ],
  [
    'a standby that takes fewer connections',
    {homeLook: {peak: yes({capacity: 2, connections: 500})}, away: side(AWAY, {capacity: {min: 0.5, max: 4}})},
    'connections',
    AWAY,
    'problem',
    /has had 500 at most .* takes about 135/,
  ],
  [
    'a standby that takes hardly more connections',
    {homeLook: {peak: yes({capacity: 2, connections: 900})}},
    'connections',
    AWAY,
    'warning',
    /900 at most .* about 1000/,
  ],
  [
    'a primary that may pause',
    {home: side(HOME, {capacity: {min: 0, max: 8}})},
    'auto-pause',
    HOME,
    'problem',
    /pause/,
  ],
  [
    'a standby that may pause',
    {away: side(AWAY, {capacity: {min: 0, max: 8}})},
    'auto-pause',
    AWAY,
    'warning',
    /resume/,
  ],
  ['backups of a day', {away: side(AWAY, {backupDays: 1})}, 'backups', AWAY, 'warning', /1 day$/],
  [
    'an API that fails',
    {away: side(AWAY, {}, {api: yes({status: 500, ok: false, latencyMs: 3, code: 'Broken'})})},
    'api',
    AWAY,
    'problem',
    /500 Broken/,
  ],
  ['an API that is silent', {away: side(AWAY, {}, {api: no('silence')})}, 'api', AWAY, 'unknown', /silence/],
  [
    'an edge that serves from the standby though the primary answers',
    {edge: yes({status: 200, ok: true, region: AWAY})},
    'edge',
    null,
    'problem',
    /us-east-1 is the primary, which the route names and which answers/,
  ],
  ['a route to the standby', {observation: {edge: yes(AWAY)}}, 'route', null, 'problem', /us-east-2, but us-east-1/],
  [
    'a route that cannot be steered as it is set up',
    {routeSetUp: yes([{text: 'its PRIMARY record has no health check', remedy: 'give it one', stops: true}])},
    'route',
    null,
    'problem',
    /no health check/,
  ],
  [
    'a route that is slow as it is set up',
    {routeSetUp: yes([{text: 'clients keep an answer for 300 s', remedy: 'set the TTL to 60 s', stops: false}])},
    'route',
    null,
    'warning',
    /300 s/,
  ],
  ['a set-up of the route that is not told', {routeSetUp: no('silence')}, 'route', null, 'unknown', /silence/],
  [
    'a store that may not be read',
    {observation: {edge: no('GetKey is not allowed')}},
    'route',
    null,
    'unknown',
    /not allowed/,
  ],
  ['an edge that fails', {edge: yes({status: 503, ok: false})}, 'edge', null, 'problem', /503/],
  [
    'an edge that asks the standby',
    {edge: yes({status: 200, ok: true, region: AWAY})},
    'edge',
    null,
    'problem',
    /us-east-2/,
  ],
  [
    'a pool that refuses',
    {awayLook: {token: yes({refused: 'it issued no token'})}},
    'tokens',
    AWAY,
    'problem',
    /no token/,
  ],
  ['a pool that is silent', {awayLook: {token: no('silence')}}, 'tokens', AWAY, 'unknown', /silence/],
  [
    'a distribution that is off',
    {distribution: yes({status: 'Deployed', enabled: false, origins: {}})},
    'distribution',
    null,
    'problem',
    /disabled/,
  ],
  [
    'a distribution on its way',
    {distribution: yes({status: 'InProgress', enabled: true, origins: {}})},
    'distribution',
    null,
    'warning',
    /InProgress/,
  ],
  [
    'an origin that leads to the API of the other region',
    {
      distribution: yes({
        status: 'Deployed',
        enabled: true,
        origins: {[AWAY]: new URL(sampleDeployment().regions[0]!.apiUrl).host},
      }),
    },
    'distribution',
    null,
    'problem',
    new RegExp(`the origin ${AWAY} .* and not to the API of ${AWAY}`),
  ],
  [
    'an authorizer whose rule is disabled',
    {...guarded(), awayLook: {schedules: refreshing(false)}},
    'schedules',
    AWAY,
    'problem',
    /Refresh-1 is disabled: demo-authorizer does not fetch/,
  ],
  [
    'an authorizer that no rule calls',
    {...guarded(), awayLook: {schedules: yes([{name: 'WarmUp-1', on: true, functions: ['demo-get']}])}},
    'schedules',
    AWAY,
    'problem',
    /no rule has demo-authorizer fetch/,
  ],
  [
    'a warm-up that is disabled',
    {homeLook: {schedules: yes([{name: 'WarmUp-1', on: false, functions: ['demo-get']}])}},
    'schedules',
    HOME,
    'warning',
    /WarmUp-1 is disabled, which calls demo-get/,
  ],
  [
    'an alarm that the other region lacks',
    {awayLook: {alarms: yes([])}},
    'alarms',
    AWAY,
    'problem',
    /demo-us-east-2-ApiErrors/,
  ],
  [
    'a drill that missed',
    {measured: {id: 'r7', verdict: 'missed', endedAt: NOW - 3 * DAY_MS}},
    'verdict',
    null,
    'warning',
    /missed its objectives, 3 days ago: r7/,
  ],
  [
    'a drill without a verdict',
    {measured: {id: 'r7', verdict: 'unknown', endedAt: NOW - DAY_MS}},
    'verdict',
    null,
    'warning',
    /no verdict, 1 day ago/,
  ],
  [
    'a permission that lacks',
    {permissions: yes({asked: 18, denied: [PUT, PUT], unsure: []})},
    'permissions',
    null,
    'problem',
    /s3:PutObject on arn:aws:s3:::demo\/operator-lease\.json, and 1 more/,
  ],
  [
    'credentials that only look',
    {permissions: yes({asked: 2, denied: [PUT], unsure: [PUT]})},
    'permissions',
    null,
    'warning',
    /may only look/,
  ],
  [
    'a permission with a condition',
    {permissions: yes({asked: 18, denied: [], unsure: [PUT]})},
    'permissions',
    null,
    'unknown',
    /a condition/,
  ],
  [
    'a simulator that may not be asked',
    {permissions: no('SimulatePrincipalPolicy is not allowed')},
    'permissions',
    null,
    'unknown',
    /not allowed/,
  ],
  ['no alarms', {homeLook: {alarms: yes([])}, awayLook: {alarms: yes([])}}, 'alarms', HOME, 'warning', /none/],
  [
    'an alarm that rings',
    {homeLook: {alarms: yes([{name: 'demo-us-east-1-ApiErrors', state: 'ALARM', reason: 'too many'}])}},
    'alarms',
    HOME,
    'problem',
    /too many/,
  ],
  ['a secret that is missing', {awayLook: {secrets: yes([])}}, 'secrets', AWAY, 'problem', /Demo\/app/],
  [
    'a secret of another value',
    {awayLook: {secrets: yes([{name: 'Demo/app', version: 'v0', replicas: []}])}},
    'secrets',
    AWAY,
    'problem',
    /another value/,
  ],
  [
    'a copying that has failed',
    {
      homeLook: {
        secrets: yes([
          {name: 'Demo/app', version: 'v1', replicas: [{region: AWAY, status: 'Failed', message: 'no key'}]},
        ]),
      },
    },
    'secrets',
    HOME,
    'problem',
    /no key/,
  ],
  [
    'a function that sleeps',
    {awayLook: {functions: functions(awayFunctions, {3: {state: 'Inactive'}})}},
    'functions',
    AWAY,
    'problem',
    /Inactive/,
  ],
  [
    'a function whose update failed',
    {awayLook: {functions: functions(awayFunctions, {0: {update: 'Failed'}})}},
    'functions',
    AWAY,
    'problem',
    /update failed/,
  ],
  [
    'a function that is changing',
    {homeLook: {functions: functions(homeFunctions, {0: {update: 'InProgress'}})}},
    'functions',
    HOME,
    'warning',
    /changed/,
  ],
  [
    'functions that may not be read',
    {awayLook: {functions: no('GetFunctionConfiguration is not allowed')}},
    'functions',
    AWAY,
    'unknown',
    /not allowed/,
  ],
  [
    'a fenced primary',
    {homeLook: {functions: functions(homeFunctions, fenced)}},
    'concurrency',
    HOME,
    'problem',
    /the primary is fenced/,
  ],
  [
    'a fence that nobody has made',
    {awayLook: {functions: functions(awayFunctions, fenced)}},
    'concurrency',
    AWAY,
    'warning',
    /no known run/,
  ],
  [
    'a reader that is closed',
    {awayLook: {functions: functions(awayFunctions, {4: {reserved: 0}})}},
    'concurrency',
    AWAY,
    'problem',
    /partly closed/,
  ],
  [
    'less room for a function',
    {
      homeLook: {functions: functions(homeFunctions, {0: {reserved: 50}})},
      awayLook: {functions: functions(awayFunctions, {0: {reserved: 5}})},
    },
    'concurrency',
    AWAY,
    'problem',
    /5 reserved/,
  ],
  [
    'no room for a copy of what a failover leaves behind',
    {homeLook: {snapshots: yes({count: 100, quota: 100})}},
    'snapshot-quota',
    HOME,
    'warning',
    /100 of 100 manual cluster snapshots/,
  ],
  [
    'aws 14: a zone without RDS Proxy',
    {homeLook: {subnets: yes(['subnet-2'])}},
    'proxy-zones',
    HOME,
    'warning',
    /it does not stand in subnet-1/,
  ],
  [
    'an account that may run less in the standby',
    {awayLook: {concurrencyLimit: yes(10)}},
    'concurrency-limit',
    AWAY,
    'problem',
    /10 at once, but 1000/,
  ],
  [
    'APIs that may take less in the standby',
    {awayLook: {requestRate: yes(500)}},
    'request-rate',
    AWAY,
    'problem',
    /500 requests a second, but 10000 in us-east-1/,
  ],
  [
    'functions that fail',
    {homeLook: {trouble: yes({errors: [{at: NOW - 60_000, value: 9}], throttles: []})}},
    'function-errors',
    HOME,
    'warning',
    /9 errors/,
  ],
  [
    'a gate that refuses',
    {refusals: [{gate: 'replica-caught-up', reason: 'it lags', hint: 'wait'}]},
    'gates',
    AWAY,
    'problem',
    /refused by replica-caught-up: it lags/,
  ],
  [
    'a gate that refuses for a silence',
    {away: silentSide(AWAY), refusals: [{gate: 'target-reachable', reason: 'it is silent', hint: 'wait'}]},
    'gates',
    AWAY,
    'unknown',
    /it is silent/,
  ],
  [
    'a clock that is off',
    {
      homeLook: {reached: {known: true, value: {latencyMs: 1, offsetMs: 400_000}}},
      awayLook: {reached: {known: true, value: {latencyMs: 1, offsetMs: 400_000}}},
    },
    'clock',
    null,
    'problem',
    /behind/,
  ],
  [
    'credentials of the home region',
    {
      awayLook: {
        identity: {known: true, value: {account: '1', arn: 'a', source: 'IAM Identity Center', signInRegion: HOME}},
      },
    },
    'credentials',
    AWAY,
    'warning',
    /issued in us-east-1/,
  ],
  [
    'credentials that end soon',
    {homeLook: {identity: {known: true, value: {account: '1', arn: 'a', source: 'b', endsAt: NOW + 14.5 * 60_000}}}},
    'credentials-end',
    null,
    'warning',
    /^they end in 14 minutes, and nothing renews them/,
  ],
  [
    'a lease that is held',
    {lease: yes({owner: 'mia', secondsLeft: 40})},
    'lease',
    null,
    'warning',
    /mia holds it, for another 40 s/,
  ],
  [
    'a run that was cut',
    {unfinished: [record('r9', 'switchover', HOME, AWAY)]},
    'unfinished-run',
    null,
    'problem',
    /r9/,
  ],
  [
    'a fence that was not proven',
    {unprovenFence: {run: 'r1', region: AWAY, to: HOME, text: 'it is not proven', byHand: ['aws lambda']}},
    'unproven-fence',
    AWAY,
    'problem',
    /not proven/,
  ],
  [
    'a rehearsal outage',
    {homeLook: {outage: yes([{region: HOME, kind: 'api', startedAt: NOW}])}},
    'rehearsal-outage',
    HOME,
    'problem',
    /api, since 2026/,
  ],
  ['a rehearsal of half a year ago', failedOver(180), 'rehearsal', null, 'warning', /180 days ago/],
]

describe('the checks of health', () => {
  it('health: finds nothing where all is well, but that nobody has rehearsed', () => {
    const {findings, score, counts} = judge('lab', wellLook())
    const ill = findings.filter(({level}) => level !== 'ok')
    expect(ill.map(({check}) => check)).to.deep.equal(['rehearsal'])
    expect(score).to.equal(80)
    expect(counts).to.deep.equal({ok: findings.length - 1, warning: 1, unknown: 0, problem: 0})
    expect(exitOf(findings)).to.equal('done')
  })

  it('health: finds nothing at all where somebody has rehearsed this month', () => {
    const {findings, score} = judge('lab', wellLook(failedOver(29)))
    expect(findings.filter(({level}) => level !== 'ok')).to.deep.equal([])
    expect(score).to.equal(100)
  })

  for (const [what, change, check, region, level, says] of ILLS)
    it(`health: finds ${what}, as ${check}`, () => {
      const found = judgements(check, wellLook(change)).find((one) => one.level === level)
      expect(found, JSON.stringify(judgements(check, wellLook(change)))).not.to.equal(undefined)
      expect(found).to.include({region})
      expect(found!.text).to.match(says)
      expect(found!.remedy, 'says what to do').to.be.a('string').and.not.equal('')
    })

  it('health: each check is shown to find something', () => {
    expect([...new Set(ILLS.map((ill) => ill[2]))].sort()).to.deep.equal(CHECKS.map(({id}) => id).sort())
  })

  it('health: a standby that our failover has fenced is as it should be', () => {
    const look = wellLook({
      ...failedOver(1),
      fencedByUs: [AWAY],
      awayLook: {functions: functions(awayFunctions, fenced)},
    })
    expect(judgements('concurrency', look, AWAY)[0]).to.include({level: 'ok'})
  })

  it('health: what failed before the end of the last run is not counted, whether it was carried out or taken back', () => {
    const errors = [{at: NOW - 120_000, value: 50}]
    const look = wellLook({endedAt: NOW - 90_000, homeLook: {trouble: yes({errors, throttles: errors})}})
    expect(judgements('function-errors', look, HOME)[0]).to.include({level: 'ok'})
  })

  it('health: what a fence of ours throttles is no trouble, and what fails behind it is', () => {
    const many = [{at: NOW, value: 50}]
    const [judgement, failing] = [[], many].map((errors) => {
      const look = wellLook({fencedByUs: [HOME], homeLook: {trouble: yes({errors, throttles: many})}})
      return judgements('function-errors', look, HOME)[0]
    })
    expect(judgement).to.include({level: 'ok', text: '0 errors in the last 15 minutes; the fence throttles'})
    expect(failing).to.include({level: 'warning', text: '50 errors and 50 throttles in the last 15 minutes'})
  })

  it('health: a region that is silent is unknown, and the rest is complete', () => {
    const silence = no('no answer within 3 s')
    const unasked = {known: false as const, code: 'Unreachable', why: 'no answer'}
    const {findings} = judge(
      'lab',
      wellLook({
        away: silentSide(AWAY),
        awayLook: {
          functions: silence,
          concurrencyLimit: silence,
          requestRate: silence,
          snapshots: silence,
          subnets: silence,
          trouble: silence,
          peak: silence,
          schedules: silence,
          alarms: silence,
          secrets: silence,
          token: silence,
          outage: silence,
          reached: unasked,
          identity: unasked,
        },
      }),
    )
    const levels = (region: string): Set<Level> =>
      new Set(findings.filter((one) => one.region === region).map((one) => one.level))
    expect(levels(AWAY)).to.deep.equal(new Set(['unknown', 'ok']))
    expect(findings.filter((one) => one.region === AWAY && one.level === 'ok').map(({check}) => check)).to.deep.equal([
      'gates',
    ])
    expect(levels(HOME)).to.deep.equal(new Set(['ok']))
    expect(exitOf(findings)).to.equal('unknown')
  })

  it('health: says nothing of credentials to whoever plans a switchover, which needs the home region anyway', () => {
    const checks = (intent: 'failover' | 'switchover'): string[] =>
      judge('lab', wellLook({intent})).findings.map(({check}) => check)
    expect(checks('failover')).to.include('credentials')
    expect(checks('switchover')).not.to.include('credentials')
  })
})
