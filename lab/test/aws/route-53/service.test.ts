import {CloudWatchClient, PutMetricAlarmCommand} from '@aws-sdk/client-cloudwatch'
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHealthCheckCommand,
  GetHostedZoneCommand,
  ListHealthChecksCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
  Route53Client,
  UpdateHealthCheckCommand,
  type Change,
  type HealthCheckConfig,
  type HostedZone,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53'
import {expect} from 'chai'

import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {PROFILES} from '../../../src/profile.js'
import {testLab, type TestLab} from '../../wire/support.js'

describe('Route 53 on the wire', () => {
  let test: TestLab
  let client: Route53Client
  let zone: HostedZone

  beforeEach(async () => {
    test = await testLab(
      (lab) => new CloudWatchService(lab),
      (lab) => new Route53Service(lab),
    )
    client = new Route53Client(test.client('us-east-1'))
    zone = await create('example.com')
  })

  afterEach(async () => {
    client.destroy()
    await test.close()
  })

  async function create(Name: string): Promise<HostedZone> {
    const input = {Name, CallerReference: Name, HostedZoneConfig: {Comment: `of ${Name}`, PrivateZone: false}}
    return (await client.send(new CreateHostedZoneCommand(input))).HostedZone!
  }

  /** Whatever goes wrong, as `code status message`. */
  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was not refused',
      (error: Error & {$metadata?: {httpStatusCode?: number}}) =>
        `${error.name} ${error.$metadata?.httpStatusCode} ${error.message}`,
    )
  const change = (...Changes: Change[]) =>
    client.send(new ChangeResourceRecordSetsCommand({HostedZoneId: zone.Id, ChangeBatch: {Changes}}))
  const a = (Name: string, value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name,
    Type: 'A',
    TTL: 60,
    ResourceRecords: [{Value: value}],
    ...more,
  })
  const put = (ResourceRecordSet: ResourceRecordSet, Action: Change['Action'] = 'CREATE'): Change => ({
    Action,
    ResourceRecordSet,
  })
  const listed = async (input: object = {}) =>
    client.send(new ListResourceRecordSetsCommand({HostedZoneId: zone.Id, ...input}))
  const names = async (): Promise<string[]> =>
    (await listed()).ResourceRecordSets!.map(({Name, Type, SetIdentifier}) =>
      [Name, Type, SetIdentifier].join(' ').trim(),
    )

  describe('hosted zones', () => {
    it('are made with four name servers, an NS and an SOA record', async () => {
      const {HostedZone, DelegationSet} = await client.send(new GetHostedZoneCommand({Id: zone.Id}))
      expect(HostedZone).to.deep.include({
        Name: 'example.com.',
        ResourceRecordSetCount: 2,
        Config: {Comment: 'of example.com', PrivateZone: false},
      })
      expect(HostedZone!.Id).to.match(/^\/hostedzone\/Z[0-9A-Z]{20}$/)
      const [ns, soa] = (await listed()).ResourceRecordSets!
      expect(ns).to.deep.include({Type: 'NS', TTL: 172_800})
      expect(ns!.ResourceRecords!.map(({Value}) => Value)).to.deep.equal(
        DelegationSet!.NameServers!.map((one) => `${one}.`),
      )
      expect(soa).to.deep.include({Type: 'SOA', TTL: 900})
    })

    it('are listed in the order of their making, and by name from right to left', async () => {
      const other = await create('b.com')
      const third = await create('a.net')
      const first = await client.send(new ListHostedZonesCommand({MaxItems: 2}))
      expect(first).to.deep.include({IsTruncated: true, MaxItems: 2})
      const second = await client.send(new ListHostedZonesCommand({Marker: first.NextMarker}))
      expect([...first.HostedZones!, ...second.HostedZones!].map(({Id}) => Id)).to.deep.equal([
        zone.Id,
        other.Id,
        third.Id,
      ])
      const byName = await client.send(new ListHostedZonesByNameCommand({}))
      expect(byName.HostedZones!.map(({Name}) => Name)).to.deep.equal(['b.com.', 'example.com.', 'a.net.'])
      const from = await client.send(new ListHostedZonesByNameCommand({DNSName: 'c.com', MaxItems: 1}))
      expect(from.HostedZones!.map(({Name}) => Name)).to.deep.equal(['example.com.'])
      expect(from).to.include({IsTruncated: true, NextDNSName: 'a.net.'})
    })

    it('are made once for a caller reference, and deleted when nothing of a user is left in them', async () => {
      expect(await refusal(create('example.com'))).to.match(/^HostedZoneAlreadyExists 409/)
      await change(put(a('a.example.com', '192.0.2.1')))
      const remove = () => client.send(new DeleteHostedZoneCommand({Id: zone.Id}))
      expect(await refusal(remove())).to.match(/^HostedZoneNotEmpty 400/)
      await change(put(a('a.example.com', '192.0.2.1'), 'DELETE'))
      await remove()
      expect(await refusal(remove())).to.match(/^NoSuchHostedZone 404 No hosted zone found with ID: Z/)
    })

    it('are refused by name where the lab has them not', async () => {
      const privately = new CreateHostedZoneCommand({
        Name: 'x.com',
        CallerReference: 'x',
        VPC: {VPCId: 'vpc-1', VPCRegion: 'us-east-1'},
      })
      expect(await refusal(client.send(privately))).to.equal(
        'NotImplemented 501 route53.CreateHostedZone: private hosted zones',
      )
    })
  })

  describe('records', () => {
    it('are listed by name from right to left, by type and identifier, in pages', async () => {
      await change(
        put(a('z.example.com', '192.0.2.1')),
        put(a('a.z.example.com', '192.0.2.1')),
        put(a('*.example.com', '192.0.2.1')),
        put(a('W.example.com', '192.0.2.1', {SetIdentifier: 'b', Weight: 1})),
        put(a('w.example.com', '192.0.2.2', {SetIdentifier: 'a', Weight: 0})),
        put({Name: 'z.example.com', Type: 'TXT', TTL: 5, ResourceRecords: [{Value: '"x"'}]}),
      )
      const all = [
        'example.com. NS',
        'example.com. SOA',
        String.raw`\052.example.com. A`,
        'w.example.com. A a',
        'w.example.com. A b',
        'z.example.com. A',
        'z.example.com. TXT',
        'a.z.example.com. A',
      ]
      expect(await names()).to.deep.equal(all)
      const page = await listed({
        StartRecordName: 'w.example.com',
        StartRecordType: 'A',
        StartRecordIdentifier: 'b',
        MaxItems: 2,
      })
      expect(page.ResourceRecordSets!.map(({Name, Type}) => `${Name} ${Type}`)).to.deep.equal([
        'w.example.com. A',
        'z.example.com. A',
      ])
      expect(page).to.include({IsTruncated: true, NextRecordName: 'z.example.com.', NextRecordType: 'TXT', MaxItems: 2})
    })

    it('change as a whole batch or not at all', async () => {
      const before = await names()
      const batch = change(put(a('a.example.com', '192.0.2.1')), put(a('b.example.com', '192.0.2.1'), 'DELETE'))
      expect(await refusal(batch)).to.equal(
        "InvalidChangeBatch 400 [Tried to delete resource record set [name='b.example.com.', type='A'] but it was not found]",
      )
      expect(await names()).to.deep.equal(before)
      await change(
        put(a('a.example.com', '192.0.2.1')),
        put(a('a.example.com', '192.0.2.1'), 'DELETE'),
        put(a('a.example.com', '192.0.2.2')),
        put(a('a.example.com', '192.0.2.3'), 'UPSERT'),
      )
      const {ResourceRecordSets} = await listed({StartRecordName: 'a.example.com'})
      expect(ResourceRecordSets).to.deep.equal([a('a.example.com.', '192.0.2.3')])
    })

    it('are PENDING at first, and INSYNC as soon as the pace says', async () => {
      const {ChangeInfo} = await change(put(a('a.example.com', '192.0.2.1')))
      expect(ChangeInfo).to.include({Status: 'PENDING'})
      const status = async (Id = ChangeInfo!.Id) => (await client.send(new GetChangeCommand({Id}))).ChangeInfo!.Status
      expect(await status()).to.equal('INSYNC')
      test.lab.profile = PROFILES.paced
      const paced = await change(put(a('a.example.com', '192.0.2.1'), 'DELETE'))
      expect(await status(paced.ChangeInfo!.Id)).to.equal('PENDING')
      test.lab.governance.clock.offsetMs += PROFILES.paced.dnsChangeMs
      expect(await status(paced.ChangeInfo!.Id)).to.equal('INSYNC')
      expect(await refusal(status('C0'))).to.match(/^NoSuchChange 404/)
    })

    const exists = a('a.example.com', '192.0.2.1')
    const weighted = a('w.example.com', '192.0.2.1', {SetIdentifier: 'w', Weight: 1})
    const primary = a('f.example.com', '192.0.2.1', {SetIdentifier: 'p', Failover: 'PRIMARY'})
    const cname = (Name: string, value = 'a.example.com'): ResourceRecordSet => ({
      Name,
      Type: 'CNAME',
      TTL: 60,
      ResourceRecords: [{Value: value}],
    })
    const aliasTo = (DNSName: string, zoneId = () => zone.Id!.split('/').at(-1)!) => ({
      Name: 'alias.example.com',
      Type: 'A' as const,
      AliasTarget: {HostedZoneId: zoneId(), DNSName, EvaluateTargetHealth: false},
    })

    const REFUSED: [what: string, of: () => Change, says: string | RegExp][] = [
      [
        'a record that exists',
        () => put(exists),
        "InvalidChangeBatch 400 [Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
      ],
      [
        'a record with an identifier that exists',
        () => put(weighted),
        "InvalidChangeBatch 400 [Tried to create resource record set [name='w.example.com.', type='A', set identifier='w'] but it already exists]",
      ],
      [
        'the deletion of other values',
        () => put({...exists, TTL: 61}, 'DELETE'),
        "InvalidChangeBatch 400 [Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values]",
      ],
      [
        'a name of another zone',
        () => put(a('a.example.org', '192.0.2.1')),
        'InvalidChangeBatch 400 [RRSet with DNS name a.example.org. is not permitted in zone example.com.]',
      ],
      [
        'a CNAME at the apex',
        () => put(cname('example.com')),
        'InvalidChangeBatch 400 [RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.]',
      ],
      [
        'a CNAME beside others',
        () => put(cname('a.example.com')),
        'InvalidChangeBatch 400 [RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]',
      ],
      [
        'others beside a CNAME',
        () => put(a('c.example.com', '192.0.2.1')),
        'InvalidChangeBatch 400 [RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.]',
      ],
      [
        'a simple record beside weighted ones',
        () => put(a('w.example.com', '192.0.2.9')),
        'InvalidChangeBatch 400 [RRSet with DNS name w.example.com., type A cannot be created as other RRSets exist with the same name and type.]',
      ],
      [
        'a weighted record beside a simple one',
        () => put(a('a.example.com', '192.0.2.9', {SetIdentifier: 'x', Weight: 1})),
        /non multi-answer/,
      ],
      [
        'a weighted record beside a failover',
        () => put(a('f.example.com', '192.0.2.9', {SetIdentifier: 'x', Weight: 1})),
        /another routing policy/,
      ],
      [
        'a second primary',
        () => put(a('f.example.com', '192.0.2.9', {SetIdentifier: 'x', Failover: 'PRIMARY'})),
        /a failover PRIMARY RRSet exists/,
      ],
      [
        'what is no address',
        () => put(a('n.example.com', '192.0.2')),
        "InvalidChangeBatch 400 [Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '192.0.2'']",
      ],
      [
        'a text without quotation marks',
        () => put({...exists, Name: 't.example.com', Type: 'TXT'}),
        /InvalidCharacterString/,
      ],
      [
        'two values of a CNAME',
        () => put({...cname('d.example.com'), ResourceRecords: [{Value: 'a.b'}, {Value: 'c.d'}]}),
        /one value only/,
      ],
      [
        'the same value twice',
        () => put({...a('d.example.com', ''), ResourceRecords: [{Value: '192.0.2.1'}, {Value: '192.0.2.1'}]}),
        /Duplicate Resource Record/,
      ],
      [
        'an alias to nothing',
        () => put(aliasTo('nobody.example.com')),
        /Tried to create an alias that targets nobody\.example\.com\., type A in zone Z\w+, but that target was not found/,
      ],
      [
        'an alias out of the zone',
        () => put(aliasTo('a.example.org')),
        /the alias target name does not lie within the target zone/,
      ],
      [
        'an alias of another zone',
        () => put(aliasTo('d1.cloudfront.net', () => 'Z2FDTNDATAQYW2')),
        /^NotImplemented 501 route53\.ChangeResourceRecordSets: an alias to d1\.cloudfront\.net of Z2FDTNDATAQYW2/,
      ],
      [
        'a record without a policy for its identifier',
        () => put({...exists, SetIdentifier: 'x'}),
        /^InvalidInput 400 Invalid request: Expected exactly one of \[Weight, .*but found none in Change with \[Action=CREATE, Name=a\.example\.com\., Type=A, SetIdentifier=x\]$/,
      ],
      [
        'a policy without an identifier',
        () => put({...exists, Weight: 1}),
        "InvalidInput 400 Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=a.example.com., Type=A, SetIdentifier=null]",
      ],
      [
        'a record without values',
        () => put({Name: 'x.example.com', Type: 'A', TTL: 1}),
        /^InvalidInput 400 Invalid request: Expected exactly one of \[AliasTarget, all of/,
      ],
      [
        'routing by region',
        () => put({...exists, SetIdentifier: 'x', Region: 'us-east-1'}),
        'NotImplemented 501 route53.ChangeResourceRecordSets: routing by Region',
      ],
      [
        'another type',
        () => put({...exists, Type: 'MX'}),
        'NotImplemented 501 route53.ChangeResourceRecordSets: records of type MX',
      ],
      [
        'a health check that there is not',
        () => put(a('h.example.com', '192.0.2.1', {SetIdentifier: 'x', Weight: 1, HealthCheckId: 'nobody'})),
        /^NoSuchHealthCheck 404/,
      ],
    ]

    it('are refused in the words of Route 53', async () => {
      await change(put(exists), put(weighted), put(primary), put(cname('c.example.com')))
      const before = await names()
      for (const [what, of, says] of REFUSED) {
        const said = await refusal(change(of()))
        if (typeof says === 'string') expect(said, what).to.equal(says)
        else expect(said, what).to.match(says)
      }

      const {ResourceRecordSets} = await listed({MaxItems: 2})
      for (const own of ResourceRecordSets!)
        expect(await refusal(change(put(own, 'DELETE')))).to.match(/A HostedZone must contain/)
      expect(await names()).to.deep.equal(before)
    })
  })

  describe('health checks', () => {
    const HTTPS: HealthCheckConfig = {
      Type: 'HTTPS',
      FullyQualifiedDomainName: 'api.example.com',
      ResourcePath: '/health',
    }
    const made = async (
      HealthCheckConfig: HealthCheckConfig,
      CallerReference = JSON.stringify(HealthCheckConfig).slice(0, 64),
    ) => (await client.send(new CreateHealthCheckCommand({CallerReference, HealthCheckConfig}))).HealthCheck!
    const alarm = async (AlarmName: string, more: object = {}) => {
      const cloudwatch = new CloudWatchClient(test.client('us-east-2'))
      const input = {
        AlarmName,
        Namespace: 'App',
        MetricName: 'Open',
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        ...more,
      }
      await cloudwatch.send(new PutMetricAlarmCommand(input as never))
      cloudwatch.destroy()
    }

    it('are made with the defaults of AWS, once for a caller reference', async () => {
      const check = await made(HTTPS)
      expect(check).to.deep.include({HealthCheckVersion: 1})
      expect(check.HealthCheckConfig).to.deep.equal({
        ...HTTPS,
        Port: 443,
        RequestInterval: 30,
        FailureThreshold: 3,
        MeasureLatency: false,
        Inverted: false,
        Disabled: false,
        EnableSNI: true,
      })
      expect((await made(HTTPS)).Id).to.equal(check.Id)
      const reference = JSON.stringify(HTTPS).slice(0, 64)
      expect(await refusal(made({...HTTPS, ResourcePath: '/other'}, reference))).to.match(
        /^HealthCheckAlreadyExists 409/,
      )
      const {HealthChecks} = await client.send(new ListHealthChecksCommand({}))
      expect(HealthChecks!.map(({Id}) => Id)).to.deep.equal([check.Id])
      await client.send(new DeleteHealthCheckCommand({HealthCheckId: check.Id}))
      expect(await refusal(client.send(new GetHealthCheckCommand({HealthCheckId: check.Id})))).to.match(
        /^NoSuchHealthCheck 404/,
      )
    })

    it('are updated by their version', async () => {
      const {Id: HealthCheckId} = await made(HTTPS)
      const update = (input: object) => client.send(new UpdateHealthCheckCommand({HealthCheckId, ...input}))
      const {HealthCheck} = await update({HealthCheckVersion: 1, Inverted: true, FailureThreshold: 1})
      expect(HealthCheck).to.deep.include({HealthCheckVersion: 2})
      expect(HealthCheck!.HealthCheckConfig).to.include({Inverted: true, FailureThreshold: 1, ResourcePath: '/health'})
      expect(await refusal(update({HealthCheckVersion: 1, Inverted: false}))).to.match(
        /^HealthCheckVersionMismatch 409/,
      )
      const reset = await update({ResetElements: ['ResourcePath']})
      expect(reset.HealthCheck!.HealthCheckConfig).to.not.have.property('ResourcePath')
    })

    it('keep what an alarm watches as it was when they were made or last updated', async () => {
      await alarm('open')
      const config: HealthCheckConfig = {
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: {Name: 'open', Region: 'us-east-2'},
      }
      const {Id: HealthCheckId, CloudWatchAlarmConfiguration} = await made(config)
      expect(CloudWatchAlarmConfiguration).to.deep.equal({
        Namespace: 'App',
        MetricName: 'Open',
        Dimensions: [],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      })
      await alarm('open', {Threshold: 5})
      const kept = await client.send(new GetHealthCheckCommand({HealthCheckId}))
      expect(kept.HealthCheck!.CloudWatchAlarmConfiguration).to.include({Threshold: 1})
      const updated = await client.send(new UpdateHealthCheckCommand({HealthCheckId}))
      expect(updated.HealthCheck!.CloudWatchAlarmConfiguration).to.include({Threshold: 5})
    })

    it('are refused where AWS or the lab has them not', async () => {
      await alarm('quick', {Period: 10})
      await alarm('math', {
        Namespace: undefined,
        MetricName: undefined,
        Statistic: undefined,
        Period: undefined,
        Metrics: [
          {Id: 'e', Expression: 'm * 2'},
          {
            Id: 'm',
            ReturnData: false,
            MetricStat: {Metric: {Namespace: 'App', MetricName: 'Open'}, Period: 60, Stat: 'Sum'},
          },
        ],
      })
      const metric = (Name: string, Region: 'eu-west-1' | 'us-east-2' = 'us-east-2'): HealthCheckConfig => ({
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: {Name, Region},
      })
      const calculated = await made({Type: 'CALCULATED', ChildHealthChecks: [], HealthThreshold: 0})
      const REFUSED: [HealthCheckConfig, RegExp][] = [
        [{Type: 'HTTP'}, /^InvalidInput 400/],
        [{Type: 'TCP', FullyQualifiedDomainName: 'a.example.com'}, /^InvalidInput 400 Port is required/],
        [{Type: 'HTTP_STR_MATCH', FullyQualifiedDomainName: 'a.example.com'}, /^InvalidInput 400 SearchString/],
        [{Type: 'HTTP', IPAddress: '192.0.2.1'}, /^NotImplemented 501 route53\.CreateHealthCheck: IPAddress/],
        [{...HTTPS, MeasureLatency: true}, /^NotImplemented 501 route53\.CreateHealthCheck: MeasureLatency/],
        [
          {Type: 'RECOVERY_CONTROL', RoutingControlArn: 'arn:aws:nobody'},
          /^InvalidInput 400 There is no routing control arn:aws:nobody/,
        ],
        [{Type: 'CLOUDWATCH_METRIC'}, /^InvalidInput 400 AlarmIdentifier/],
        [metric('nobody'), /^InvalidInput 400 The alarm nobody in us-east-2/],
        [metric('quick', 'eu-west-1'), /^InvalidInput 400 The alarm quick in eu-west-1/],
        [metric('quick'), /high-resolution/],
        [metric('math'), /not an alarm on one metric/],
        [{Type: 'CALCULATED', ChildHealthChecks: ['nobody'], HealthThreshold: 1}, /^InvalidInput 400 The child/],
        [{Type: 'CALCULATED', ChildHealthChecks: [calculated.Id!], HealthThreshold: 1}, /^NotImplemented 501/],
      ]
      for (const [config, says] of REFUSED) expect(await refusal(made(config)), JSON.stringify(config)).to.match(says)
    })
  })

  it('is lost with us-east-1, whatever region a client signs for', async () => {
    const away = new Route53Client(test.client('us-east-2'))
    const asked = (one: Route53Client): Promise<string> =>
      one.send(new ListHostedZonesCommand({})).then(
        () => 'answered',
        (error: Error & {code?: string}) => error.code ?? error.name,
      )
    expect([await asked(client), await asked(away)]).to.deep.equal(['answered', 'answered'])
    await test.lab.faults.start({kind: 'region-loss', region: 'us-east-1'})
    expect([await asked(client), await asked(away)]).to.deep.equal(['ECONNRESET', 'ECONNRESET'])
    away.destroy()
  })

  it('tags zones and health checks, and has them listed in us-east-1', async () => {
    const check = await client.send(
      new CreateHealthCheckCommand({
        CallerReference: 'c',
        HealthCheckConfig: {Type: 'CALCULATED', ChildHealthChecks: [], HealthThreshold: 0},
      }),
    )
    const ids = {hostedzone: zone.Id!.split('/').at(-1)!, healthcheck: check.HealthCheck!.Id!}
    for (const [ResourceType, ResourceId] of Object.entries(ids) as [keyof typeof ids, string][]) {
      const tag = (input: object) => client.send(new ChangeTagsForResourceCommand({ResourceType, ResourceId, ...input}))
      await tag({
        AddTags: [
          {Key: 'app', Value: 'x'},
          {Key: 'old', Value: 'y'},
        ],
      })
      await tag({AddTags: [{Key: 'app', Value: 'z'}], RemoveTagKeys: ['old']})
      const {ResourceTagSet} = await client.send(new ListTagsForResourceCommand({ResourceType, ResourceId}))
      expect(ResourceTagSet).to.deep.equal({ResourceType, ResourceId, Tags: [{Key: 'app', Value: 'z'}]})
      const {ResourceTagSets} = await client.send(
        new ListTagsForResourcesCommand({ResourceType, ResourceIds: [ResourceId]}),
      )
      expect(ResourceTagSets).to.have.length(1)
    }

    const arns = (region: string) => test.lab.tagged(region).map(({arn}) => arn)
    expect(arns('us-east-1')).to.have.members([
      `arn:aws:route53:::hostedzone/${ids.hostedzone}`,
      `arn:aws:route53:::healthcheck/${ids.healthcheck}`,
    ])
    expect(arns('us-east-2')).to.deep.equal([])
  })
})
