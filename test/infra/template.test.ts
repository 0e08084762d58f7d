import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Deployment} from '../../src/model/deployment.js'
import {mapParameter, SCOPE} from '../../src/model/deployment.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const REGIONS = ['us-east-1', 'us-east-2']

/* eslint-disable @typescript-eslint/no-explicit-any -- templates are JSON of many shapes */

describe('the template', function () {
  this.timeout(60_000)
  const workshop = new Workshop()
  let assembly: Assembly

  before(async () => {
    await workshop.prepare()
    assembly = workshop.synth()
  })

  after(() => workshop.close())

  const only = (stack: string, type: string): Resource => {
    const found = assembly.resources(stack, type)
    expect(found, `${type} in ${stack}`).to.have.length(1)
    return found[0]!
  }
  const each = (part: string, type: string): Resource[] =>
    REGIONS.map((region) => only(`ToDoMgmt-${part}-${region}`, type))
  const functions = (): Resource[] =>
    assembly.all('AWS::Lambda::Function').filter(({properties}) => properties.FunctionName !== undefined)
  const guardOf = (region: string): Resource =>
    functions().find(({properties}) => properties.FunctionName === `ToDoMgmt-app-${region}-TokenAuthorizer`)!
  /** Has to do with data. */
  const isInNetwork = ({properties}: Resource): boolean =>
    !/-(TokenAuthorizer|LogRoleKeeper)$/.test(properties.FunctionName)

  it('has two stacks of each kind, one a region, and one edge, each pinned to account and region', () => {
    const stacks = ['api', 'data', 'directory', 'identity'].flatMap((part) =>
      REGIONS.map((region) => `ToDoMgmt-${part}-${region}`),
    )
    expect(assembly.stacks).to.have.members([...stacks, 'ToDoMgmt-edge'])
    for (const stack of assembly.stacks) {
      const region = /us-east-\d$/.exec(stack)?.[0] ?? 'us-east-1'
      expect(assembly.manifest.artifacts[stack].environment).to.equal(`aws://000000000000/${region}`)
    }
  })

  it('names what the tool and the runbooks name', () => {
    expect(functions().map(({properties}) => properties.FunctionName)).to.have.members(
      REGIONS.flatMap((region) =>
        [
          'CreateTableFunction',
          'GetToDos',
          'UpsertToDos',
          'RemoveToDos',
          'LedgerCheck',
          'CompareRows',
          'TokenAuthorizer',
          'LogRoleKeeper',
        ].map((part) => `ToDoMgmt-app-${region}-${part}`),
      ),
    )
    expect(each('data', 'AWS::RDS::DBCluster').map(({properties}) => properties.DBClusterIdentifier)).to.deep.equal([
      'todomgmt-us-east-1',
      'todomgmt-us-east-2',
    ])
    expect(
      each('data', 'AWS::RDS::DBProxyEndpoint').map(({properties}) => properties.DBProxyEndpointName),
    ).to.deep.equal(['todomgmt-us-east-1-ro', 'todomgmt-us-east-2-ro'])
    expect(assembly.all('AWS::S3::Bucket').map(({properties}) => properties.BucketName)).to.have.members(
      REGIONS.flatMap((region) => [`todomgmt-lease-000000000000-${region}`, `todomgmt-logs-000000000000-${region}`]),
    )
    expect(
      assembly
        .resources('ToDoMgmt-data-us-east-1', 'AWS::SecretsManager::Secret')
        .map(({properties}) => properties.Name),
    ).to.have.members(['ToDoMgmt/app', 'ToDoMgmt/admin'])
  })

  it("keeps the deployment's map in each region, complete, the same, and within a standard parameter's 4 KB", () => {
    const maps = each('directory', 'AWS::SSM::Parameter').map(({properties}) => {
      expect(properties.Name).to.equal(mapParameter('ToDoMgmt'))
      return resolved(properties.Value)
    })
    const map = JSON.parse(maps[0]!) as Deployment
    expect(Object.keys(map)).to.have.members(['schemaVersion', 'app', 'regions', 'globalClusterId', 'edge', 'route'])
    expect(map.schemaVersion).to.equal(2)
    expect(map.route).to.include({kind: 'keyvaluestore', key: 'serving'})
    expect(map.regions.map(({region}) => region)).to.deep.equal(REGIONS)
    for (const side of map.regions) {
      const {region} = side
      expect(side).to.include({
        clusterId: `todomgmt-${region}`,
        clusterArn: `arn:aws:rds:${region}:000000000000:cluster:todomgmt-${region}`,
        proxyName: `todomgmt-${region}`,
        tokenUrl: `https://todomgmt-000000000000-${region}.auth.${region}.amazoncognito.com/oauth2/token`,
        writerTimeoutSeconds: 10,
        leaseBucket: `todomgmt-lease-000000000000-${region}`,
      })
      expect(side.apiUrl).to.match(new RegExp(`^https://.+\\.execute-api\\.${region}\\.amazonaws\\.com/prod$`))
      const name = (part: string): string => `ToDoMgmt-app-${region}-${part}`
      expect(side.functions).to.deep.equal({
        writers: ['UpsertToDos', 'RemoveToDos', 'CreateTableFunction'].map(name),
        readers: ['GetToDos', 'LedgerCheck', 'CompareRows'].map(name),
        presence: name('LedgerCheck'),
        migrate: name('CreateTableFunction'),
        compare: name('CompareRows'),
        authorizer: name('TokenAuthorizer'),
      })
      expect(side.userPoolId).to.be.a('string')
      expect(side.clientId).to.be.a('string')
    }

    for (const text of maps) expect(Buffer.byteLength(text)).to.be.below(4096)
    expect(blank(maps[0]!)).to.equal(blank(maps[1]!))
  })

  it('allows as long for a write in flight as the map says', () => {
    const ofWriters = functions().filter(
      ({properties}) => !/(CompareRows|LogRoleKeeper|TokenAuthorizer)$/.test(properties.FunctionName),
    )
    for (const {properties} of ofWriters) expect(properties.Timeout).to.be.at.most(10)
  })

  it('has no cycle: each stack depends on earlier kinds only', () => {
    const order = ['identity', 'data', 'api', 'edge', 'directory']
    const rank = (stack: string): number => order.findIndex((part) => stack.includes(`-${part}`))
    for (const stack of assembly.stacks) {
      const needed = (assembly.manifest.artifacts[stack].dependencies as string[]).filter(
        (id) => !id.endsWith('.assets'),
      )
      for (const other of needed) {
        const isEarlier =
          rank(other) < rank(stack) || (stack.endsWith('data-us-east-2') && other.endsWith('data-us-east-1'))
        expect(isEarlier, `${stack} needs ${other}`).to.equal(true)
      }
    }
  })

  describe('data', () => {
    it('founds at home and joins away; the master appears at home only, and only once', () => {
      const [home, away] = each('data', 'AWS::RDS::DBCluster')
      expect(home!.properties)
        .to.include({MasterUsername: 'dradmin', DatabaseName: 'todo'})
        .and.not.have.property('GlobalClusterIdentifier')
      expect(JSON.stringify(home!.properties.MasterUserPassword)).to.match(
        /resolve:secretsmanager:.*SecretString:password/,
      )
      expect(away!.properties).to.include({GlobalClusterIdentifier: 'todomgmt'})
      for (const key of ['MasterUsername', 'MasterUserPassword', 'DatabaseName'])
        expect(away!.properties).not.to.have.property(key)
      expect(
        assembly.all('AWS::RDS::GlobalCluster').map(({properties}) => properties.GlobalClusterIdentifier),
      ).to.deep.equal(['todomgmt'])
      expect(away!.properties.EngineVersion).to.equal(home!.properties.EngineVersion)
    })

    it('hands out ids that the regions never share', () => {
      const parameters = each('data', 'AWS::RDS::DBClusterParameterGroup').map(({properties}) => properties.Parameters)
      expect(parameters.map((group) => [group.auto_increment_increment, group.auto_increment_offset])).to.deep.equal([
        ['2', '1'],
        ['2', '2'],
      ])
    })

    it('encrypts clusters with a key of their region, buckets, and keeps both closed to the public', () => {
      for (const {properties} of each('data', 'AWS::RDS::DBCluster')) {
        expect(properties.StorageEncrypted).to.equal(true)
        expect(properties.KmsKeyId).to.have.property('Fn::GetAtt')
      }

      for (const {properties} of each('data', 'AWS::KMS::Key')) expect(properties.EnableKeyRotation).to.equal(true)
      for (const {properties} of assembly.all('AWS::S3::Bucket')) {
        expect(properties.BucketEncryption).to.be.an('object')
        expect(Object.values(properties.PublicAccessBlockConfiguration)).to.deep.equal([true, true, true, true])
      }

      for (const {properties} of assembly.all('AWS::RDS::DBInstance'))
        expect(properties.PubliclyAccessible).to.equal(false)
    })

    it('replicates both secrets, and names the replica by the whole ARN, suffix included', () => {
      for (const {properties} of assembly.all('AWS::SecretsManager::Secret')) {
        expect(properties.ReplicaRegions).to.deep.equal([{Region: 'us-east-2'}])
      }

      const [home, away] = each('data', 'AWS::RDS::DBProxy').map(({properties}) =>
        properties.Auth.map((auth: any) => auth.SecretArn),
      )
      expect(home.every((arn: any) => 'Ref' in arn)).to.equal(true)
      for (const arn of away) {
        const text = JSON.stringify(arn)
        expect(text).to.include(':secretsmanager:us-east-2:000000000000:secret:')
        // The last part, name and random suffix, is cut out of home's ARN.
        expect(text).to.match(/"Fn::Select":\[6,\{"Fn::Split":\[":",\{"Fn::GetAtt":\["ExportsReader/)
      }
    })

    it('defect 11: each proxy has a READ_ONLY endpoint, and each function knows both hosts', () => {
      for (const {properties} of each('data', 'AWS::RDS::DBProxyEndpoint'))
        expect(properties.TargetRole).to.equal('READ_ONLY')
      for (const {properties} of functions().filter(isInNetwork)) {
        const {DB_PROXY_HOST, DB_READER_HOST} = properties.Environment.Variables
        expect(JSON.stringify(DB_PROXY_HOST)).to.include('ProxyA')
        expect(JSON.stringify(DB_READER_HOST)).to.include('ProxyReader')
      }
    })

    it('defect 17: TLS is required by proxy and database', () => {
      for (const {properties} of each('data', 'AWS::RDS::DBProxy')) expect(properties.RequireTLS).to.equal(true)
      for (const {properties} of each('data', 'AWS::RDS::DBClusterParameterGroup')) {
        expect(properties.Parameters.require_secure_transport).to.equal('ON')
      }
    })

    it("defect 18: no port is open but MySQL's between functions, proxy and database, and HTTPS to the endpoints", () => {
      const rules = [
        ...assembly.all('AWS::EC2::SecurityGroupIngress'),
        ...assembly.all('AWS::EC2::SecurityGroupEgress'),
      ]
      expect(rules).to.have.length(12)
      for (const {properties} of rules) {
        expect(properties.IpProtocol).to.equal('tcp')
        expect(properties.FromPort).to.equal(properties.ToPort)
        expect([3306, 443]).to.include(properties.FromPort)
        expect(properties).not.to.have.property('CidrIp')
      }

      const withRules = rules.map(({properties}) =>
        JSON.stringify(properties.SourceSecurityGroupId ?? properties.GroupId),
      )
      for (const {id, properties} of assembly.all('AWS::EC2::SecurityGroup')) {
        expect(properties.SecurityGroupIngress ?? []).to.deep.equal([])
        // A group that no egress rule names must say "nothing" itself, or EC2 would give it "everything".
        const says = (properties.SecurityGroupEgress ?? []).map((rule: any) => rule.CidrIp)
        if (!withRules.some((group) => group.includes(id))) expect(says, id).to.deep.equal(['255.255.255.255/32'])
        else expect(says, id).not.to.include('0.0.0.0/0')
      }
    })

    it('defect 28: four-byte characters from the server on', () => {
      for (const {properties} of each('data', 'AWS::RDS::DBClusterParameterGroup')) {
        expect(properties.Parameters.character_set_server).to.equal('utf8mb4')
      }
    })

    it('defect 29: networks are private, and not the same in both regions', () => {
      const blocks = each('data', 'AWS::EC2::VPC').map(({properties}) => properties.CidrBlock as string)
      for (const block of blocks) expect(block).to.match(/^10\.\d+\.0\.0\/16$/)
      expect(new Set(blocks).size).to.equal(2)
      expect(assembly.all('AWS::EC2::InternetGateway')).to.deep.equal([])
    })
  })

  describe('api', () => {
    it('defect 12: every method wants the scope and a token of either region, which a function judges', () => {
      for (const region of REGIONS) {
        const stack = `ToDoMgmt-api-${region}`
        const {AuthorizerUri, ...authorizer} = only(stack, 'AWS::ApiGateway::Authorizer').properties
        const guard = guardOf(region)
        expect(JSON.stringify(AuthorizerUri)).to.contain(guard.id)
        expect(authorizer).to.include({
          Type: 'TOKEN',
          IdentitySource: 'method.request.header.Authorization',
          AuthorizerResultTtlInSeconds: 300,
        })
        const expression = new RegExp(authorizer.IdentityValidationExpression)
        for (const good of ['a.b-c.d_e', 'Bearer a.b.c', 'bearer a.b.c']) expect(good).to.match(expression)
        for (const bad of ['a.b', 'Basic a.b.c', 'a.b.c d', '']) expect(bad).not.to.match(expression)
        const {TOKEN_POOLS, TOKEN_SCOPE} = guard.properties.Environment.Variables
        expect(TOKEN_SCOPE).to.equal(SCOPE)
        const pools = JSON.parse(resolved(TOKEN_POOLS))
        expect(pools.map((pool: object) => Object.keys(pool))).to.deep.equal([
          ['arn', 'clientId'],
          ['arn', 'clientId'],
        ])
        // Own before other in each region, or drift --regions takes what they have in common for a difference.
        const [own, other] = only(stack, 'Custom::TokenKeys').properties.Pools
        expect(Object.keys(own.arn)).to.deep.equal(['Fn::ImportValue'])
        expect(Object.keys(other.arn)).to.deep.equal(['Fn::GetAtt'])
        const methods = assembly.resources(stack, 'AWS::ApiGateway::Method')
        expect(methods.map(({properties}) => properties.HttpMethod)).to.have.members(['GET', 'POST', 'DELETE'])
        for (const {properties} of methods) {
          expect(properties.AuthorizationType).to.equal('CUSTOM')
          expect(properties.Integration.Type).to.equal('AWS_PROXY')
        }
      }
    })

    it('aws 15: the token authorizer stands outside the network, with no way to data, and refreshes its keys', () => {
      for (const region of REGIONS) {
        const stack = `ToDoMgmt-api-${region}`
        const guard = guardOf(region)
        expect(guard.properties).not.to.have.property('VpcConfig')
        expect(JSON.stringify(guard.properties)).not.to.match(/Secret/)
        expect(only(stack, 'Custom::TokenKeys').properties.Pools).to.have.length(2)
        expect(only(stack, 'AWS::Events::Rule').properties.ScheduleExpression).to.equal('rate(5 minutes)')
      }
    })

    it('writes access logs without headers or tokens', () => {
      for (const {properties} of each('api', 'AWS::ApiGateway::Stage')) {
        const format = JSON.parse(properties.AccessLogSetting.Format)
        expect(format).to.include({requestId: '$context.requestId', status: '$context.status'})
        expect(JSON.stringify(format)).not.to.match(/authoriz|header|claims/i)
      }
    })

    it('defect 15: a function may read its secrets, write its own log and join the network', () => {
      const actions = REGIONS.flatMap((region) =>
        assembly.resources(`ToDoMgmt-api-${region}`, 'AWS::IAM::Policy'),
      ).flatMap(
        ({properties}) => properties.PolicyDocument.Statement as {Action: string | string[]; Resource: unknown}[],
      )
      for (const {Action, Resource} of actions) {
        for (const action of [Action].flat()) {
          expect(action).to.match(
            /^(secretsmanager:GetSecretValue|logs:(CreateLogStream|PutLogEvents)|ec2:\w+(NetworkInterfaces?|Subnets|PrivateIpAddresses)|ssm:(AddTagsToResource|DeleteParameter|GetParameter|PutParameter)|apigateway:(GET|PATCH)|iam:PassRole)$/,
          )
          if (Resource === '*') expect(action).to.match(/^ec2:/)
          if (action.startsWith('apigateway:')) expect(JSON.stringify(Resource)).to.match(/::\/account"/)
          if (action === 'iam:PassRole') expect(JSON.stringify(Resource)).to.match(/^\{"Fn::GetAtt":\["LogRole/)
          if (action.startsWith('ssm:'))
            expect(resolved(Resource)).to.match(/:parameter\/todo-dr\/ToDoMgmt\/token-keys$/)
        }
      }

      const attached = functions().map(({properties}) => properties.Role['Fn::GetAtt'][0] as string)
      expect(new Set(attached).size, 'a role of its own in each region').to.equal(8)
      for (const role of assembly
        .resources('ToDoMgmt-api-us-east-1', 'AWS::IAM::Role')
        .filter(({id}) => attached.includes(id))) {
        expect(role.properties).not.to.have.property('ManagedPolicyArns')
      }
    })

    it("defect 16: the create-table function alone knows, and may read, the master's secret", () => {
      for (const {properties} of functions()) {
        const isAdmin = properties.FunctionName.endsWith('CreateTableFunction')
        expect('DB_ADMIN_SECRET_ARN' in properties.Environment.Variables, properties.FunctionName).to.equal(isAdmin)
      }

      for (const region of REGIONS) {
        for (const {id, properties} of assembly.resources(`ToDoMgmt-api-${region}`, 'AWS::IAM::Policy')) {
          expect(/AdminSecret/.test(JSON.stringify(properties)), id).to.equal(id.startsWith('CreateTableFunction'))
        }
      }
    })

    it('defect 27: a function outwaits the proxy, which outwaits nobody', () => {
      for (const {properties} of functions()) expect(properties.Timeout).to.be.at.least(10)
      for (const {properties} of each('data', 'AWS::RDS::DBProxyTargetGroup')) {
        expect(properties.ConnectionPoolConfigurationInfo.ConnectionBorrowTimeout).to.be.at.most(3)
      }
    })

    it('never allows an origin with credentials, nor any other', () => {
      expect(JSON.stringify(REGIONS.map((region) => assembly.template(`ToDoMgmt-api-${region}`)))).not.to.match(
        /access-control-allow/i,
      )
    })
  })

  describe('edge', () => {
    it('has both APIs as origins, named by region, and caches nothing', () => {
      const {DistributionConfig: config} = only('ToDoMgmt-edge', 'AWS::CloudFront::Distribution').properties
      expect(config.Origins.map((origin: any) => [origin.Id, origin.OriginPath])).to.deep.equal([
        ['us-east-1', '/prod'],
        ['us-east-2', '/prod'],
      ])
      // AWS's managed policies CachingDisabled and AllViewerExceptHostHeader.
      expect(config.DefaultCacheBehavior.CachePolicyId).to.equal('4135ea2d-6df8-44a3-9df3-4b5a84be39ad')
      expect(config.DefaultCacheBehavior.OriginRequestPolicyId).to.equal('b689b0a8-53d0-40ab-baf2-68738e2966ac')
      expect(config.DefaultCacheBehavior.AllowedMethods).to.include.members(['GET', 'POST', 'DELETE'])
      expect(config.DefaultCacheBehavior.ViewerProtocolPolicy).to.equal('https-only')
      for (const origin of config.Origins) expect(origin.CustomOriginConfig.OriginProtocolPolicy).to.equal('https-only')
    })

    it('defect 10: who serves is in the store alone, of which the template holds the first content only', () => {
      const store = only('ToDoMgmt-edge', 'AWS::CloudFront::KeyValueStore')
      const key = /([0-9a-f]{64}\.json)/.exec(JSON.stringify(store.properties.ImportSource))![1]!
      expect(JSON.parse(assembly.files[`asset.${key}`]!)).to.deep.equal({data: [{key: 'serving', value: 'us-east-1'}]})
      const code = only('ToDoMgmt-edge', 'AWS::CloudFront::Function').properties.FunctionCode as string
      expect(code).to.include('kvs().get(KEY)').and.not.include('__')
      expect(assembly.all('AWS::CloudFront::OriginGroup')).to.deep.equal([])
      expect(only('ToDoMgmt-edge', 'AWS::CloudFront::Distribution').properties.DistributionConfig).not.to.have.property(
        'OriginGroups',
      )
    })
  })

  describe('synthesis', () => {
    it('defect 30: looks nothing up: no context is missing, and what is named is named whole', () => {
      expect(assembly.manifest).not.to.have.property('missing')
      const zones = assembly.all('AWS::EC2::Subnet').map(({properties}) => Object.keys(properties.AvailabilityZone)[0])
      expect(zones).to.deep.equal(['Fn::Select', 'Fn::Select', 'Fn::Select', 'Fn::Select'])
      expect(JSON.stringify(assembly.all('AWS::EC2::Subnet'))).to.include('Fn::GetAZs')
    })

    it('aws 14: takes the zones that the configuration names: some of us-east-1 have no RDS Proxy', () => {
      const pinned = workshop.synth({zones: {'us-east-1': ['use1-az1', 'use1-az2']}})
      const [home, away] = ['us-east-1', 'us-east-2'].map((region) =>
        pinned.resources(`ToDoMgmt-data-${region}`, 'AWS::EC2::Subnet').map(({properties}) => properties),
      )
      expect(home!.map(({AvailabilityZoneId: id}) => id)).to.deep.equal(['use1-az1', 'use1-az2'])
      expect(home!.filter(({AvailabilityZone: name}) => name !== undefined)).to.deep.equal([])
      expect(away!.filter(({AvailabilityZoneId: id}) => id !== undefined)).to.deep.equal([])
    })

    it('defect 31: gives the same bytes twice, bundles included', async () => {
      const second = new Workshop()
      try {
        await second.prepare()
        expect(second.synth().files).to.deep.equal(assembly.files)
      } finally {
        second.close()
      }
    })

    it('defect 32: takes account and region from the configuration, whatever the environment says', () => {
      const names = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'CDK_DEFAULT_REGION', 'CDK_DEFAULT_ACCOUNT']
      const before = names.map((name) => process.env[name])
      try {
        for (const name of names) process.env[name] = name.includes('ACCOUNT') ? '111111111111' : 'eu-central-1'
        expect(workshop.synth().files).to.deep.equal(assembly.files)
      } finally {
        for (const [index, name] of names.entries()) {
          if (before[index] === undefined) delete process.env[name]
          else process.env[name] = before[index]
        }
      }
    })

    it('leaves nothing in the temporary folder', () => {
      const folder = mkdtempSync(join(tmpdir(), 'todo-dr-synth-'))
      try {
        const env = {...process.env, TMPDIR: join(folder, 'tmp'), CDK_OUTDIR: join(folder, 'out')}
        mkdirSync(env.TMPDIR)
        // A process of its own: the library asks for the temporary folder once.
        execFileSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {cwd: 'infra-template', env})
        // tsx keeps what it has compiled.
        expect(readdirSync(env.TMPDIR).filter((name) => !name.startsWith('tsx-'))).to.deep.equal([])
      } finally {
        rmSync(folder, {recursive: true})
      }
    })

    it('holds nothing of the machine that made it', () => {
      for (const [name, text] of Object.entries(assembly.files)) {
        if (name.endsWith('.json')) expect(text, name).not.to.include(process.cwd())
      }
    })

    it("works for other regions, neither of which is the edge's", () => {
      const other = workshop.synth({app: 'Other', home: 'eu-west-1', away: 'eu-central-1', account: '123456789012'})
      expect(other.stacks).to.include.members(['Other-data-eu-west-1', 'Other-api-eu-central-1', 'Other-edge'])
      expect(other.manifest.artifacts['Other-edge'].environment).to.equal('aws://123456789012/us-east-1')
      const texts = other.stacks.map((stack) => other.files[`${stack}.template.json`]).join('')
      expect(texts).not.to.match(/us-east-2|ToDoMgmt/)
    })

    it('protects data where it is told to', () => {
      const guarded = workshop.synth({protect: true})
      for (const type of [
        'AWS::RDS::DBCluster',
        'AWS::RDS::GlobalCluster',
        'AWS::KMS::Key',
        'AWS::S3::Bucket',
        'AWS::SecretsManager::Secret',
        'AWS::Cognito::UserPool',
      ]) {
        for (const {raw} of guarded.all(type)) expect(raw.DeletionPolicy, type).to.equal('Retain')
      }

      for (const {properties} of guarded.all('AWS::RDS::DBCluster'))
        expect(properties.DeletionProtection).to.equal(true)
      for (const {raw} of assembly.all('AWS::RDS::DBCluster')) expect(raw.DeletionPolicy).to.equal('Delete')
    })
  })
})

/** Fn::Join and references as a text: each reference becomes a placeholder of a plausible length. */
function resolved(value: any): string {
  if (typeof value === 'string') return value
  if (value['Fn::Join']) return value['Fn::Join'][1].map(resolved).join(value['Fn::Join'][0])
  if (value.Ref === 'AWS::Partition') return 'aws'
  return '<reference-of-a-plausible-length>'
}

const blank = (text: string): string => text.replaceAll(/<[^>]*>/g, '<>')
