import {expect} from 'chai'

import {ApiGatewayService} from '../../../src/aws/apigateway/service.js'
import {CognitoService} from '../../../src/aws/cognito-idp/service.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {WafService} from '../../../src/aws/wafv2/service.js'
import {HOME, createApi, createFunction, http, refusal, startTestLab} from '../../support/lab-data-plane.js'
import type {TestApi, TestLab} from '../../support/lab-data-plane.js'

const BACKEND =
  'export const handler = async (event) => ({statusCode: 200, body: JSON.stringify(event.requestContext)})'

/** Answers as the token says, and tells in the context how often it was called. */
const AUTHORIZER = `let calls = 0
export const handler = async (event) => {
  calls++
  const word = event.authorizationToken ?? event.headers['X-Who']
  if (word === 'stranger') throw new Error('Unauthorized')
  if (word === 'broken') throw new Error('out of order')
  if (word === 'nothing') return null
  if (word === 'nested') return {principalId: 'p', policyDocument: allow('*'), context: {deep: {er: 1}}}
  if (word === 'nobody') return {policyDocument: allow('*')}
  if (word === 'old') return {principalId: 'p', policyDocument: {Statement: []}}
  if (word === 'denied') return {principalId: 'p', policyDocument: {Version: '2012-10-17', Statement: [...allow('*').Statement, {Effect: 'Deny', Action: 'execute-api:*', Resource: event.methodArn}]}}
  if (word === 'elsewhere') return {principalId: 'p', policyDocument: allow(event.methodArn.replace('/GET/', '/DELETE/'))}
  if (word === 'get-only') return {principalId: 'p', policyDocument: allow(event.methodArn)}
  return {principalId: 'p', policyDocument: allow('*'), context: {calls, type: event.type, sure: true, path: event.path}}
}
const allow = (Resource) => ({Version: '2012-10-17', Statement: [{Effect: 'Allow', Action: 'execute-api:Invoke', Resource}]})`

const HEADER = 'method.request.header.X-Who'

describe('apigateway: Lambda authorizers', () => {
  let test: TestLab
  let backend: string
  let guard: string

  before(async () => {
    test = await startTestLab([LambdaService, CognitoService, WafService, ApiGatewayService])
    ;[backend, guard] = await Promise.all([
      createFunction(test.lab, 'backend', BACKEND),
      createFunction(test.lab, 'guard', AUTHORIZER),
    ])
  })

  after(() => test.stop())

  const uriOf = (functionArn: string): string =>
    `arn:aws:apigateway:${HOME}:lambda:path/2015-03-31/functions/${functionArn}/invocations`

  /** An API whose GET and POST of /v1 ask the function, with its permission unless told otherwise. */
  async function guarded(settings: object = {}, {permitted = true} = {}): Promise<TestApi> {
    const api = await createApi(test.lab, backend)
    const {id: authorizerId} = await api.call('CreateAuthorizer', {
      name: 'guard',
      type: 'TOKEN',
      authorizerUri: uriOf(guard),
      identitySource: HEADER,
      ...settings,
    })
    for (const httpMethod of ['GET', 'POST']) {
      const method = {resourceId: api.resourceId, httpMethod}
      const {methodIntegration} = await api.call('GetMethod', method).catch(() => ({methodIntegration: undefined}))
      await api.call('DeleteMethod', method)
      await api.call('PutMethod', {...method, authorizationType: 'CUSTOM', authorizerId})
      await api.call('PutIntegration', {...methodIntegration, ...method, integrationHttpMethod: 'POST'})
    }

    if (permitted) {
      const SourceArn = `arn:aws:execute-api:${HOME}:000000000000:${api.id}/authorizers/${authorizerId}`
      const permission = {StatementId: api.id, Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com'}
      await test.lab.call('lambda', 'AddPermission', {FunctionName: guard, ...permission, SourceArn}, HOME)
    }

    await api.call('CreateDeployment', {stageName: 'prod'})
    return api
  }

  const ask = async ({url}: TestApi, who?: string, options: {method?: string; query?: string} = {}) => {
    const {status, json} = await http(`${url}/v1${options.query ?? ''}`, {
      method: options.method,
      headers: who === undefined ? {} : {'X-Who': who},
    })
    return {status, json}
  }

  it('let in whom the policy allows, and tell the function of the caller in texts', async () => {
    const {status, json} = await ask(await guarded(), 'friend')
    expect(status).equal(200)
    expect(json.authorizer).include({principalId: 'p', type: 'TOKEN', sure: 'true'})
    expect(json.authorizer.integrationLatency).a('number')
    expect(json.authorizer).not.property('claims')
  })

  it('answer 401 without a token, for one beside the expression, and where the function says Unauthorized', async () => {
    const api = await guarded({identityValidationExpression: '[a-z]+', authorizerResultTtlInSeconds: 0})
    const before = (await ask(api, 'friend')).json.authorizer.calls
    for (const who of [undefined, 'friend-1', 'stranger'])
      expect(await ask(api, who), who).deep.equal({status: 401, json: {message: 'Unauthorized'}})
    // Of the three only the last one was worth a call.
    expect((await ask(api, 'friend')).json.authorizer.calls).equal(String(Number(before) + 2))
  })

  it('answer 403 for a policy that denies, and for one that does not allow', async () => {
    const api = await guarded()
    const text = 'User is not authorized to access this resource'
    expect(await ask(api, 'elsewhere')).deep.equal({status: 403, json: {message: text}})
    expect(await ask(api, 'denied')).deep.equal({status: 403, json: {message: `${text} with an explicit deny`}})
  })

  it('answer 500 where the function fails, returns something else, is throttled or may not be called', async () => {
    const api = await guarded()
    const broken = {status: 500, json: {message: null}}
    for (const who of ['broken', 'nothing', 'nested', 'nobody', 'old'])
      expect(await ask(api, who), who).deep.equal(broken)
    expect(await ask(await guarded({}, {permitted: false}), 'friend')).deep.equal(broken)
    const FunctionName = 'guard'
    await test.lab.call('lambda', 'PutFunctionConcurrency', {FunctionName, ReservedConcurrentExecutions: 0}, HOME)
    expect(await ask(api, 'friend')).deep.equal(broken)
    await test.lab.call('lambda', 'DeleteFunctionConcurrency', {FunctionName}, HOME)
  })

  it('keep a policy under its token for all methods, as long as they say, and no error at all', async () => {
    const api = await guarded()
    const calls = async (who: string): Promise<string> => (await ask(api, who)).json.authorizer.calls
    const first = await calls('friend')
    expect(await calls('friend')).equal(first)
    expect(await calls('another')).not.equal(first)
    expect((await ask(api, 'get-only')).status).equal(200)
    expect((await ask(api, 'get-only', {method: 'POST'})).status).equal(403)
    expect((await ask(await guarded(), 'get-only', {method: 'POST'})).status).equal(200)
    const {json} = await ask(await guarded({authorizerResultTtlInSeconds: 0}), 'friend')
    expect(json.authorizer.calls).not.equal(first)
    await api.call('CreateDeployment', {stageName: 'prod'})
    expect(await calls('friend')).not.equal(first)
  })

  it('are asked once for requests that come together', async () => {
    const api = await guarded()
    const answers = await Promise.all(Array.from({length: 8}, () => ask(api, 'together')))
    expect(new Set(answers.map(({json}) => json.authorizer.calls)).size).equal(1)
    const strangers = await Promise.all(Array.from({length: 4}, () => ask(api, 'stranger')))
    expect(strangers.map(({status}) => status)).deep.equal([401, 401, 401, 401])
  })

  it('of type REQUEST are told the request, by every source that they name', async () => {
    const api = await guarded({type: 'REQUEST', identitySource: `${HEADER}, method.request.querystring.key`})
    expect((await ask(api, 'friend')).status).equal(401)
    const {status, json} = await ask(api, 'friend', {query: '?key=1'})
    expect(status).equal(200)
    expect(json.authorizer).include({type: 'REQUEST', path: '/v1'})
    expect((await ask(api, 'friend', {query: '?key=2'})).json.authorizer.calls).not.equal(json.authorizer.calls)
  })

  it('are refused where AWS refuses them', async () => {
    const api = await createApi(test.lab, backend)
    const base = {name: 'a', type: 'TOKEN', authorizerUri: uriOf(guard), identitySource: HEADER}
    const refused = async (settings: object) =>
      (await refusal(api.call('CreateAuthorizer', {...base, ...settings}))).message
    expect(await refused({authorizerUri: backend})).match(/^Invalid Authorizer URI/)
    expect(await refused({identitySource: undefined})).equal('Invalid identity source')
    expect(await refused({identitySource: 'method.request.querystring.key'})).equal('Invalid identity source')
    expect(await refused({identityValidationExpression: '('})).match(/^Invalid identity validation expression/)
    expect(await refused({authorizerResultTtlInSeconds: 3601})).match(/between 0 and 3600/)
    expect(await refused({type: 'REQUEST', identitySource: undefined})).match(/required when caching/)
    expect(await refused({type: 'MAGIC'})).match(/Invalid authorizer type/)
    const {id: authorizerId} = await api.call('CreateAuthorizer', base)
    const method = {resourceId: api.resourceId, httpMethod: 'PUT', authorizerId}
    const cognito = api.call('PutMethod', {...method, authorizationType: 'COGNITO_USER_POOLS'})
    expect((await refusal(cognito)).message).match(/Invalid authorizer ID/)
    const patchOperations = [{op: 'replace', path: '/authorizerUri', value: uriOf(backend)}]
    expect(await api.call('UpdateAuthorizer', {authorizerId, patchOperations})).include({authorizerUri: uriOf(backend)})
  })
})
