import {expect} from 'chai'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {AwsCheckup} from '../../../src/adapters/aws/checkup.js'
import {Clients} from '../../../src/adapters/aws/clients.js'
import type {AwsCallOptions} from '../../../src/adapters/aws/clients.js'
import {examine} from '../../../src/actions/doctor/examine.js'
import {ok} from '../../../src/model/finding.js'
import {Unreachable} from '../../../src/errors.js'
import type {DrError} from '../../../src/errors.js'
import type {Machine} from '../../../src/ports/checkup.js'
import {AWAY, HOME} from '../../support/deployment.js'
import {keepEnvironment} from '../../support/environment.js'
import {CLOSED_PORT, serve} from '../../support/server.js'
import type {Answer, Asked, Reply, TestServer} from '../../support/server.js'
import {thrownBy} from '../../support/thrown.js'
import {watch} from '../../support/watch.js'

const json = (body: object, status = 200): Answer => ({
  status,
  headers: {'content-type': 'application/x-amz-json-1.1'},
  body: JSON.stringify(body),
})
const xml = (body: string, status = 200): Answer => ({status, headers: {'content-type': 'text/xml'}, body})
const queryFault = (code: string, status: number): Answer =>
  xml(`<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`, status)

/** One read of each wire protocol: how it is answered, and how it is throttled. */
const READS: {
  name: string
  answer: Answer
  throttled: Answer
  call: (clients: Clients, options?: AwsCallOptions) => Promise<unknown>
}[] = [
  {
    name: 'rds:DescribeGlobalClusters',
    answer: xml('<DescribeGlobalClustersResponse><DescribeGlobalClustersResult/></DescribeGlobalClustersResponse>'),
    throttled: queryFault('Throttling', 400),
    call: (clients, options) => clients.call('rds', AWAY, 'DescribeGlobalClusters', {}, options),
  },
  {
    name: 'ssm:GetParameter',
    answer: json({Parameter: {Value: 'v'}}),
    throttled: json({__type: 'ThrottlingException'}, 400),
    call: (clients, options) => clients.call('ssm', AWAY, 'GetParameter', {Name: 'n'}, options),
  },
  {
    name: 'lambda:GetFunctionConcurrency',
    answer: json({}),
    throttled: {...json({}, 429), headers: {'x-amzn-errortype': 'TooManyRequestsException'}},
    call: (clients) => clients.call('lambda', AWAY, 'GetFunctionConcurrency', {FunctionName: 'f'}),
  },
  {
    name: 's3:GetObject',
    answer: {body: 'bytes'},
    throttled: xml('<Error><Code>SlowDown</Code><Message>no</Message></Error>', 503),
    call: (clients) =>
      clients.call('s3', AWAY, 'GetObject', {Bucket: 'b', Key: 'k'}, {}, async ({Body}) => Body!.transformToString()),
  },
  {
    name: 'cloudformation:DescribeStacks',
    answer: xml('<DescribeStacksResponse><DescribeStacksResult/></DescribeStacksResponse>'),
    throttled: queryFault('Throttling', 400),
    call: (clients) => clients.call('cloudformation', AWAY, 'DescribeStacks', {}),
  },
]

describe('calls of AWS', () => {
  let server: TestServer
  let clients: Clients
  let reply: (asked: Asked) => Reply | Promise<Reply>

  beforeEach(async () => {
    server = await serve((asked) => reply(asked))
    clients = new Clients({endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}})
  })

  afterEach(async () => {
    await clients.close()
    await server.close()
  })

  for (const {name, answer, throttled, call} of READS) {
    const failures: [string, Reply][] = [
      ['is throttled', throttled],
      ['is failed by AWS', {status: 500}],
      ['finds nobody behind the load balancer', {status: 503}],
      ['is reset', 'reset'],
      ['hangs', 'hang'],
    ]
    for (const [how, failure] of failures)
      it(`field report 10: ${name} is asked again within its deadline where it ${how}`, async () => {
        let still: number | undefined
        reply = () => {
          if (server.asked.length === 1) return failure
          still ??= server.hanging
          return answer
        }

        await call(clients)
        expect(server.asked.length).to.be.at.least(2)
        // Beside the one that hangs, and not when that one is given up.
        expect(still).to.equal(failure === 'hang' ? 1 : 0)
      })
  }

  it('outage: a region of which two connections broke is asked once only for each thing, until it answers', async () => {
    const asked = async (): Promise<number> => {
      const before = server.asked.length
      await READS[1]!.call(clients).catch((error: unknown) => expect(error).to.be.instanceOf(Unreachable))
      return server.asked.length - before
    }

    reply = () => 'reset'
    expect([await asked(), await asked(), await asked()]).to.deep.equal([2, 1, 1])
    reply = () => READS[1]!.throttled
    await thrownBy(READS[1]!.call(clients))
    reply = () => 'reset'
    expect([await asked(), await asked()]).to.deep.equal([2, 1])
    let first = true
    reply = () => {
      const answer = first ? READS[1]!.throttled : 'reset'
      first = false
      return answer
    }

    expect([await asked(), await asked()], 'a throttle is no broken connection').to.deep.equal([2, 2])
  })

  it('field report 10: a read that is merely slow is answered by whichever attempt is first', async () => {
    const second = new Promise<void>((asked) => {
      // The first one is answered after the second one was asked, which never is.
      reply = async () => {
        if (server.asked.length > 1) {
          asked()
          return 'hang'
        }

        await second
        return READS[1]!.answer
      }
    })
    await READS[1]!.call(clients)
    expect(server.asked.length).to.be.at.least(2)
  })

  it('health: asks an address that a whole region shares over a few connections, and a region that is silent holds up no other', async () => {
    const sockets = new Set<number>()
    reply = ({headers, from}) => {
      if (String(headers.authorization).includes(`/${HOME}/`)) return 'hang'
      sockets.add(from)
      return json({})
    }

    const functions = (region: string): Promise<unknown>[] =>
      Array.from({length: 30}, (_, index) =>
        clients.call('lambda', region, 'GetFunctionConcurrency', {FunctionName: `f${index}`}, options),
      )
    const caller = new AbortController()
    const options = {deadlineMs: 30_000, requestMs: 30_000, signal: caller.signal}
    const silent = Promise.allSettled(functions(HOME))
    const watched = watch(silent)
    await Promise.all(functions(AWAY))
    expect(sockets.size).to.be.within(1, 8)
    expect(watched.over).to.equal(false)
    caller.abort()
    const ended = await silent
    expect(ended.every(({status}) => status === 'rejected')).to.equal(true)
  })

  it('field report 10: a read that keeps failing says why, while there is time for another way', async () => {
    for (const {throttled, call} of READS.slice(0, 2)) {
      reply = () => throttled
      expect(((await thrownBy(call(clients, {deadlineMs: 300_000}))) as DrError).code).to.contain('Throttling')
    }
  })

  it('field report 10: a read that keeps failing says why, however long each answer takes', async () => {
    const withDelay = async (delayMs: number): Promise<void> => {
      const slow = await serve(() => sleep(delayMs, {status: 503}))
      const credentials = {accessKeyId: 'lab', secretAccessKey: 'lab'}
      const all = new Clients({endpoint: slow.url, credentials})
      try {
        const errors = await Promise.all(READS.map(({call}) => thrownBy(call(all)) as Promise<DrError>))
        for (const [index, {code}] of errors.entries())
          expect(code, `${READS[index]!.name}, after ${delayMs} ms`).to.not.be.oneOf(['Unreachable', 'Timeout'])
      } finally {
        await all.close()
        await slow.close()
      }
    }

    await Promise.all([0, 300, 600, 900].map((delayMs) => withDelay(delayMs)))
  }).timeout(30_000)

  it('field report 10: what changes something is not sent beside itself, and a promotion is sent once', async () => {
    reply = () => ({status: 503})
    const promotion = {GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 'arn'}
    await thrownBy(clients.call('rds', AWAY, 'FailoverGlobalCluster', promotion, {once: true}))
    expect(server.asked).to.have.length(1)
    reply = () =>
      new Promise((resolve) => {
        setTimeout(() => resolve(json({})), 1500)
      })
    await clients.call('lambda', AWAY, 'PutFunctionConcurrency', {FunctionName: 'f', ReservedConcurrentExecutions: 0})
    expect(server.asked).to.have.length(2)
  })

  it('aws 03: a change is sent again where it surely was not carried out, and nowhere else', async () => {
    const put = () =>
      clients.call('lambda', AWAY, 'PutFunctionConcurrency', {FunctionName: 'f', ReservedConcurrentExecutions: 0})
    const first = async (failure: Reply): Promise<number> => {
      let asked = 0
      reply = () => (asked++ === 0 ? failure : json({}))
      await put().catch((error: DrError) => expect(error.unclear).to.equal(true))
      return asked
    }

    expect(await first(READS[2]!.throttled), 'throttled').to.equal(2)
    expect(await first('reset'), 'the answer may be lost').to.equal(1)
    expect(await first({status: 503}), 'it may have begun').to.equal(1)
  })

  it('aws 03: a change has 30 seconds to be answered', async () => {
    reply = () =>
      new Promise((resolve) => {
        setTimeout(() => resolve(json({})), 7000)
      })
    await clients.call('lambda', AWAY, 'PutFunctionConcurrency', {FunctionName: 'f', ReservedConcurrentExecutions: 0})
    expect(server.asked).to.have.length(1)
  })

  const PAGE = '<!DOCTYPE html><html><body>Sign in & go on</body></html>'
  /** What somebody else than AWS says. */
  const FOREIGN: [string, Answer][] = [
    ['a page', {headers: {'content-type': 'text/html'}, body: PAGE}],
    ['a page that S3 serves', {headers: {'content-type': 'text/html', 'x-amz-request-id': 'r'}, body: PAGE}],
    ['a page of a distribution', {foreign: true, headers: {'x-amz-cf-id': 'c'}, body: PAGE}],
    ['404 and a page', {foreign: true, status: 404, headers: {'content-type': 'text/html; charset=utf-8'}, body: PAGE}],
    ['404 and a line', {foreign: true, status: 404, body: '404 page not found'}],
    ['a redirect', {foreign: true, status: 302, headers: {location: 'http://sign.in/'}}],
    ['401', {foreign: true, status: 401, body: 'no'}],
    ['JSON of its own', {foreign: true, headers: {'content-type': 'application/json'}, body: '{"a":1}'}],
    ['XML of its own', {foreign: true, headers: {'content-type': 'text/xml'}, body: '<rss/>'}],
    ['nothing', {foreign: true}],
    ['an outage of a gateway', {foreign: true, status: 503, body: PAGE}],
  ]
  for (const [what, answer] of FOREIGN)
    it(`field report 29: an endpoint that answers with ${what} is named, with what to check, whatever is asked`, async () => {
      reply = () => answer
      for (const {name, call} of READS) {
        const error = (await thrownBy(call(clients))) as DrError
        expect(error, name).to.include({code: 'NotAws', exit: answer.status === 503 ? 'failed' : 'usage'})
        expect(error.message, name).to.contain(server.url)
        expect(`${error.message} ${error.why} ${error.next}`, name)
          .to.contain('AWS_ENDPOINT_URL')
          .and.not.to.contain('hidden')
      }
    }).timeout(30_000)

  it('field report 29: what an endpoint that is not AWS says to a promotion may be true all the same', async () => {
    reply = () => FOREIGN[0]![1]
    const promotion = {GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 'arn'}
    const error = await thrownBy(clients.call('rds', AWAY, 'FailoverGlobalCluster', promotion, {once: true}))
    expect(error).to.include({code: 'NotAws', unclear: true})
  })

  it('field report 29: an endpoint that says nothing, or does not speak HTTP, is named too', async () => {
    const garbage = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('SSH-2.0-OpenSSH_9.6\r\n')
    })
    await new Promise<void>((listening) => {
      garbage.listen(0, '127.0.0.1', listening)
    })
    const {port} = garbage.address() as AddressInfo
    const putBack = keepEnvironment()
    Object.assign(process.env, {AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's'})
    reply = () => 'hang'
    try {
      for (const [endpoint, code, deadlineMs] of [
        [server.url, 'Unreachable', 1500],
        [`http://127.0.0.1:${CLOSED_PORT}`, 'Unreachable', 15_000],
        [`http://127.0.0.1:${port}`, 'NotAws', 15_000],
        [`https://127.0.0.1:${port}`, 'NotAws', 15_000],
      ] as const) {
        const all = new Clients({endpoint})
        const asked = all.call('sts', AWAY, 'GetCallerIdentity', {}, {deadlineMs})
        const error = (await thrownBy(asked)) as DrError
        expect(error).to.include({code})
        expect(error.message).to.contain(endpoint)
        expect(error.next).to.contain('AWS_ENDPOINT_URL')
        await all.close()
      }
    } finally {
      garbage.close()
      putBack()
    }
  })

  it('field report 29: doctor finds nothing well with a web page', async () => {
    const machine: Machine = {state: async () => ({node: 'v22.0.0', unwritable: [], free: 1e12})}
    for (const [what, answer] of FOREIGN) {
      reply = () => answer
      const checkup = new AwsCheckup(clients, {endpoint: server.url})
      const regions: [string, string] = ['us-east-1', AWAY]
      const target = {name: 'aws', judgement: ok('aws')}
      const findings = await examine({machine, checkup, regions, target, lab: false, account: '000000000000'})
      for (const {check, level, text, remedy} of findings) {
        if (!['reach', 'credentials', 'bootstrap', 'vpc quota', 'engine', 'account'].includes(check)) continue
        expect(level, `${what}: ${check}: ${text}`).to.not.equal('ok')
        expect(remedy).to.be.a('string')
        if (['reach', 'credentials'].includes(check)) expect(`${text} ${remedy}`).to.contain(server.url)
      }
    }
  }).timeout(60_000)

  const MINUTE = 60_000
  const text = (late: boolean): string =>
    late ? 'Signature expired: a is now earlier than b' : 'Signature not yet current: a is still later than b'
  /** How each protocol refuses the time of a signature. `late`: it is too old. */
  const SKEW: Record<string, (late: boolean) => Answer> = {
    rds: (late) =>
      xml(
        `<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>${text(late)}</Message></Error></ErrorResponse>`,
        403,
      ),
    lambda: (late) => json({__type: 'InvalidSignatureException', message: text(late)}, 403),
    ssm: (late) => json({__type: 'InvalidSignatureException', message: text(late)}, 400),
    s3: () => xml('<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message></Error>', 403),
    ec2: () =>
      xml(
        '<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error></Errors></Response>',
        400,
      ),
  }
  const GOOD: Record<string, Answer> = {
    rds: xml('<FailoverGlobalClusterResponse><FailoverGlobalClusterResult/></FailoverGlobalClusterResponse>'),
    lambda: json({}),
    ssm: json({Parameter: {Value: 'v'}}),
    s3: {},
    ec2: xml('<DescribeVpcsResponse/>'),
  }
  const CALLS: [string, (all: Clients) => Promise<unknown>][] = [
    [
      'rds',
      (all) =>
        all.call(
          'rds',
          AWAY,
          'FailoverGlobalCluster',
          {GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 'a'},
          {once: true},
        ),
    ],
    [
      'lambda',
      (all) => all.call('lambda', AWAY, 'PutFunctionConcurrency', {FunctionName: 'f', ReservedConcurrentExecutions: 0}),
    ],
    ['ssm', (all) => all.call('ssm', AWAY, 'GetParameter', {Name: 'n'})],
    ['s3', (all) => all.call('s3', AWAY, 'PutObject', {Bucket: 'b', Key: 'k', Body: '{}'})],
    ['ec2', (all) => all.call('ec2', AWAY, 'DescribeVpcs', {})],
  ]
  const isRead = (service: string): boolean => ['ssm', 'ec2'].includes(service)
  const OFF = [
    ['7 minutes behind', 7 * MINUTE],
    ['7 minutes ahead', -7 * MINUTE],
    ['a day ahead', -24 * 60 * MINUTE],
  ] as const

  /** AWS, whose clock is so much ahead of this one; what it has accepted and refused, by service. A read may be sent twice. */
  function awsAt(offsetMs: number): {accepted: string[]; refused: string[]} {
    const accepted: string[] = []
    const refused: string[] = []
    reply = ({headers}) => {
      const service = /\/([\w-]+)\/aws4_request/.exec(headers.authorization!)![1]!
      const stamp = (headers['x-amz-date'] as string).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
      const there = Date.now() + offsetMs
      const wrongBy = Date.parse(stamp) - there
      const answer = Math.abs(wrongBy) > 5 * MINUTE ? SKEW[service]!(wrongBy < 0) : GOOD[service]!
      const judged = answer === GOOD[service] ? accepted : refused
      judged.push(service)
      return {...answer, headers: {...answer.headers, date: new Date(there).toUTCString()}}
    }

    return {accepted, refused}
  }

  for (const [off, offsetMs] of OFF) {
    for (const [service, call] of CALLS)
      it(`field report 9: a first call of ${service} gets through, once, with a clock that is ${off}, which is told`, async () => {
        const told: number[] = []
        const skewed = new Clients(
          {endpoint: server.url, credentials: {accessKeyId: 'lab', secretAccessKey: 'lab'}},
          (ms) => told.push(ms),
        )
        const {accepted, refused} = awsAt(offsetMs)
        try {
          await call(skewed)
          expect(new Set(refused)).to.deep.equal(new Set([service]))
          if (!isRead(service)) expect([accepted, refused]).to.deep.equal([[service], [service]])
          // From then on nothing is refused, whoever is asked.
          refused.length = 0
          for (const [, another] of CALLS) await another(skewed)
          expect(refused).to.deep.equal([])
          expect(told).to.have.length(1)
          // A corrected clock is no reason to send a promotion again that AWS has failed.
          reply = () => ({status: 500, headers: {date: new Date(Date.now() + offsetMs).toUTCString()}})
          const asked = server.asked.length
          expect(await thrownBy(CALLS[0]![1](skewed))).to.include({unclear: true})
          expect(server.asked).to.have.length(asked + 1)
          expect(told[0]! - offsetMs).to.be.within(-3000, 3000)
          expect(skewed.now() - Date.now() - offsetMs).to.be.within(-3000, 3000)
        } finally {
          await skewed.close()
        }
      })
  }

  it('field report 9: a clock that cannot be corrected is told as such, and not as credentials', async () => {
    for (const [service, call] of CALLS) {
      reply = () => SKEW[service]!(true)
      const error = (await thrownBy(call(clients))) as DrError
      expect(error).to.include({code: 'ClockSkew', exit: 'failed', unclear: false})
      expect(error.next).to.contain('clock')
    }
  })

  describe('with credentials of a file', () => {
    const putBack = keepEnvironment()
    let folder: string
    const keys = (id: string): void =>
      writeFileSync(join(folder, 'credentials'), `[default]\naws_access_key_id=${id}\naws_secret_access_key=s\n`)

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'todo-dr-keys-'))
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
      process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'credentials')
      process.env.AWS_CONFIG_FILE = join(folder, 'config')
      keys('OLD')
    })

    afterEach(() => {
      putBack()
      rmSync(folder, {recursive: true})
    })

    const REFUSALS: [string, string][] = [
      ['rds', 'ExpiredToken'],
      ['rds', 'InvalidClientTokenId'],
      ['lambda', 'ExpiredTokenException'],
      ['lambda', 'UnrecognizedClientException'],
      ['ssm', 'UnrecognizedClientException'],
      ['s3', 'ExpiredToken'],
      ['s3', 'InvalidAccessKeyId'],
      ['ec2', 'AuthFailure'],
    ]
    const refusal = (service: string, code: string): Answer =>
      ['lambda', 'ssm'].includes(service)
        ? json({__type: code, message: 'no'}, 403)
        : service === 'ec2'
          ? xml(`<Response><Errors><Error><Code>${code}</Code></Error></Errors></Response>`, 401)
          : xml(
              service === 's3'
                ? `<Error><Code>${code}</Code></Error>`
                : `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`,
              403,
            )

    for (const [service, code] of REFUSALS)
      it(`field report 9: asks for them anew, once, where ${service} refuses them with ${code}`, async () => {
        const all = new Clients({endpoint: server.url})
        const calls = CALLS.filter(([name]) => name === service)
        try {
          reply = () => GOOD[service]!
          for (const [, call] of calls) await call(all)
          keys('NEW')
          reply = ({headers}) =>
            headers.authorization!.includes('Credential=NEW/') ? GOOD[service]! : refusal(service, code)
          const asked = server.asked.length
          await Promise.all(calls.flatMap(([, call]) => [call(all), call(all)]))
          const sent = (): number => server.asked.length - asked
          expect(sent()).to.be.within(4, isRead(service) ? 12 : 4)
          reply = () => refusal(service, code)
          const before = sent()
          for (const [, call] of calls) expect(await thrownBy(call(all))).to.include({code, exit: 'credentials'})
          expect(sent() - before).to.be.within(2, isRead(service) ? 6 : 2)
        } finally {
          await all.close()
        }
      })
  })
})
