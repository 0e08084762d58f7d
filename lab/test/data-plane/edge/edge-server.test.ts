import {expect} from 'chai'

import {LambdaService} from '../../../src/aws/lambda/service.js'
import {WafService} from '../../../src/aws/wafv2/service.js'
import {ApiGatewayService} from '../../../src/aws/apigateway/service.js'
import {CloudFrontService} from '../../../src/aws/cloudfront/service.js'
import {KeyValueStoreService} from '../../../src/aws/cloudfront-keyvaluestore/service.js'
import {Route53Service} from '../../../src/aws/route-53/service.js'
import {
  ALL_VIEWER,
  ALL_VIEWER_EXCEPT_HOST,
  behindFunction,
  createEdge,
  distributionConfig,
  fresh,
  originConfig,
  publishFunction,
  startOrigin,
  type Origin,
} from '../../support/edge-bench.js'
import {
  AWAY,
  HOME,
  createApi,
  createFunction,
  eventually,
  http,
  refusal,
  startTestLab,
  type TestApi,
  type TestLab,
} from '../../support/lab-data-plane.js'

describe('the edge server', () => {
  let test: TestLab
  let home: Origin
  let away: Origin
  const call = (operation: string, input: object) => test.lab.call('cloudfront', operation, input, HOME)
  const keys = (operation: string, input: object) => test.lab.call('cloudfront-keyvaluestore', operation, input, HOME)
  const config = (behavior?: object, more?: object) => distributionConfig(home, away, behavior, more)

  before(async () => {
    test = await startTestLab([
      LambdaService,
      WafService,
      ApiGatewayService,
      CloudFrontService,
      KeyValueStoreService,
      Route53Service,
    ])
  })

  beforeEach(async () => {
    ;[home, away] = await Promise.all([startOrigin(test.lab, HOME), startOrigin(test.lab, AWAY)])
  })

  after(() => test.stop())

  describe('the edge', () => {
    it("carries a request to the origin: its path, Host and connection are the edge's, all else is the viewer's", async () => {
      const edge = await createEdge(test.lab, config())
      const reply = await http(`${edge.url}/v1?b=2&a=%20`, {
        method: 'POST',
        headers: {
          authorization: 'token',
          'x-custom': 'value',
          cookie: 'a=b',
          connection: 'close',
          'x-forwarded-for': '1.2.3.4',
        },
        body: 'text',
      })
      expect(reply).include({status: 200, text: HOME})
      expect(reply.headers).include({'x-cache': 'Miss from cloudfront', via: `1.1 ${edge.domain} (CloudFront)`})
      expect(reply.headers['x-amz-cf-id']).match(/^[\w-]{56}$/)
      const [seen] = home.requests
      expect(seen).include({method: 'POST', url: '/prod/v1?b=2&a=%20', body: 'text'})
      expect(seen!.headers).include({
        host: home.domain,
        authorization: 'token',
        'x-custom': 'value',
        cookie: 'a=b',
        'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      })
    })

    it("adds AWS's security headers where the behavior says so", async () => {
      const ResponseHeadersPolicyId = '67f7725c-6f97-4210-82d7-5512b31e9d03'
      const edge = await createEdge(test.lab, config({ResponseHeadersPolicyId}))
      const {headers} = await http(`${edge.url}/v1`)
      expect(headers).include({'strict-transport-security': 'max-age=31536000', 'x-content-type-options': 'nosniff'})
      const other = createEdge(test.lab, config({ResponseHeadersPolicyId: 'mine'}))
      expect((await refusal(other)).message).include('response headers policy mine')
    })

    it('forwards next to nothing without an origin request policy, and Host with AllViewer', async () => {
      const bare = await createEdge(test.lab, config({OriginRequestPolicyId: undefined}))
      await http(`${bare.url}/v1?a=1`, {headers: {authorization: 'token', cookie: 'a=b', 'user-agent': 'me'}})
      expect(home.requests[0]).include({url: '/prod/v1'})
      expect(home.requests[0]!.headers).not.any.keys('authorization', 'cookie')
      expect(home.requests[0]!.headers['user-agent']).equal('Amazon CloudFront')
      const all = await createEdge(test.lab, config({OriginRequestPolicyId: ALL_VIEWER}))
      await http(`${all.url}/v1`, {headers: {host: all.domain}})
      expect(home.requests[1]!.headers.host).equal(all.domain)
    })

    it('answers 403 for another name, for a method that is not allowed, and for a read with a body', async () => {
      const edge = await createEdge(test.lab, config({AllowedMethods: {Quantity: 2, Items: ['GET', 'HEAD']}}))
      const statuses = await Promise.all([
        http(edge.url, {headers: {host: 'elsewhere.example'}}),
        http(edge.url, {method: 'POST', body: 'x'}),
        http(edge.url, {body: 'x', headers: {'content-length': '1'}}),
      ])
      expect(statuses.map(({status}) => status)).deep.equal([403, 403, 403])
      expect(statuses[1]!.headers['x-cache']).equal('Error from cloudfront')
      expect(statuses[1]!.text).include('The request could not be satisfied')
      expect(home.requests).deep.equal([])
    })

    it("adds an origin's own headers, and chooses behaviors by path", async () => {
      const more = {CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'X-Origin-Key', HeaderValue: 'secret'}]}}
      const base = config()
      const edge = await createEdge(test.lab, {
        ...base,
        Origins: {Quantity: 2, Items: [originConfig(HOME, home.domain), originConfig(AWAY, away.domain, more)]},
        CacheBehaviors: {
          Quantity: 1,
          Items: [{...base.DefaultCacheBehavior, PathPattern: '/away/*.txt', TargetOriginId: AWAY}],
        },
      })
      expect((await http(`${edge.url}/away/a/b.txt`, {headers: {'x-origin-key': 'forged'}})).text).equal(AWAY)
      expect(away.requests[0]!.headers['x-origin-key']).equal('secret')
      expect((await http(`${edge.url}/away/a.html`)).text).equal(HOME)
    })

    it('answers 502 for an origin that refuses or has no name, and 504 for one that keeps silent', async () => {
      home.answer = () => undefined
      const edge = await createEdge(test.lab, config())
      const silent = await http(`${edge.url}/v1`, {method: 'POST', body: 'x'})
      expect(silent).include({status: 504})
      expect(home.requests).length(1)
      await test.lab.faults.start({kind: 'region-loss', region: HOME})
      expect(await http(`${edge.url}/v1`)).include({status: 502})
      await test.lab.faults.lift({kind: 'region-loss', region: HOME})
      test.lab.hosts.unregister(home.domain)
      const unknown = await http(`${edge.url}/v2`)
      expect(unknown.status).equal(502)
      expect(unknown.text).include('resolve the origin domain name')
    })

    describe('keeps errors of an origin', () => {
      const failing = (status: number, headers = {}) => {
        home.answer = (_, response) => {
          response.writeHead(status, headers)
          response.end(`error ${home.requests.length}`)
        }
      }

      const ttl = (seconds: number) => ({
        CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 503, ErrorCachingMinTTL: seconds}]},
      })

      it('aws 10: for 10 s, though the origin has recovered, whatever Host and query, for reads alone', async () => {
        const alias = 'api.example.com'
        const edge = await createEdge(test.lab, config({}, {Aliases: {Quantity: 1, Items: [alias]}}))
        failing(503, {'cache-control': 'no-store'})
        expect(await http(`${edge.url}/v1?id=1`)).include({status: 503, text: 'error 1'})
        home.answer = (_, response) => response.end('well')
        const again = await http(`${edge.url}/v1?id=2`, {headers: {host: alias}})
        expect(again).include({status: 503, text: 'error 1'})
        expect(again.headers['x-cache']).equal('Error from cloudfront')
        expect(home.requests).length(1)
        expect(await http(`${edge.url}/v1?id=1`, {method: 'POST', body: 'x'})).include({status: 200, text: 'well'})
        expect(await http(`${edge.url}/v2`)).include({status: 200})
      })

      it('aws 22: until they are invalidated, by their path or by a pattern', async () => {
        const edge = await createEdge(test.lab, config({}, ttl(600)))
        failing(503)
        for (const path of ['/v1', '/v1/a', '/v2']) expect(await http(`${edge.url}${path}`)).include({status: 503})
        home.answer = (_, response) => response.end('well')
        const call = (operation: string, input: object) =>
          test.lab.call('cloudfront', operation, {DistributionId: edge.id, ...input}, HOME)
        const invalidate = async (...Items: string[]) => {
          const InvalidationBatch = {CallerReference: Items.join(' '), Paths: {Quantity: Items.length, Items}}
          const {Invalidation} = await call('CreateInvalidation', {InvalidationBatch})
          expect(Invalidation.Status).equal('InProgress')
          await eventually('it is done', async () => {
            const found = await call('GetInvalidation', {Id: Invalidation.Id})
            return found.Invalidation.Status === 'Completed'
          })
        }
        const statuses = async () =>
          Promise.all(['/v1', '/v1/a', '/v2'].map(async (path) => (await http(`${edge.url}${path}`)).status))
        await invalidate('/v1', '/other')
        expect(await statuses()).deep.equal([200, 503, 503])
        await invalidate('/v1*')
        expect(await statuses()).deep.equal([200, 200, 503])
        await invalidate('/*')
        expect(await statuses()).deep.equal([200, 200, 200])
      })

      it('aws 10: for as long as the distribution says, which may be not at all', async () => {
        const edge = await createEdge(test.lab, config({}, ttl(0)))
        failing(503)
        expect(await http(`${edge.url}/v1`)).include({status: 503, text: 'error 1'})
        home.answer = (_, response) => response.end('well')
        expect(await http(`${edge.url}/v1`)).include({status: 200})
      })

      it('aws 10: an origin that cannot be reached is one that failed; what is refused for other reasons is not kept', async () => {
        const edge = await createEdge(test.lab, config())
        for (const status of [400, 401, 403, 429]) {
          failing(status)
          expect(await http(`${edge.url}/${status}`)).include({status})
        }

        failing(404, {'cache-control': 'no-store'})
        expect(await http(`${edge.url}/404`)).include({status: 404})
        home.answer = (_, response) => response.end('well')
        for (const status of [400, 401, 403, 404, 429])
          expect(await http(`${edge.url}/${status}`)).include({status: 200})
        await test.lab.faults.start({kind: 'region-loss', region: HOME})
        expect(await http(`${edge.url}/lost`)).include({status: 502})
        await test.lab.faults.lift({kind: 'region-loss', region: HOME})
        expect(await http(`${edge.url}/lost`)).include({status: 502})
      })
    })

    it('breaks off where the origin does', async () => {
      home.answer = (_, response) => {
        response.writeHead(200, {'content-length': '100'})
        response.write('half')
        setImmediate(() => response.destroy())
      }
      const edge = await createEdge(test.lab, config())
      expect(await http(`${edge.url}/v1`).catch((error) => error.code)).equal('ECONNRESET')
    })
  })

  describe('an origin group', () => {
    const group = () => ({
      OriginGroups: {
        Quantity: 1,
        Items: [
          {
            Id: 'group',
            FailoverCriteria: {StatusCodes: {Quantity: 2, Items: [500, 503]}},
            Members: {Quantity: 2, Items: [{OriginId: HOME}, {OriginId: AWAY}]},
          },
        ],
      },
    })

    it('fails over GET, HEAD and OPTIONS on its status codes, and tries the first again each time', async () => {
      const edge = await createEdge(test.lab, config({TargetOriginId: 'group'}, group()))
      home.answer = (_, response) => response.writeHead(503).end('x'.repeat(200_000))
      expect(await http(`${edge.url}/v1`)).include({status: 200, text: AWAY})
      expect(await http(`${edge.url}/v1`, {method: 'OPTIONS'})).include({status: 200})
      expect(await http(`${edge.url}/v1`, {method: 'HEAD'})).include({status: 200})
      expect(home.requests).length(3)
      home.answer = (_, response) => response.end('again')
      expect(await http(`${edge.url}/v1`)).include({text: 'again'})
      home.answer = (_, response) => response.writeHead(502).end()
      expect(await http(`${edge.url}/v1`)).include({status: 502})
    })

    it('sends every other method to the first origin alone, once', async () => {
      const edge = await createEdge(test.lab, config({TargetOriginId: 'group'}, group()))
      home.answer = (_, response) => response.writeHead(503).end()
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(await http(`${edge.url}/v1`, {method, body: '{}'}), method).include({status: 503})
      }

      expect([home.requests.length, away.requests.length]).deep.equal([4, 0])
    })

    it('fails over where the first refuses and where it keeps silent, but never a write', async () => {
      const edge = await createEdge(test.lab, config({TargetOriginId: 'group'}, group()))
      home.answer = () => undefined
      expect(await http(`${edge.url}/v1`)).include({status: 200, text: AWAY})
      await test.lab.faults.start({kind: 'region-loss', region: HOME})
      expect(await http(`${edge.url}/v1`)).include({status: 200, text: AWAY})
      expect(await http(`${edge.url}/v1`, {method: 'POST', body: '{}'})).include({status: 502})
      await test.lab.faults.lift({kind: 'region-loss', region: HOME})
      home.answer = (_, response) => response.end('back')
      expect(await http(`${edge.url}/v1`)).include({text: 'back'})
    })

    it('waits out a region that hangs, then fails over', async () => {
      const edge = await createEdge(test.lab, config({TargetOriginId: 'group'}, group()))
      await http(`${edge.url}/v1`)
      await test.lab.faults.start({kind: 'region-loss', region: HOME, mode: 'hang'})
      expect(await http(`${edge.url}/v1`)).include({status: 200, text: AWAY})
      expect(await http(`${edge.url}/v1`, {method: 'POST', body: '{}'})).include({status: 504})
      await test.lab.faults.lift({kind: 'region-loss', region: HOME})
      expect(await http(`${edge.url}/v1`)).include({text: HOME})
    })
  })

  describe('a viewer-request function', () => {
    it('chooses the origin by its KeyValueStore, for every method, and sees a write to it', async () => {
      const {KeyValueStore, ETag} = await call('CreateKeyValueStore', {Name: fresh('store')})
      expect(ETag).match(/^E/)
      const {ETag: first} = await keys('DescribeKeyValueStore', {KvsARN: KeyValueStore.ARN})
      const {ETag: second} = await keys('PutKey', {
        KvsARN: KeyValueStore.ARN,
        Key: 'serving',
        Value: AWAY,
        IfMatch: first,
      })
      const arn = await publishFunction(
        test.lab,
        `import cf from 'cloudfront'
        async function handler({request}) { cf.selectRequestOriginById(await cf.kvs().get('serving')); return request }`,
        KeyValueStore.ARN,
      )
      const edge = await createEdge(test.lab, config(behindFunction(arn)))
      expect((await http(`${edge.url}/v1`)).text).equal(AWAY)
      expect((await http(`${edge.url}/v1`, {method: 'DELETE', body: '{}'})).text).equal(AWAY)
      const {ETag: third} = await keys('PutKey', {
        KvsARN: KeyValueStore.ARN,
        Key: 'serving',
        Value: HOME,
        IfMatch: second,
      })
      expect((await http(`${edge.url}/v1`)).text).equal(HOME)
      await keys('DeleteKey', {KvsARN: KeyValueStore.ARN, Key: 'serving', IfMatch: third})
      const failed = await http(`${edge.url}/v1`)
      expect(failed.status).equal(503)
      expect(failed.headers['x-cache']).equal('FunctionExecutionError from cloudfront')
    })

    it('makes an origin group, whose first member alone takes writes', async () => {
      const arn = await publishFunction(
        test.lab,
        `import cf from 'cloudfront'
        function handler(event) {
          cf.createRequestOriginGroup({originIds: [{originId: '${AWAY}'}, {originId: '${HOME}'}], failoverCriteria: {statusCodes: [500]}})
          return event.request
        }`,
      )
      const edge = await createEdge(test.lab, config(behindFunction(arn)))
      away.answer = (_, response) => response.writeHead(500).end()
      expect(await http(`${edge.url}/v1`)).include({status: 200, text: HOME})
      expect(await http(`${edge.url}/v1`, {method: 'POST', body: '{}'})).include({status: 500})
    })

    it('is shown the request, may change it, and may answer itself', async () => {
      const arn = await publishFunction(
        test.lab,
        `function handler(event) {
        var request = event.request
        if (request.uri === '/mine') return {
          statusCode: 418, headers: {'x-a': {value: '1'}}, cookies: {c: {value: 'd'}}, body: {encoding: 'base64', data: '${Buffer.from('tea').toString('base64')}'}}
        request.headers['x-seen'] = {value: [request.method, request.uri, request.querystring.a.multiValue.map(x => x.value).join('+'), request.cookies.k.value, request.headers['x-h'].value, event.viewer.ip, event.context.eventType].join(' ')}
        request.uri = '/rewritten'
        return request
      }`,
      )
      const edge = await createEdge(test.lab, config(behindFunction(arn)))
      await http(`${edge.url}/v1?a=1&a=%2B&flag`, {headers: {'x-h': 'h', cookie: 'k=v; l=w'}})
      expect(home.requests[0]!.headers).include({
        'x-seen': 'GET /v1 1+%2B v h 127.0.0.1 viewer-request',
        cookie: 'k=v; l=w',
      })
      expect(home.requests[0]!.url).equal('/prod/rewritten?a=1&a=%2B&flag')
      const own = await http(`${edge.url}/mine`)
      expect(own).include({status: 418, text: 'tea'})
      expect(own.headers).deep.include({
        'x-a': '1',
        'set-cookie': ['c=d'],
        'x-cache': 'FunctionGeneratedResponse from cloudfront',
      })
    })

    it('gives 503 where it throws, and 502 where it returns nonsense or sets Host', async () => {
      const arn = await publishFunction(
        test.lab,
        `function handler(event) {
        if (event.request.uri === '/throw') throw new Error('secret')
        if (event.request.uri === '/host') event.request.headers.host = {value: 'other'}
        if (event.request.uri === '/nothing') return
        return event.request
      }`,
      )
      const edge = await createEdge(test.lab, config(behindFunction(arn)))
      const statuses = await Promise.all(['/throw', '/host', '/nothing', '/fine'].map((path) => http(edge.url + path)))
      expect(statuses.map(({status}) => status)).deep.equal([503, 502, 502, 200])
      expect(statuses[0]!.text).not.include('secret')
    })

    it('must be published, and runs the published version only', async () => {
      const draft = {Name: fresh('draft'), FunctionConfig: {Comment: '', Runtime: 'cloudfront-js-2.0'}}
      const code = (text: string) => Buffer.from(`function handler() { return {statusCode: 200, body: '${text}'} }`)
      const {ETag, FunctionSummary} = await call('CreateFunction', {...draft, FunctionCode: code('one')})
      const {FunctionARN} = FunctionSummary.FunctionMetadata
      expect((await refusal(createEdge(test.lab, config(behindFunction(FunctionARN))))).name).equal(
        'InvalidFunctionAssociation',
      )
      await call('PublishFunction', {Name: draft.Name, IfMatch: ETag})
      const edge = await createEdge(test.lab, config(behindFunction(FunctionARN)))
      const updated = await call('UpdateFunction', {...draft, FunctionCode: code('two'), IfMatch: ETag})
      expect((await http(edge.url)).text).equal('one')
      expect((await refusal(call('PublishFunction', {Name: draft.Name, IfMatch: ETag}))).name).equal(
        'PreconditionFailed',
      )
      await call('PublishFunction', {Name: draft.Name, IfMatch: updated.ETag})
      expect((await http(edge.url)).text).equal('two')
      expect((await refusal(call('DeleteFunction', {Name: draft.Name, IfMatch: updated.ETag}))).name).equal(
        'FunctionInUse',
      )
      const {FunctionCode} = await call('GetFunction', {Name: draft.Name, Stage: 'LIVE'})
      expect(Buffer.from(FunctionCode).toString()).include('two')
    })
  })

  describe('in front of API Gateway', () => {
    let api: TestApi

    before(async () => {
      api = await createApi(
        test.lab,
        await createFunction(
          test.lab,
          'echo',
          'export const handler = async (event) => ({statusCode: 200, body: JSON.stringify(event.headers)})',
        ),
      )
    })
    const edgeTo = (policy: string) => {
      const origin = originConfig(HOME, api.hostname)
      // A function that starts on a busy machine takes longer than the origins above are given.
      const patient = {...origin, CustomOriginConfig: {...origin.CustomOriginConfig, OriginReadTimeout: 20}}
      return createEdge(test.lab, {
        ...config({OriginRequestPolicyId: policy}),
        Origins: {Quantity: 1, Items: [patient]},
      })
    }

    it('gets through with AllViewerExceptHostHeader, and 403 with AllViewer', async () => {
      const good = await edgeTo(ALL_VIEWER_EXCEPT_HOST)
      const {status, json} = await http(`${good.url}/v1`, {headers: {host: good.domain}})
      expect(status).equal(200)
      expect(json).include({host: api.hostname})
      const bad = await edgeTo(ALL_VIEWER)
      const refused = await http(`${bad.url}/v1`, {headers: {host: bad.domain}})
      expect(refused.status).equal(403)
      expect(refused.json).deep.equal({message: 'Forbidden'})
      expect(refused.headers['x-cache']).equal('Error from cloudfront')
    })
  })
})
