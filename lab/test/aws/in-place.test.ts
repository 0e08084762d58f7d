import {expect} from 'chai'
import type {Properties, ResourceContext} from '../../src/cloudformation/provider.js'
import {providerOf} from '../../src/aws/index.js'
import {ApiGatewayService} from '../../src/aws/apigateway/service.js'
import {CognitoService} from '../../src/aws/cognito-idp/service.js'
import {
  AWAY,
  HOME,
  createIdentity,
  refusal,
  startTestLab,
  type Identity,
  type TestLab,
} from '../support/lab-data-plane.js'

describe('changes in place', () => {
  let bench: TestLab
  let home: Identity
  let away: Identity
  let RestApiId: string

  before(async () => {
    bench = await startTestLab([CognitoService, ApiGatewayService])
    ;[home, away] = await Promise.all([createIdentity(bench.lab), createIdentity(bench.lab, AWAY)])
    RestApiId = (await call('CreateRestApi', {name: 'api'})).id
  })

  after(() => bench.stop())

  const call = (operation: string, input: object) => bench.lab.call('apigateway', operation, input, HOME)
  const surroundings = (): ResourceContext => ({
    lab: bench.lab,
    region: HOME,
    stackName: 'app',
    stackId: 'id',
    logicalId: 'Thing',
    allocated() {},
  })

  /** Makes a resource, and brings it to other properties. */
  async function changed(type: string, before: Properties, after: Properties): Promise<string> {
    const provider = providerOf(`AWS::${type}`)!
    const {physicalId} = await provider.create(before, surroundings())
    expect((await provider.update!(physicalId, after, before, surroundings())).physicalId).equal(physicalId)
    return physicalId
  }

  it('give an authorizer other pools, one by one, and another header', async () => {
    const before = {RestApiId, Name: 'a', Type: 'COGNITO_USER_POOLS', ProviderARNs: [home.poolArn]}
    const after = {
      ...before,
      Name: 'b',
      ProviderARNs: [away.poolArn],
      IdentitySource: 'method.request.header.X-Token',
      AuthorizerResultTtlInSeconds: 60,
    }
    const authorizerId = await changed('ApiGateway::Authorizer', before, after)
    expect(await call('GetAuthorizer', {restApiId: RestApiId, authorizerId})).deep.include({
      name: 'b',
      providerARNs: [away.poolArn],
      identitySource: 'method.request.header.X-Token',
      authorizerResultTtlInSeconds: 60,
    })
    const empty = {op: 'remove', path: '/providerARNs', value: away.poolArn}
    const refused = await refusal(
      call('UpdateAuthorizer', {restApiId: RestApiId, authorizerId, patchOperations: [empty]}),
    )
    expect(refused.message).equal('Invalid Authorizer Provider ARNs')
  })

  it('turn the checks of a request validator on and off', async () => {
    const requestValidatorId = await changed(
      'ApiGateway::RequestValidator',
      {RestApiId, Name: 'v', ValidateRequestBody: true},
      {RestApiId, Name: 'v', ValidateRequestParameters: true},
    )
    expect(await call('GetRequestValidator', {restApiId: RestApiId, requestValidatorId})).include({
      validateRequestBody: false,
      validateRequestParameters: true,
    })
  })

  it('leave nothing of a method that its template no longer has', async () => {
    const {rootResourceId: ResourceId} = await call('GetRestApi', {restApiId: RestApiId})
    const before = {
      RestApiId,
      ResourceId,
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
      Integration: {Type: 'MOCK', RequestTemplates: {'application/json': '{ statusCode: 204 }'}},
      MethodResponses: [{StatusCode: '204'}, {StatusCode: '400'}],
    }
    await changed('ApiGateway::Method', before, {...before, MethodResponses: [{StatusCode: '204'}]})
    const {methodResponses} = await call('GetMethod', {
      restApiId: RestApiId,
      resourceId: ResourceId,
      httpMethod: 'OPTIONS',
    })
    expect(Object.keys(methodResponses)).deep.equal(['204'])
  })

  it('refuse by name what the lab would leave as it was', async () => {
    const api = providerOf('AWS::ApiGateway::RestApi')!
    const other = {Name: 'api', BinaryMediaTypes: ['image/png']}
    const refused = await refusal(api.update!(RestApiId, other, {Name: 'api'}, surroundings()))
    expect(refused.message).contain('BinaryMediaTypes of AWS::ApiGateway::RestApi')
  })

  it('give a model another schema, and refuse one that is none', async () => {
    const before = {RestApiId, Name: 'M', ContentType: 'application/json', Schema: {type: 'object'}}
    const modelName = await changed('ApiGateway::Model', before, {
      ...before,
      Schema: {type: 'string'},
      Description: 'd',
    })
    expect(await call('GetModel', {restApiId: RestApiId, modelName})).include({
      schema: '{"type":"string"}',
      description: 'd',
    })
    const patchOperations = [{op: 'replace', path: '/schema', value: '{"type": 7}'}]
    expect((await refusal(call('UpdateModel', {restApiId: RestApiId, modelName, patchOperations}))).message).match(
      /^Invalid model specified/,
    )
  })

  it('move a domain to managed login', async () => {
    const {UserPool} = await bench.lab.call('cognito-idp', 'CreateUserPool', {PoolName: 'p'}, HOME)
    const before = {Domain: 'in-place-domain', UserPoolId: UserPool.Id}
    const Domain = await changed('Cognito::UserPoolDomain', before, {...before, ManagedLoginVersion: 2})
    const {DomainDescription} = await bench.lab.call('cognito-idp', 'DescribeUserPoolDomain', {Domain}, HOME)
    expect(DomainDescription).include({ManagedLoginVersion: 2})
  })
})
