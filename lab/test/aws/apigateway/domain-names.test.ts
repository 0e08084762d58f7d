import {
  APIGatewayClient,
  CreateBasePathMappingCommand,
  CreateDomainNameCommand,
  DeleteBasePathMappingCommand,
  DeleteDomainNameCommand,
  DeleteRestApiCommand,
  GetBasePathMappingsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  GetTagsCommand,
  UpdateBasePathMappingCommand,
  UpdateDomainNameCommand,
  type CreateDomainNameCommandInput,
} from '@aws-sdk/client-api-gateway'
import {expect} from 'chai'

import {ApiGatewayService} from '../../../src/aws/apigateway/service.js'
import {CloudFormationService} from '../../../src/aws/cloudformation/service.js'
import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {providerOf} from '../../../src/aws/index.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {WafService} from '../../../src/aws/wafv2/service.js'
import type {Lab} from '../../../src/kernel.js'
import {
  createApi,
  createFunction,
  HOME,
  http,
  startTestLab,
  type TestApi,
  type TestLab,
} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

const NAME = 'api.example.com'
const HANDLER = 'export const handler = async (event) => ({statusCode: 200, body: JSON.stringify(event)})'

class Stacks extends CloudFormationService {
  constructor(lab: Lab) {
    super(lab, providerOf)
  }
}

const certificate = (DomainName: string, HostedZoneId: string) => ({
  Type: 'AWS::CertificateManager::Certificate',
  Properties: {
    DomainName,
    ValidationMethod: 'DNS',
    DomainValidationOptions: [{DomainName, HostedZoneId}],
    Tags: [{Key: 'app', Value: 'todo'}],
  },
})

describe('custom domain names of API Gateway', () => {
  let test: TestLab
  let client: APIGatewayClient
  let api: TestApi
  let certificates: Record<string, string>

  before(async () => {
    test = await startTestLab([LambdaService, WafService, ApiGatewayService, CloudWatchService, Route53Service, Stacks])
    client = new APIGatewayClient({
      endpoint: test.lab.endpoint,
      region: HOME,
      credentials: keysOf(test.lab),
      maxAttempts: 1,
    })
    api = await createApi(test.lab, await createFunction(test.lab, 'backend', HANDLER))
    const zone = async (Name: string): Promise<string> => {
      const made = await test.lab.call('route53', 'CreateHostedZone', {Name, CallerReference: Name}, HOME)
      return made.HostedZone.Id.replace('/hostedzone/', '')
    }
    const com = await zone('example.com')
    const Other = certificate('example.org', await zone('example.org'))
    certificates = await deployed('certificates', {
      Resources: {One: certificate(NAME, com), Wild: certificate('*.example.com', com), Other},
      Outputs: Object.fromEntries(['One', 'Wild', 'Other'].map((Ref) => [Ref, {Value: {Ref}}])),
    })
  })

  after(async () => {
    client.destroy()
    await test.stop()
  })

  async function deployed(StackName: string, template: object): Promise<Record<string, string>> {
    const call = (operation: string, input: object) => test.lab.call('cloudformation', operation, input, HOME)
    await call('CreateStack', {StackName, TemplateBody: JSON.stringify(template)})
    const {status, events} = await test.lab.service('cloudformation').settled(StackName, HOME)
    expect(status, JSON.stringify(events)).to.equal('CREATE_COMPLETE')
    const {Stacks: found} = await call('DescribeStacks', {StackName})
    const [stack] = found
    return Object.fromEntries(stack.Outputs.map((one: Record<string, string>) => [one.OutputKey, one.OutputValue]))
  }

  const create = (more: Partial<CreateDomainNameCommandInput> = {}) =>
    client.send(
      new CreateDomainNameCommand({
        domainName: NAME,
        regionalCertificateArn: certificates.One,
        endpointConfiguration: {types: ['REGIONAL']},
        tags: {app: 'todo'},
        ...more,
      }),
    )
  const map = (basePath?: string, stage: string | undefined = 'prod', domainName = NAME) =>
    client.send(new CreateBasePathMappingCommand({domainName, basePath, restApiId: api.id, stage}))
  const unmap = (basePath: string) => client.send(new DeleteBasePathMappingCommand({domainName: NAME, basePath}))
  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was not refused',
      (error: Error & {$metadata?: {httpStatusCode?: number}}) =>
        `${error.name} ${error.$metadata?.httpStatusCode} ${error.message}`,
    )

  describe('one of them', () => {
    let regional: string

    beforeEach(async () => {
      regional = (await create()).regionalDomainName!
    })

    afterEach(() => client.send(new DeleteDomainNameCommand({domainName: NAME})))

    const get = (path: string, host = NAME) =>
      http(`http://127.0.0.1:${test.lab.hosts.resolve(regional)!.port}${path}`, {headers: {host}})

    it('has a name of its region, and is described', async () => {
      expect(regional).to.match(/^d-[a-z\d]{10}\.execute-api\.us-east-1\.amazonaws\.com$/)
      const found = await client.send(new GetDomainNameCommand({domainName: NAME}))
      expect(found).to.include({domainNameStatus: 'AVAILABLE', securityPolicy: 'TLS_1_2', regionalDomainName: regional})
      const {items} = await client.send(new GetDomainNamesCommand({}))
      expect(items!.map(({domainName}) => domainName)).to.include(NAME)
      const resourceArn = `arn:aws:apigateway:us-east-1::/domainnames/${NAME}`
      expect((await client.send(new GetTagsCommand({resourceArn}))).tags).to.deep.equal({app: 'todo'})
      expect(test.lab.tagged(HOME).map(({arn}) => arn)).to.include.members([resourceArn, certificates.One])
    })

    it('answers at its name with the API of the empty base path, and tells the function how it was asked', async () => {
      expect((await get('/v1')).status).to.equal(403)
      await map()
      const {status, json} = await get('/v1')
      expect(status).to.equal(200)
      expect(json).to.include({path: '/v1', resource: '/v1'})
      expect((json as {requestContext: object}).requestContext).to.include({
        domainName: NAME,
        domainPrefix: 'api',
        path: '/v1',
        stage: 'prod',
      })
      expect((await get('/prod/v1')).status).to.equal(403)
      expect((await get('/v1', regional)).status, 'by its regional name').to.equal(403)
      expect((await get('/v1', 'api.example.org')).status, 'by a name that it has not').to.equal(403)
    })

    it('answers below a base path, with a stage or with all of them', async () => {
      await map('todo')
      await map('all', '')
      const {json} = await get('/todo/v1')
      expect(json).to.include({path: '/todo/v1', resource: '/v1'})
      expect((await get('/all/prod/v1')).status).to.equal(200)
      expect((await get('/all/dev/v1')).status).to.equal(403)
      expect((await get('/v1')).status).to.equal(403)
      const {items} = await client.send(new GetBasePathMappingsCommand({domainName: NAME}))
      expect(items!.map(({basePath, stage}) => [basePath, stage])).to.deep.equal([
        ['todo', 'prod'],
        ['all', undefined],
      ])
    })

    it('answers though the API’s own endpoint is closed, and is silent with its region', async () => {
      await map()
      const close = (value: string) =>
        api.call('UpdateRestApi', {patchOperations: [{op: 'replace', path: '/disableExecuteApiEndpoint', value}]})
      await close('true')
      expect((await http(`${api.url}/v1`)).status).to.equal(403)
      expect((await get('/v1')).status).to.equal(200)
      await close('false')
      await test.lab.faults.start({kind: 'region-loss', region: HOME})
      expect(await refusal(get('/v1'))).to.match(/ECONNREFUSED/)
      await test.lab.faults.lift({kind: 'region-loss', region: HOME})
      expect((await get('/v1')).status).to.equal(200)
    })

    it('changes its certificate and its mappings', async () => {
      await map('todo', 'prod')
      const patch = (path: string, value: string) => [{op: 'replace' as const, path, value}]
      const update = (value: string) =>
        client.send(
          new UpdateDomainNameCommand({domainName: NAME, patchOperations: patch('/regionalCertificateArn', value)}),
        )
      expect(await update(certificates.Wild!)).to.include({regionalCertificateArn: certificates.Wild})
      expect(await refusal(update(certificates.Other!))).to.match(/not covered by the provided certificate/)
      const remap = (value: string) =>
        client.send(
          new UpdateBasePathMappingCommand({
            domainName: NAME,
            basePath: 'todo',
            patchOperations: patch('/stage', value),
          }),
        )
      expect(await refusal(remap('dev'))).to.equal('BadRequestException 400 Invalid stage identifier specified')
      await remap('')
      expect((await get('/todo/prod/v1')).status).to.equal(200)
    })

    it('keeps its API from being deleted', async () => {
      await map('todo')
      expect(await refusal(client.send(new DeleteRestApiCommand({restApiId: api.id})))).to.equal(
        'BadRequestException 400 Deleting API failed. Please remove all base path mappings related to the API in your domains',
      )
      await unmap('todo')
      expect(await refusal(unmap('todo'))).to.equal(
        'NotFoundException 404 Invalid base path mapping identifier specified',
      )
    })

    it('is refused a second time, and so is a base path', async () => {
      expect(await refusal(create())).to.equal('BadRequestException 400 The domain name you provided already exists.')
      await map()
      expect(await refusal(map())).to.match(/^ConflictException 409/)
      expect(await refusal(map('a/b'))).to.match(/doesn't support the slash character/)
    })
  })

  it('need a certificate of the region that covers them, and are refused by name where the lab has them not', async () => {
    const REFUSED: [Partial<CreateDomainNameCommandInput>, RegExp][] = [
      [{regionalCertificateArn: undefined}, /^BadRequestException 400 A regional certificate is required/],
      [{regionalCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/x'}, /does not exist/],
      [{regionalCertificateArn: certificates.Other}, /not covered by the provided certificate/],
      [{domainName: 'a.b.example.com', regionalCertificateArn: certificates.Wild}, /not covered/],
      [{endpointConfiguration: undefined}, /^NotImplemented 501 .*EDGE endpoint/],
      [{mutualTlsAuthentication: {truststoreUri: 's3://b/t.pem'}}, /^NotImplemented 501 .*mutualTlsAuthentication/],
    ]
    for (const [input, says] of REFUSED) expect(await refusal(create(input)), JSON.stringify(input)).to.match(says)
  })

  it('are made by stacks, with a wildcard’s certificate', async () => {
    const outputs = await deployed('domain', {
      Resources: {
        Domain: {
          Type: 'AWS::ApiGateway::DomainName',
          Properties: {
            DomainName: 'stack.example.com',
            RegionalCertificateArn: certificates.Wild,
            EndpointConfiguration: {Types: ['REGIONAL']},
            Tags: [{Key: 'app', Value: 'todo'}],
          },
        },
        Mapping: {
          Type: 'AWS::ApiGateway::BasePathMapping',
          Properties: {DomainName: {Ref: 'Domain'}, RestApiId: api.id, Stage: 'prod'},
        },
      },
      Outputs: {Regional: {Value: {'Fn::GetAtt': ['Domain', 'RegionalDomainName']}}},
    })
    const {port} = test.lab.hosts.resolve(outputs.Regional!)!
    expect((await http(`http://127.0.0.1:${port}/v1`, {headers: {host: 'stack.example.com'}})).status).to.equal(200)
  })

  it('a certificate that somebody would have to validate is refused by name', async () => {
    const input = {
      StackName: 'waiting',
      TemplateBody: JSON.stringify({
        Resources: {One: {Type: 'AWS::CertificateManager::Certificate', Properties: {DomainName: NAME}}},
      }),
    }
    await test.lab.call('cloudformation', 'CreateStack', input, HOME)
    const {status, events} = await test.lab.service('cloudformation').settled('waiting', HOME)
    expect(status).to.equal('ROLLBACK_COMPLETE')
    expect(JSON.stringify(events)).to.include('does not wait for somebody to validate api.example.com')
  })
})
