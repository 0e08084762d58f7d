/** Each operation of the lab, called with an input that its model does not allow in one thing, over the wire. */

import '@aws-sdk/signature-v4a'
import {Agent} from 'node:http'
import type {LookupFunction} from 'node:net'
import {expect} from 'chai'

import {makeServices} from '../../src/aws/index.js'
import type {Service} from '../../src/kernel.js'
import type {Protocol, ServiceApi} from '../../src/service.js'
import {isDistilled} from '../../src/wire/constraints.js'
import {violationsOf} from '../../src/wire/input.js'
import {serviceModel} from '../../src/wire/model.js'
import type {OperationModel} from '../../src/wire/schema.js'
import {mutationsOf, type Mutation} from './mutations.js'
import {testLab, type TestLab} from './support.js'

interface Codes {
  missing: string
  type: string
  value: string
}

const json = (value: string): Codes => ({missing: value, type: 'SerializationException', value})
const query: Codes = {missing: 'ValidationError', type: 'MalformedInput', value: 'ValidationError'}

/** What each service says. */
const CODES: Record<string, Codes> = {
  apigateway: {...json('ValidationException'), missing: 'BadRequestException'},
  cloudformation: query,
  cloudfront: {missing: 'MalformedXML', type: 'MalformedXML', value: 'MalformedXML'},
  'cloudfront-keyvaluestore': json('ValidationException'),
  codebuild: json('InvalidInputException'),
  codecommit: json('ValidationException'),
  codeconnections: json('ValidationException'),
  codepipeline: json('ValidationException'),
  'cognito-idp': json('InvalidParameterException'),
  ec2: {missing: 'MissingParameter', type: 'InvalidParameterValue', value: 'InvalidParameterValue'},
  ecr: json('InvalidParameterException'),
  events: json('ValidationException'),
  iam: query,
  kms: json('ValidationException'),
  lambda: json('ValidationException'),
  logs: json('InvalidParameterException'),
  monitoring: json('ValidationException'),
  rds: {missing: 'MissingParameter', type: 'MalformedInput', value: 'InvalidParameterValue'},
  route53: {missing: 'InvalidInput', type: 'InvalidInput', value: 'InvalidInput'},
  'route53-recovery-cluster': json('ValidationException'),
  s3: {missing: 'MalformedXML', type: 'MalformedXML', value: 'MalformedXML'},
  secretsmanager: json('ValidationException'),
  servicequotas: json('IllegalArgumentException'),
  sns: {missing: 'InvalidParameterException', type: 'MalformedInput', value: 'ValidationError'},
  ssm: json('ValidationException'),
  sts: query,
  tagging: json('InvalidParameterException'),
  wafv2: json('ValidationException'),
}

function expectedCode(signingName: string, operation: string, {kind, constraint, path, bound}: Mutation): string {
  const codes = CODES[signingName]!
  const member = path.join('.')
  if (signingName === 'rds' && operation.includes('DBProxy')) return query[kind]
  if (signingName === 'lambda' && member === 'Runtime' && constraint === 'enum') return 'InvalidParameterValueException'
  if (
    signingName === 'monitoring' &&
    kind === 'missing' &&
    ['GetMetricStatistics', 'PutMetricData'].includes(operation)
  )
    return 'MissingRequiredParameterException'
  // An answer to HEAD has no body that could say why.
  if (operation.startsWith('Head')) return 'Unknown'
  if (signingName === 's3' && kind === 'missing' && path.length === 1) return 'MissingRequestBodyError'
  if (signingName === 's3' && path.at(-1) === 'LocationConstraint') return 'InvalidLocationConstraint'
  if (signingName === 's3' && bound && kind === 'value')
    return (
      ({StorageClass: 'InvalidStorageClass', ChecksumAlgorithm: 'InvalidRequest'} as Record<string, string>)[member] ??
      'InvalidArgument'
    )
  return bound && ['s3', 'cloudfront'].includes(signingName) ? 'InvalidArgument' : codes[kind]
}

/** An operation of the lab that AWS has too. */
interface Called {
  api: ServiceApi
  protocol: Protocol
  operation: OperationModel
  mutations: Mutation[]
}

describe('inputs that a model does not allow', function () {
  this.timeout(120_000)
  let lab: TestLab
  let services: Service[]
  let called: Called[]

  before(async () => {
    lab = await testLab()
    services = makeServices(lab.lab).filter(({api}) => api.client)
    for (const service of services) lab.lab.register(service)
    const some = services.map(async ({api, operations}): Promise<Called[]> => {
      const {operations: known, native: protocol} = (await serviceModel(api))!
      const supported = Object.keys(operations).flatMap((name) => known.get(name) ?? [])
      return supported.map((operation) => ({
        api,
        protocol,
        operation,
        mutations: mutationsOf(api.signingName, operation),
      }))
    })
    called = (await Promise.all(some)).flat()
  })

  after(() => lab.close())

  it('aws 20: there are facts of every operation of the lab', () => {
    const without = called.filter(({api, operation}) => !isDistilled(api.signingName, operation.name))
    const names = without.map(({api, operation}) => `${api.signingName}.${operation.name}`)
    expect(names, 'renew them with scripts/distil-inputs.ts').deep.equal([])
  })

  it('aws 20: everything that a model does not allow is found, and nothing else', () => {
    const right = new Set<object>()
    let count = 0
    for (const {api, operation, mutations} of called)
      for (const mutation of mutations) {
        const what = `${api.signingName}.${operation.name} ${mutation.kind} ${mutation.path.join('.')}`
        const found = violationsOf(api.signingName, operation, mutation.input)
        const places = found.map(({kind, path}) => `${kind} ${path.join('.')}`)
        const path = mutation.path.map((name) => (/^\d+$/.test(name) ? String(Number(name) + 1) : name))
        // What is wrong with a plain element is said of its list.
        const expected = [path, path.slice(0, -1)].map((one) => `${mutation.kind} ${one.join('.')}`)
        if (!places.some((one) => expected.includes(one))) expect(places, what).include(expected[0])
        if (!right.has(mutation.right)) {
          const others = violationsOf(api.signingName, operation, mutation.right)
          if (others.length > 0) expect(others, `${what}, made right`).deep.equal([])
          right.add(mutation.right)
        }

        count++
      }

    expect(count).above(6000)
  })

  it('aws 20: each operation refuses a missing member, a wrong type, and a value out of its enum, range, length and pattern', async () => {
    const wrong: string[] = []
    let count = 0
    for (const {api} of services) {
      const sdk = await api.client!.load()
      const own = called.filter((one) => one.api === api)
      // A client that sends nothing: its own test does.
      if (!(`${own[0]!.operation.name}Command` in sdk)) continue
      const caller = new Caller(lab, api, sdk, ['json', 'restJson'].includes(own[0]!.protocol))
      for (const {operation, protocol, mutations} of own) {
        const some = oneOfEach(mutations.filter((one) => canBeSent(protocol, one)))
        const answers = await Promise.all(some.map((one) => caller.call(operation, one)))
        for (const [index, mutation] of some.entries()) {
          const {kind, constraint, path} = mutation
          const what = `${api.signingName}.${operation.name}: ${kind} (${constraint}) at ${path.join('.')}`
          const code = expectedCode(api.signingName, operation.name, mutation)
          if (answers[index] !== code) wrong.push(`${what} is answered with ${answers[index]}, not ${code}`)
          count++
        }
      }
    }

    expect(wrong.join('\n')).equal('')
    expect(count).above(800)
  })
})

/** What a client of the service, or of HTTP, can send at all. */
function canBeSent(protocol: Protocol, {kind, constraint, path, bound, value}: Mutation): boolean {
  // A form and XML are texts: what is no number and no truth is all that can be wrong with them.
  if (kind === 'type' && protocol !== 'json' && (protocol !== 'restJson' || bound))
    return value === 'x' && bound === undefined
  // The SDK's client asks these itself.
  if (bound && ['ChecksumAlgorithm', 'KvsARN'].includes(path[0]!)) return false
  // A path without one of its parts is another path.
  return !(bound === 'label' && constraint === 'length' && (value as string).length === 0) && path.length > 0
}

/** The first of each kind: they are found alike. */
const oneOfEach = (mutations: Mutation[]): Mutation[] => [
  ...new Map(mutations.map((one) => [`${one.kind} ${one.constraint} ${one.bound}`, one] as const).reverse()).values(),
]

const STORE = 'arn:aws:cloudfront::000000000000:key-value-store/0f8fad5b-d9cb-469f-a165-70867728950e'

/** Sends wrong inputs by the SDK's client, which checks next to nothing. Wrong types it would not write: they are put into what it wrote. */
class Caller {
  private readonly client: Client

  constructor(
    lab: TestLab,
    api: ServiceApi,
    private readonly sdk: Record<string, unknown>,
    private readonly isJson: boolean,
  ) {
    const Client = sdk[api.client!.name] as new (config: object) => Client
    // The KeyValueStore's client puts the account in front of the host.
    const endpoint = lab.lab.endpoint.replace('127.0.0.1', 'localhost')
    const requestHandler = {httpAgent: new Agent({keepAlive: true, lookup: toLoopback})}
    this.client = new Client({...lab.client('us-east-1'), endpoint, requestHandler, forcePathStyle: true})
  }

  /** The code of the answer, or `taken`. */
  async call({name}: OperationModel, {kind, path, input, right, value}: Mutation): Promise<string> {
    const Command = this.sdk[`${name}Command`] as new (input: object) => Sent
    const isReplaced = kind === 'type' && this.isJson
    const {KvsARN} = input
    const command = new Command({...(isReplaced ? right : input), ...(KvsARN !== undefined && {KvsARN: STORE})})
    if (isReplaced) command.middlewareStack.add(replacing(path, value), {step: 'build', priority: 'low'})
    return this.client.send(command).then(
      () => 'taken',
      (error: Error) => error.name,
    )
  }
}

const toLoopback: LookupFunction = (_name, {all}, callback) =>
  all ? callback(null, [{address: '127.0.0.1', family: 4}]) : callback(null, '127.0.0.1', 4)

interface Sent {
  middlewareStack: {add(middleware: unknown, options: object): void}
}

interface Client {
  send(command: Sent): Promise<unknown>
}

interface HttpRequest {
  body: string | Uint8Array
  headers: Record<string, string>
}

const replacing =
  (path: string[], value: unknown) =>
  (next: (call: {request: HttpRequest}) => unknown) =>
  (call: {request: HttpRequest}): unknown => {
    const {request} = call
    const body = replaced(Buffer.from(request.body).toString(), path, value)
    request.body = body
    request.headers['content-length'] = String(Buffer.byteLength(body))
    return next(call)
  }

function replaced(body: string, path: string[], value: unknown): string {
  if (!body.startsWith('{')) return body
  const whole = JSON.parse(body) as Record<string, unknown>
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, whole)
  holder[path.at(-1)!] = value
  return JSON.stringify(whole)
}
