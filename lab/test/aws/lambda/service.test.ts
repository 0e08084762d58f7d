import {homedir} from 'node:os'

import {expect} from 'chai'

import {InvokeCommand, LambdaClient, TooManyRequestsException} from '@aws-sdk/client-lambda'

import {MAX_ENVIRONMENTS} from '../../../src/data-plane/lambda/function-pool.js'
import {LambdaService} from '../../../src/aws/lambda/service.js'
import {StsService} from '../../../src/aws/sts/service.js'
import {
  AWAY,
  HOME,
  createFunction,
  eventually,
  http,
  invoke,
  isAlive,
  startTestLab,
  zip,
  type TestLab,
} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

const ECHO = 'export const handler = async (event) => ({echo: event, pid: process.pid})'

describe('lambda', () => {
  let test: TestLab
  const pids = (region = HOME) => (test.lab.service('lambda') as LambdaService).pids(region)
  const call = (operation: string, input: object, region = HOME) => test.lab.call('lambda', operation, input, region)
  const failure = async (promise: Promise<unknown>): Promise<{name: string; status: number; message: string}> =>
    promise.then(
      () => expect.fail('was expected to be refused'),
      (error) => error,
    )

  before(async () => {
    test = await startTestLab([LambdaService, StsService as never])
  })

  after(() => test.stop())

  it('gives a function the keys of a session of its role, and not those of the lab', async () => {
    const source = `import {STSClient, GetCallerIdentityCommand} from '@aws-sdk/client-sts'
      export const handler = async () => ({
        arn: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
        environment: Object.values(process.env),
      })`
    await createFunction(test.lab, 'who', source)
    const {payload} = await invoke(test.lab, 'who')
    expect(payload.arn).equal('arn:aws:sts::000000000000:assumed-role/test/who')
    expect(payload.environment).not.include(keysOf(test.lab).secretAccessKey)
  })

  it('has stopped when the processes of its functions are gone, those of a lost region too', async () => {
    const other = await startTestLab([LambdaService, StsService as never])
    const {lab} = other
    try {
      for (const region of [HOME, AWAY])
        for (const name of ['a', 'b', 'c', 'd']) {
          await createFunction(lab, name, ECHO, {region})
          await invoke(lab, name, {}, region)
        }

      const all = [HOME, AWAY].flatMap((region) => (lab.service('lambda') as LambdaService).pids(region))
      expect(all).length(8)
      await lab.faults.start({kind: 'region-loss', region: AWAY})
      await lab.stop()
      expect(all.filter((pid) => isAlive(pid))).deep.equal([])
    } finally {
      await other.stop()
    }
  })

  it('starts cold where the profile says so, and is warm afterwards', async () => {
    const cold = await startTestLab([LambdaService, StsService as never], {coldMs: 1500})
    try {
      await createFunction(cold.lab, 'cold', ECHO)
      const began = performance.now()
      const {payload: first} = await invoke(cold.lab, 'cold')
      expect(performance.now() - began).to.be.at.least(1500)
      const {payload: second} = await invoke(cold.lab, 'cold')
      expect(second.pid).to.equal(first.pid)
    } finally {
      await cold.stop()
    }
  })

  it('aws 19: a runtime whose creation AWS blocks is refused, and so is an archive that is too large unzipped', async () => {
    const input = {FunctionName: 'refused', Role: 'arn:aws:iam::000000000000:role/test', Handler: 'index.handler'}
    const Code = {ZipFile: zip({'index.mjs': ECHO})}
    for (const Runtime of ['nodejs16.x', 'nodejs20.x']) {
      const error = await failure(call('CreateFunction', {...input, Runtime, Code}))
      expect(error).include({name: 'InvalidParameterValueException', status: 400})
      expect(error.message).contain(`The runtime parameter of ${Runtime} is no longer supported for creating`)
    }

    // The directory at the end of an archive says how large its entries are: 300,000,000 bytes.
    const bomb = Buffer.from(Code.ZipFile)
    bomb.writeUInt32LE(300_000_000, bomb.lastIndexOf(Buffer.from('PK\u0001\u0002')) + 24)
    const large = await failure(call('CreateFunction', {...input, Runtime: 'nodejs22.x', Code: {ZipFile: bomb}}))
    expect(large).include({
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
    })
    expect(await failure(call('GetFunction', input))).include({name: 'ResourceNotFoundException'})
  })

  it('field report 11: a function sees nothing of the machine: neither variables nor the home in which AWS settings are', async () => {
    const hostile = {
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      AWS_PROFILE: 'production',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
      AWS_CONFIG_FILE: '/etc/passwd',
      AWS_CA_BUNDLE: '/absent',
      NODE_OPTIONS: '--no-deprecation',
      HTTPS_PROXY: 'http://127.0.0.1:1',
    }
    const before = {...process.env}
    Object.assign(process.env, hostile)
    try {
      const source = `import {homedir} from 'node:os'
        import {existsSync} from 'node:fs'
        import {STSClient, GetCallerIdentityCommand} from '@aws-sdk/client-sts'
        export const handler = async () => ({
          home: homedir(),
          there: existsSync(homedir()),
          arn: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
          environment: process.env,
        })`
      await createFunction(test.lab, 'alone', source)
      const {payload} = await invoke(test.lab, 'alone')
      expect(payload.arn).equal('arn:aws:sts::000000000000:assumed-role/test/alone')
      expect(payload.environment).not.include.any.keys(...Object.keys(hostile))
      expect(payload.home).not.equal(homedir())
      expect(payload.there).equal(false)
    } finally {
      for (const name of Object.keys(hostile)) delete process.env[name]
      Object.assign(process.env, before)
    }
  })

  it('hands no call to who only finds the port of the Runtime API', async () => {
    const source = `export const handler = async () => ({api: process.env.AWS_LAMBDA_RUNTIME_API})`
    await createFunction(test.lab, 'guessed', source)
    const {api} = (await invoke(test.lab, 'guessed')).payload as {api: string}
    const [, host, token] = /^([\d.:]+)\/([\da-f]{32})$/.exec(api) ?? []
    expect(token, api).not.equal(undefined)
    const ask = (path: string, headers: Record<string, string> = {}) =>
      http(`http://${host}/${path}/2018-06-01/runtime/invocation/x/response`, {method: 'POST', body: '1', headers})
    expect((await ask('0'.repeat(32))).status).equal(403)
    expect((await ask(token!, {origin: 'http://localhost:3000'})).status).equal(403)
    expect((await ask(token!, {host: 'evil.example.com'})).status).equal(403)
    expect((await ask(token!)).status).equal(202)
  })

  it('runs a handler, and answers an SDK client over the wire', async () => {
    await createFunction(test.lab, 'wire', ECHO)
    const client = new LambdaClient({
      region: HOME,
      endpoint: test.lab.endpoint,
      credentials: keysOf(test.lab),
      maxAttempts: 1,
    })
    const {StatusCode, Payload} = await client.send(
      new InvokeCommand({FunctionName: 'wire', Payload: Buffer.from('{"a":"é"}')}),
    )
    expect(StatusCode).equal(200)
    expect(JSON.parse(Payload!.transformToString()).echo).deep.equal({a: 'é'})
    await call('PutFunctionConcurrency', {FunctionName: 'wire', ReservedConcurrentExecutions: 0})
    const refused = await client.send(new InvokeCommand({FunctionName: 'wire'})).catch((error) => error)
    expect(refused).instanceOf(TooManyRequestsException)
    expect(refused.$metadata.httpStatusCode).equal(429)
    client.destroy()
  })

  it('keeps an environment warm, with its module state', async () => {
    await createFunction(
      test.lab,
      'warm',
      'let calls = 0; export const handler = async () => ({calls: ++calls, pid: process.pid})',
    )
    const first = await invoke(test.lab, 'warm')
    const second = await invoke(test.lab, 'warm')
    expect([first.payload.calls, second.payload.calls]).deep.equal([1, 2])
    expect(second.payload.pid).equal(first.payload.pid)
  })

  it('runs CommonJS with a callback, and the SDK of the runtime in both module systems, but no other package', async () => {
    const code = zip({
      'main.js': `const {SSMClient} = require('@aws-sdk/client-ssm')
        exports.part = {run: (event, context, callback) => callback(null, {sdk: typeof SSMClient, left: context.getRemainingTimeInMillis() > 0})}`,
      'esm.mjs': `import {SSMClient} from '@aws-sdk/client-ssm'
        export const handler = async () => ({sdk: typeof SSMClient, mysql: await import('mysql2').then(() => 'found', (error) => error.code)})`,
    })
    const base = {Runtime: 'nodejs22.x', Role: 'r', Code: {ZipFile: code}}
    await call('CreateFunction', {...base, FunctionName: 'cjs', Handler: 'main.part.run'})
    await call('CreateFunction', {...base, FunctionName: 'esm', Handler: 'esm.handler'})
    expect((await invoke(test.lab, 'cjs')).payload).deep.equal({sdk: 'function', left: true})
    expect((await invoke(test.lab, 'esm')).payload).deep.equal({sdk: 'function', mysql: 'ERR_MODULE_NOT_FOUND'})
  })

  it('answers an error of the handler, a process that exits, and a module that fails to load', async () => {
    await createFunction(
      test.lab,
      'fails',
      `export const handler = async ({how}) => {
        if (how === 'exit') process.exit(3)
        if (how === 'later') { setTimeout(() => { throw new RangeError('late') }); await new Promise(() => setTimeout(() => {}, 60000)) }
        throw new TypeError('no such thing')
      }`,
    )
    const thrown = await invoke(test.lab, 'fails', {how: 'throw'})
    expect(thrown).include({status: 200, error: 'Unhandled'})
    expect(thrown.payload).include({errorType: 'TypeError', errorMessage: 'no such thing'})
    expect((await invoke(test.lab, 'fails', {how: 'exit'})).payload.errorMessage).match(/exit status 3$/)
    expect((await invoke(test.lab, 'fails', {how: 'later'})).payload.errorType).equal('RangeError')

    await createFunction(test.lab, 'broken', 'throw new SyntaxError("at the start")')
    expect((await invoke(test.lab, 'broken')).payload.errorMessage).equal('at the start')
    await createFunction(test.lab, 'no-handler', 'export const other = 1')
    expect((await invoke(test.lab, 'no-handler')).payload.errorType).equal('Runtime.HandlerNotFound')
  })

  it('throttles no call because a start is slow: it waits until the process is there', async () => {
    const cold = await startTestLab([LambdaService, StsService as never], {coldMs: 11_500})
    try {
      await createFunction(cold.lab, 'slow-start', ECHO, {Timeout: 9})
      expect((await invoke(cold.lab, 'slow-start', {n: 1})).payload.echo).to.deep.equal({n: 1})
    } finally {
      await cold.stop()
    }
  }).timeout(60_000)

  it('ends a call at the timeout, and its process', async () => {
    await createFunction(test.lab, 'slow', 'export const handler = async () => { for (;;); }', {Timeout: 1})
    const {error, payload} = await invoke(test.lab, 'slow')
    expect(error).equal('Unhandled')
    expect(payload.errorMessage).match(/Task timed out after 1\.00 seconds$/)
    await createFunction(
      test.lab,
      'slow-pid',
      'console.log(process.pid); export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
      {Timeout: 1},
    )
    await invoke(test.lab, 'slow-pid')
    const pid = Number(/\t(\d+)$/.exec(test.logs.find((line) => line.startsWith('lambda slow-pid:')) ?? '')?.[1])
    await eventually('the process is gone', () => !isAlive(pid))
  })

  it('returns the tail of the log', async () => {
    await createFunction(
      test.lab,
      'talks',
      'export const handler = async ({n}) => { console.log("x".repeat(n)); console.error("last words") }',
    )
    const {log, payload} = await invoke(test.lab, 'talks', {n: 10})
    expect(payload).equal(null)
    expect(log).match(/^START RequestId: .*\n.*\tINFO\txxxxxxxxxx\n.*\tERROR\tlast words\nEND RequestId: /)
    expect((await invoke(test.lab, 'talks', {n: 9000})).log).length(4096)
  })

  it('gives a handler its own variables and nothing of the lab', async () => {
    process.env.TODO_DR_LEAK = 'leaked'
    await createFunction(test.lab, 'env', 'export const handler = async () => process.env', {
      Environment: {Variables: {MINE: 'yes'}},
    })
    const {payload} = await invoke(test.lab, 'env')
    delete process.env.TODO_DR_LEAK
    expect(payload).include({
      MINE: 'yes',
      AWS_REGION: HOME,
      AWS_ENDPOINT_URL: test.lab.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: 'env',
    })
    expect(payload).not.any.keys('TODO_DR_LEAK', 'LAB_HOSTS', 'HOME', 'NODE_OPTIONS')
    const refused = await failure(
      createFunction(test.lab, 'bad-env', ECHO, {Environment: {Variables: {AWS_REGION: 'x'}}}),
    )
    expect(refused.name).equal('InvalidParameterValueException')
  })

  describe('concurrency', () => {
    const HOLD = `import http from 'node:http'
      export const handler = ({port}) => new Promise((resolve, reject) =>
        http.get({host: '127.0.0.1', port}, (res) => res.resume().on('end', () => resolve('done'))).on('error', reject))`

    /** A server that answers when told: the calls in flight are those that it has seen. */
    async function gate() {
      const {createServer} = await import('node:http')
      const waiting: (() => void)[] = []
      const server = createServer((_, response) => waiting.push(() => response.end()))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const {port} = server.address() as {port: number}
      return {
        port,
        waiting,
        release() {
          for (const answer of waiting.splice(0)) answer()
        },
        close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
      }
    }

    it('throttles at a reservation of 0, lets the call in flight end, and runs again when it is taken back', async () => {
      await createFunction(test.lab, 'fenced', HOLD, {Timeout: 30})
      const door = await gate()
      const inFlight = invoke(test.lab, 'fenced', {port: door.port})
      await eventually('the call is in flight', () => door.waiting.length === 1)
      await call('PutFunctionConcurrency', {FunctionName: 'fenced', ReservedConcurrentExecutions: 0})
      const refused = await failure(invoke(test.lab, 'fenced', {port: door.port}))
      expect(refused).include({name: 'TooManyRequestsException', status: 429, message: 'Rate Exceeded.'})
      door.release()
      expect((await inFlight).payload).equal('done')
      expect(await call('GetFunctionConcurrency', {FunctionName: 'fenced'})).deep.equal({
        ReservedConcurrentExecutions: 0,
      })
      await call('DeleteFunctionConcurrency', {FunctionName: 'fenced'})
      const again = invoke(test.lab, 'fenced', {port: door.port})
      await eventually('the call is in flight', () => door.waiting.length === 1)
      door.release()
      expect((await again).payload).equal('done')
      await door.close()
    })

    it('never begins a call that was waiting for a process when the reservation fell to 0', async () => {
      await createFunction(test.lab, 'queued', HOLD, {Timeout: 60})
      const door = await gate()
      const calls = Array.from({length: 40}, () =>
        invoke(test.lab, 'queued', {port: door.port}).catch((error) => error),
      )
      await eventually('every process has a call', () => door.waiting.length === MAX_ENVIRONMENTS, 40_000)
      await call('PutFunctionConcurrency', {FunctionName: 'queued', ReservedConcurrentExecutions: 0})
      door.release()
      const outcomes = await Promise.all(calls)
      expect(outcomes.filter(({payload}) => payload === 'done')).length(MAX_ENVIRONMENTS)
      expect(outcomes.filter(({name}) => name === 'TooManyRequestsException')).length(40 - MAX_ENVIRONMENTS)
      await call('DeleteFunction', {FunctionName: 'queued'})
      await door.close()
    }).timeout(60_000)

    it('bounds a reservation exactly, and refuses to reserve the whole account', async () => {
      await createFunction(test.lab, 'two', HOLD, {Timeout: 30})
      await call('PutFunctionConcurrency', {FunctionName: 'two', ReservedConcurrentExecutions: 2})
      const door = await gate()
      const calls = [1, 2].map(() => invoke(test.lab, 'two', {port: door.port}))
      expect((await failure(invoke(test.lab, 'two', {port: door.port}))).name).equal('TooManyRequestsException')
      await eventually('both are in flight', () => door.waiting.length === 2)
      door.release()
      await Promise.all(calls)
      await door.close()
      const refused = await failure(
        call('PutFunctionConcurrency', {FunctionName: 'two', ReservedConcurrentExecutions: 901}),
      )
      expect(refused.name).equal('InvalidParameterValueException')
    })
  })

  it('accepts an event at once and runs it afterwards', async () => {
    await createFunction(test.lab, 'async', 'export const handler = async ({word}) => console.log("heard", word)')
    const accepted = await call('Invoke', {
      FunctionName: 'async',
      InvocationType: 'Event',
      Payload: Buffer.from('{"word":"later"}'),
    })
    expect(accepted).deep.equal({StatusCode: 202})
    await eventually('it ran', () =>
      test.logs.some((line) => line.startsWith('lambda async:') && line.endsWith('heard later')),
    )
    expect(await call('Invoke', {FunctionName: 'async', InvocationType: 'DryRun'})).deep.equal({StatusCode: 204})
  })

  it('serves calls beyond its processes in the order in which they came', async () => {
    await createFunction(test.lab, 'crowded', 'export const handler = () => new Promise((r) => setTimeout(r, 20))')
    const ended: number[] = []
    await invoke(test.lab, 'crowded')
    const calls = Array.from({length: 30}, async (_, index) => {
      await invoke(test.lab, 'crowded')
      ended.push(index)
    })
    await Promise.all(calls)
    const sum = (indexes: number[]): number => indexes.reduce((total, index) => total + index, 0)
    expect(sum(ended.slice(0, 10)) / 10).to.be.below(10)
    expect(sum(ended.slice(-10)) / 10).to.be.above(20)
  })

  it('updates code and configuration under traffic', async () => {
    await createFunction(test.lab, 'changes', 'export const handler = async () => process.env.V + " one"', {
      Environment: {Variables: {V: 'a'}},
    })
    expect((await invoke(test.lab, 'changes')).payload).equal('a one')
    await call('UpdateFunctionCode', {
      FunctionName: 'changes',
      ZipFile: zip({'index.mjs': 'export const handler = async () => process.env.V + " two"'}),
    })
    expect((await invoke(test.lab, 'changes')).payload).equal('a two')
    await call('UpdateFunctionConfiguration', {FunctionName: 'changes', Environment: {Variables: {V: 'b'}}})
    expect((await invoke(test.lab, 'changes')).payload).equal('b two')
    const {Configuration} = await call('GetFunction', {
      FunctionName: `arn:aws:lambda:${HOME}:000000000000:function:changes`,
    })
    expect(Configuration).include({
      Handler: 'index.handler',
      Timeout: 3,
      State: 'Active',
      LastUpdateStatus: 'Successful',
    })
  })

  it('keeps permissions as a resource policy', async () => {
    await createFunction(test.lab, 'guarded', ECHO)
    expect((await failure(call('GetPolicy', {FunctionName: 'guarded'}))).name).equal('ResourceNotFoundException')
    const permission = {
      FunctionName: 'guarded',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: 'arn:x',
    }
    await call('AddPermission', permission)
    expect((await failure(call('AddPermission', permission))).name).equal('ResourceConflictException')
    const {Policy} = await call('GetPolicy', {FunctionName: 'guarded'})
    expect(JSON.parse(Policy).Statement[0]).deep.include({
      Principal: {Service: 'apigateway.amazonaws.com'},
      Condition: {ArnLike: {'AWS:SourceArn': 'arn:x'}},
    })
    await call('RemovePermission', {FunctionName: 'guarded', StatementId: 's'})
    expect((await failure(call('GetPolicy', {FunctionName: 'guarded'}))).name).equal('ResourceNotFoundException')
  })

  it('keeps regions apart, and refuses what does not exist or cannot run', async () => {
    await createFunction(test.lab, 'one-side', ECHO)
    expect((await failure(invoke(test.lab, 'one-side', {}, AWAY))).name).equal('ResourceNotFoundException')
    const python = {
      FunctionName: 'py',
      Runtime: 'python3.12',
      Role: 'r',
      Handler: 'a.b',
      Code: {ZipFile: zip({'a.py': ''})},
    }
    expect(await failure(call('CreateFunction', python))).include({name: 'NotImplemented', status: 501})
    expect((await failure(call('Invoke', {FunctionName: 'one-side', Payload: Buffer.from('{')}))).name).equal(
      'InvalidRequestContentException',
    )
    expect((await failure(createFunction(test.lab, 'one-side', ECHO))).name).equal('ResourceConflictException')
    const {Functions} = await call('ListFunctions', {}, AWAY)
    expect(Functions).deep.equal([])
  })

  it('loses every environment of a lost region, and no other', async () => {
    await createFunction(
      test.lab,
      'mortal',
      'export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
      {region: AWAY, Timeout: 60},
    )
    await invoke(test.lab, 'warm')
    const inFlight = failure(invoke(test.lab, 'mortal', {}, AWAY))
    await eventually('it runs', () => pids(AWAY).length === 1)
    const [pid] = pids(AWAY) as [number]
    const others = pids(HOME)
    await test.lab.faults.start({kind: 'region-loss', region: AWAY})
    expect((await inFlight).status).equal(500)
    await eventually('its process is gone', () => !isAlive(pid))
    expect(others.every((other) => isAlive(other))).equal(true)
    await test.lab.faults.lift({kind: 'region-loss', region: AWAY})
    await createFunction(test.lab, 'risen', ECHO, {region: AWAY})
    expect((await invoke(test.lab, 'risen', {}, AWAY)).status).equal(200)
  })
})
