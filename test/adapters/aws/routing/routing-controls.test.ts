/** The route by routing controls, against the lab: its cluster, its health checks and its name server. */

import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {expect} from 'chai'
import {RecoveryClusterService} from '../../../../lab/src/aws/route53-recovery-cluster/service.js'
import {RecoveryControlConfigService} from '../../../../lab/src/aws/route53-recovery-control-config/service.js'
import {Route53Service} from '../../../../lab/src/aws/route-53/service.js'
import {clustersOf} from '../../../../lab/src/data-plane/recovery/clusters.js'
import {testLab} from '../../../../lab/test/wire/support.js'
import type {TestLab} from '../../../../lab/test/wire/support.js'
import {Clients} from '../../../../src/adapters/aws/clients.js'
import {route53} from '../../../../src/adapters/aws/routing/route53.js'
import type {Route, Shortcoming} from '../../../../src/ports/route.js'
import {AWAY, HOME, sampleDeployment} from '../../../support/deployment.js'
import {configure, makeControls, makeSafetyRule} from '../../../support/routing-controls.js'
import type {MadeControls} from '../../../support/routing-controls.js'
import {thrownBy} from '../../../support/thrown.js'

const NAME = 'api.example.com'
const REGIONS = [HOME, AWAY]
/** Of the cluster, home among them. */
const OTHERS = ['us-west-2', 'eu-west-1', 'ap-northeast-1', 'ap-southeast-2']
const GOOD_WEATHER = {throttleRate: 0, errorRate: 0, slowRate: 0, slowMs: 0, lostRate: 0, seed: 1}

describe('the route by routing controls', function () {
  this.timeout(60_000)
  let test: TestLab
  let clients: Clients
  let admin: Route53Client
  let made: MadeControls
  let zone: string
  let checks: Record<string, string>
  let dns: {host: string; port: number}

  beforeEach(async () => {
    test = await testLab(
      (lab) => new Route53Service(lab),
      (lab) => new RecoveryClusterService(lab),
      (lab) => new RecoveryControlConfigService(lab),
    )
    const settings = test.client('us-east-1')
    clients = new Clients({endpoint: settings.endpoint, credentials: settings.credentials})
    admin = new Route53Client(settings)
    made = await makeControls(settings, REGIONS)
    const {HostedZone} = await admin.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'z'}))
    zone = HostedZone!.Id!.replace('/hostedzone/', '')
    checks = {}
    for (const region of REGIONS) checks[region] = await check(made.controls[region]!)
    await put(...pair())
    dns = await test.lab.service('route53').dns()
    await open().steer(HOME)
  })

  afterEach(async () => {
    admin.destroy()
    await clients.close()
    await test.close()
  })

  const open = (more: object = {}): Route => {
    const route = {
      kind: 'route53',
      hostedZoneId: zone,
      name: NAME,
      via: 'routing-controls',
      routingControls: made.controls,
      clusterEndpoints: made.endpoints,
      steerSeconds: 60,
      ...more,
    }
    return route53.open(clients, {...sampleDeployment(), route}, dns)
  }

  async function check(RoutingControlArn: string, more: object = {}): Promise<string> {
    const config = {Type: 'RECOVERY_CONTROL' as const, RoutingControlArn, ...more}
    const reference = `${RoutingControlArn.slice(-16)}${JSON.stringify(more)}`
    const command = new CreateHealthCheckCommand({CallerReference: reference, HealthCheckConfig: config})
    return (await admin.send(command)).HealthCheck!.Id!
  }

  const record = (region: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
    Name: NAME,
    Type: 'CNAME',
    TTL: 30,
    SetIdentifier: region,
    ResourceRecords: [{Value: `api1.execute-api.${region}.amazonaws.com`}],
    HealthCheckId: checks[region],
    ...more,
  })

  const pair = (more: Partial<ResourceRecordSet> = {}): ResourceRecordSet[] => [
    record(HOME, {Failover: 'PRIMARY', ...more}),
    record(AWAY, {Failover: 'SECONDARY'}),
  ]

  async function change(Action: 'DELETE' | 'UPSERT', records: ResourceRecordSet[]): Promise<void> {
    const Changes = records.map((ResourceRecordSet) => ({Action, ResourceRecordSet}))
    await admin.send(new ChangeResourceRecordSetsCommand({HostedZoneId: zone, ChangeBatch: {Changes}}))
  }

  const put = (...records: ResourceRecordSet[]): Promise<void> => change('UPSERT', records)

  const updates = (): {region: string; code: string}[] =>
    test.lab.governance.calls
      .all()
      .calls.filter(({operation}) => operation.startsWith('UpdateRoutingControl'))
      .map(({region, code}) => ({region, code}))

  const states = (): string[] => REGIONS.map((region) => clustersOf(test.lab).control(made.controls[region]).state)

  const texts = async (route = open()): Promise<string[]> =>
    (await route.shortcomings!()).map(({stops, text}) => `${stops ? 'stops' : 'slows'}: ${text}`)

  it('turns both controls in one request, waits for the name server, and sends nothing again that is right', async () => {
    test.lab.governance.calls.clear()
    const route = open()
    const notes: string[] = []
    expect(await route.serving()).to.equal(HOME)
    await route.steer(AWAY, {note: (text) => void notes.push(text)})
    expect(await route.serving()).to.equal(AWAY)
    expect(states()).to.deep.equal(['Off', 'On'])
    expect(notes.join('; ')).to.match(new RegExp(`^the routing control of ${AWAY} is On, and no other; waiting`))
    await route.steer(AWAY)
    expect(updates()).to.have.length(1)
    expect(await texts()).to.deep.equal([])
  })

  it('moves weighted records too', async () => {
    await change('DELETE', pair())
    await put(...REGIONS.map((region) => record(region, {Weight: 1})))
    const route = open()
    for (const region of [AWAY, HOME]) {
      await route.steer(region)
      expect(await route.serving()).to.equal(region)
    }

    expect(await texts()).to.deep.equal([])
  })

  for (const mode of ['refuse', 'hang'] as const)
    it(`goes past endpoints whose regions are lost (${mode}), whichever is asked first`, async () => {
      for (const region of OTHERS.slice(0, 2)) await test.lab.faults.start({kind: 'region-loss', region, mode})
      const dead = made.endpoints.filter(({region}) => OTHERS.slice(0, 2).includes(region))
      const alive = made.endpoints.find(({region}) => region === 'ap-northeast-1')!
      // A route begins with any of them.
      for (const region of mode === 'refuse' ? [AWAY, HOME, AWAY, HOME, AWAY] : [AWAY]) {
        const route = open({clusterEndpoints: [...dead, alive]})
        await route.steer(region)
        expect(await route.serving()).to.equal(region)
      }

      expect(updates().at(-1)).to.deep.equal({region: 'ap-northeast-1', code: 'OK'})
    })

  it('goes on with home lost, and the control plane of Route 53 with it', async () => {
    await test.lab.faults.start({kind: 'region-loss', region: HOME, mode: 'hang'})
    await open().steer(AWAY)
    expect(states()).to.deep.equal(['Off', 'On'])
  })

  it('gives up soon where no endpoint answers, and where too few regions are left to decide', async () => {
    const lost = OTHERS.slice(0, 3)
    for (const region of lost) await test.lab.faults.start({kind: 'region-loss', region})
    const [dead, alive] = [true, false].map((is) => made.endpoints.filter(({region}) => lost.includes(region) === is))
    const steered = (clusterEndpoints: unknown): Promise<unknown> => thrownBy(open({clusterEndpoints}).steer(AWAY))
    expect(await steered(alive)).to.include({code: 'EndpointTemporarilyUnavailableException', passing: true})
    expect(await steered(dead)).to.include({code: 'Unreachable', passing: true})
    expect(states()).to.deep.equal(['On', 'Off'])
  })

  it('aws 03: looks where the answer to the change is lost, and does not send it again', async () => {
    test.lab.governance.calls.clear()
    test.lab.governance.weather.set({...GOOD_WEATHER, lostRate: 1})
    await open().steer(AWAY)
    expect(states()).to.deep.equal(['Off', 'On'])
    expect(updates()).to.have.length(1)
  })

  it('names the safety rule that stops it, overrides nothing, and says how to by hand', async () => {
    const {AssertionRule} = await makeSafetyRule(test.client(), made, {least: 2})
    const error = (await thrownBy(open().steer(AWAY))) as Error & {next: string}
    expect(error).to.include({code: 'SafetyRuleBlocks', exit: 'stopped'})
    expect(error.message).to.contain(AssertionRule.SafetyRuleArn)
    expect(error.next).to.match(
      /update-routing-control-states --region \S+ --endpoint-url https:\S+ .*--safety-rules-to-override arn:/,
    )
    expect(states()).to.deep.equal(['On', 'Off'])
  })

  it('is let through by a rule that wants one control On, as both are turned at once', async () => {
    await makeSafetyRule(test.client(), made)
    await open().steer(AWAY)
    expect(states()).to.deep.equal(['Off', 'On'])
  })

  describe('tells health of a safety rule, before a switch meets it', () => {
    const said = async (): Promise<Shortcoming[]> => open().shortcomings!()
    const asked = (): string[] =>
      test.lab.governance.calls
        .all()
        .calls.filter(({operation}) => operation === 'ListSafetyRules')
        .map(({region}) => region)

    const gate = async (): Promise<string> => {
      const input = {ClusterArn: made.clusterArn, ControlPanelArn: made.panelArn, RoutingControlName: 'gate'}
      const {RoutingControl} = (await test.lab.call(
        'route53-recovery-control-config',
        'CreateRoutingControl',
        input,
        'us-west-2',
      )) as {RoutingControl: {RoutingControlArn: string}}
      return RoutingControl.RoutingControlArn
    }

    const gatedBy = (arn: string, Inverted = false): Promise<{GatingRule: {SafetyRuleArn: string}}> =>
      configure(test.client(), ['POST', '/safetyrule'], {
        GatingRule: {
          GatingControls: [arn],
          TargetControls: Object.values(made.controls),
          ControlPanelArn: made.panelArn,
          Name: 'master-switch',
          RuleConfig: {Inverted, Threshold: 0, Type: 'AND'},
          WaitPeriodMs: 0,
        },
      })

    it('that a switch would not meet: its name, what it refuses, why, and what to do', async () => {
      const {AssertionRule} = await makeSafetyRule(test.client(), made, {least: 2})
      const [one, ...more] = await said()
      expect(more).to.deep.equal([])
      expect(one).to.deep.equal({
        text: `its safety rule at-least-one (${AssertionRule.SafetyRuleArn}) would not let clients be sent to ${AWAY}, and a switch would stop behind the promotion: at least 2 of 2 controls must be On afterwards, and 1 would be`,
        remedy: `delete it, and make one that such a change meets: aws route53-recovery-control-config delete-safety-rule --region us-west-2 --safety-rule-arn ${AssertionRule.SafetyRuleArn}`,
        stops: true,
      })
      // As the cluster itself judges it.
      expect(await thrownBy(open().steer(AWAY))).to.include({code: 'SafetyRuleBlocks'})
    })

    it('and nothing of one that a switch meets', async () => {
      await makeSafetyRule(test.client(), made)
      expect(await said()).to.deep.equal([])
      expect(asked()).to.deep.equal(['us-west-2'])
    })

    it('of a gating control that is no part of the route, until it is turned', async () => {
      const arn = await gate()
      await gatedBy(arn)
      const [one, ...more] = await said()
      expect(more).to.deep.equal([])
      expect(one!.text).to.match(/: at least 1 of 1 gating controls must be On before, and 0 are$/)
      expect(one!.remedy).to.match(/^turn its gating controls before a switch: aws route53-recovery-cluster update-/)
      expect(one!.remedy).to.contain(
        `--update-routing-control-state-entries RoutingControlArn=${arn},RoutingControlState=On`,
      )
      const turned = {RoutingControlArn: arn, RoutingControlState: 'On'}
      await test.lab.call('route53-recovery-cluster', 'UpdateRoutingControlState', turned, 'us-west-2')
      expect(await said()).to.deep.equal([])
      await open().steer(AWAY)
      expect(states()).to.deep.equal(['Off', 'On'])
    })

    it('of one that is inverted, the other way round', async () => {
      const arn = await gate()
      await gatedBy(arn, true)
      expect(await said()).to.deep.equal([])
      const turned = {RoutingControlArn: arn, RoutingControlState: 'On'}
      await test.lab.call('route53-recovery-cluster', 'UpdateRoutingControlState', turned, 'us-west-2')
      const [one] = await said()
      expect(one!.text).to.match(/: fewer than 1 of 1 gating controls must be On before, and 1 is$/)
      expect(one!.remedy).to.contain(`RoutingControlArn=${arn},RoutingControlState=Off`)
    })

    it('that it is not known, where us-west-2 does not answer: in time, and with all else', async () => {
      await test.lab.faults.start({kind: 'region-loss', region: 'us-west-2', mode: 'hang'})
      const begun = performance.now()
      const route = open({clusterEndpoints: made.endpoints.filter(({region}) => region !== 'us-west-2')})
      const found = await route.shortcomings!()
      expect(performance.now() - begun).to.be.below(2900)
      expect(found.map(({unsure, stops}) => ({unsure, stops}))).to.deep.include({unsure: true, stops: false})
      expect(found.map(({text}) => text).join('; '))
        .to.match(/it is not known whether a safety rule would refuse a switch/)
        .and.match(/4 of the 5 endpoints/)
    })

    it('and a steer asks nothing of it', async () => {
      const route = open()
      await route.serving()
      await route.steer(AWAY)
      expect(await route.isSet!(AWAY)).to.equal(true)
      expect(asked()).to.deep.equal([])
    })
  })

  it('is not set where the name leads to the region by chance: a steer turns the controls all the same', async () => {
    const turn = (region: string, RoutingControlState: string): Promise<unknown> =>
      test.lab.call(
        'route53-recovery-cluster',
        'UpdateRoutingControlState',
        {RoutingControlArn: made.controls[region], RoutingControlState},
        'us-west-2',
      )
    for (const other of ['both Off', 'both On']) {
      await (other === 'both Off' ? turn(HOME, 'Off') : turn(AWAY, 'On'))
      const route = open()
      expect(await route.serving(), other).to.equal(HOME)
      expect(await route.isSet!(HOME), other).to.equal(false)
      await route.steer(HOME)
      expect(await route.isSet!(HOME), other).to.equal(true)
      expect(states(), other).to.deep.equal(['On', 'Off'])
    }

    for (const {region} of made.endpoints.slice(0, 2)) await test.lab.faults.start({kind: 'region-loss', region})
    const silent = open({clusterEndpoints: made.endpoints.slice(0, 2)})
    expect(await silent.isSet!(HOME), 'where nobody tells').to.equal(true)
  })

  it('tells health of a name that does not lead where its controls send it', async () => {
    await test.lab.call(
      'route53-recovery-cluster',
      'UpdateRoutingControlStates',
      {
        UpdateRoutingControlStateEntries: REGIONS.map((region) => ({
          RoutingControlArn: made.controls[region],
          RoutingControlState: region === AWAY ? 'On' : 'Off',
        })),
      },
      'us-west-2',
    )
    await put(...pair({HealthCheckId: undefined}))
    expect((await texts()).join('; ')).to.contain(
      `slows: only its routing control of ${AWAY} is On, and ${NAME} leads to ${HOME}`,
    )
  })

  const UNFIT: [what: string, change: () => Promise<Partial<Record<string, unknown>> | undefined>, said: RegExp][] = [
    [
      'a record without a health check',
      async () => void (await put(...pair({HealthCheckId: undefined}))),
      /its record of us-east-1 has no health check/,
    ],
    [
      'a health check of another control',
      async () => void (await put(...pair({HealthCheckId: checks[AWAY]}))),
      /is of the type RECOVERY_CONTROL, and follows arn:/,
    ],
    [
      'one that is inverted',
      async () => void (await put(...pair({HealthCheckId: await check(made.controls[HOME]!, {Inverted: true})}))),
      /is inverted/,
    ],
    [
      'records that are no pair',
      async () => void (await change('DELETE', [pair()[1]!])),
      /its records are CNAME PRIMARY "us-east-1" to \S+, and not a failover or weighted CNAME to the host of each region/,
    ],
    [
      'a control that there is not',
      async () => ({routingControls: {...made.controls, [AWAY]: `${made.panelArn}/routingcontrol/0000`}}),
      /has not got its routing controls/,
    ],
  ]

  for (const [what, spoil, said] of UNFIT)
    it(`refuses ${what} by name, in a look and before a steer, and changes nothing`, async () => {
      const before = updates().length
      const route = open((await spoil()) ?? {})
      for (const ask of [() => route.serving(), () => route.steer(AWAY)])
        expect(await thrownBy(ask())).to.include({code: 'RouteUnfit', exit: 'stopped'})
      expect((await texts(route)).filter((text) => text.startsWith('stops')).join('; ')).to.match(said)
      expect(updates()).to.have.length(before)
    })

  it('tells health what slows it down, or is not as it was left: a steer puts it right', async () => {
    await put(...pair().map((one) => ({...one, TTL: 300})))
    await test.lab.call(
      'route53-recovery-cluster',
      'UpdateRoutingControlState',
      {RoutingControlArn: made.controls[HOME], RoutingControlState: 'Off'},
      'us-west-2',
    )
    const few = open({clusterEndpoints: made.endpoints.slice(0, 2)})
    const found = (await texts(few)).join('\n')
    expect(found)
      .to.match(/slows: none of its routing controls is On/)
      .and.match(/slows: 2 of the 5 endpoints/)
      .and.match(/for 300 s/)
    expect(found).not.to.contain('stops')
    expect((await few.shortcomings!()).find(({text}) => text.startsWith('none'))!.remedy).to.equal('todo-dr steer')
    await few.steer(HOME)
    expect(states()).to.deep.equal(['On', 'Off'])
    for (const {region} of made.endpoints.slice(1, 3)) await test.lab.faults.start({kind: 'region-loss', region})
    const unreadable = await texts(open({clusterEndpoints: made.endpoints.slice(1, 3)}))
    expect(unreadable.join('\n')).to.match(/slows: its routing controls cannot be read/)
  })

  it('says what it needs, and what a person can do', () => {
    expect(open().needs.region).to.equal(undefined)
    expect(open().needs.service).to.contain('ap-southeast-2')
    const [one] = made.endpoints
    const route = open({clusterEndpoints: [one]})
    expect(route.needs).to.include({plane: 'data', region: one!.region})
    expect(route.byHand(AWAY)).to.equal(
      `run aws route53-recovery-cluster update-routing-control-states --region ${one!.region} --endpoint-url ${one!.url} --update-routing-control-state-entries RoutingControlArn=${made.controls[HOME]},RoutingControlState=Off RoutingControlArn=${made.controls[AWAY]},RoutingControlState=On`,
    )
  })

  it('refuses a region without a routing control when it is opened', () => {
    expect(() => open({routingControls: {[HOME]: made.controls[HOME]}})).to.throw(`no routing control of ${AWAY}`)
  })

  it('asks for no more permissions than its way needs', () => {
    const route = {kind: 'route53', hostedZoneId: zone, name: NAME, via: 'routing-controls', steerSeconds: 60}
    const grants = route53.grantsOf!({...route, routingControls: made.controls, clusterEndpoints: made.endpoints})
    expect(
      Object.values(grants)
        .flat()
        .flatMap(({actions, resources}) =>
          actions.map((action: string) => `${action} ${resources({} as never).join(' ')}`),
        ),
    ).to.deep.equal([
      `route53:ListResourceRecordSets arn:aws:route53:::hostedzone/${zone}`,
      'route53:GetHealthCheck arn:aws:route53:::healthcheck/*',
      `route53-recovery-cluster:GetRoutingControlState ${Object.values(made.controls).join(' ')}`,
      `route53-recovery-cluster:UpdateRoutingControlStates ${Object.values(made.controls).join(' ')}`,
      `route53-recovery-control-config:ListSafetyRules ${made.panelArn}`,
      `route53-recovery-cluster:GetRoutingControlState ${made.panelArn}/routingcontrol/*`,
    ])
  })
})
