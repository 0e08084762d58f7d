import type {HealthCheck} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {Clients} from '../../../../src/adapters/aws/clients.js'
import {grantsOf, grantsOfKind} from '../../../../src/adapters/aws/routing/index.js'
import {route53} from '../../../../src/adapters/aws/routing/route53.js'
import type {Route} from '../../../../src/ports/route.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {CHECK, cname, NAME, refusal, SimulatedZone, ZONE} from '../../../support/simulated-zone.js'
import {thrownBy} from '../../../support/thrown.js'

const hostOf = (region: string): string => `api1.execute-api.${region}.amazonaws.com`
const METRIC = {Namespace: 'todo-dr', MetricName: 'AwayServes', Dimensions: [{Name: 'Route', Value: NAME}]}

const check = (alarm: object = {}, config: object = {}): HealthCheck => ({
  Id: CHECK,
  CallerReference: 'c',
  HealthCheckVersion: 1,
  HealthCheckConfig: {
    Type: 'CLOUDWATCH_METRIC',
    AlarmIdentifier: {Region: AWAY, Name: 'away-serves'},
    InsufficientDataHealthStatus: 'LastKnownStatus',
    Inverted: false,
    Disabled: false,
    ...config,
  },
  CloudWatchAlarmConfiguration: {
    Namespace: METRIC.Namespace,
    MetricName: METRIC.MetricName,
    Dimensions: {Dimension: METRIC.Dimensions} as never,
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    ...alarm,
  },
})

describe('the route by a name of Route 53', () => {
  let zone: SimulatedZone
  let clients: Clients

  beforeEach(async () => {
    zone = await SimulatedZone.start()
    clients = new Clients({endpoint: zone.server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
  })

  afterEach(async () => {
    await clients.close()
    await zone.stop()
  })

  const open = (more: object = {}): Route => {
    const route = {kind: 'route53', hostedZoneId: ZONE, name: NAME, via: 'data-plane', steerSeconds: 40, ...more}
    return route53.open(clients, {...sampleDeployment(), route}, zone.dns.server)
  }

  const changes = (): string[] => zone.calls.filter((call) => /^(Put|Change)/.test(call))

  describe('through the data plane', () => {
    beforeEach(() => {
      zone.records = [
        cname(hostOf(HOME), {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: CHECK}),
        cname(hostOf(AWAY), {SetIdentifier: 'away', Failover: 'SECONDARY'}),
      ]
      zone.checks = [check()]
    })

    it('puts the value in the away region until the name server follows, there and back', async () => {
      const route = open()
      expect(await route.serving()).to.equal(HOME)
      zone.slowness = 3
      const notes: string[] = []
      await route.steer(AWAY, {note: (text) => void notes.push(text)})
      expect(zone.put).to.deep.equal(Array.from({length: 3}, () => ({region: AWAY, ...METRIC, Value: 1})))
      expect(notes).to.deep.equal([`the value for ${AWAY} is put; waiting until the health check and ${NAME} follow`])
      expect(await route.serving()).to.equal(AWAY)
      zone.slowness = 1
      await route.steer(HOME)
      expect(zone.put.at(-1)).to.include({region: AWAY, Value: 0})
      expect(await route.serving()).to.equal(HOME)
    })

    it('is slower without accelerated recovery of its zone, or where nobody can tell; that stops nothing', async () => {
      const found = async (): Promise<unknown[]> =>
        (await open().shortcomings!()).map(({stops, text, remedy}) => [
          stops,
          text.match(/[A-Z_]{5,}|no$/)?.[0],
          remedy,
        ])
      expect(await found()).to.deep.equal([])
      const enable = `aws route53 update-hosted-zone-features --hosted-zone-id ${ZONE} --enable-accelerated-recovery`
      zone.recovery = 'DISABLED'
      expect(await found()).to.deep.equal([[false, 'DISABLED', enable]])
      zone.recovery = 'ENABLING'
      expect(await found()).to.deep.equal([[false, 'ENABLING', 'wait until it is ENABLED: todo-dr health']])
      zone.before = (_, operation) =>
        operation === 'GetHostedZone' ? refusal('AccessDenied', 403, 'GetHostedZone: no') : undefined
      expect(await found()).to.deep.equal([[false, 'no', enable]])
      await open().steer(AWAY)
    })

    it('needs no control plane: where that is silent or forbidden, the value is put all the same', async () => {
      zone.before = (_, operation) => (operation === 'PutMetricData' ? undefined : 'hang')
      await open().steer(AWAY)
      zone.before = (_, operation) => (operation === 'PutMetricData' ? undefined : refusal('AccessDenied', 403))
      const route = open()
      await route.steer(HOME)
      expect(await route.serving()).to.equal(HOME)
    })

    it('is given up soon where the away region takes no value, and in time where nothing follows', async () => {
      zone.before = (_, operation) => (operation === 'PutMetricData' ? 'reset' : undefined)
      expect(await thrownBy(open().steer(HOME))).to.include({passing: true})
      zone.before = () => undefined
      zone.slowness = 1000
      expect(await thrownBy(open({steerSeconds: 31}).steer(AWAY))).to.include({
        code: 'HealthCheckBehind',
        passing: true,
      })
    })

    it('throws what denies the value to these credentials', async () => {
      zone.before = (_, operation) =>
        operation === 'PutMetricData'
          ? {
              status: 400,
              headers: {'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': 'AccessDeniedException'},
              body: '{"__type":"AccessDeniedException","message":"no"}',
            }
          : undefined
      expect(await thrownBy(open().steer(AWAY))).to.include({exit: 'credentials'})
    })

    const UNFIT: [what: string, change: () => void, said: RegExp][] = [
      [
        'a zone that is not ours',
        () =>
          (zone.before = (_, one) => (one === 'ListResourceRecordSets' ? refusal('NoSuchHostedZone', 404) : undefined)),
        /no records of api\.example\.com in the hosted zone Z1/,
      ],
      ['a name that is not in the zone', () => (zone.records = []), /Z1 has no record api\.example\.com/],
      [
        'records of another policy',
        () => (zone.records = [cname(hostOf(HOME))]),
        /is no pair of failover records of type CNAME, but CNAME$/,
      ],
      [
        'a record changed by hand',
        () => (zone.records[0]!.ResourceRecords = [{Value: hostOf(AWAY)}]),
        /PRIMARY record leads to .*us-east-2.*, and not to us-east-1/,
      ],
      ['no health check', () => delete zone.records[0]!.HealthCheckId, /PRIMARY record has no health check/],
      ['a health check that is gone', () => (zone.checks = []), /there is no health check 0000/],
      ['one of another type', () => (zone.checks = [check({}, {Type: 'HTTPS'})]), /is of the type HTTPS/],
      [
        'one in the home region',
        () => (zone.checks = [check({}, {AlarmIdentifier: {Region: HOME, Name: 'a'}})]),
        /follows the alarm a in us-east-1/,
      ],
      [
        'one of another metric',
        () => (zone.checks = [check({MetricName: 'Errors'})]),
        /follows the metric todo-dr Errors/,
      ],
      [
        'one that no value can turn',
        () => (zone.checks = [check({Threshold: 2})]),
        /Maximum GreaterThanOrEqualToThreshold 2/,
      ],
      ['one that counts values', () => (zone.checks = [check({Statistic: 'SampleCount'})]), /an alarm on SampleCount/],
      [
        'one that is healthy without data',
        () => (zone.checks = [check({}, {InsufficientDataHealthStatus: 'Healthy'})]),
        /is Healthy without data/,
      ],
      ['one that is inverted', () => (zone.checks = [check({}, {Inverted: true})]), /is inverted/],
      ['one that is disabled', () => (zone.checks = [check({}, {Disabled: true})]), /is disabled/],
    ]

    for (const [what, change, said] of UNFIT)
      it(`refuses ${what} by name, in a look and before a steer, and changes nothing`, async () => {
        change()
        const route = open()
        for (const asked of [route.serving(), route.steer(AWAY)]) {
          const error = (await thrownBy(asked)) as Error & {exit: string; next?: string}
          expect(error.exit).to.equal('stopped')
          if (zone.records.length > 0) expect(error.message).to.match(said)
        }

        expect(
          (await route.shortcomings!())
            .filter(({stops}) => stops)
            .map(({text}) => text)
            .join('; '),
        ).to.match(said)
        expect(changes()).to.deep.equal([])
      })

    it('refuses another health check than the one of todo-dr.yaml', async () => {
      const error = (await thrownBy(open({healthCheckId: CHECK.replace(/1$/, '2')}).serving())) as Error
      expect(error.message).to.contain(`PRIMARY record has the health check ${CHECK}`)
    })

    it('tells health what slows it down', async () => {
      for (const record of zone.records) record.TTL = 300
      zone.records[1]!.HealthCheckId = CHECK
      zone.checks = [check({Period: 300, EvaluationPeriods: 3})]
      const found = await open().shortcomings!()
      expect(found.every(({stops}) => !stops)).to.equal(true)
      expect(found.map(({text}) => text).join('; '))
        .to.match(/looks at 900 s/)
        .and.match(/SECONDARY record has a health check too/)
        .and.match(/for 300 s, and AWS recommends 60 s or less/)
      expect(await open().serving()).to.equal(HOME)
    })

    it('refuses a name that leads to no region, and one without a CNAME', async () => {
      zone.dns.answer = () => ({target: 'd1.cloudfront.net'})
      const error = (await thrownBy(open().serving())) as Error
      expect(error).to.include({code: 'NameForeign', exit: 'stopped'})
      expect(error.message).to.contain('api.example.com leads to d1.cloudfront.net')
      zone.dns.answer = () => ({})
      expect(((await thrownBy(open().steer(AWAY))) as Error).message).to.equal('api.example.com has no CNAME record')
      expect(changes()).to.deep.equal([])
    })

    it('leads to the hosts, and follows the metric, that todo-dr.yaml names', async () => {
      zone.records[0]!.ResourceRecords = [{Value: 'd-home.execute-api.us-east-1.amazonaws.com.'}]
      zone.checks = [check({Namespace: 'HealthCheck', MetricName: 'Failover', Dimensions: undefined})]
      const route = open({
        domains: {[HOME]: 'd-home.execute-api.us-east-1.amazonaws.com'},
        metric: {namespace: 'HealthCheck', name: 'Failover', dimensions: {}},
      })
      expect(await route.serving()).to.equal(HOME)
      await route.steer(AWAY)
      expect(zone.put[0]).to.deep.equal({
        region: AWAY,
        Namespace: 'HealthCheck',
        MetricName: 'Failover',
        Dimensions: [],
        Value: 1,
      })
    })

    it('says what it needs, and what a person can do', () => {
      expect(open().needs).to.include({plane: 'data', region: AWAY})
      expect(open().byHand(AWAY)).to.equal(
        `run aws cloudwatch put-metric-data --region ${AWAY} --namespace todo-dr --metric-name AwayServes --dimensions Route=${NAME} --value 1 once a minute until ${NAME} leads to ${hostOf(AWAY)}`,
      )
    })
  })

  describe('through the control plane', () => {
    const via = {via: 'control-plane'}

    beforeEach(() => void (zone.records = [cname(hostOf(HOME))]))

    it('changes the value of the one record, and returns when all name servers have it', async () => {
      const route = open(via)
      zone.pending = 2
      await route.steer(AWAY)
      expect(zone.records).to.deep.equal([cname(hostOf(AWAY))])
      expect(zone.calls.filter((call) => call === 'GetChange')).to.have.length(2)
      expect(await route.serving()).to.equal(AWAY)
      await route.steer(AWAY)
      expect(changes()).to.have.length(1)
    })

    it('changes the weights of weighted records', async () => {
      const [home, away] = [
        cname(hostOf(HOME), {SetIdentifier: 'home', Weight: 100}),
        cname(hostOf(AWAY), {SetIdentifier: 'away', Weight: 0}),
      ]
      zone.records = [home, away]
      const route = open(via)
      await route.steer(AWAY)
      expect(zone.records.map(({SetIdentifier, Weight}) => [SetIdentifier, Weight])).to.have.deep.members([
        ['home', 0],
        ['away', 100],
      ])
      await route.steer(HOME)
      expect(zone.records).to.have.deep.members([home, away])
    })

    it('begins anew where somebody else has changed the record in between, and loses nothing', async () => {
      let others = 2
      zone.before = (_, operation) => {
        if (operation === 'ChangeResourceRecordSets' && others-- > 0)
          zone.records = [cname(hostOf(HOME), {TTL: 10 + others})]
        return undefined
      }
      await open(via).steer(AWAY)
      expect(zone.records).to.deep.equal([cname(hostOf(AWAY), {TTL: 10})])
    })

    it('aws 03: looks where the answer to the change is lost, and does not send it again', async () => {
      let lost = false
      const own = zone.server.answer.bind(zone.server)
      zone.server.answer = async (asked) => {
        const answer = await own(asked)
        if (asked.method !== 'POST' || lost) return answer
        lost = true
        return 'reset'
      }
      await open(via).steer(AWAY)
      expect(zone.records).to.deep.equal([cname(hostOf(AWAY))])
      expect(changes()).to.have.length(1)
    })

    for (const [what, records, said] of [
      [
        'a record that leads elsewhere',
        [cname('d1.cloudfront.net')],
        /CNAME to d1\.cloudfront\.net, and not one CNAME/,
      ],
      [
        'failover records',
        [
          cname(hostOf(HOME), {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: CHECK}),
          cname(hostOf(AWAY), {SetIdentifier: 'away', Failover: 'SECONDARY'}),
        ],
        /CNAME PRIMARY "home" to/,
      ],
      [
        'a third weighted record',
        [HOME, AWAY, HOME].map((region, index) => cname(hostOf(region), {SetIdentifier: `r${index}`, Weight: 1})),
        /of weight 1 "r2"/,
      ],
    ] as const)
      it(`does not touch ${what}`, async () => {
        zone.records = [...records]
        expect(await thrownBy(open(via).steer(AWAY))).to.include({code: 'RouteUnfit', exit: 'stopped'})
        expect((await open(via).shortcomings!()).map(({text}) => text).join(',')).to.match(said)
        expect(changes()).to.deep.equal([])
      })

    it('needs us-east-1, and says what a person can do', () => {
      expect(open(via).needs).to.deep.equal({
        service: 'the control plane of Route 53',
        plane: 'control',
        region: 'us-east-1',
      })
      expect(open(via).byHand(AWAY)).to.equal(
        `make ${NAME} lead to ${hostOf(AWAY)} in the hosted zone ${ZONE} of Route 53`,
      )
    })
  })

  it('asks for no more permissions than its way needs', () => {
    const actions = (route: object): string[] =>
      Object.values(route53.grantsOf!({kind: 'route53', hostedZoneId: ZONE, name: NAME, steerSeconds: 60, ...route}))
        .flat()
        .flatMap((grant) =>
          grant.actions.map((action: string) => `${action} ${grant.resources({} as never).join(',')}`),
        )
    const zoneArn = `arn:aws:route53:::hostedzone/${ZONE}`
    expect(actions({via: 'data-plane', healthCheckId: CHECK})).to.deep.equal([
      `route53:GetHostedZone ${zoneArn}`,
      `route53:ListResourceRecordSets ${zoneArn}`,
      `route53:GetHealthCheck arn:aws:route53:::healthcheck/${CHECK}`,
      'cloudwatch:PutMetricData *',
    ])
    expect(actions({via: 'control-plane'})).to.deep.equal([
      `route53:GetHostedZone ${zoneArn}`,
      `route53:ListResourceRecordSets ${zoneArn}`,
      `route53:ChangeResourceRecordSets ${zoneArn}`,
      'route53:GetChange arn:aws:route53:::change/*',
    ])
  })

  it('asks for what its template makes, before that is deployed: of one zone where its id is known, and without the records', () => {
    const made = (hostedZone?: string): string[] =>
      Object.values(grantsOf([{kind: 'deployed'}], {kind: 'route53', domain: NAME, hostedZone}))
        .flat()
        .flatMap((grant) =>
          grant.actions.map((action: string) => `${action} ${grant.resources({} as never).join(',')}`),
        )
    expect(made('Z1')).to.include('route53:ListResourceRecordSets arn:aws:route53:::hostedzone/Z1')
    expect(made('example.com')).to.include('route53:ListResourceRecordSets arn:aws:route53:::hostedzone/*')
    expect(made().join(',')).to.contain('PutMetricData').and.not.contain('ChangeResourceRecordSets')
    const usual = grantsOf([{kind: 'deployed'}])
    expect(
      Object.values(usual)
        .flat()
        .map(({actions}) => actions),
    ).to.deep.equal(
      Object.values(grantsOfKind())
        .flat()
        .map(({actions}) => actions),
    )
  })
})
