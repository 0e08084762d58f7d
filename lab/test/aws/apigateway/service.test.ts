import {expect} from 'chai'
import {SignJWT, generateKeyPair} from 'jose'

import {account} from '../../../src/aws/apigateway/resources.js'
import {providerOf} from '../../../src/aws/index.js'
import {THROTTLE_RATE} from '../../../src/aws/apigateway/quota.js'
import {ApiGatewayService} from '../../../src/aws/apigateway/service.js'
import type {ResourceContext} from '../../../src/cloudformation/provider.js'
import {CognitoService} from '../../../src/aws/cognito-idp/service.js'
import {quotasOf} from '../../../src/quotas.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {WafService} from '../../../src/aws/wafv2/service.js'
import {
  AWAY,
  HOME,
  createApi,
  createFunction,
  createIdentity,
  fetchToken,
  http,
  refusal,
  startTestLab,
  type Identity,
  type TestApi,
  type TestLab,
} from '../../support/lab-data-plane.js'

/** Does what the query says; otherwise shows its event. */
const HANDLER = `export const handler = async (event) => {
  const {how} = event.queryStringParameters ?? {}
  if (how === 'throw') throw new Error('secret detail')
  if (how === 'malformed') return {statusCode: 200, body: {not: 'text'}}
  if (how === 'nothing') return 'text'
  if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, 5000))
  if (how === 'binary') return {statusCode: 200, headers: {'content-type': 'image/png'}, body: Buffer.from([0, 255, 1]).toString('base64'), isBase64Encoded: true}
  return {statusCode: 201, headers: {'x-one': 'a', Connection: 'close'}, multiValueHeaders: {'x-two': ['b', 'c']}, body: JSON.stringify(event)}
}`

describe('apigateway', () => {
  let test: TestLab
  let home: Identity
  let away: Identity
  let functionArn: string
  let guarded: TestApi
  let open: TestApi

  before(async () => {
    test = await startTestLab([LambdaService, CognitoService, WafService, ApiGatewayService])
    ;[home, away, functionArn] = await Promise.all([
      createIdentity(test.lab),
      createIdentity(test.lab, AWAY),
      createFunction(test.lab, 'backend', HANDLER, {Timeout: 10}),
    ])
    guarded = await createApi(test.lab, functionArn, {pools: [home.poolArn, away.poolArn]})
    open = await createApi(test.lab, functionArn, {binaryMediaTypes: ['image/png']})
  })

  after(() => test.stop())

  const authorized = (token: string, scheme = '') =>
    http(`${guarded.url}/v1`, {headers: {authorization: scheme + token}})

  it('aws 07: has one log role in an account and region, which stages need for logs and which stays when a stack goes', async () => {
    const logging = {op: 'replace', path: '/*/*/logging/loglevel', value: 'ERROR'}
    const call = (operation: string, input: object) => test.lab.call('apigateway', operation, input, HOME)
    const update = () => call('UpdateStage', {restApiId: open.id, stageName: 'prod', patchOperations: [logging]})
    expect((await refusal(update())).message).include('CloudWatch Logs role ARN must be set')
    const context = {
      lab: test.lab,
      region: HOME,
      stackName: 'ours',
      logicalId: 'Account',
      stackId: '',
      allocated() {},
    } as ResourceContext
    const settings = (name: string) => ({CloudWatchRoleArn: `arn:aws:iam::000000000000:role/${name}`})
    for (const name of ['of-others', 'ours']) await account.create(settings(name), context)
    await update()
    await account.delete('ours-Account', settings('ours'), context, {} as never)
    expect((await call('GetAccount', {})).cloudwatchRoleArn).equal(settings('ours').CloudWatchRoleArn)
    expect((await test.lab.call('apigateway', 'GetAccount', {}, AWAY)).cloudwatchRoleArn).equal(undefined)
  })

  describe('behind a web ACL', () => {
    const call = (operation: string, input: object) => test.lab.call('wafv2', operation, input, HOME)
    const exactly = (Name: string, SearchString: string): object => ({
      ByteMatchStatement: {
        FieldToMatch: {SingleHeader: {Name}},
        PositionalConstraint: 'EXACTLY',
        SearchString,
        TextTransformations: [{Priority: 0, Type: 'NONE'}],
      },
    })
    const acl = {
      Name: 'lock',
      Scope: 'REGIONAL',
      DefaultAction: {Block: {}},
      Rules: [{Name: 'edge', Priority: 0, Action: {Allow: {}}, Statement: exactly('x-edge-key', 'secret')}],
    }

    it('answers only who brings the header, until it is taken away', async () => {
      const {Summary} = await call('CreateWebACL', acl)
      const ResourceArn = `arn:aws:apigateway:${HOME}::/restapis/${open.id}/stages/prod`
      await call('AssociateWebACL', {WebACLArn: Summary.ARN, ResourceArn})
      const ask = async (headers: Record<string, string> = {}) => (await http(`${open.url}/v1`, {headers})).status
      expect(await ask()).equal(403)
      expect(await ask({'X-Edge-Key': 'guess'})).equal(403)
      expect(await ask({'X-Edge-Key': 'secret'})).equal(201)
      const {WebACL, LockToken} = await call('GetWebACL', {Id: Summary.Id})
      expect(WebACL).include({Name: 'lock', ARN: Summary.ARN})
      const other = {...acl, Id: Summary.Id, LockToken, DefaultAction: {Allow: {}}}
      const {NextLockToken} = await call('UpdateWebACL', other)
      expect(await refusal(call('UpdateWebACL', other))).include({name: 'WAFOptimisticLockException'})
      expect(await ask()).equal(201)
      expect(await refusal(call('DeleteWebACL', {Id: Summary.Id, LockToken: NextLockToken}))).include({
        name: 'WAFAssociatedItemException',
      })
      await call('DisassociateWebACL', {ResourceArn})
      await call('DeleteWebACL', {Id: Summary.Id, LockToken: NextLockToken})
    })

    it('refuses what it would judge otherwise than AWS', async () => {
      const Rules = [{Name: 'geo', Priority: 0, Action: {Block: {}}, Statement: {GeoMatchStatement: {}}}]
      expect(await refusal(call('CreateWebACL', {...acl, Rules}))).include({name: 'WAFInvalidParameterException'})
      const elsewhere = test.lab.call('wafv2', 'CreateWebACL', {...acl, Scope: 'CLOUDFRONT'}, AWAY)
      expect(await refusal(elsewhere)).include({name: 'WAFInvalidParameterException'})
    })
  })

  describe('the authorizer', () => {
    it('lets tokens of both pools in, raw and as Bearer, and tells the function their claims', async () => {
      const token = await fetchToken(home)
      const {status, json} = await authorized(token)
      expect(status).equal(201)
      expect(json.requestContext.authorizer.claims).include({
        client_id: home.clientId,
        token_use: 'access',
        scope: 'api/upsert-delete',
      })
      expect((await authorized(token, 'Bearer ')).status).equal(201)
      expect((await authorized(await fetchToken(away))).status).equal(201)
    })

    it('answers 401 without a token, and for one that is tampered with, self-signed, foreign or no token', async () => {
      const unauthorized = {status: 401, body: {message: 'Unauthorized'}, type: 'UnauthorizedException'}
      const token = await fetchToken(home)
      const [head = '', body = '', signature = ''] = token.split('.')
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
      const richer = Buffer.from(JSON.stringify({...claims, exp: claims.exp + 1})).toString('base64url')
      const {privateKey} = await generateKeyPair('RS256')
      const {kid} = JSON.parse(Buffer.from(head, 'base64url').toString())
      const selfSigned = await new SignJWT(claims).setProtectedHeader({alg: 'RS256', kid}).sign(privateKey)
      const none = `${Buffer.from(JSON.stringify({alg: 'none', kid})).toString('base64url')}.${body}.`
      const stranger = await fetchToken(await createIdentity(test.lab))
      for (const bad of [`${head}.${richer}.${signature}`, selfSigned, none, stranger, 'x.y.z', 'Bearer']) {
        const {status, json, headers} = await authorized(bad)
        expect({status, body: json, type: headers['x-amzn-errortype']}, bad).deep.equal(unauthorized)
      }
      expect((await http(`${guarded.url}/v1`)).status).equal(401)
    })

    it('answers 401 for a token that has expired', async () => {
      const brief = await createIdentity(test.lab, HOME, 2)
      const api = await createApi(test.lab, functionArn, {pools: [brief.poolArn]})
      const ask = async (token: string) => (await http(`${api.url}/v1`, {headers: {authorization: token}})).status
      const endOf = (token: string): number =>
        JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).exp * 1000
      let token: string
      let status: number
      // A machine that is busy may need longer for the call than the token is good.
      do {
        token = await fetchToken(brief)
        status = await ask(token)
      } while (Date.now() >= endOf(token))
      expect(status).equal(201)
      await new Promise((resolve) => setTimeout(resolve, endOf(token) - Date.now() + 20))
      expect(await ask(token)).equal(401)
    })

    it('answers 403 without the scope', async () => {
      const {status, json} = await authorized(await fetchToken(home, 'api/other'))
      expect({status, json}).deep.equal({status: 403, json: {message: 'Forbidden'}})
    })

    it("can't judge a lost region's tokens with a cold cache, and can with a warm one", async () => {
      const [warm, cold, token] = [guarded, await createIdentity(test.lab, AWAY), await fetchToken(away)]
      const api = await createApi(test.lab, functionArn, {pools: [cold.poolArn]})
      const coldToken = await fetchToken(cold)
      expect((await http(`${warm.url}/v1`, {headers: {authorization: token}})).status).equal(201)
      await test.lab.faults.start({kind: 'region-loss', region: AWAY})
      expect((await http(`${warm.url}/v1`, {headers: {authorization: token}})).status).equal(201)
      expect((await http(`${api.url}/v1`, {headers: {authorization: coldToken}})).status).equal(401)
      await test.lab.faults.lift({kind: 'region-loss', region: AWAY})
      expect((await http(`${api.url}/v1`, {headers: {authorization: coldToken}})).status).equal(201)
    })
  })

  describe('the event and the answer', () => {
    it('hands over a request in format 1.0', async () => {
      const {json, status, headers} = await http(`${open.url}/v1?a=1&a=2&b=%C3%A9`, {
        method: 'POST',
        headers: {'X-Custom': 'Value', 'content-type': 'application/json', 'user-agent': 'test'},
        body: '{"task":"é"}',
      })
      expect(status).equal(201)
      expect(headers).include({'x-one': 'a', 'x-two': 'b, c', 'x-amzn-remapped-connection': 'close'})
      expect(json).deep.include({
        resource: '/v1',
        path: '/v1',
        httpMethod: 'POST',
        queryStringParameters: {a: '2', b: 'é'},
        multiValueQueryStringParameters: {a: ['1', '2'], b: ['é']},
        pathParameters: null,
        stageVariables: null,
        body: '{"task":"é"}',
        isBase64Encoded: false,
      })
      expect(json.headers).include({'X-Custom': 'Value', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '127.0.0.1'})
      expect(json.requestContext).deep.include({
        stage: 'prod',
        apiId: open.id,
        path: '/prod/v1',
        resourcePath: '/v1',
        domainName: open.hostname,
      })
      expect(json.requestContext.requestId).equal(headers['x-amzn-requestid'])
      expect(json.requestContext.requestTime).match(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
      expect(json.requestContext.identity).include({sourceIp: '127.0.0.1', userAgent: 'test'})
    })

    it('reads bytes that are no UTF-8 as U+FFFD, and a binary media type as base64', async () => {
      const body = Buffer.from([0x61, 0xff, 0x62])
      const text = await http(`${open.url}/v1`, {method: 'POST', body})
      expect(text.json).include({body: 'a\uFFFDb', isBase64Encoded: false})
      const image = await http(`${open.url}/v1`, {method: 'POST', body, headers: {'content-type': 'image/png'}})
      expect(image.json).include({body: body.toString('base64'), isBase64Encoded: true})
      const asked = await http(`${open.url}/v1?how=binary`, {headers: {accept: 'image/png'}})
      expect(asked.headers['content-length']).equal('3')
      const unasked = await http(`${open.url}/v1?how=binary`)
      expect(unasked.text).equal('AP8B')
    })

    it('answers 502 for errors and shapes that are no answer, and tells nothing of them', async () => {
      for (const how of ['throw', 'malformed', 'nothing']) {
        const {status, json} = await http(`${open.url}/v1?how=${how}`)
        expect({status, json}, how).deep.equal({status: 502, json: {message: 'Internal server error'}})
      }
    })

    it('answers 504 at the integration timeout', async () => {
      const hasty = await createApi(test.lab, functionArn, {timeoutInMillis: 1000})
      const {status, json} = await http(`${hasty.url}/v1?how=slow`)
      expect({status, json}).deep.equal({status: 504, json: {message: 'Endpoint request timed out'}})
    })

    it('answers 413 for more than 10 MB, and for more than a function takes', async () => {
      const big = await http(`${open.url}/v1`, {method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x')})
      expect({status: big.status, json: big.json}).deep.equal({status: 413, json: {message: 'Request Too Long'}})
      expect((await http(`${open.url}/v1`, {method: 'POST', body: Buffer.alloc(7 * 1024 * 1024, 'x')})).status).equal(
        413,
      )
    })

    it('answers 500 for a throttled function and for one that it may not invoke', async () => {
      await test.lab.call(
        'lambda',
        'PutFunctionConcurrency',
        {FunctionName: 'backend', ReservedConcurrentExecutions: 0},
        HOME,
      )
      const {status, json} = await http(`${open.url}/v1`)
      expect({status, json}).deep.equal({status: 500, json: {message: 'Internal server error'}})
      await test.lab.call('lambda', 'DeleteFunctionConcurrency', {FunctionName: 'backend'}, HOME)
      const api = await createApi(test.lab, functionArn)
      await test.lab.call('lambda', 'RemovePermission', {FunctionName: 'backend', StatementId: api.id}, HOME)
      expect((await http(`${api.url}/v1`)).status).equal(500)
    })
  })

  describe('routing', () => {
    it('answers 403 for another Host, an unknown stage, resource or method, each with its message', async () => {
      const forbidden = {message: 'Forbidden'}
      const missing = {message: 'Missing Authentication Token'}
      const base = open.url.replace('/prod', '')
      const ask = async (url: string, options = {}) => {
        const {status, json} = await http(url, options)
        return {status, json}
      }
      expect((await ask(`${open.url}/v1`, {headers: {host: open.hostname}})).status).equal(201)
      expect(await ask(`${open.url}/v1`, {headers: {host: 'd111.cloudfront.net'}})).deep.equal({
        status: 403,
        json: forbidden,
      })
      expect(await ask(`${base}/dev/v1`)).deep.equal({status: 403, json: forbidden})
      expect(await ask(`${open.url}/v2`)).deep.equal({status: 403, json: missing})
      expect(await ask(`${open.url}/v1`, {method: 'DELETE'})).deep.equal({status: 403, json: missing})
    })

    it('prefers a literal to a parameter, and a parameter to a greedy one', async () => {
      const api = await createApi(test.lab, functionArn)
      const root = (await api.call('GetRestApi')).rootResourceId
      const add = async (parentId: string, pathPart: string) => {
        const {id: resourceId} = await api.call('CreateResource', {parentId, pathPart})
        await api.call('PutMethod', {resourceId, httpMethod: 'ANY', authorizationType: 'NONE'})
        await api.call('PutIntegration', {
          resourceId,
          httpMethod: 'ANY',
          type: 'AWS_PROXY',
          integrationHttpMethod: 'POST',
          uri: `arn:aws:apigateway:${HOME}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
        })
        return resourceId as string
      }
      const items = await add(root, 'items')
      await add(items, '{id}')
      await add(items, 'all')
      await add(root, '{proxy+}')
      await api.call('CreateDeployment', {stageName: 'prod'})
      const {Policy} = await test.lab.call('lambda', 'GetPolicy', {FunctionName: functionArn}, HOME)
      expect(Policy).include(api.id)
      await test.lab.call(
        'lambda',
        'AddPermission',
        {
          FunctionName: functionArn,
          StatementId: 'all',
          Action: 'lambda:InvokeFunction',
          Principal: 'apigateway.amazonaws.com',
        },
        HOME,
      )
      const routed = async (path: string) => {
        const {json} = await http(`${api.url}${path}`, {method: 'PATCH'})
        return [json.resource, json.pathParameters]
      }
      expect(await routed('/items/all')).deep.equal(['/items/all', null])
      expect(await routed('/items/a%20b')).deep.equal(['/items/{id}', {id: 'a b'}])
      expect(await routed('/other/deep/path')).deep.equal(['/{proxy+}', {proxy: 'other/deep/path'}])
    })

    it('serves what was deployed, not what was edited since', async () => {
      const api = await createApi(test.lab, functionArn)
      await api.call('DeleteMethod', {resourceId: api.resourceId, httpMethod: 'GET'})
      expect((await http(`${api.url}/v1`)).status).equal(201)
      const {id: deploymentId} = await api.call('CreateDeployment')
      expect((await http(`${api.url}/v1`)).status).equal(201)
      await api.call('UpdateStage', {
        stageName: 'prod',
        patchOperations: [{op: 'replace', path: '/deploymentId', value: deploymentId}],
      })
      expect((await http(`${api.url}/v1`)).status).equal(403)
      expect((await refusal(api.call('DeleteDeployment', {deploymentId}))).name).equal('BadRequestException')
    })
  })

  it('throttles all APIs of a region by the quota of the account, which GetAccount tells', async () => {
    const rate = async (region: string) =>
      (await test.lab.call('apigateway', 'GetAccount', {}, region)).throttleSettings
    expect(await rate(HOME)).deep.equal({rateLimit: 10_000, burstLimit: 5000})
    quotasOf(test.lab).set(HOME, THROTTLE_RATE, 0.01)
    expect(await rate(HOME)).deep.equal({rateLimit: 0.01, burstLimit: 1})
    expect(await rate(AWAY)).deep.equal({rateLimit: 10_000, burstLimit: 5000})
    const statuses: number[] = []
    for (let call = 0; call < 2; call++) statuses.push((await http(`${open.url}/v1`)).status)
    expect(statuses).deep.equal([201, 429])
    quotasOf(test.lab).set(HOME, THROTTLE_RATE, 10_000)
    expect((await http(`${open.url}/v1`)).status).equal(201)
  })

  it('throttles as the stage is set, at once', async () => {
    const api = await createApi(test.lab, functionArn)
    const set = (name: string, value: string) => ({op: 'replace', path: `/~1v1/GET/throttling/${name}`, value})
    await api.call('UpdateStage', {
      stageName: 'prod',
      patchOperations: [set('rateLimit', '0.001'), set('burstLimit', '2')],
    })
    const statuses = []
    for (let index = 0; index < 3; index++) statuses.push((await http(`${api.url}/v1`)).status)
    expect(statuses).deep.equal([201, 201, 429])
    expect((await http(`${api.url}/v1`, {method: 'POST'})).status).equal(201)
  })

  it('validates a body against its model, and required parameters', async () => {
    const api = await createApi(test.lab, functionArn)
    const {id: requestValidatorId} = await api.call('CreateRequestValidator', {
      name: 'all',
      validateRequestBody: true,
      validateRequestParameters: true,
    })
    await api.call('CreateModel', {
      name: 'ToDo',
      contentType: 'application/json',
      schema: JSON.stringify({
        $schema: 'http://json-schema.org/draft-04/schema#',
        type: 'object',
        required: ['task'],
        properties: {task: {type: 'string', maxLength: 5}},
      }),
    })
    const where = {resourceId: api.resourceId, httpMethod: 'POST'}
    const integration = await api.call('GetIntegration', where)
    expect((await refusal(api.call('PutMethod', {...where, authorizationType: 'NONE'}))).name).equal(
      'ConflictException',
    )
    await api.call('DeleteMethod', where)
    await api.call('PutMethod', {
      ...where,
      authorizationType: 'NONE',
      requestValidatorId,
      requestModels: {'application/json': 'ToDo'},
      requestParameters: {'method.request.querystring.q': true},
    })
    await api.call('PutIntegration', {...integration, ...where, integrationHttpMethod: integration.httpMethod})
    await api.call('CreateDeployment', {stageName: 'prod'})
    const post = (body: string, query = '?q=1') =>
      http(`${api.url}/v1${query}`, {method: 'POST', body, headers: {'content-type': 'application/json'}})
    expect((await post('{"task":"abc"}')).status).equal(201)
    for (const body of ['{"task":"too long"}', '{}', 'no json']) {
      const {status, json} = await post(body)
      expect({status, json}, body).deep.equal({status: 400, json: {message: 'Invalid request body'}})
    }
    expect((await post('{"task":"abc"}', '')).json).deep.equal({message: 'Missing required request parameters: [q]'})
  })

  it('aws 16: a model that a method uses is not deleted', async () => {
    const api = await createApi(test.lab, functionArn)
    await api.call('CreateModel', {name: 'Used', contentType: 'application/json', schema: '{}'})
    const where = {resourceId: api.resourceId, httpMethod: 'PUT'}
    await api.call('PutMethod', {...where, authorizationType: 'NONE', requestModels: {'application/json': 'Used'}})
    expect(await refusal(api.call('DeleteModel', {modelName: 'Used'}))).include({
      name: 'ConflictException',
      status: 409,
    })
    await api.call('DeleteMethod', where)
    await api.call('DeleteModel', {modelName: 'Used'})
  })

  it('aws 22: integrations other than Lambda’s proxy and MOCK, and mapping templates, are refused by name when they are made', async () => {
    const api = await createApi(test.lab, functionArn)
    const where = {resourceId: api.resourceId, httpMethod: 'PUT'}
    await api.call('PutMethod', {...where, authorizationType: 'NONE'})
    const lambda = `arn:aws:apigateway:${HOME}:lambda:path/2015-03-31/functions/${functionArn}/invocations`
    const refused = async (integration: object) => {
      const {name, status, message} = await refusal(
        api.call('PutIntegration', {...where, integrationHttpMethod: 'POST', ...integration}),
      )
      expect({name, status}, message).deep.equal({name: 'NotImplemented', status: 501})
      return message
    }
    for (const [type, uri] of Object.entries({AWS: lambda, HTTP: 'https://a.example', HTTP_PROXY: 'https://a.example'}))
      expect(await refused({type, uri})).equal(`apigateway: the lab does not support integration of type ${type}`)
    for (const template of [
      '{"statusCode": $input.params("code")}',
      '#if($context.stage == "prod"){"statusCode": 200}#end',
    ])
      expect(await refused({type: 'MOCK', requestTemplates: {'application/json': template}})).equal(
        'apigateway: the lab does not support mapping templates',
      )
    expect(await refusal(api.call('GetIntegration', where))).include({name: 'NotFoundException'})
    const made = {RestApiId: api.id, ResourceId: api.resourceId, HttpMethod: 'PATCH', AuthorizationType: 'NONE'}
    const context = {lab: test.lab, region: HOME, stackName: 's', stackId: 's', logicalId: 'M', allocated() {}}
    const Integration = {Type: 'AWS', IntegrationHttpMethod: 'POST', Uri: lambda}
    const creation = providerOf('AWS::ApiGateway::Method')!.create({...made, Integration}, context)
    expect(await refusal(creation)).include({message: 'apigateway: the lab does not support integration of type AWS'})
  })

  it('answers its own errors as told, and preflights by MOCK', async () => {
    const api = await createApi(test.lab, functionArn)
    const where = {resourceId: api.resourceId, httpMethod: 'OPTIONS'}
    await api.call('PutGatewayResponse', {
      responseType: 'DEFAULT_4XX',
      responseParameters: {'gatewayresponse.header.Access-Control-Allow-Origin': "'https://a.example'"},
      responseTemplates: {
        'application/json': '{"code":"$context.error.responseType","text":$context.error.messageString}',
      },
    })
    await api.call('PutMethod', {...where, authorizationType: 'NONE'})
    await api.call('PutMethodResponse', {
      ...where,
      statusCode: '204',
      responseParameters: {'method.response.header.Access-Control-Allow-Origin': true},
    })
    await api.call('PutIntegration', {
      ...where,
      type: 'MOCK',
      requestTemplates: {'application/json': '{ statusCode: 204 }'},
    })
    await api.call('PutIntegrationResponse', {
      ...where,
      statusCode: '204',
      responseParameters: {'method.response.header.Access-Control-Allow-Origin': "'https://a.example'"},
    })
    await api.call('CreateDeployment', {stageName: 'prod'})
    const preflight = await http(`${api.url}/v1`, {method: 'OPTIONS'})
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).deep.equal([204, 'https://a.example'])
    const refused = await http(`${api.url}/none`)
    expect(refused.json).deep.equal({code: 'MISSING_AUTHENTICATION_TOKEN', text: 'Missing Authentication Token'})
    expect(refused.headers['access-control-allow-origin']).equal('https://a.example')
  })

  it('names what it does not have, and what does not exist', async () => {
    const where = {resourceId: open.resourceId, httpMethod: 'GET'}
    const names = async (...calls: Promise<unknown>[]) =>
      Promise.all(calls.map(async (one) => (await refusal(one)).name))
    expect(
      await names(
        open.call('PutIntegration', {...where, type: 'HTTP_PROXY', uri: 'http://example.com'}),
        open.call('PutMethod', {...where, authorizationType: 'AWS_IAM'}),
      ),
    ).deep.equal(['NotImplemented', 'NotImplemented'])
    expect(
      await names(
        open.call('GetRestApi', {restApiId: 'none'}),
        test.lab.call('apigateway', 'GetRestApi', {restApiId: open.id}, AWAY),
      ),
    ).deep.equal(['NotFoundException', 'NotFoundException'])
  })

  it('answers 503 in an outage of the API, refuses connections in a lost region, and comes back', async () => {
    await test.lab.faults.start({kind: 'api-outage', region: HOME})
    const {status, json} = await http(`${open.url}/v1`)
    expect({status, json}).deep.equal({status: 503, json: {message: 'Service Unavailable'}})
    await test.lab.faults.lift({kind: 'api-outage', region: HOME})
    await test.lab.faults.start({kind: 'region-loss', region: HOME})
    expect(await http(`${open.url}/v1`).catch((error) => error.code)).equal('ECONNREFUSED')
    await test.lab.faults.lift({kind: 'region-loss', region: HOME})
    expect((await http(`${open.url}/v1`)).status).equal(201)
  })

  it('no longer resolves when deleted', async () => {
    const api = await createApi(test.lab, functionArn)
    await api.call('DeleteRestApi')
    expect(test.lab.hosts.resolve(api.hostname)).equal(undefined)
    expect(await http(`${api.url}/v1`).catch((error) => error.code)).equal('ECONNREFUSED')
  })
})
