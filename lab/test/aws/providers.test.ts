import {expect} from 'chai'
import {shaped} from '../../src/cloudformation/shape.js'
import {distributionConfig} from '../../src/aws/cloudfront/resources.js'
import {providerOf} from '../../src/aws/index.js'
import {
  changeKind,
  unlessGone,
  waitUntil,
  type ResourceContext,
  type ResourceProvider,
} from '../../src/cloudformation/provider.js'
import {fault} from '../../src/kernel.js'
import {NormalizedSchema} from '@smithy/core/schema'
import {CreateDistributionRequest$} from '@aws-sdk/client-cloudfront'
import {CreateDBClusterMessage$} from '@aws-sdk/client-rds'
import {CreateAuthorizerRequest$} from '@aws-sdk/client-api-gateway'
import {CreateBucketRequest$, PutBucketPolicyRequest$} from '@aws-sdk/client-s3'
import {failure, smallLab} from '../cloudformation/small-lab.js'

const of = (schema: unknown, value: unknown): unknown => shaped(NormalizedSchema.of(schema as never), value)

describe('properties in the shape of an operation', () => {
  it('makes numbers and booleans of text, and leaves out what the operation does not have', () => {
    const properties = {
      Port: '3306',
      StorageEncrypted: 'true',
      Engine: 'aurora-mysql',
      Frobnicate: 1,
      ServerlessV2ScalingConfiguration: {MinCapacity: '0.5'},
    }
    expect(of(CreateDBClusterMessage$, properties)).deep.equal({
      Port: 3306,
      StorageEncrypted: true,
      Engine: 'aurora-mysql',
      ServerlessV2ScalingConfiguration: {MinCapacity: 0.5},
    })
  })

  it('minds no case of member names', () => {
    expect(
      of(CreateAuthorizerRequest$, {
        RestApiId: 'r',
        ProviderARNs: ['a'],
        IdentitySource: 's',
        AuthorizerResultTtlInSeconds: '0',
      }),
    ).deep.equal({
      restApiId: 'r',
      providerARNs: ['a'],
      identitySource: 's',
      authorizerResultTtlInSeconds: 0,
    })
  })

  it('writes a policy document as text', () => {
    expect(of(PutBucketPolicyRequest$, {Bucket: 'b', Policy: {Version: 'v'}})).deep.equal({
      Bucket: 'b',
      Policy: '{"Version":"v"}',
    })
    expect(of(CreateBucketRequest$, {Bucket: 'b', Tags: []})).deep.equal({Bucket: 'b'})
  })

  it('turns CloudFormation’s distribution into the API’s', () => {
    const config = distributionConfig(
      {
        Comment: 'c',
        Enabled: true,
        IPV6Enabled: true,
        Origins: [
          {
            Id: 'o',
            DomainName: 'd',
            OriginPath: '/prod',
            CustomOriginConfig: {OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2']},
            OriginCustomHeaders: [{HeaderName: 'X', HeaderValue: 'y'}],
          },
        ],
        OriginGroups: {
          Quantity: 1,
          Items: [
            {
              Id: 'g',
              FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [503]}},
              Members: {Quantity: 1, Items: [{OriginId: 'o'}]},
            },
          ],
        },
        DefaultCacheBehavior: {
          TargetOriginId: 'o',
          ViewerProtocolPolicy: 'https-only',
          AllowedMethods: ['GET', 'HEAD', 'POST'],
          FunctionAssociations: [{EventType: 'viewer-request', FunctionARN: 'f'}],
        },
        ViewerCertificate: {AcmCertificateArn: 'a', SslSupportMethod: 'sni-only'},
      },
      'ref',
    )
    const {DistributionConfig} = of(CreateDistributionRequest$, {DistributionConfig: config}) as {
      DistributionConfig: Record<string, never>
    }
    expect(DistributionConfig).deep.include({
      CallerReference: 'ref',
      IsIPV6Enabled: true,
      Aliases: {Quantity: 0, Items: []},
      ViewerCertificate: {ACMCertificateArn: 'a', SSLSupportMethod: 'sni-only'},
      Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0, Items: []}},
      OriginGroups: {
        Quantity: 1,
        Items: [
          {
            Id: 'g',
            FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [503]}},
            Members: {Quantity: 1, Items: [{OriginId: 'o'}]},
          },
        ],
      },
    })
    expect(DistributionConfig.DefaultCacheBehavior).deep.include({
      AllowedMethods: {
        Quantity: 3,
        Items: ['GET', 'HEAD', 'POST'],
        CachedMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
      },
      FunctionAssociations: {Quantity: 1, Items: [{EventType: 'viewer-request', FunctionARN: 'f'}]},
    })
    expect(DistributionConfig.Origins).deep.equal({
      Quantity: 1,
      Items: [
        {
          Id: 'o',
          DomainName: 'd',
          OriginPath: '/prod',
          CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'X', HeaderValue: 'y'}]},
          CustomOriginConfig: {
            HTTPPort: 80,
            HTTPSPort: 443,
            OriginProtocolPolicy: 'https-only',
            OriginSslProtocols: {Quantity: 1, Items: ['TLSv1.2']},
          },
        },
      ],
    })
  })
})

describe('what providers share', () => {
  it('takes a thing that is gone for deleted, and nothing else', async () => {
    expect(await unlessGone(Promise.reject(fault('DBClusterNotFoundFault', 'x')))).equal(undefined)
    expect(await unlessGone(Promise.reject(fault('NoSuchBucket', 'x')))).equal(undefined)
    expect(await failure(unlessGone(Promise.reject(fault('BucketNotEmpty', 'x'))))).property('code', 'BucketNotEmpty')
    expect(await failure(unlessGone(Promise.reject(new Error('NotFound'))))).property('message', 'NotFound')
  })

  it('waits until ready, and no longer than the deadline', async () => {
    let asked = 0
    expect(
      await waitUntil(
        'x',
        async () => ++asked,
        (count) => count === 3,
      ),
    ).equal(3)
    const never = waitUntil(
      'The thing',
      async () => 0,
      () => false,
      5,
    )
    expect(await failure(never)).property('message', 'The thing did not become ready within 0.005 s')
  })

  it('tells an update from a replacement', () => {
    const kind = (createOnly: ResourceProvider['createOnly'], before: object, after: object) =>
      changeKind({createOnly} as ResourceProvider, before, after)
    expect(kind(['Name'], {Name: 'a', Tags: {x: 1, y: 2}}, {Tags: {y: 2, x: 1}, Name: 'a'})).equal('none')
    expect(kind(['Name'], {Name: 'a', Size: 1}, {Name: 'a', Size: 2})).equal('update')
    expect(kind(['Name'], {Name: 'a'}, {})).equal('replace')
    expect(kind('all', {Size: 1}, {Size: 2})).equal('replace')
  })
})

describe('resources of the lab’s own services', () => {
  it('field report 17: keep a parameter as somebody has set it meanwhile where only its tags change', async () => {
    const small = smallLab()
    const template = {
      Resources: {P: {Type: 'AWS::SSM::Parameter', Properties: {Name: '/p', Type: 'String', Value: 'template'}}},
    }
    const tagged = (Value: string) => ({Tags: [{Key: 'stage', Value}]})
    await small.deploy('app', template, tagged('one'))
    const value = async () => (await small.lab.call('ssm', 'GetParameter', {Name: '/p'}, 'us-east-1')).Parameter
    await small.lab.call('ssm', 'PutParameter', {Name: '/p', Value: 'by hand', Overwrite: true}, 'us-east-1')
    expect((await small.update('app', template, tagged('two'))).StackStatus).equal('UPDATE_COMPLETE')
    expect(await value()).include({Value: 'by hand', Version: 2})
    template.Resources.P.Properties.Value = 'new'
    await small.update('app', template, tagged('two'))
    expect(await value()).include({Value: 'new', Version: 3})
    template.Resources.P.Properties.Type = 'SecureString'
    expect((await small.update('app', template, tagged('two'))).StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
  })

  it('refuse another role for the endpoint of a proxy, as CloudFormation does', async () => {
    const update = providerOf('AWS::RDS::DBProxyEndpoint')!.update!
    const changed = update('reader', {TargetRole: 'READ_WRITE'}, {TargetRole: 'READ_ONLY'}, {} as ResourceContext)
    expect((await failure(changed)).message).equal('TargetRole is a create-only property and cannot be updated.')
  })

  it('make a secret with a generated password and replicas, and take both away', async () => {
    const small = smallLab()
    const template = (Description: string) => ({
      Resources: {
        S: {
          Type: 'AWS::SecretsManager::Secret',
          Properties: {
            Description,
            GenerateSecretString: {
              SecretStringTemplate: '{"username":"u"}',
              GenerateStringKey: 'password',
              PasswordLength: '24',
              ExcludePunctuation: true,
            },
            ReplicaRegions: [{Region: 'us-east-2'}],
          },
        },
      },
      Outputs: {Arn: {Value: {Ref: 'S'}}},
    })
    const stack = await small.deploy('s', template('one'))
    const arn: string = stack.Outputs[0].OutputValue
    expect(arn).match(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:S-[A-Z0-9]{12}-[A-Za-z0-9]{6}$/)
    const valueIn = async (region: string) =>
      (await small.lab.call('secretsmanager', 'GetSecretValue', {SecretId: arn.replace('us-east-1', region)}, region))
        .SecretString
    expect(JSON.parse(await valueIn('us-east-1')))
      .property('password')
      .match(/^[A-Za-z0-9]{24}$/)
    expect(await valueIn('us-east-2')).equal(await valueIn('us-east-1'))
    const before = await valueIn('us-east-1')
    expect((await small.update('s', template('two'))).StackStatus).equal('UPDATE_COMPLETE')
    expect(await valueIn('us-east-1')).equal(before)
    await small.cfn('DeleteStack', {StackName: 's'})
    expect((await small.cloudformation.settled(stack.StackId, 'us-east-1')).status).equal('DELETE_COMPLETE')
    for (const region of ['us-east-1', 'us-east-2'])
      expect(await failure(valueIn(region))).property('code', 'ResourceNotFoundException')
  })

  it('make a bucket with its policy, in lower case, and say that a full one cannot go', async () => {
    const small = smallLab()
    const template = {
      Resources: {
        LeaseBucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {VersioningConfiguration: {Status: 'Enabled'}, Tags: [{Key: 'a', Value: 'b'}]},
        },
        Policy: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: {Bucket: {Ref: 'LeaseBucket'}, PolicyDocument: {Version: '2012-10-17', Statement: []}},
        },
      },
      Outputs: {Name: {Value: {Ref: 'LeaseBucket'}}, Arn: {Value: {'Fn::GetAtt': ['LeaseBucket', 'Arn']}}},
    }
    const stack = await small.deploy('App', template, {}, 'us-east-2')
    const [name, arn] = stack.Outputs.map(({OutputValue}: {OutputValue: string}) => OutputValue)
    expect(name).match(/^app-leasebucket-[a-z0-9]{12}$/)
    expect(arn).equal(`arn:aws:s3:::${name}`)
    await small.lab.call('s3', 'PutObject', {Bucket: name, Key: 'k', Body: Buffer.from('v')}, 'us-east-2')
    await small.cfn('DeleteStack', {StackName: 'App'}, 'us-east-2')
    const {status, events} = await small.cloudformation.settled(stack.StackId, 'us-east-2')
    expect(status).equal('DELETE_FAILED')
    expect(JSON.stringify(events)).include('BucketNotEmpty')
  })
})
