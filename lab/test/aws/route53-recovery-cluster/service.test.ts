/** Routing controls of ARC: made by their control plane, turned at the endpoints of their cluster, followed by health checks. */

import {
  GetRoutingControlStateCommand,
  ListRoutingControlsCommand,
  Route53RecoveryClusterClient,
  UpdateRoutingControlStateCommand,
  UpdateRoutingControlStatesCommand,
  type RoutingControlState,
} from '@aws-sdk/client-route53-recovery-cluster'
import {
  CreateHealthCheckCommand,
  GetHealthCheckStatusCommand,
  Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import {awsCli, needsAwsCli} from '../../../../test/support/aws-cli.js'
import {configure, makeControls, makeSafetyRule, type MadeControls} from '../../../../test/support/routing-controls.js'
import {RecoveryClusterService} from '../../../src/aws/route53-recovery-cluster/service.js'
import {RecoveryControlConfigService} from '../../../src/aws/route53-recovery-control-config/service.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {CLUSTER_REGIONS} from '../../../src/data-plane/recovery/clusters.js'
import {testLab, type TestLab} from '../../wire/support.js'

describe('routing controls of ARC', () => {
  let test: TestLab
  let made: MadeControls
  let client: Route53RecoveryClusterClient
  const clients: {destroy(): void}[] = []

  beforeEach(async () => {
    test = await testLab(
      (lab) => new Route53Service(lab),
      (lab) => new RecoveryClusterService(lab),
      (lab) => new RecoveryControlConfigService(lab),
    )
    made = await makeControls(test.client(), ['a', 'b'])
    client = at('us-west-2')
  })

  afterEach(async () => {
    for (const one of clients.splice(0)) one.destroy()
    await test.close()
  })

  function at(region: string): Route53RecoveryClusterClient {
    const one = new Route53RecoveryClusterClient(test.client(region))
    clients.push(one)
    return one
  }

  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was not refused',
      (error: Error & {code?: string}) => error.code ?? `${error.name} ${error.message}`,
    )
  const turn = (name: string, RoutingControlState: RoutingControlState, SafetyRulesToOverride?: string[]) =>
    client.send(
      new UpdateRoutingControlStateCommand({
        RoutingControlArn: made.controls[name],
        RoutingControlState,
        SafetyRulesToOverride,
      }),
    )
  const states = async (one = client): Promise<string> =>
    (await one.send(new ListRoutingControlsCommand({ControlPanelArn: made.panelArn})))
      .RoutingControls!.map(
        ({RoutingControlName, RoutingControlState}) => `${RoutingControlName} ${RoutingControlState}`,
      )
      .join(', ')
  const lose = (region: string) => test.lab.faults.start({kind: 'region-loss', region})

  it('are Off when they are made, and turned one by one or together', async () => {
    expect(await states()).to.equal('a Off, b Off')
    await turn('a', 'On')
    const entries = (['a', 'b'] as const).map((name, index) => ({
      RoutingControlArn: made.controls[name],
      RoutingControlState: index === 0 ? ('Off' as const) : ('On' as const),
    }))
    await client.send(new UpdateRoutingControlStatesCommand({UpdateRoutingControlStateEntries: entries}))
    expect(await states()).to.equal('a Off, b On')
    const asked = new GetRoutingControlStateCommand({RoutingControlArn: made.controls.b})
    expect(await client.send(asked)).to.include({RoutingControlName: 'b', RoutingControlState: 'On'})
    const [first] = (await client.send(new ListRoutingControlsCommand({MaxResults: 1}))).RoutingControls!
    expect(first).to.include({ControlPanelName: 'api', Owner: '000000000000'})
  })

  it('have one state at five endpoints, of which those of lost regions do not answer; without a quorum none does', async () => {
    expect(made.endpoints.map(({region}) => region)).to.have.members(CLUSTER_REGIONS)
    expect(made.endpoints.map(({url}) => url).join(' ')).to.match(
      /^(https:\/\/[0-9a-f]{8}\.route53-recovery-cluster\.\S+\.amazonaws\.com\/v1 ?){5}$/,
    )
    await lose('us-west-2')
    await lose('us-east-1')
    expect(await refusal(turn('a', 'On'))).to.equal('ECONNRESET')
    client = at('eu-west-1')
    await turn('a', 'On')
    expect(await states(at('ap-northeast-1'))).to.equal('a On, b Off')
    await lose('ap-southeast-2')
    expect(await refusal(turn('a', 'Off'))).to.match(/^EndpointTemporarilyUnavailableException /)
    expect(await refusal(states(at('eu-central-1')))).to.match(/^InvalidSignatureException /)
  })

  it('are kept by safety rules: all of a request or nothing, unless a rule is overridden by its ARN', async () => {
    await turn('a', 'On')
    const rule = (await makeSafetyRule(test.client(), made)).AssertionRule.SafetyRuleArn
    expect(await refusal(turn('a', 'Off')))
      .to.match(/^ConflictException .*safetyrule\/\w+: 0 of 2 controls would be On/)
      .and.contain(rule)
    await turn('a', 'Off', [rule])
    expect(await states()).to.equal('a Off, b Off')
  })

  it('let a rule wait after a change, and a gate be opened first', async () => {
    await turn('a', 'On')
    await makeSafetyRule(test.client(), made, {waitMs: 60_000})
    await turn('b', 'On')
    expect(await refusal(turn('b', 'Off'))).to.match(/wait period of 60000 ms/)
    const {RoutingControl} = await configure<{RoutingControl: {RoutingControlArn: string}}>(
      test.client(),
      ['POST', '/routingcontrol'],
      {ClusterArn: made.clusterArn, RoutingControlName: 'target'},
    )
    await configure(test.client(), ['POST', '/safetyrule'], {
      GatingRule: {
        GatingControls: [made.controls.a],
        TargetControls: [RoutingControl.RoutingControlArn],
        ControlPanelArn: made.panelArn,
        Name: 'gate',
        RuleConfig: {Inverted: true, Threshold: 1, Type: 'OR'},
        WaitPeriodMs: 0,
      },
    })
    const opened = (): Promise<unknown> =>
      client.send(
        new UpdateRoutingControlStateCommand({
          RoutingControlArn: RoutingControl.RoutingControlArn,
          RoutingControlState: 'On',
        }),
      )
    expect(await refusal(opened())).to.match(/^ConflictException .*fewer than 1 must be/)
    const {SafetyRules} = await configure<{SafetyRules: {ASSERTION?: {SafetyRuleArn: string}}[]}>(test.client(), [
      'GET',
      `/controlpanel/${encodeURIComponent(made.panelArn)}/safetyrules`,
    ])
    expect(SafetyRules.map((one) => Object.keys(one)[0])).to.deep.equal(['ASSERTION', 'GATING'])
    await turn('a', 'Off', [SafetyRules[0]!.ASSERTION!.SafetyRuleArn])
    await opened()
  })

  it('refuse what their model does not allow', async () => {
    const made: [object, RegExp][] = [
      [{}, /ValidationException 400 .*'clusterName' failed to satisfy constraint: Member must not be null/],
      [{ClusterName: 'a b'}, /ValidationException 400 .*regular expression pattern/],
      [{ClusterName: 'a', NetworkType: 'IPV5'}, /ValidationException 400 .*enum value set/],
      [{ClusterName: {}}, /SerializationException 400/],
    ]
    for (const [input, says] of made)
      expect(await refusal(configure(test.client(), ['POST', '/cluster'], input))).to.match(says)
  })

  it('refuse what AWS refuses: other names, more than ten, and two clusters in one request', async () => {
    const RoutingControlArn = `${made.panelArn}/routingcontrol/0`
    expect(await refusal(client.send(new GetRoutingControlStateCommand({RoutingControlArn})))).to.match(
      /^ResourceNotFoundException /,
    )
    const other = await makeControls(test.client(), ['c'])
    const batch = (arns: string[]) =>
      client.send(
        new UpdateRoutingControlStatesCommand({
          UpdateRoutingControlStateEntries: arns.map((arn) => ({RoutingControlArn: arn, RoutingControlState: 'On'})),
        }),
      )
    expect(await refusal(batch([made.controls.a!, other.controls.c!]))).to.match(/^ValidationException /)
    expect(await refusal(batch(Array.from({length: 11}, () => made.controls.a!)))).to.match(
      /^ServiceLimitExceededException /,
    )
    expect(await states()).to.equal('a Off, b Off')
  })

  it('are deleted from the inside out, in us-west-2 alone', async () => {
    const path = (kind: string, arn: string): [string, string] => ['DELETE', `/${kind}/${encodeURIComponent(arn)}`]
    const remove = (kind: string, arn: string) => configure(test.client(), path(kind, arn))
    expect(await refusal(configure(test.client(), ['GET', '/cluster'], undefined, 'us-east-1'))).to.match(/403/)
    const rule = (await makeSafetyRule(test.client(), made)).AssertionRule.SafetyRuleArn
    const inUse: [string, string][] = [
      ['cluster', made.clusterArn],
      ['controlpanel', made.panelArn],
      ['routingcontrol', made.controls.a!],
    ]
    for (const [kind, arn] of inUse) expect(await refusal(remove(kind, arn)), kind).to.match(/ConflictException 409/)
    await remove('safetyrule', rule)
    for (const arn of Object.values(made.controls)) await remove('routingcontrol', arn)
    await remove('controlpanel', made.panelArn)
    await remove('cluster', made.clusterArn)
    expect(await configure(test.client(), ['GET', '/cluster'])).to.deep.equal({Clusters: []})
  })

  it('turn health checks of the type RECOVERY_CONTROL, which cannot be changed', async () => {
    const route53 = new Route53Client(test.client('us-east-1'))
    clients.push(route53)
    const {HealthCheck} = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'c',
        HealthCheckConfig: {Type: 'RECOVERY_CONTROL', RoutingControlArn: made.controls.a},
      }),
    )
    const HealthCheckId = HealthCheck!.Id
    const said = async (): Promise<string | undefined> => {
      const {HealthCheckObservations} = await route53.send(new GetHealthCheckStatusCommand({HealthCheckId}))
      return HealthCheckObservations?.[0]?.StatusReport?.Status
    }

    for (const [state, text] of [
      ['On', 'Success: the routing control is On'],
      ['Off', 'Failure: the routing control is Off'],
    ] as const) {
      await turn('a', state)
      for (let tries = 0; tries < 100 && (await said()) !== text; tries++)
        await new Promise((done) => setTimeout(done, 50))
      expect(await said()).to.equal(text)
    }

    expect(await refusal(route53.send(new UpdateHealthCheckCommand({HealthCheckId, Inverted: true})))).to.match(
      /^InvalidInput Invalid parameter : Update is not supported for this health check type/,
    )
  })

  it('can be made and turned with the AWS CLI', async function () {
    this.timeout(60_000)
    needsAwsCli(this)
    const aws = <T>(...args: string[]): Promise<T> => awsCli<T>(test.lab, 'us-west-2', ...args)
    const config = 'route53-recovery-control-config'
    const {Cluster} = await aws<{Cluster: {Status: string; ClusterArn: string}}>(
      config,
      'create-cluster',
      '--cluster-name',
      'c',
    )
    expect(Cluster.Status).to.equal('PENDING')
    const query = ['--query', 'Cluster.ClusterEndpoints[].{region: Region, url: Endpoint}']
    const shown = await aws<object[]>(config, 'describe-cluster', '--cluster-arn', Cluster.ClusterArn, ...query)
    expect(shown).to.have.length(5)
    expect(shown[0]).to.have.keys('region', 'url')
    const {RoutingControl} = await aws<{RoutingControl: {RoutingControlArn: string}}>(
      config,
      'create-routing-control',
      '--cluster-arn',
      Cluster.ClusterArn,
      '--routing-control-name',
      'home',
    )
    const arn = RoutingControl.RoutingControlArn
    const check = ['--health-check-config', `Type=RECOVERY_CONTROL,RoutingControlArn=${arn}`]
    await aws('route53', 'create-health-check', '--caller-reference', 'api-home', ...check)
    const entry = `RoutingControlArn=${arn},RoutingControlState=On`
    await aws(
      'route53-recovery-cluster',
      'update-routing-control-states',
      '--update-routing-control-state-entries',
      entry,
    )
    expect(await aws('route53-recovery-cluster', 'get-routing-control-state', '--routing-control-arn', arn)).to.include(
      {RoutingControlState: 'On'},
    )
  })
})
