import {expect} from 'chai'
import * as apigateway from '@aws-sdk/client-api-gateway'
import * as cloudformation from '@aws-sdk/client-cloudformation'
import * as cloudfront from '@aws-sdk/client-cloudfront'
import * as cloudwatch from '@aws-sdk/client-cloudwatch'
import * as cognito from '@aws-sdk/client-cognito-identity-provider'
import * as lambda from '@aws-sdk/client-lambda'
import * as rds from '@aws-sdk/client-rds'
import * as s3 from '@aws-sdk/client-s3'
import * as secrets from '@aws-sdk/client-secrets-manager'
import * as ssm from '@aws-sdk/client-ssm'
import * as sts from '@aws-sdk/client-sts'

import {fault} from '../../src/kernel.js'
import {plain, scripted, testLab, type TestLab} from './support.js'

const NOW = new Date(1_700_000_000_000)

const GLOBAL_CLUSTER = {
  GlobalClusterIdentifier: 'todo',
  Status: 'available',
  GlobalClusterMembers: [
    {DBClusterArn: 'arn:1', Readers: ['arn:2'], IsWriter: true},
    {DBClusterArn: 'arn:2', Readers: [], IsWriter: false, GlobalWriteForwardingStatus: 'disabled' as const},
  ],
  FailoverState: {Status: 'failing-over' as const, IsDataLossAllowed: true},
  TagList: [{Key: 'a', Value: `<&>'"`}],
}

const DISTRIBUTION = {
  CallerReference: 'c',
  Comment: 'x & y',
  Enabled: true,
  Aliases: {Quantity: 1, Items: ['a.example.com']},
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'o',
        DomainName: 'd',
        CustomHeaders: {Quantity: 0},
        CustomOriginConfig: {
          HTTPPort: 80,
          HTTPSPort: 443,
          OriginProtocolPolicy: 'https-only' as const,
          OriginSslProtocols: {Quantity: 1, Items: ['TLSv1.2' as const]},
        },
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'o',
    ViewerProtocolPolicy: 'redirect-to-https' as const,
    AllowedMethods: {
      Quantity: 2,
      Items: ['GET' as const, 'HEAD' as const],
      CachedMethods: {Quantity: 2, Items: ['GET' as const, 'HEAD' as const]},
    },
  },
}

const nope = (code: string, status?: number) => () => {
  throw fault(code, 'nope', status)
}

const services = {
  rds: scripted('rds', {
    DescribeGlobalClusters: {GlobalClusters: [GLOBAL_CLUSTER]},
    FailoverGlobalCluster: (input: {AllowDataLoss?: boolean}) =>
      input.AllowDataLoss ? {GlobalCluster: GLOBAL_CLUSTER} : nope('InvalidGlobalClusterStateFault')(),
    DescribeDBInstances: nope('DBInstanceNotFoundFault'),
    DescribeDBClusters: {
      DBClusters: [
        {
          DBClusterIdentifier: 'c',
          ClusterCreateTime: NOW,
          DBClusterMembers: [{DBInstanceIdentifier: 'i', IsClusterWriter: true, PromotionTier: 1}],
          AvailabilityZones: ['a', 'b'],
        },
      ],
    },
    DeleteDBClusterParameterGroup: undefined,
  }),
  ssm: scripted('ssm', {
    GetParametersByPath: {Parameters: [{Name: '/a', Value: 'v', LastModifiedDate: NOW, Version: 3}]},
    GetParameter: nope('ParameterNotFound'),
  }),
  secrets: scripted('secretsmanager', {
    GetSecretValue: {Name: 's', SecretString: '{"u":1}', CreatedDate: NOW, SecretBinary: new Uint8Array([1, 2])},
  }),
  cognito: scripted('cognito-idp', {
    InitiateAuth: {AuthenticationResult: {AccessToken: 'x', ExpiresIn: 3600}},
    ListUserPools: {UserPools: [{Id: 'p', Name: 'n', CreationDate: NOW}]},
    AdminCreateUser: {User: {Username: 'bob', Attributes: [{Name: 'email', Value: 'b@x'}], UserCreateDate: NOW}},
  }),
  lambda: scripted('lambda', {
    Invoke: (input: {Payload: Uint8Array}) => ({StatusCode: 200, Payload: input.Payload, ExecutedVersion: '1'}),
    GetFunction: {
      Configuration: {FunctionName: 'f', Timeout: 3, Environment: {Variables: {A: 'b'}}},
      Code: {Location: 'http'},
    },
    GetFunctionConcurrency: nope('ResourceNotFoundException'),
    PutFunctionConcurrency: (input: {ReservedConcurrentExecutions: number}) => ({
      ReservedConcurrentExecutions: input.ReservedConcurrentExecutions,
    }),
    UpdateFunctionConfiguration: (input: {FunctionName: string; Environment: object}) => ({
      FunctionName: input.FunctionName,
      Environment: input.Environment,
    }),
  }),
  apigateway: scripted('apigateway', {
    GetRestApis: {items: [{id: 'abc', name: 'n', createdDate: NOW}]},
    GetResources: {items: [{id: 'r', path: '/', resourceMethods: {GET: {httpMethod: 'GET'}}}]},
  }),
  cloudformation: scripted('cloudformation', {
    DescribeStacks: {
      Stacks: [
        {
          StackName: 'A',
          CreationTime: NOW,
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{OutputKey: 'k', OutputValue: 'v'}],
          Tags: [],
        },
      ],
    },
    CreateChangeSet: {Id: 'arn:changeset'},
  }),
  cloudfront: scripted(
    'cloudfront',
    {
      GetDistributionConfig: {ETag: 'E1', DistributionConfig: DISTRIBUTION},
      UpdateDistribution: (input: {Id: string; DistributionConfig: object}) => ({
        ETag: 'E2',
        Distribution: {
          Id: input.Id,
          ARN: 'a',
          Status: 'InProgress',
          LastModifiedTime: NOW,
          InProgressInvalidationBatches: 0,
          DomainName: 'd',
          DistributionConfig: input.DistributionConfig,
        },
      }),
      GetDistribution: nope('NoSuchDistribution'),
    },
    'global',
  ),
  s3: scripted('s3', {
    ListBuckets: {Buckets: [{Name: 'b'}]},
    ListObjectsV2: {KeyCount: 1, Contents: [{Key: 'a<b', Size: 3, LastModified: NOW}]},
    PutObject: {ETag: '"x"'},
    CopyObject: {CopyObjectResult: {ETag: '"x"', LastModified: NOW}},
    HeadObject: {ContentLength: 3, ETag: '"x"', Metadata: {a: 'b'}},
    GetBucketLocation: {LocationConstraint: 'us-east-2'},
    GetObject: {Body: Buffer.from('hey'), ContentLength: 3},
    DeleteObjects: (input: {Delete: {Objects: {Key: string}[]}}) => ({Deleted: input.Delete.Objects}),
  }),
  sts: scripted('sts', {GetCallerIdentity: {Account: '1', Arn: 'a', UserId: 'u'}}),
  monitoring: scripted('monitoring', {
    GetMetricData: {MetricDataResults: [{Id: 'lag', Timestamps: [NOW], Values: [12.5]}]},
  }),
}

describe('the wire, spoken to by the SDK clients', () => {
  let lab: TestLab
  const last = (service: keyof typeof services) => services[service].seen.at(-1)!

  before(async () => {
    lab = await testLab(...Object.values(services).map((service) => () => service))
  })

  after(() => lab.close())

  describe('query protocol', () => {
    const client = () => new rds.RDSClient(lab.client())

    it('carries nested lists both ways, and the region of the scope', async () => {
      const filters = {Filters: [{Name: 'x', Values: ['p', 'q']}], MaxRecords: 20}
      const answer = await client().send(new rds.DescribeGlobalClustersCommand(filters))
      expect(plain(answer)).to.deep.equal({GlobalClusters: [GLOBAL_CLUSTER]})
      expect(last('rds').input).to.deep.equal(filters)
      expect(last('rds').context.region).to.equal('us-east-2')
      expect(answer.$metadata.requestId).to.equal(last('rds').context.requestId)
    })

    it('carries booleans', async () => {
      await client().send(
        new rds.FailoverGlobalClusterCommand({
          GlobalClusterIdentifier: 'todo',
          TargetDbClusterIdentifier: 'arn:2',
          AllowDataLoss: true,
        }),
      )
      expect(last('rds').input.AllowDataLoss).to.equal(true)
    })

    it('carries dates', async () => {
      const {DBClusters} = await client().send(new rds.DescribeDBClustersCommand({}))
      expect(DBClusters?.[0]?.ClusterCreateTime).to.deep.equal(NOW)
      expect(DBClusters?.[0]?.AvailabilityZones).to.deep.equal(['a', 'b'])
    })

    it('answers an operation without output', async () => {
      await client().send(new rds.DeleteDBClusterParameterGroupCommand({DBClusterParameterGroupName: 'g'}))
      expect(last('rds').input).to.deep.equal({DBClusterParameterGroupName: 'g'})
    })

    it('makes typed exceptions of faults', async () => {
      const call = client().send(
        new rds.FailoverGlobalClusterCommand({GlobalClusterIdentifier: 'todo', TargetDbClusterIdentifier: 'z'}),
      )
      const error = await call.catch((error_: unknown) => error_)
      expect(error).to.be.instanceOf(rds.InvalidGlobalClusterStateFault).with.property('message', 'nope')
    })

    it("writes the wire's code where it differs from the shape's name", async () => {
      const error = await client()
        .send(new rds.DescribeDBInstancesCommand({}))
        .catch((error_: unknown) => error_)
      expect(error).to.be.instanceOf(rds.DBInstanceNotFoundFault).with.nested.property('$metadata.httpStatusCode', 404)
      expect(error).to.have.property('Code', 'DBInstanceNotFound')
    })

    it('serves CloudFormation and STS', async () => {
      const cfn = new cloudformation.CloudFormationClient(lab.client())
      const {Stacks} = await cfn.send(new cloudformation.DescribeStacksCommand({StackName: 'A'}))
      expect(Stacks?.[0]).to.deep.include({StackName: 'A', Outputs: [{OutputKey: 'k', OutputValue: 'v'}], Tags: []})
      const change = {
        StackName: 'A',
        ChangeSetName: 'c',
        Parameters: [{ParameterKey: 'p', ParameterValue: 'a&b=c d'}],
        Capabilities: ['CAPABILITY_IAM' as const],
        TemplateBody: 'Resources: {é: 1}',
        Tags: [],
      }
      await cfn.send(new cloudformation.CreateChangeSetCommand(change))
      expect(last('cloudformation').input).to.deep.equal(change)
      const identity = await new sts.STSClient(lab.client()).send(new sts.GetCallerIdentityCommand({}))
      expect(plain(identity)).to.deep.equal({Account: '1', Arn: 'a', UserId: 'u'})
    })
  })

  describe('JSON by operation name', () => {
    it('serves SSM, with typed exceptions', async () => {
      const client = new ssm.SSMClient(lab.client())
      const answer = await client.send(new ssm.GetParametersByPathCommand({Path: '/', Recursive: true}))
      expect(answer.Parameters).to.deep.equal([{Name: '/a', Value: 'v', LastModifiedDate: NOW, Version: 3}])
      expect(last('ssm').input).to.deep.equal({Path: '/', Recursive: true})
      const error = await client.send(new ssm.GetParameterCommand({Name: '/x'})).catch((error_: unknown) => error_)
      expect(error).to.be.instanceOf(ssm.ParameterNotFound)
    })

    it('carries bytes', async () => {
      const client = new secrets.SecretsManagerClient(lab.client())
      const answer = await client.send(new secrets.GetSecretValueCommand({SecretId: 's'}))
      expect(answer.SecretBinary).to.deep.equal(new Uint8Array([1, 2]))
      expect(answer.CreatedDate).to.deep.equal(NOW)
    })

    it('serves Cognito, unsigned where AWS does', async () => {
      const client = new cognito.CognitoIdentityProviderClient(lab.client())
      const auth = {AuthFlow: 'USER_PASSWORD_AUTH' as const, ClientId: 'cid', AuthParameters: {USERNAME: 'u'}}
      const answer = await client.send(new cognito.InitiateAuthCommand(auth))
      expect(answer.AuthenticationResult).to.deep.equal({AccessToken: 'x', ExpiresIn: 3600})
      expect(last('cognito').input).to.deep.equal(auth)
      const {User} = await client.send(new cognito.AdminCreateUserCommand({UserPoolId: 'p', Username: 'bob'}))
      expect(User?.UserCreateDate).to.deep.equal(NOW)
    })

    it('serves CloudWatch in JSON, in the older query protocol and in CBOR', async () => {
      const input = {
        StartTime: new Date(NOW.getTime() - 60_000),
        EndTime: NOW,
        MetricDataQueries: [
          {
            Id: 'lag',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/RDS',
                MetricName: 'AuroraGlobalDBRPOLag',
                Dimensions: [{Name: 'DBClusterIdentifier', Value: 'c'}],
              },
              Period: 60,
              Stat: 'Average',
            },
          },
        ],
      }
      const protocols = await import('@aws-sdk/core/protocols')
      for (const protocol of [undefined, protocols.AwsQueryProtocol, protocols.AwsSmithyRpcV2CborProtocol]) {
        const client = new cloudwatch.CloudWatchClient({
          ...lab.client(),
          ...(protocol && {protocol: protocol as never}),
        })
        const {MetricDataResults} = await client.send(new cloudwatch.GetMetricDataCommand(input))
        expect(MetricDataResults).to.deep.equal([{Id: 'lag', Timestamps: [NOW], Values: [12.5]}])
        expect(last('monitoring').input).to.deep.equal(input)
      }
    })
  })

  describe('REST with JSON', () => {
    const client = () => new lambda.LambdaClient(lab.client())

    it('carries labels, headers, query and payload of Invoke', async () => {
      const answer = await client().send(
        new lambda.InvokeCommand({
          FunctionName: 'f:1',
          Payload: Buffer.from('{"a":1}'),
          InvocationType: 'RequestResponse',
          Qualifier: 'live',
        }),
      )
      expect(answer).to.deep.include({StatusCode: 200, ExecutedVersion: '1'})
      expect(Buffer.from(answer.Payload!).toString()).to.equal('{"a":1}')
      expect(last('lambda').input).to.deep.include({
        FunctionName: 'f:1',
        Qualifier: 'live',
        InvocationType: 'RequestResponse',
      })
    })

    it('carries maps', async () => {
      const {Configuration} = await client().send(new lambda.GetFunctionCommand({FunctionName: 'f'}))
      expect(Configuration?.Environment?.Variables).to.deep.equal({A: 'b'})
      const environment = {Variables: {QQ: '1'}}
      const answer = await client().send(
        new lambda.UpdateFunctionConfigurationCommand({FunctionName: 'f', Environment: environment}),
      )
      expect(answer.Environment).to.deep.equal(environment)
    })

    it('carries a zero', async () => {
      const input = {FunctionName: 'f', ReservedConcurrentExecutions: 0}
      const answer = await client().send(new lambda.PutFunctionConcurrencyCommand(input))
      expect(answer.ReservedConcurrentExecutions).to.equal(0)
      expect(last('lambda').input).to.deep.equal(input)
    })

    it('answers the status that the model gives an error', async () => {
      const call = client().send(new lambda.GetFunctionConcurrencyCommand({FunctionName: 'f'}))
      const error = await call.catch((error_: unknown) => error_)
      expect(error).to.be.instanceOf(lambda.ResourceNotFoundException)
      expect(error).to.have.nested.property('$metadata.httpStatusCode', 404)
    })

    it('serves API Gateway, with numbers and lists in the query', async () => {
      const gateway = new apigateway.APIGatewayClient(lab.client())
      const {items} = await gateway.send(new apigateway.GetRestApisCommand({limit: 5}))
      expect(items).to.deep.equal([{id: 'abc', name: 'n', createdDate: NOW}])
      expect(last('apigateway').input).to.deep.equal({limit: 5})
      await gateway.send(new apigateway.GetResourcesCommand({restApiId: 'abc', embed: ['methods']}))
      expect(last('apigateway').input).to.deep.equal({restApiId: 'abc', embed: ['methods']})
    })
  })

  describe('REST with XML', () => {
    it('serves CloudFront with ETags in headers', async () => {
      const client = new cloudfront.CloudFrontClient(lab.client())
      const config = await client.send(new cloudfront.GetDistributionConfigCommand({Id: 'E1'}))
      expect(plain(config)).to.deep.equal({ETag: 'E1', DistributionConfig: DISTRIBUTION})
      const input = {Id: 'EID', IfMatch: 'E1', DistributionConfig: DISTRIBUTION}
      const answer = await client.send(new cloudfront.UpdateDistributionCommand(input))
      expect(answer.Distribution?.DistributionConfig).to.deep.equal(DISTRIBUTION)
      expect(last('cloudfront').input).to.deep.equal(input)
      const error = await client
        .send(new cloudfront.GetDistributionCommand({Id: 'x'}))
        .catch((error_: unknown) => error_)
      expect(error).to.be.instanceOf(cloudfront.NoSuchDistribution)
    })

    const client = () => new s3.S3Client({...lab.client(), forcePathStyle: true})

    it('carries objects: streamed bodies, checksums in trailers, metadata', async () => {
      for (const Body of ['abc', Buffer.from('abc')]) {
        await client().send(new s3.PutObjectCommand({Bucket: 'b', Key: 'x/y ü.zip', Body, Metadata: {k: 'v'}}))
        const {Body: received, ...input} = last('s3').input
        expect(String(received as Buffer)).to.equal('abc')
        expect(input).to.deep.include({Bucket: 'b', Key: 'x/y ü.zip', Metadata: {k: 'v'}})
      }

      const {Body} = await client().send(new s3.GetObjectCommand({Bucket: 'b', Key: 'k'}))
      expect(await Body?.transformToString()).to.equal('hey')
      const head = await client().send(new s3.HeadObjectCommand({Bucket: 'b', Key: 'k'}))
      expect(head).to.deep.include({ContentLength: 3, Metadata: {a: 'b'}})
    })

    it('tells operations of one path apart', async () => {
      const list = await client().send(new s3.ListObjectsV2Command({Bucket: 'b', Prefix: 'p/'}))
      expect(list.Contents?.[0]?.Key).to.equal('a<b')
      expect(last('s3').input).to.deep.equal({Bucket: 'b', Prefix: 'p/'})
      await client().send(new s3.ListBucketsCommand({}))
      expect(last('s3').operation).to.equal('ListBuckets')
      await client().send(new s3.CopyObjectCommand({Bucket: 'b', Key: 'k', CopySource: 'b/o'}))
      expect(last('s3').operation).to.equal('CopyObject')
      const location = await client().send(new s3.GetBucketLocationCommand({Bucket: 'b'}))
      expect(location.LocationConstraint).to.equal('us-east-2')
      const {Deleted} = await client().send(
        new s3.DeleteObjectsCommand({Bucket: 'b', Delete: {Objects: [{Key: 'x'}, {Key: 'y'}]}}),
      )
      expect(Deleted).to.deep.equal([{Key: 'x'}, {Key: 'y'}])
    })
  })

  it('answers 501 to what it does not do, by name', async () => {
    const call = new rds.RDSClient(lab.client()).send(new rds.DescribeDBProxiesCommand({}))
    const error = await call.catch((error_: unknown) => error_)
    expect(error).to.have.property('message', 'NotImplemented: rds.DescribeDBProxies')
    expect(error).to.have.nested.property('$metadata.httpStatusCode', 501)
  })
})
