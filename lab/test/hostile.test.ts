/**
 * Names that every object of JavaScript has, and bytes that no client sends: they are names and bytes like others. Nothing of
 * them reaches a prototype, and the next honest request is answered as the one before.
 */

import {connect} from 'node:net'
import {SSMClient, AddTagsToResourceCommand, GetParameterCommand, PutParameterCommand} from '@aws-sdk/client-ssm'
import {LambdaClient, ListTagsCommand, TagResourceCommand} from '@aws-sdk/client-lambda'
import {APIGatewayClient, PutMethodResponseCommand} from '@aws-sdk/client-api-gateway'
import {Hash} from '@smithy/core/serde'
import {SignatureV4} from '@smithy/signature-v4'
import {expect} from 'chai'
import fc from 'fast-check'

import {makeServices} from '../src/aws/index.js'
import {findRoute} from '../src/data-plane/api-gateway/routing.js'
import {applyResult} from '../src/data-plane/edge/viewer-request.js'
import {
  ALL_VIEWER_EXCEPT_HOST,
  behindFunction,
  CACHING_DISABLED,
  createEdge,
  originConfig,
  publishFunction,
} from './support/edge-bench.js'
import {createApi, createFunction, HOME, http, startTestLab, type TestLab} from './support/lab-data-plane.js'
import {keysOf} from './wire/support.js'

const JSON_OPERATIONS = [
  ['ssm', 'AmazonSSM.PutParameter'],
  ['ssm', 'AmazonSSM.AddTagsToResource'],
  ['secretsmanager', 'secretsmanager.CreateSecret'],
  ['secretsmanager', 'secretsmanager.TagResource'],
  ['cognito-idp', 'AWSCognitoIdentityProviderService.CreateUserPool'],
  ['logs', 'Logs_20140328.DescribeLogGroups'],
  ['kms', 'TrentService.DescribeKey'],
  ['wafv2', 'AWSWAF_20190729.CreateWebACL'],
  ['tagging', 'ResourceGroupsTaggingAPI_20170126.GetResources'],
] as const
const FORM_OPERATIONS = [
  ['rds', 'DescribeDBClusters'],
  ['rds', 'CreateDBClusterParameterGroup'],
  ['cloudformation', 'CreateStack'],
  ['cloudformation', 'DescribeStacks'],
  ['sts', 'GetCallerIdentity'],
  ['ec2', 'DescribeVpcs'],
] as const
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']

/** Changes nothing; it has to look at everything that it was given. */
const EDGE = `async function handler(event) {
  const request = event.request
  for (const part of [request.headers, request.querystring, request.cookies])
    for (const name of Object.keys(part)) String(part[name].value)
  return request
}`
/** Shows the event; headers of its answer are what the query asks for. */
const BACKEND = `export const handler = async (event) => ({
  statusCode: 200,
  headers: JSON.parse(event.queryStringParameters?.answer ?? '{}'),
  body: JSON.stringify(event),
})`

/** All that every object, list, text and function has. */
const inherited = (): string =>
  JSON.stringify(
    [Object.prototype, Array.prototype, String.prototype, Function.prototype, Object, Array, Function].map((one) =>
      Reflect.ownKeys(one).map(String),
    ),
  )

describe('hostile names and bytes', function () {
  this.timeout(60_000)
  let test: TestLab
  let doors: Record<string, string>
  let functionArn: string
  let restApiId: string
  let resourceId: string
  const untouched = inherited()

  before(async () => {
    test = await startTestLab([])
    for (const service of makeServices(test.lab)) test.lab.register(service)
    functionArn = await createFunction(test.lab, 'backend', BACKEND)
    const api = await createApi(test.lab, functionArn)
    ;({id: restApiId, resourceId} = api)
    const edge = await createEdge(test.lab, {
      CallerReference: 'hostile',
      Comment: '',
      Enabled: true,
      Origins: {Quantity: 1, Items: [originConfig(HOME, api.hostname)]},
      DefaultCacheBehavior: {
        TargetOriginId: HOME,
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: {Quantity: 7, Items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']},
        CachePolicyId: CACHING_DISABLED,
        OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
        ...behindFunction(await publishFunction(test.lab, EDGE)),
      },
    })
    doors = {edge: edge.url, api: api.url}
    await new SSMClient(client()).send(new PutParameterCommand({Name: '/honest', Type: 'String', Value: 'yes'}))
  })

  afterEach(async () => {
    expect(inherited(), 'a request reached a prototype').to.equal(untouched)
    await honest()
  })

  after(() => test.stop())

  const client = () => ({region: HOME, endpoint: test.lab.endpoint, credentials: keysOf(test.lab), maxAttempts: 1})

  /** What everybody asks for; it is answered the same whatever came before. */
  async function honest(): Promise<void> {
    for (const url of Object.values(doors)) {
      const headers = {'content-type': 'application/json', cookie: 'a=1'}
      const {status, json} = await http(`${url}/v1?q=1`, {method: 'POST', headers, body: '{"task":"x"}'})
      expect(status, url).to.equal(200)
      expect(json).to.deep.include({queryStringParameters: {q: '1'}, body: '{"task":"x"}'})
      expect(Object.keys(json.multiValueQueryStringParameters)).to.deep.equal(['q'])
    }

    const {Parameter} = await new SSMClient(client()).send(new GetParameterCommand({Name: '/honest'}))
    expect(Parameter?.Value).to.equal('yes')
  }

  for (const name of NAMES) {
    it(`field report 13: ${name} is a name like any other in a query, a header, a cookie and a body`, async () => {
      for (const [door, url] of Object.entries(doors)) {
        const body = `{"${name}":{"polluted":true}}`
        const headers = {[name]: 'x', cookie: `${name}=1; ${name}=2`, 'content-type': name}
        const query = `${name}=1&${name}=2&other=${name}`
        const {status, json, text} = await http(`${url}/v1?${query}`, {method: 'POST', headers, body})
        expect(status, `${door}: ${text}`).to.equal(200)
        const multi = new Map(Object.entries(json.multiValueQueryStringParameters))
        expect([...multi], door).to.deep.equal([
          [name, ['1', '2']],
          ['other', [name]],
        ])
        const single = new Map(Object.entries(json.queryStringParameters))
        expect(single.get(name)).to.equal('2')
        const given = new Map(Object.entries(json.headers as object).map(([key, value]) => [key.toLowerCase(), value]))
        expect(given.get(name.toLowerCase()), door).to.equal('x')
        expect(given.get('cookie')).to.equal(headers.cookie)
        expect(json.body).to.equal(body)
      }
    })

    it(`field report 13: ${name} is a name like any other in an answer, in a path and among methods`, async () => {
      const answer = encodeURIComponent(`{"${name}":"x"}`)
      for (const [door, url] of Object.entries(doors)) {
        const {raw} = await http(`${url}/v1?answer=${answer}`, {method: 'POST'})
        expect(raw[raw.findIndex((one) => one.toLowerCase() === name.toLowerCase()) + 1], door).to.equal('x')
      }

      const made = applyResult({} as never, JSON.parse(`{"statusCode":200,"headers":{"${name}":{"value":"x"}}}`))
      expect(Object.entries(made.headers)).to.deep.equal([[name.toLowerCase(), 'x']])

      const methods = {GET: {httpMethod: 'GET'}}
      const snapshot = {resources: [{id: '1', path: `/{${name}}`, methods}]} as never
      expect(Object.entries(findRoute(snapshot, 'GET', '/x')!.pathParameters)).to.deep.equal([[name, 'x']])
      expect(findRoute(snapshot, name, '/x')).to.equal(undefined)
    })

    it(`field report 13: ${name} is a name like any other in tags, parameters and methods`, async () => {
      const ssm = new SSMClient(client())
      const lambda = new LambdaClient(client())
      await ssm.send(new PutParameterCommand({Name: name, Type: 'String', Value: 'x', Overwrite: true}))
      const {Parameter} = await ssm.send(new GetParameterCommand({Name: name}))
      expect(Parameter?.Value).to.equal('x')
      const Tags = [{Key: name, Value: 'x'}]
      await ssm.send(new AddTagsToResourceCommand({ResourceType: 'Parameter', ResourceId: name, Tags}))
      await lambda.send(new TagResourceCommand({Resource: functionArn, Tags: {[name]: 'x', plain: 'y'}}))
      expect((await lambda.send(new ListTagsCommand({Resource: functionArn}))).Tags).to.include({plain: 'y'})
      const method = {restApiId, resourceId, httpMethod: name, statusCode: '200'}
      const refused = await new APIGatewayClient(client())
        .send(new PutMethodResponseCommand(method))
        .catch((error: Error) => error)
      expect(refused).to.have.property('name', 'NotFoundException')
      expect(test.logs.filter((line) => line.startsWith('wire: '))).to.deep.equal([])
    })
  }

  it('field report 13: answers every kind of bytes, and the next honest request as ever', async () => {
    const word = fc.oneof(
      fc.constantFrom(...NAMES),
      fc.constantFrom('%', '%zz', '%00', '%C0%AF', '..', '%2e%2e', '\u00FF', '', '*', '{', "'"),
      fc.string({maxLength: 20, unit: 'binary-ascii'}),
      fc.nat({max: 20_000}).map((length) => 'a'.repeat(length)),
    )
    const line = (parts: string[]): string => parts.join('').replaceAll(/[\r\n ]/g, '')
    const message = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'PATCH', 'DELETE', 'TRACE', '__proto__'),
      path: fc.array(word, {maxLength: 4}).map((parts) => `/prod/v1/${line(parts)}`),
      query: fc.array(fc.tuple(word, word), {maxLength: 5}),
      headers: fc.array(fc.tuple(word, word), {maxLength: 5}),
      cookies: fc.array(fc.tuple(word, word), {maxLength: 5}),
      type: fc.oneof(word, fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain')),
      body: fc.oneof(
        fc.json({maxDepth: 5}),
        fc.array(word, {maxLength: 3}).map((words) => `{"${words.join('":{"')}":`),
        fc.uint8Array({maxLength: 200}).map((bytes) => Buffer.from(bytes).toString('latin1')),
        fc.constant('['.repeat(50_000)),
      ),
    })
    const ports = [...Object.values(doors), test.lab.endpoint].map((url) => Number(new URL(url).port))
    await fc.assert(
      fc.asyncProperty(message, fc.constantFrom(...ports), async (one, port) => {
        const pairs = (list: [string, string][], between: string): string =>
          list.map((pair) => pair.map((part) => line([part])).join('=')).join(between)
        const bytes = Buffer.from(one.body, 'latin1')
        const head = [
          `${one.method} ${one.path}?${pairs(one.query, '&')} HTTP/1.1`,
          `host: 127.0.0.1:${port}`,
          ...one.headers.map(([name, value]) => `${line([name]) || 'x'}: ${line([value])}`),
          `cookie: ${pairs(one.cookies, '; ')}`,
          `content-type: ${line([one.type])}`,
          `content-length: ${bytes.length}`,
          'connection: close',
        ]
        const answer = await sent(port, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]))
        // A connection that ends without an answer is what the sender of such bytes gets.
        expect(answer, head.join('\n')).not.to.match(/^HTTP\/1\.1 500 /)
        expect(inherited()).to.equal(untouched)
      }),
      {numRuns: 300, seed: 13},
    )
  })

  it('field report 13: reads every signed body of the control port, and the next honest one as ever', async () => {
    const name = fc.oneof(fc.constantFrom(...NAMES, 'Name', 'Tags', 'Key', 'Value'), fc.string({maxLength: 8}))
    const {value} = fc.letrec((tie) => ({
      value: fc.oneof(
        {maxDepth: 4, withCrossShrink: true},
        fc.constantFrom(null, true, 0, -1, 1e308, '', 'x'),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), {maxLength: 3}),
      // Own members, as JSON has them: an assignment to `__proto__` would not make one.
      map: fc.array(fc.tuple(name, tie('value')), {maxLength: 4}).map((pairs) => Object.fromEntries(pairs)),
    }))
    const json = fc.record({
      operation: fc.constantFrom(...JSON_OPERATIONS, ...NAMES.map((one) => ['ssm', `AmazonSSM.${one}`] as const)),
      body: fc.oneof(
        value.map((one) => JSON.stringify(one)),
        fc.string(),
        fc.constant('{"a":'.repeat(20_000)),
      ),
    })
    const form = fc.record({
      operation: fc.constantFrom(...FORM_OPERATIONS),
      body: fc
        .array(fc.tuple(fc.array(fc.oneof(name, fc.constantFrom('1', 'member', 'Tag')), {maxLength: 4}), fc.string()))
        .map((pairs) =>
          pairs.map(([path, one]) => `${path.map(encodeURIComponent).join('.')}=${encodeURIComponent(one)}`),
        ),
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, form), async ({operation: [service, target], body}) => {
        const text = typeof body === 'string' ? body : [`Action=${target}`, ...body].join('&')
        const headers = await signed(service, text, typeof body === 'string' ? target : undefined)
        const {status} = await http(test.lab.endpoint, {method: 'POST', headers, body: text})
        expect(status, `${service} ${target} ${text.slice(0, 200)}`).to.be.oneOf([200, 400, 403, 404, 409, 501])
        expect(inherited()).to.equal(untouched)
      }),
      {numRuns: 400, seed: 13},
    )
  })

  async function signed(service: string, body: string, target: string | undefined): Promise<Record<string, string>> {
    const {hostname, port, host} = new URL(test.lab.endpoint)
    const signer = new SignatureV4({
      service,
      region: HOME,
      credentials: keysOf(test.lab),
      sha256: Hash.bind(null, 'sha256') as never,
    })
    const type = target ? 'application/x-amz-json-1.1' : 'application/x-www-form-urlencoded'
    const {headers} = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      query: {},
      headers: {host, 'content-type': type, ...(target && {'x-amz-target': target})},
      body,
    })
    return headers
  }
})

/** The first line of the answer, empty where there is none. */
const sent = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve('') : reject(error),
    )
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1').split('\r\n', 1)[0]!))
  })
