import {Hash} from '@smithy/core/serde'
import {SignatureV4} from '@smithy/signature-v4'
import {expect} from 'chai'
import fc from 'fast-check'
import {
  Refusal,
  bodyOf,
  outcomeUnknown,
  refusalAnswer,
  toProxyResult,
  unavailable,
} from '../../infra-template/lambda/shared/answer.js'
import {Deadline} from '../../infra-template/lambda/shared/deadline.js'
import {classify, codeOf} from '../../infra-template/lambda/shared/failure.js'
import {framesOf} from '../../infra-template/lambda/shared/log.js'
import {signToken} from '../../infra-template/lambda/shared/login.js'
import {toRequest} from '../../infra-template/lambda/shared/request.js'
import {parseSecret} from '../../infra-template/lambda/shared/secret.js'
import {serve} from '../../infra-template/lambda/shared/serve.js'
import {toToDo} from '../../infra-template/lambda/shared/todo.js'
import {
  parseId,
  parsePage,
  parseRemoval,
  parseRequestIds,
  parseToDo,
} from '../../infra-template/lambda/shared/validation.js'

/** Status and code of the refusal that `act` throws. */
function refusalOf(act: () => unknown): [number, string] {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return [error.statusCode, error.code]
    throw error
  }

  throw new Error('nothing was refused')
}

const JSON_TYPE = {'Content-Type': 'application/json'}

const event = (body: string | null, headers: Record<string, string | undefined> = JSON_TYPE, isBase64Encoded = false) =>
  toRequest({httpMethod: 'POST', requestContext: {}, headers, body, isBase64Encoded})

describe('the frame around a function', () => {
  it('aws 15: refuses a token that has expired since the authorizer looked at it, before anything is done', async () => {
    process.env.AWS_REGION = 'us-east-1'
    let acts = 0
    const handler = serve(async () => {
      acts++
      return {statusCode: 200, response: {}}
    })
    const context = {awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 5000}
    const answer = (authorizer?: object) =>
      handler({httpMethod: 'GET', requestContext: {authorizer}}, context) as Promise<{statusCode: number; body: string}>
    const now = Date.now() / 1000
    expect((await answer({exp: String(now + 60)})).statusCode).to.equal(200)
    expect((await answer()).statusCode).to.equal(200)
    expect(acts).to.equal(2)
    const {statusCode, body} = await answer({exp: String(now - 1)})
    expect([statusCode, JSON.parse(body).response.code]).to.deep.equal([401, 'TokenExpired'])
    expect(acts).to.equal(2)
  })
})

describe('the token by which a function logs in', () => {
  const HOST = 'p.proxy-c1.us-east-1.rds.amazonaws.com'
  const VARIABLES = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
  const before = VARIABLES.map((name) => [name, process.env[name]] as const)

  after(() => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  })

  it("aws 15: is the one that the SDK's signer makes, with and without a session", async () => {
    const base64 = fc.base64String({minLength: 4, maxLength: 200})
    const at = fc.date({min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true})
    const user = fc.stringMatching(/^[a-z_]{1,32}$/)
    await fc.assert(
      fc.asyncProperty(base64, fc.option(base64, {nil: undefined}), at, user, async (secret, session, when, name) => {
        Object.assign(process.env, {
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
          AWS_SECRET_ACCESS_KEY: secret,
          AWS_SESSION_TOKEN: session ?? '',
        })
        const signer = new SignatureV4({
          service: 'rds-db',
          region: 'us-east-1',
          credentials: {accessKeyId: 'ASIAEXAMPLE', secretAccessKey: secret, sessionToken: session},
          sha256: Hash.bind(null, 'sha256') as never,
        })
        const {query = {}} = await signer.presign(
          {
            method: 'GET',
            protocol: 'https:',
            hostname: HOST,
            port: 3306,
            path: '/',
            query: {Action: 'connect', DBUser: name},
            headers: {host: `${HOST}:3306`},
          },
          {expiresIn: 900, signingDate: when},
        )
        const [authority, text] = signToken(HOST, name, when).split('/?')
        expect(authority).to.equal(`${HOST}:3306`)
        expect(Object.fromEntries(new URLSearchParams(text))).to.deep.equal(query)
      }),
    )
  })
})

describe('validation', () => {
  const todo = {task: 'Sample Task new', status: 'wip'}

  it('field report 13: what every object has is no member of a body and no parameter of a query', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const more = `"${name}": {"id": "1", "limit": 3, "requestId": "r", "task": "t", "status": "s"}`
      const body = `{"task": "t", "status": "s", ${more}}`
      expect(
        refusalOf(() => parseToDo(event(body).json())),
        name,
      ).to.deep.equal([400, 'UnknownMember'])
      expect(
        refusalOf(() => parseRemoval(event(`{${more}}`).json())),
        name,
      ).to.deep.equal([400, 'UnknownMember'])
      const query = JSON.parse(`{${more}}`) as Record<string, unknown>
      const asked = toRequest({httpMethod: 'GET', requestContext: {}, queryStringParameters: query})
      expect(parsePage(asked.query), name).to.deep.equal({limit: 20, after: '0'})
      expect(event(body, {[name]: 'text/plain'}).json(), 'a header').to.be.an('object')
    }

    expect(Object.keys(Object.prototype)).to.deep.equal([])
  })

  it("takes the original's bodies", () => {
    expect(parseToDo(todo)).to.deep.equal(todo)
    expect(parseToDo({...todo, id: '2'})).to.deep.equal({...todo, id: '2'})
    expect(parseRemoval({id: '2'})).to.equal('2')
  })

  it('defect 25: an id is a positive integer as a string, and nothing near it', () => {
    for (const id of [
      '0',
      '-1',
      '01',
      '1.0',
      '1e3',
      ' 1',
      '',
      'abc',
      1,
      null,
      undefined,
      [],
      {},
      '9223372036854775808',
    ]) {
      expect(
        refusalOf(() => parseId(id)),
        String(id),
      ).to.deep.equal([400, 'InvalidId'])
    }

    expect(parseId('9223372036854775807')).to.equal('9223372036854775807')
    expect(refusalOf(() => parseToDo({...todo, id: '0'}))).to.deep.equal([400, 'InvalidId'])
  })

  it('defect 25: lengths are counted as the database counts, in characters', () => {
    expect(parseToDo({task: '🚀'.repeat(500), status: 's'.repeat(50)}).task).to.have.length(1000)
    expect(refusalOf(() => parseToDo({...todo, task: 'x'.repeat(501)}))).to.deep.equal([400, 'TaskTooLong'])
    expect(refusalOf(() => parseToDo({...todo, status: 'x'.repeat(51)}))).to.deep.equal([400, 'StatusTooLong'])
  })

  it('refuses what is missing, blank, of the wrong type, misspelt or half a character', () => {
    expect(refusalOf(() => parseToDo({status: 'wip'}))).to.deep.equal([400, 'InvalidTask'])
    expect(refusalOf(() => parseToDo({task: ' ', status: 'wip'}))).to.deep.equal([400, 'InvalidTask'])
    expect(refusalOf(() => parseToDo({task: {toSqlString: 1}, status: 'wip'}))).to.deep.equal([400, 'InvalidTask'])
    expect(refusalOf(() => parseToDo({task: 'x', status: 7}))).to.deep.equal([400, 'InvalidStatus'])
    expect(refusalOf(() => parseToDo({...todo, Id: '2'}))).to.deep.equal([400, 'UnknownMember'])
    expect(refusalOf(() => parseToDo({...todo, task: '\uD83D'}))).to.deep.equal([400, 'InvalidEncoding'])
    expect(refusalOf(() => parseToDo({...todo, requestId: 'x'.repeat(65)}))).to.deep.equal([400, 'InvalidRequestId'])
    expect(refusalOf(() => parseToDo({...todo, requestId: "'; --"}))).to.deep.equal([400, 'InvalidRequestId'])
  })

  it('bounds pages and ledgers', () => {
    expect(parsePage({})).to.deep.equal({limit: 20, after: '0'})
    expect(parsePage({limit: '100', next: '7'})).to.deep.equal({limit: 100, after: '7'})
    for (const limit of ['0', '101', '-1', 'x', '', '1.5']) {
      expect(
        refusalOf(() => parsePage({limit})),
        limit,
      ).to.deep.equal([400, 'InvalidLimit'])
    }

    expect(refusalOf(() => parsePage({next: '1 OR 1=1'}))).to.deep.equal([400, 'InvalidNext'])
    expect(parseRequestIds({requestIds: Array.from({length: 5000}, () => 'a')})).to.have.length(5000)
    expect(refusalOf(() => parseRequestIds({requestIds: Array.from({length: 5001}, () => 'a')}))).to.deep.equal([
      400,
      'InvalidRequestIds',
    ])
    expect(refusalOf(() => parseRequestIds({}))).to.deep.equal([400, 'InvalidRequestIds'])
  })

  it('either takes a body or refuses it with a 400, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('id', 'task', 'status', 'requestId', 'x'), fc.anything()), (body) => {
        try {
          const taken = parseToDo(body)
          expect([...taken.task].length).to.be.within(1, 500)
        } catch (error) {
          expect(error).to.be.instanceOf(Refusal).with.property('statusCode', 400)
        }
      }),
    )
  })
})

describe('request', () => {
  it('defect 23: a body that cannot be read has a status that says so', () => {
    expect(refusalOf(() => event('{"task": ').json())).to.deep.equal([400, 'InvalidJson'])
    expect(refusalOf(() => event(null).json())).to.deep.equal([400, 'InvalidJson'])
    expect(refusalOf(() => event('[1]').json())).to.deep.equal([400, 'InvalidBody'])
    expect(refusalOf(() => event('"text"').json())).to.deep.equal([400, 'InvalidBody'])
    expect(refusalOf(() => event('a=b', {'content-type': 'application/x-www-form-urlencoded'}).json())).to.deep.equal([
      415,
      'UnsupportedMediaType',
    ])
    expect(refusalOf(() => event('{}', {'content-type': 'application/json; charset=latin1'}).json())).to.deep.equal([
      415,
      'UnsupportedMediaType',
    ])
    expect(refusalOf(() => event(`{"task": "${'x'.repeat(70_000)}"}`).json())).to.deep.equal([413, 'BodyTooLarge'])
  })

  it('refuses bytes that are not UTF-8, encoded or already replaced by the gateway', () => {
    const bytes = Buffer.concat([Buffer.from('{"task": "'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    expect(refusalOf(() => event(bytes.toString('base64'), undefined, true).json())).to.deep.equal([
      400,
      'InvalidEncoding',
    ])
    expect(refusalOf(() => event(bytes.toString('utf8')).json())).to.deep.equal([400, 'InvalidEncoding'])
    expect(event(String.raw`{"task": "\ufffd"}`).json()).to.deep.equal({task: '\uFFFD'})
  })

  it('reads JSON in any spelling of its type, and without one', () => {
    for (const headers of [
      {'CONTENT-TYPE': 'Application/JSON'},
      {'content-type': 'application/json; charset=UTF-8'},
      {},
    ]) {
      expect(event('{"id": "1"}', headers).json()).to.deep.equal({id: '1'})
    }

    expect(event(Buffer.from('{"task": "日本"}').toString('base64'), undefined, true).json()).to.deep.equal({
      task: '日本',
    })
  })

  it('takes a direct invocation for what it is', () => {
    const request = toRequest({id: '1'})
    expect(request.viaApi).to.equal(false)
    expect(request.query).to.deep.equal({id: '1'})
    expect(refusalOf(() => toRequest(null).json())).to.deep.equal([400, 'InvalidBody'])
  })
})

describe('failure', () => {
  const server = (errno: number) => Object.assign(new Error('said'), {errno, sqlState: 'HY000', code: `ER_${errno}`})
  const network = (code: string) => Object.assign(new Error('said'), {code, errno: -111})

  it('before the statement was sent nothing was applied, whatever happened', () => {
    for (const error of [network('ECONNREFUSED'), network('ECONNRESET'), server(1040), server(1045), server(9501)]) {
      expect(classify(error, 'connect')).to.include({applied: 'no', retry: true})
    }

    expect(classify(server(1049), 'connect').retry, 'an unknown database stays unknown').to.equal(false)
  })

  it('after it was sent, an answer of the server is a no, and silence is a maybe', () => {
    for (const errno of [1290, 1836, 1205, 1213, 1045, 9501]) {
      expect(classify(server(errno), 'statement'), String(errno)).to.include({applied: 'no', retry: true})
    }

    for (const code of ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'PROTOCOL_SEQUENCE_TIMEOUT', 'TIMED_OUT']) {
      expect(classify(network(code), 'statement'), code).to.include({applied: 'maybe', retry: true, recycle: true})
    }

    for (const errno of [1053, 1180, 1317, 1927]) expect(classify(server(errno), 'statement').applied).to.equal('maybe')
    for (const errno of [1064, 1146, 1406])
      expect(classify(server(errno), 'statement')).to.include({applied: 'no', retry: false})
  })

  it('a read-only connection stays so, and is left', () => {
    for (const errno of [1290, 1836]) expect(classify(server(errno), 'statement').recycle).to.equal(true)
    expect(classify(server(1213), 'statement').recycle).to.equal(false)
  })

  it('knows a refused password', () => {
    expect(classify(server(1045), 'connect').denied).to.equal(true)
    expect(classify(server(1044), 'connect').denied).to.equal(false)
  })

  it('gives logs a code and never a text', () => {
    expect(codeOf(server(1062))).to.equal('ER_1062')
    expect(codeOf(new TypeError('secret'))).to.equal('TypeError')
    expect(codeOf('secret')).to.equal('Error')
    expect(framesOf(new Error('secret in the first line\nand the second')).join(' ')).not.to.include('secret')
  })
})

describe('answer', () => {
  it("defect 23: an error has an error's status and says error", () => {
    const result = toProxyResult(refusalAnswer(unavailable('DatabaseUnavailable', 'It cannot.')), 'us-east-2')
    expect(result.statusCode).to.equal(503)
    expect(result.headers).to.include({
      'retry-after': '1',
      'x-served-by-region': 'us-east-2',
      'cache-control': 'no-store',
    })
    expect(JSON.parse(result.body)).to.deep.equal({
      status: 'error',
      response: {code: 'DatabaseUnavailable', message: 'It cannot.'},
    })
    expect(outcomeUnknown().statusCode, 'told apart from a plain no').to.equal(504)
  })

  it('defect 24: is one JSON document, whatever a task holds', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), (task) => {
        const response = toToDo({id: 1, task, status: `it's`, created: '1700000000.123', requestId: null})
        const {body} = toProxyResult({statusCode: 200, response}, 'us-east-1')
        expect(JSON.parse(body)).to.deep.equal(bodyOf({statusCode: 200, response: {...response, task}}))
      }),
    )
  })

  it('shows a row as a ToDo', () => {
    expect(
      toToDo({id: '9007199254740993', task: null, status: 'x', created: '1700000000.123000', requestId: 'r'}),
    ).to.deep.equal({
      id: '9007199254740993',
      task: '',
      status: 'x',
      createdTime: '2023-11-14T22:13:20.123Z',
      requestId: 'r',
    })
    expect(toToDo({id: 1, task: 'x', status: 'x', created: null, requestId: null}).createdTime).to.equal(null)
  })
})

describe('secret and deadline', () => {
  it('refuses a secret without a user or a password, and does not repeat it', () => {
    expect(parseSecret('{"username":"u","password":"p","host":"elsewhere"}')).to.deep.equal({
      username: 'u',
      password: 'p',
    })
    for (const text of [undefined, '', 'no json', '{}', '{"username":"u"}', '{"username":"u","password":""}']) {
      expect(() => parseSecret(text)).to.throw('no username and password')
    }
  })

  it('ends a race at the deadline, and tells whoever is late', async () => {
    let late = false
    const lost = await Deadline.in(5)
      .race(new Promise(() => undefined), () => (late = true))
      .catch((error: Error) => error.name)
    expect([lost, late]).to.deep.equal(['TimedOut', true])
    expect(await Deadline.in(1000).race(Promise.resolve('won'), () => undefined)).to.equal('won')
    expect(Deadline.in(1000).within(50).remaining).to.be.at.most(50)
    // Of a function's time something is left to say what happened.
    expect(Deadline.of({getRemainingTimeInMillis: () => 2000}).remaining).to.be.at.most(1250)
    expect(Deadline.of({getRemainingTimeInMillis: () => 500}).remaining).to.equal(0)
  })
})
