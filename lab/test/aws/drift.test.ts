import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  DetectStackResourceDriftCommand,
  type DescribeStackDriftDetectionStatusCommandOutput,
  type PropertyDifference,
} from '@aws-sdk/client-cloudformation'
import {expect} from 'chai'

import {makeServices} from '../../src/aws/index.js'
import {HOME, startTestLab, type TestLab} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'

const Tags = [{Key: 'app', Value: 'test'}]
const SUBNETS = ['subnet-1', 'subnet-2']
const ref = (Ref: string) => ({Ref})

/** What the sample's template uses of each type. */
const RESOURCES = {
  Parameter: {Type: 'AWS::SSM::Parameter', Properties: {Name: '/map', Type: 'String', Value: 'v', Tags: {app: 'test'}}},
  Gone: {Type: 'AWS::SSM::Parameter', Properties: {Type: 'String', Value: 'v'}},
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256'}}],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {Rules: [{ExpirationInDays: 90, Status: 'Enabled'}]},
      Tags,
    },
  },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'errors',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 3,
      Threshold: 5,
      TreatMissingData: 'notBreaching',
      Metrics: [
        {Id: 'sum', Expression: 'SUM(METRICS())', Label: 'errors'},
        ...['a', 'b'].map((Id) => ({
          Id,
          ReturnData: false,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: 'Errors',
              Dimensions: [{Name: 'FunctionName', Value: Id}],
            },
            Period: 60,
            Stat: 'Sum',
          },
        })),
      ],
      Tags,
    },
  },
  Pool: {
    Type: 'AWS::Cognito::UserPool',
    Properties: {UserPoolName: 'pool', MfaConfiguration: 'OFF', UserPoolTags: {app: 'test'}},
  },
  Client: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {UserPoolId: ref('Pool'), GenerateSecret: true, ClientName: 'client', AccessTokenValidity: 1},
  },
  Logs: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: '/logs', RetentionInDays: 30}},
  Role: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}}},
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'f',
      Code: {ZipFile: 'exports.handler = async () => 1'},
      Environment: {Variables: {AA: '1', BB: '2'}},
      Handler: 'index.handler',
      MemorySize: 256,
      Role: {'Fn::GetAtt': ['Role', 'Arn']},
      Runtime: 'nodejs22.x',
      Timeout: 10,
      Tags,
    },
  },
  Distribution: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Comment: 'test',
        DefaultCacheBehavior: {
          AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          Compress: false,
          OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
          TargetOriginId: 'home',
          ViewerProtocolPolicy: 'https-only',
        },
        Enabled: true,
        IPV6Enabled: true,
        Origins: [
          {
            Id: 'home',
            ConnectionTimeout: 3,
            CustomOriginConfig: {OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2']},
            DomainName: 'abc.execute-api.us-east-1.amazonaws.com',
            OriginPath: '/prod',
          },
        ],
      },
      Tags,
    },
  },
  Parameters: {
    Type: 'AWS::RDS::DBClusterParameterGroup',
    Properties: {
      Description: 'ids',
      Family: 'aurora-mysql8.0',
      Parameters: {auto_increment_increment: 2, auto_increment_offset: '1'},
    },
  },
  Cluster: {
    Type: 'AWS::RDS::DBCluster',
    Properties: {
      DBClusterIdentifier: 'Main',
      DBClusterParameterGroupName: ref('Parameters'),
      BackupRetentionPeriod: 7,
      DatabaseName: 'todo',
      DeletionProtection: false,
      EnableCloudwatchLogsExports: ['slowquery', 'error'],
      Engine: 'aurora-mysql',
      MasterUsername: 'admin1',
      MasterUserPassword: 'Correct-Horse-1',
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 8},
      Tags,
    },
  },
  Instance: {
    Type: 'AWS::RDS::DBInstance',
    Properties: {DBClusterIdentifier: ref('Cluster'), DBInstanceClass: 'db.serverless', Engine: 'aurora-mysql', Tags},
  },
  Global: {
    Type: 'AWS::RDS::GlobalCluster',
    Properties: {
      GlobalClusterIdentifier: 'all',
      DeletionProtection: false,
      SourceDBClusterIdentifier: {'Fn::GetAtt': ['Cluster', 'DBClusterArn']},
    },
  },
  Proxy: {
    Type: 'AWS::RDS::DBProxy',
    Properties: {
      Auth: [
        {
          AuthScheme: 'SECRETS',
          IAMAuth: 'DISABLED',
          SecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db',
        },
      ],
      DBProxyName: 'main',
      EngineFamily: 'MYSQL',
      IdleClientTimeout: 900,
      RequireTLS: true,
      RoleArn: 'arn:aws:iam::000000000000:role/proxy',
      VpcSubnetIds: SUBNETS,
    },
  },
  Targets: {
    Type: 'AWS::RDS::DBProxyTargetGroup',
    Properties: {
      DBProxyName: ref('Proxy'),
      DBClusterIdentifiers: [ref('Cluster')],
      TargetGroupName: 'default',
      ConnectionPoolConfigurationInfo: {ConnectionBorrowTimeout: 2},
    },
  },
}

const UNCHECKED = new Set(['Role'])

describe('drift detection', () => {
  let test: TestLab
  let client: CloudFormationClient
  const StackName = 'drifting'
  const call = (service: string, operation: string, input: object) => test.lab.call(service, operation, input, HOME)

  before(async function () {
    this.timeout(120_000)
    test = await startTestLab([])
    for (const service of makeServices(test.lab)) test.lab.register(service)
    client = new CloudFormationClient({
      endpoint: test.lab.endpoint,
      region: HOME,
      credentials: keysOf(test.lab),
      maxAttempts: 1,
    })
    const TemplateBody = JSON.stringify({Resources: RESOURCES})
    await client.send(new CreateStackCommand({StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM']}))
    const {status, events} = await test.lab.service('cloudformation').settled(StackName, HOME)
    expect(status, JSON.stringify(events.filter(({ResourceStatusReason}) => ResourceStatusReason))).to.equal(
      'CREATE_COMPLETE',
    )
  })

  after(() => test.stop())

  async function detected(): Promise<DescribeStackDriftDetectionStatusCommandOutput> {
    const {StackDriftDetectionId} = await client.send(new DetectStackDriftCommand({StackName}))
    for (;;) {
      const status = await client.send(new DescribeStackDriftDetectionStatusCommand({StackDriftDetectionId}))
      if (status.DetectionStatus !== 'DETECTION_IN_PROGRESS') return status
    }
  }

  /** The resources that differ, each with its differences as `TYPE path expected actual`. */
  async function drifted(): Promise<Record<string, string[]>> {
    const {StackResourceDrifts = []} = await client.send(
      new DescribeStackResourceDriftsCommand({
        StackName,
        StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
      }),
    )
    const line = ({DifferenceType, PropertyPath, ExpectedValue, ActualValue}: PropertyDifference): string =>
      `${DifferenceType} ${PropertyPath} ${ExpectedValue} ${ActualValue}`
    return Object.fromEntries(
      StackResourceDrifts.map(({LogicalResourceId = '', StackResourceDriftStatus, PropertyDifferences = []}) => [
        LogicalResourceId,
        StackResourceDriftStatus === 'DELETED' ? ['DELETED'] : PropertyDifferences.map((one) => line(one)),
      ]),
    )
  }

  it('finds nothing on a stack that nobody has touched, and checks all that can be checked', async () => {
    const before = await client.send(new DescribeStacksCommand({StackName}))
    expect(before.Stacks![0]!.DriftInformation!.StackDriftStatus).to.equal('NOT_CHECKED')
    const status = await detected()
    expect(await drifted()).to.deep.equal({})
    expect(status).to.include({
      DetectionStatus: 'DETECTION_COMPLETE',
      StackDriftStatus: 'IN_SYNC',
      DriftedStackResourceCount: 0,
    })
    const {StackResourceDrifts = []} = await client.send(new DescribeStackResourceDriftsCommand({StackName}))
    expect(StackResourceDrifts.map(({LogicalResourceId}) => LogicalResourceId)).to.have.members(
      Object.keys(RESOURCES).filter((id) => !UNCHECKED.has(id)),
    )
    const cluster = StackResourceDrifts.find(({LogicalResourceId}) => LogicalResourceId === 'Cluster')!
    expect(JSON.parse(cluster.ActualProperties!)).to.deep.include({
      BackupRetentionPeriod: 7,
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 8},
    })
    expect(cluster.ExpectedProperties, 'a password is never shown').not.to.include('Correct-Horse')
  })

  it('finds what somebody has changed by the services’ own calls, by path and value', async () => {
    await call('ssm', 'PutParameter', {Name: '/map', Value: 'other', Type: 'String', Overwrite: true})
    await call('ssm', 'DeleteParameter', {Name: await physicalId('Gone')})
    const Bucket = await physicalId('Bucket')
    await call('s3', 'PutBucketTagging', {Bucket, Tagging: {TagSet: [...Tags, {Key: 'by', Value: 'hand'}]}})
    const alarm = (await call('monitoring', 'DescribeAlarms', {AlarmNames: ['errors']})).MetricAlarms[0]
    const {TreatMissingData: _, ...rest} = alarm
    await call('monitoring', 'PutMetricAlarm', {
      ...rest,
      Threshold: 50,
      Metrics: alarm.Metrics.map((one: {Id: string; MetricStat: object}) =>
        one.Id === 'b' ? {...one, MetricStat: {...one.MetricStat, Stat: 'Maximum'}} : one,
      ),
    })
    await call('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: 'f',
      Timeout: 20,
      Environment: {Variables: {AA: '1', BB: '3', CC: '4'}},
    })
    await call('lambda', 'PutFunctionConcurrency', {FunctionName: 'f', ReservedConcurrentExecutions: 0})
    const UserPoolId = await physicalId('Pool')
    await call('cognito-idp', 'UpdateUserPool', {UserPoolId, MfaConfiguration: 'OPTIONAL', UserPoolTags: {app: 'test'}})
    const Id = await physicalId('Distribution')
    const {ETag, DistributionConfig} = await call('cloudfront', 'GetDistributionConfig', {Id})
    const [origin] = DistributionConfig.Origins.Items
    await call('cloudfront', 'UpdateDistribution', {
      Id,
      IfMatch: ETag,
      DistributionConfig: {
        ...DistributionConfig,
        Comment: 'by hand',
        Origins: {Quantity: 1, Items: [{...origin, OriginPath: '/other'}]},
      },
    })
    await call('rds', 'ModifyDBClusterParameterGroup', {
      DBClusterParameterGroupName: await physicalId('Parameters'),
      Parameters: [
        {ParameterName: 'auto_increment_offset', ParameterValue: '2', ApplyMethod: 'pending-reboot'},
        {ParameterName: 'wait_timeout', ParameterValue: '60', ApplyMethod: 'pending-reboot'},
      ],
    })
    await call('rds', 'ModifyDBCluster', {
      DBClusterIdentifier: 'main',
      BackupRetentionPeriod: 1,
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5, MaxCapacity: 1},
      CloudwatchLogsExportConfiguration: {EnableLogTypes: ['audit'], DisableLogTypes: ['error']},
    })
    await call('rds', 'ModifyDBProxy', {DBProxyName: 'main', RequireTLS: false})
    await call('logs', 'PutRetentionPolicy', {logGroupName: '/logs', retentionInDays: 7})
    await call('rds', 'DeregisterDBProxyTargets', {DBProxyName: 'main', DBClusterIdentifiers: ['main']})

    const status = await detected()
    expect(status).to.include({StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 12})
    expect(await drifted()).to.deep.equal({
      Parameter: ['NOT_EQUAL /Value v other'],
      Gone: ['DELETED'],
      Bucket: ['ADD /Tags/1 null {"Key":"by","Value":"hand"}'],
      Alarm: [
        'NOT_EQUAL /Threshold 5 50',
        'REMOVE /TreatMissingData notBreaching null',
        'NOT_EQUAL /Metrics/2/MetricStat/Stat Sum Maximum',
      ],
      Logs: ['NOT_EQUAL /RetentionInDays 30 7'],
      Pool: ['NOT_EQUAL /MfaConfiguration OFF OPTIONAL'],
      // A variable and a reservation that the template does not set are none of its business.
      Function: ['NOT_EQUAL /Environment/Variables/BB 2 3', 'NOT_EQUAL /Timeout 10 20'],
      Distribution: [
        'NOT_EQUAL /DistributionConfig/Comment test by hand',
        'NOT_EQUAL /DistributionConfig/Origins/0/OriginPath /prod /other',
      ],
      Parameters: ['NOT_EQUAL /Parameters/auto_increment_offset 1 2'],
      Cluster: [
        'NOT_EQUAL /BackupRetentionPeriod 7 1',
        'REMOVE /EnableCloudwatchLogsExports/1 error null',
        'ADD /EnableCloudwatchLogsExports/1 null audit',
        'NOT_EQUAL /ServerlessV2ScalingConfiguration/MaxCapacity 8 1',
      ],
      Proxy: ['NOT_EQUAL /RequireTLS true false'],
      Targets: ['REMOVE /DBClusterIdentifiers/0 Main null'],
    })
    const {Stacks} = await client.send(new DescribeStacksCommand({StackName}))
    expect(Stacks![0]!.DriftInformation).to.have.property('StackDriftStatus', 'DRIFTED')
  })

  it('checks one resource alone, and is in sync again once it is put right', async () => {
    await call('ssm', 'PutParameter', {Name: '/map', Value: 'v', Type: 'String', Overwrite: true})
    const one = await client.send(new DetectStackResourceDriftCommand({StackName, LogicalResourceId: 'Parameter'}))
    expect(one.StackResourceDrift).to.include({StackResourceDriftStatus: 'IN_SYNC', PhysicalResourceId: '/map'})
    const refused = await client
      .send(new DetectStackResourceDriftCommand({StackName, LogicalResourceId: 'Role'}))
      .catch((error: Error) => error)
    expect(refused).to.include({name: 'ValidationError'})
    const {StackResources = []} = await client.send(new DescribeStackResourcesCommand({StackName}))
    const statusOf = (id: string) =>
      StackResources.find(({LogicalResourceId}) => LogicalResourceId === id)!.DriftInformation!.StackResourceDriftStatus
    expect([statusOf('Parameter'), statusOf('Alarm'), statusOf('Role')]).to.deep.equal([
      'IN_SYNC',
      'MODIFIED',
      'NOT_CHECKED',
    ])
  })

  async function physicalId(LogicalResourceId: string): Promise<string> {
    const {StackResources = []} = await client.send(new DescribeStackResourcesCommand({StackName, LogicalResourceId}))
    return StackResources[0]!.PhysicalResourceId!
  }
})
