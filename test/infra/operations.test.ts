import {expect} from 'chai'
import {AuroraMysqlEngineVersion} from 'aws-cdk-lib/aws-rds'
import {Runtime, RuntimeFamily} from 'aws-cdk-lib/aws-lambda'
import {golden} from '../support/golden.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const REGIONS = ['us-east-1', 'us-east-2']

/* eslint-disable @typescript-eslint/no-explicit-any -- templates are JSON of many shapes */

/** What keeps a deployment safe, watched and removable. What it is made of is in template.test.ts. */
describe('the template in operation', function () {
  this.timeout(60_000)
  const workshop = new Workshop()
  let plain: Assembly
  let guarded: Assembly
  let locked: Assembly

  before(async () => {
    await workshop.prepare()
    plain = workshop.synth()
    guarded = workshop.synth({protect: true, alarmEmail: 'ops@example.com'})
    locked = workshop.synth({lockToEdge: true, home: 'eu-west-1', away: 'eu-central-1', instances: 1})
  })

  after(() => workshop.close())

  const statements = (assembly: Assembly): {id: string; Action: string[]; Resource: unknown; Principal?: unknown}[] =>
    ['AWS::IAM::Policy', 'AWS::IAM::Role'].flatMap((type) =>
      assembly.all(type).flatMap(({id, properties}) =>
        [properties.PolicyDocument, ...(properties.Policies ?? []).map((policy: any) => policy.PolicyDocument)]
          .filter(Boolean)
          .flatMap((document: any) => document.Statement)
          .map((statement: any) => ({id, ...statement, Action: [statement.Action].flat()})),
      ),
    )

  it('has the resources of docs/template.md, a table of types a stack', () => {
    const lines = plain.stacks.flatMap((stack) => {
      const types = plain.resources(stack).map(({type}) => type)
      const counted = [...new Set(types)]
        .toSorted()
        .map((type) => `  ${types.filter((one) => one === type).length} ${type}`)
      return [stack, ...counted]
    })
    golden('template/resources.txt', `${lines.join('\n')}\n`)
  })

  describe('security', () => {
    it('defect 19: the edge has a web ACL, logs, security headers and the best TLS that its own name allows', () => {
      const {DistributionConfig: config} = plain.all('AWS::CloudFront::Distribution')[0]!.properties
      const acl = plain.all('AWS::WAFv2::WebACL')[0]!
      expect(config.WebACLId).to.deep.equal({'Fn::GetAtt': [acl.id, 'Arn']})
      expect(acl.properties.Scope).to.equal('CLOUDFRONT')
      const [rate, rateOfProbes, common] = acl.properties.Rules
      expect(rate.Statement.RateBasedStatement.Limit).to.be.within(10_000, 100_000)
      for (const rule of [rate, rateOfProbes]) expect(rule.Action).to.have.property('Block')
      // A task may say anything, and a prober names no browser.
      const counted = common.Statement.ManagedRuleGroupStatement.RuleActionOverrides.map(({Name}: any) => Name)
      expect(counted).to.include.members(['CrossSiteScripting_BODY', 'NoUserAgent_HEADER', 'SizeRestrictions_BODY'])
      // AWS's managed SecurityHeadersPolicy.
      expect(config.DefaultCacheBehavior.ResponseHeadersPolicyId).to.equal('67f7725c-6f97-4210-82d7-5512b31e9d03')
      expect(config.Origins.map((origin: any) => origin.CustomOriginConfig.OriginSSLProtocols)).to.deep.equal([
        ['TLSv1.2'],
        ['TLSv1.2'],
      ])
      const [source] = plain.all('AWS::Logs::DeliverySource')
      expect(source!.properties.LogType).to.equal('ACCESS_LOGS')
      expect(JSON.stringify(plain.all('AWS::Logs::Delivery')[0]!.properties.RecordFields)).not.to.match(
        /cookie|authoriz/i,
      )
    })

    it('defect 19: lockToEdge closes each API to all who lack a header that no template holds', () => {
      const acls = locked.all('AWS::WAFv2::WebACL').filter(({properties}) => properties.Scope === 'REGIONAL')
      expect(acls).to.have.length(2)
      const reference = '{{resolve:secretsmanager:ToDoMgmt/edge:SecretString:::}}'
      for (const {properties} of acls) {
        expect(properties.DefaultAction).to.have.property('Block')
        const {ByteMatchStatement: match} = properties.Rules[0].Statement
        expect(match).to.deep.include({PositionalConstraint: 'EXACTLY', SearchString: reference})
        expect(match.FieldToMatch).to.deep.equal({SingleHeader: {Name: 'x-edge-key'}})
      }

      expect(locked.all('AWS::WAFv2::WebACLAssociation')).to.have.length(2)
      const {Origins} = locked.all('AWS::CloudFront::Distribution')[0]!.properties.DistributionConfig
      for (const {OriginCustomHeaders} of Origins)
        expect(OriginCustomHeaders).to.deep.equal([{HeaderName: 'x-edge-key', HeaderValue: reference}])
      // Each of the three stacks reads it in its own region.
      const secret = locked
        .all('AWS::SecretsManager::Secret')
        .find(({properties}) => properties.Name === 'ToDoMgmt/edge')!
      expect(secret.properties.ReplicaRegions).to.deep.equal([{Region: 'eu-central-1'}, {Region: 'us-east-1'}])
      expect(plain.all('AWS::WAFv2::WebACLAssociation')).to.deep.equal([])
    })

    it('defect 20: roles are for named things of this deployment, and every ARN is of something that exists', () => {
      for (const assembly of [plain, guarded, locked]) {
        for (const {id, Action, Resource} of statements(assembly)) {
          for (const action of Action) expect(action, id).to.match(/^[a-z0-9]+:[A-Z]\w+$/)
          if (Resource === '*')
            expect(
              Action.every((action) => action.startsWith('ec2:')),
              id,
            ).to.equal(true)
          for (const literal of [Resource].flat().filter((one) => typeof one === 'string' && one !== '*'))
            expect.fail(`${id} names ${String(literal)} instead of referring to it`)
        }

        for (const {id, properties} of assembly.all('AWS::IAM::Role')) {
          const managed = JSON.stringify(properties.ManagedPolicyArns ?? [])
          if (managed !== '[]') expect(managed, id).to.include('AmazonAPIGatewayPushToCloudWatchLogs')
          expect(JSON.stringify(properties.AssumeRolePolicyDocument), id).not.to.match(/"AWS"|"\*"/)
        }
      }
    })

    it('speaks TLS only to buckets and topics', () => {
      for (const type of ['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy']) {
        expect(plain.all(type).length, type).to.be.greaterThan(0)
        for (const {id, properties} of plain.all(type)) {
          const denied = properties.PolicyDocument.Statement.filter(({Effect}: any) => Effect === 'Deny')
          expect(JSON.stringify(denied), id).to.include('"aws:SecureTransport":"false"')
        }
      }
    })
  })

  describe('the API', () => {
    it('validates every body, throttles, and refuses in the shape of its answers', () => {
      for (const region of REGIONS) {
        const stack = `ToDoMgmt-api-${region}`
        const [validator] = plain.resources(stack, 'AWS::ApiGateway::RequestValidator')
        expect(validator!.properties).to.include({ValidateRequestBody: true, ValidateRequestParameters: true})
        for (const {properties} of plain.resources(stack, 'AWS::ApiGateway::Method')) {
          expect(properties.RequestValidatorId).to.deep.equal({Ref: validator!.id})
          if (properties.HttpMethod !== 'GET') expect(properties.RequestModels).to.have.property('application/json')
        }

        const [{properties: stage}] = plain.resources(stack, 'AWS::ApiGateway::Stage') as [Resource]
        const [settings] = stage.MethodSettings
        expect(settings).to.include({
          HttpMethod: '*',
          ResourcePath: '/*',
          LoggingLevel: 'ERROR',
          DataTraceEnabled: false,
        })
        expect(settings.ThrottlingRateLimit).to.be.greaterThan(0)
        for (const {properties} of plain.resources(stack, 'AWS::ApiGateway::GatewayResponse')) {
          const text = properties.ResponseTemplates['application/json'].replaceAll(
            '$context.error.messageString',
            '"m"',
          )
          expect(JSON.parse(text)).to.deep.equal({
            status: 'error',
            response: {code: '$context.error.responseType', message: 'm'},
          })
        }
      }
    })

    it('defect 33: has one deployment, which the stage holds and which goes with what it deployed', () => {
      for (const region of REGIONS) {
        const stack = `ToDoMgmt-api-${region}`
        const deployments = guarded.resources(stack, 'AWS::ApiGateway::Deployment')
        expect(deployments).to.have.length(1)
        expect(deployments[0]!.raw).not.to.have.property('DeletionPolicy')
        expect(deployments[0]!.properties).not.to.have.property('StageName')
        const [stage] = guarded.resources(stack, 'AWS::ApiGateway::Stage')
        expect(stage!.properties.DeploymentId).to.deep.equal({Ref: deployments[0]!.id})
      }
    })
  })

  describe('versions', () => {
    it('defect 34: every function, those of CDK too, runs on the newest Node that CDK knows', () => {
      const newest = Runtime.ALL.filter(({family}) => family === RuntimeFamily.NODEJS)
        .map(({name}) => Number(/^nodejs(\d+)\.x$/.exec(name)?.[1] ?? 0))
        .reduce((a, b) => Math.max(a, b))
      for (const {id, properties} of plain.all('AWS::Lambda::Function'))
        expect(properties.Runtime, id).to.equal(`nodejs${newest}.x`)
    })

    it('defect 35: the engine is the newest patch of its long-term line, and the same in both regions', () => {
      const known = Object.values(AuroraMysqlEngineVersion)
        .map((version) => /^8\.0\.mysql_aurora\.3\.10\.(\d+)$/.exec((version as any).auroraMysqlFullVersion ?? '')?.[1])
        .filter((patch) => patch !== undefined)
        .map(Number)
      const versions = plain.all('AWS::RDS::DBCluster').map(({properties}) => properties.EngineVersion)
      const newest = `8.0.mysql_aurora.3.10.${Math.max(...known)}`
      expect(versions).to.deep.equal([newest, newest])
    })
  })

  describe('lifecycle', () => {
    it('defect 37: two instances a region; with protect, nothing that holds data can be deleted by mistake', () => {
      const members = (assembly: Assembly): number[] =>
        assembly.stacks
          .filter((stack) => stack.includes('-data-'))
          .map((stack) => assembly.resources(stack, 'AWS::RDS::DBInstance').length)
      expect(members(plain)).to.deep.equal([2, 2])
      expect(members(locked)).to.deep.equal([1, 1])
      for (const type of ['AWS::RDS::DBCluster', 'AWS::RDS::GlobalCluster'])
        for (const {properties} of guarded.all(type)) expect(properties.DeletionProtection, type).to.equal(true)
      for (const {properties} of guarded.all('AWS::RDS::DBCluster'))
        expect(properties.BackupRetentionPeriod).to.equal(35)
      for (const {properties} of guarded.all('AWS::Cognito::UserPool'))
        expect(properties.DeletionProtection).to.equal('ACTIVE')
      for (const stack of guarded.stacks)
        expect(guarded.manifest.artifacts[stack].properties.terminationProtection, stack).to.equal(true)
      expect(guarded.all('Custom::S3AutoDeleteObjects')).to.deep.equal([])
    })

    it('without protect, retains no data, log, key or role but the one that all APIs of a region log with', () => {
      const retained = plain.all().filter(({raw}) => (raw.DeletionPolicy ?? 'Delete') !== 'Delete')
      // The role with which API Gateway logs is one for an account and region: other deployments log with it too.
      for (const {id} of retained) expect(id).to.match(/^LogRole/)
      for (const {properties} of plain.all('AWS::KMS::Key')) expect(properties.PendingWindowInDays).to.equal(7)
    })

    it('marks whatever takes a tag as its own, bare resources of CDK included', () => {
      for (const stack of plain.stacks)
        expect(plain.manifest.artifacts[stack].properties.tags).to.deep.equal({'todo-dr:app': 'ToDoMgmt'})
      for (const type of TAGGED) {
        expect(plain.all(type).length, type).to.be.greaterThan(0)
        for (const {id, properties} of plain.all(type))
          expect(JSON.stringify(properties.Tags ?? properties.UserPoolTags ?? null), id).to.match(
            /"todo-dr:app".*ToDoMgmt/,
          )
      }
    })

    it('gives every writer of logs a group of its own, which expires', () => {
      const groups = plain.all('AWS::Logs::LogGroup')
      for (const {id, properties, raw} of groups) {
        expect(properties.RetentionInDays, id).to.equal(30)
        expect(raw.DeletionPolicy, id).to.equal('Delete')
        expect(properties.LogGroupName, id).not.to.equal(undefined)
      }

      const names = groups.map(({properties}) => JSON.stringify(properties.LogGroupName))
      expect(new Set(names).size, 'no two stacks make the same group').to.equal(
        names.filter((name) => !name.includes('API-Gateway')).length + 1,
      )
      for (const {id, properties} of plain.all('AWS::Lambda::Function')) {
        expect(properties.LoggingConfig, id).to.include({LogFormat: 'JSON'})
        expect(groups.map((group) => group.id)).to.include(properties.LoggingConfig.LogGroup.Ref)
      }

      for (const region of REGIONS)
        for (const name of [`/aws/rds/cluster/todomgmt-${region}/error`, `/aws/rds/proxy/todomgmt-${region}`])
          expect(names).to.include(JSON.stringify(name))
    })
  })

  describe('alarms', () => {
    it('defect 13: watch lag, errors, functions and the proxy in each region, and the edge, and tell a topic', () => {
      const alarms = plain.all('AWS::CloudWatch::Alarm')
      const names = REGIONS.flatMap((region) =>
        [
          'ReplicationLag',
          'ReplicationSilent',
          'ProxyReaders',
          'ProxyConnections',
          'ApiErrors',
          'FunctionErrors',
          'FunctionThrottles',
        ].map((name) => `todomgmt-${region}-${name}`),
      )
      expect(alarms.map(({properties}) => properties.AlarmName)).to.have.members([...names, 'todomgmt-edge-EdgeErrors'])
      for (const {properties} of alarms) {
        expect(properties.AlarmActions).to.have.length(1)
        const isSilence = properties.AlarmName.endsWith('ReplicationSilent')
        expect(properties.TreatMissingData).to.equal(isSilence ? 'missing' : 'notBreaching')
        expect(properties.InsufficientDataActions ?? []).to.have.length(isSilence ? 1 : 0)
      }

      const lag = alarms.filter(({properties}) => properties.MetricName === 'AuroraGlobalDBRPOLag')
      expect(lag.map(({properties}) => properties.Dimensions[0].Value)).to.deep.equal(
        REGIONS.map((region) => `todomgmt-${region}`),
      )
      expect(plain.all('AWS::SNS::Subscription')).to.deep.equal([])
      expect(guarded.all('AWS::SNS::Subscription').map(({properties}) => properties.Endpoint)).to.deep.equal(
        Array.from({length: 3}, () => 'ops@example.com'),
      )
      // With one instance a region that writes has no reader, and that is no alarm.
      expect(
        locked
          .all('AWS::CloudWatch::Alarm')
          .map(({properties}) => properties.AlarmName)
          .join(' '),
      ).not.to.include('ProxyReaders')
    })
  })
})

const TAGGED = [
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::CloudFront::Distribution',
  'AWS::CloudWatch::Alarm',
  'AWS::Cognito::UserPool',
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::Function',
  'AWS::Logs::Delivery',
  'AWS::Logs::DeliveryDestination',
  'AWS::Logs::DeliverySource',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBProxy',
  'AWS::RDS::DBProxyEndpoint',
  'AWS::RDS::DBSubnetGroup',
  'AWS::RDS::GlobalCluster',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SSM::Parameter',
  'AWS::SecretsManager::Secret',
  'AWS::WAFv2::WebACL',
]
