/** The services of the data plane as the SDK's own clients see them: over the wire, signed. */
import http from 'node:http'

import '@aws-sdk/signature-v4a'
import {
  APIGatewayClient,
  GetRestApisCommand,
  GetStagesCommand,
  NotFoundException,
  GetRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import {
  CloudFrontClient,
  CreateDistributionCommand,
  GetDistributionConfigCommand,
  NoSuchDistribution,
  PreconditionFailed,
  UpdateDistributionCommand,
  GetDistributionCommand,
  CreateKeyValueStoreCommand,
} from '@aws-sdk/client-cloudfront'
import {
  CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  ValidationException,
} from '@aws-sdk/client-cloudfront-keyvaluestore'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  ListUserPoolsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider'
import {expect} from 'chai'

import {ApiGatewayService} from '../../src/aws/apigateway/service.js'
import {CloudFrontService} from '../../src/aws/cloudfront/service.js'
import {KeyValueStoreService} from '../../src/aws/cloudfront-keyvaluestore/service.js'
import {CognitoService} from '../../src/aws/cognito-idp/service.js'
import {LambdaService} from '../../src/aws/lambda/service.js'
import {HOME, createApi, createFunction, createIdentity, startTestLab, type TestLab} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'

describe("the SDK's clients", () => {
  let test: TestLab
  const clients: {destroy(): void}[] = []
  const options = () => ({
    region: HOME,
    endpoint: test.lab.endpoint,
    credentials: keysOf(test.lab),
    maxAttempts: 1,
  })
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error) => error,
    )

  before(async () => {
    test = await startTestLab([
      LambdaService,
      CognitoService,
      ApiGatewayService,
      CloudFrontService,
      KeyValueStoreService,
    ])
  })

  after(async () => {
    for (const client of clients) client.destroy()
    await test.stop()
  })

  it('read user pools and the secret of a client', async () => {
    const cognito = new CognitoIdentityProviderClient(options())
    clients.push(cognito)
    const {poolId, clientId, clientSecret} = await createIdentity(test.lab)
    const {UserPools} = await cognito.send(new ListUserPoolsCommand({MaxResults: 10}))
    expect(UserPools![0]).include({Id: poolId, Name: `pool-${HOME}`})
    expect(UserPools![0]!.CreationDate).instanceOf(Date)
    const {UserPoolClient} = await cognito.send(
      new DescribeUserPoolClientCommand({UserPoolId: poolId, ClientId: clientId}),
    )
    expect(UserPoolClient).deep.include({
      ClientSecret: clientSecret,
      AllowedOAuthScopes: ['api/upsert-delete', 'api/other'],
    })
    const missing = new DescribeUserPoolClientCommand({UserPoolId: poolId, ClientId: 'none'})
    expect(await failure(cognito.send(missing))).instanceOf(ResourceNotFoundException)
  })

  it('read APIs and their stages', async () => {
    const gateway = new APIGatewayClient(options())
    clients.push(gateway)
    const functionArn = await createFunction(test.lab, 'f', 'export const handler = async () => ({statusCode: 200})')
    const {id} = await createApi(test.lab, functionArn)
    const {items} = await gateway.send(new GetRestApisCommand({}))
    expect(items![0]).deep.include({id, endpointConfiguration: {types: ['REGIONAL']}})
    const {item} = await gateway.send(new GetStagesCommand({restApiId: id}))
    expect(item![0]!.stageName).equal('prod')
    expect(await failure(gateway.send(new GetRestApiCommand({restApiId: 'none'})))).instanceOf(NotFoundException)
  })

  it('create, read and update a distribution', async () => {
    const cloudfront = new CloudFrontClient(options())
    clients.push(cloudfront)
    const DistributionConfig = {
      CallerReference: 'one',
      Comment: 'é & <x>',
      Enabled: true,
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 'a',
            DomainName: 'a.example',
            CustomOriginConfig: {
              HTTPPort: 80,
              HTTPSPort: 443,
              OriginProtocolPolicy: 'https-only' as const,
              OriginReadTimeout: 15,
            },
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'a',
        ViewerProtocolPolicy: 'https-only' as const,
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        AllowedMethods: {
          Quantity: 2,
          Items: ['GET' as const, 'HEAD' as const],
          CachedMethods: {Quantity: 2, Items: ['GET' as const, 'HEAD' as const]},
        },
      },
    }
    const created = await cloudfront.send(new CreateDistributionCommand({DistributionConfig}))
    const Id = created.Distribution!.Id!
    expect(created.Distribution).include({Status: 'Deployed'})
    const read = await cloudfront.send(new GetDistributionConfigCommand({Id}))
    expect(read.ETag).equal(created.ETag)
    expect(read.DistributionConfig).deep.include(DistributionConfig)
    const update = {Id, DistributionConfig: {...read.DistributionConfig!, Enabled: false}}
    expect(await failure(cloudfront.send(new UpdateDistributionCommand({...update, IfMatch: 'EOLD'})))).instanceOf(
      PreconditionFailed,
    )
    const updated = await cloudfront.send(new UpdateDistributionCommand({...update, IfMatch: read.ETag}))
    expect(updated.Distribution!.DistributionConfig!.Enabled).equal(false)
    expect(await failure(cloudfront.send(new GetDistributionCommand({Id: 'none'})))).instanceOf(NoSuchDistribution)
  })

  it('write a KeyValueStore, signed with SigV4A', async () => {
    const cloudfront = new CloudFrontClient(options())
    const {KeyValueStore} = await cloudfront.send(new CreateKeyValueStoreCommand({Name: 'store'}))
    const KvsARN = KeyValueStore!.ARN!
    // The client puts the account before the endpoint's host: that name is led to loopback.
    const {port} = new URL(test.lab.endpoint)
    const httpAgent = new http.Agent({
      lookup: (_, {all}, callback) =>
        all
          ? (callback as (error: null, list: object[]) => void)(null, [{address: '127.0.0.1', family: 4}])
          : callback(null, '127.0.0.1', 4),
    })
    const keys = new CloudFrontKeyValueStoreClient({
      ...options(),
      endpoint: `http://localhost:${port}`,
      requestHandler: {httpAgent},
    })
    clients.push(cloudfront, keys)
    const {ETag: IfMatch} = await keys.send(new DescribeKeyValueStoreCommand({KvsARN}))
    const written = await keys.send(new PutKeyCommand({KvsARN, Key: 'serving', Value: HOME, IfMatch}))
    expect(written).include({ItemCount: 1, TotalSizeInBytes: 16})
    expect((await keys.send(new GetKeyCommand({KvsARN, Key: 'serving'}))).Value).equal(HOME)
    const stale = await failure(keys.send(new PutKeyCommand({KvsARN, Key: 'serving', Value: 'x', IfMatch})))
    expect(stale).instanceOf(ValidationException)
    expect((await keys.send(new GetKeyCommand({KvsARN, Key: 'serving'}))).Value).equal(HOME)
  })
})
