import {fork} from 'node:child_process'
import {request, type IncomingMessage} from 'node:http'
import {createServer} from 'node:net'
import {once} from 'node:events'
import {existsSync, readFileSync} from 'node:fs'
import {mkdtemp, readdir, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {setTimeout as sleep} from 'node:timers/promises'

import {expect} from 'chai'

import {labEnvironment} from '../../../src/adapters/lab/environment.js'
import {labs} from '../../../src/adapters/lab/index.js'
import {readRecord} from '../../../src/adapters/lab/record.js'
import {isRunning} from '../../../src/adapters/lab/process.js'
import {DrError} from '../../../src/errors.js'
import type {RunningLab} from '../../../src/ports/labs.js'
import {labKeys} from '../../support/lab.js'

const errorOf = async (call: Promise<unknown>): Promise<DrError> => {
  const error: unknown = await call.then(
    () => new Error('no error'),
    (error_: unknown) => error_,
  )
  expect(error).to.be.instanceOf(DrError)
  return error as DrError
}

/** A zombie is dead: in a container nobody may wait for it. */
const alive = (pid: number): boolean => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.charAt(text.lastIndexOf(')') + 2) !== 'Z'
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (await condition()) return
    await sleep(20)
  }

  throw new Error('it did not come to pass within 30 s')
}

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
  return true
}

const CONNECTION = 'arn:aws:codeconnections:us-east-1:123456789012:connection/0f8fad5b-d9cb-469f-a165-70867728950e'

describe('labs, as programs', function () {
  this.timeout(180_000)
  let state: string
  let previous: string | undefined
  const started: RunningLab[] = []
  const start = async (options: Partial<Parameters<typeof labs.start>[0]> = {}): Promise<RunningLab> => {
    const lab = await labs.start({name: 'default', empty: true, ...options})
    started.push(lab)
    return lab
  }

  beforeEach(async () => {
    previous = process.env.XDG_STATE_HOME
    state = await mkdtemp(join(tmpdir(), 'todo-dr-state-'))
    process.env.XDG_STATE_HOME = state
  })

  afterEach(async () => {
    for (const lab of started.splice(0)) if (alive(lab.pid)) await lab.stop()
    if (previous === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = previous
    await rm(state, {recursive: true, force: true})
  })

  it('start, answer, and stop without leaving process, port or folder', async () => {
    const lab = await start()
    const status = await labs.connect('default').status()
    expect(status).to.deep.include({
      name: 'default',
      endpoint: lab.endpoint,
      pid: lab.pid,
      profile: 'instant',
      faults: [],
    })
    expect(status.regions.map(({region, role}) => `${region} ${role}`)).to.deep.equal([
      'us-east-1 none',
      'us-east-2 none',
    ])
    const folder = join(state, 'todo-dr', 'labs', 'default')
    expect((await stat(folder)).mode & 0o777).to.equal(0o700)
    expect((await stat(join(folder, 'lab.json'))).mode & 0o777).to.equal(0o600)
    expect(await readFile(await labs.logFile('default'), 'utf8')).to.contain('ready at')
    await takesFaultsAndLag(lab)
    await answersItsOwnerAlone(lab)
    await keepsItsFilesToItself(folder)
    await setsUpAShell(lab)
    await standsAlone(lab)
    const {name, pid, endpoint} = lab
    expect(await labs.list()).to.deep.equal([{name, pid, endpoint, ready: true}])
    expect(await errorOf(labs.connect('defualt').status())).to.include({code: 'NoLab', why: 'running: default'})
    expect(await labs.stop('default')).to.deep.equal({crashed: false})
    expect(alive(lab.pid)).to.equal(false)
    expect(await isFree(Number(new URL(lab.endpoint).port))).to.equal(true)
    expect(await readdir(join(state, 'todo-dr'))).to.deep.equal([])
  })

  // Three looks at one running lab: each boot takes a second.
  async function takesFaultsAndLag({admin}: RunningLab): Promise<void> {
    await admin.startFault('region-loss', 'us-east-2', 'hang')
    await admin.startFault('region-loss', 'us-east-2', 'hang')
    await admin.setLag(300)
    const {faults, lagMs} = await admin.status()
    expect(lagMs).to.equal(300)
    expect(faults.map(({kind, region, mode}) => [kind, region, mode])).to.deep.equal([
      ['region-loss', 'us-east-2', 'hang'],
    ])
    await admin.liftFault('region-loss', 'us-east-2')
    expect((await admin.status()).faults).to.deep.equal([])
    expect(await errorOf(admin.startFault('region-loss', 'mars'))).to.include({code: 'UnknownRegion', exit: 'usage'})
    expect(await errorOf(admin.setLag(-1))).to.include({code: 'InvalidLag', exit: 'usage'})
    await admin.zone('example.com')
    await admin.zone('Example.com.')
    expect(await errorOf(admin.zone('com'))).to.include({code: 'InvalidName', exit: 'usage'})
    for (let times = 0; times < 2; times++) await admin.connection(CONNECTION, 'owner/name')
    expect(await errorOf(admin.connection('x', 'owner/name'))).to.include({code: 'InvalidArn', exit: 'usage'})
  }

  async function answersItsOwnerAlone({endpoint, admin}: RunningLab): Promise<void> {
    const statusOf = async (path: string, headers: Record<string, string>, method = 'GET'): Promise<unknown> => {
      const call = request(new URL(path, endpoint), {method, headers, agent: false}).end()
      const [response] = (await once(call, 'response')) as [IncomingMessage]
      response.resume()
      return response.statusCode
    }

    const {secretAccessKey} = labKeys(await admin.status())
    expect(secretAccessKey).to.have.lengthOf.at.least(40)
    const owner = {authorization: `Bearer ${secretAccessKey}`}
    expect(await statusOf('/_lab/status', owner)).to.equal(200)
    expect(await statusOf('/_lab/nothing', owner)).to.equal(404)
    for (const headers of [{}, {authorization: 'Bearer lab'}, {authorization: secretAccessKey}]) {
      expect(await statusOf('/_lab/status', headers as Record<string, string>)).to.equal(403)
      expect(await statusOf('/_lab/stop', headers as Record<string, string>, 'POST')).to.equal(403)
    }

    // Not even who holds the secret gets through in the company of a web page.
    expect(await statusOf('/_lab/status', {...owner, origin: 'http://localhost:3000'})).to.equal(403)
    expect(await statusOf('/_lab/status', {...owner, 'sec-fetch-site': 'cross-site'})).to.equal(403)
    expect(await statusOf('/_lab/status', {...owner, host: 'evil.example.com'})).to.equal(403)
    expect(await statusOf('/_cfn-response/unknown', {}, 'PUT')).to.equal(403)
  }

  async function keepsItsFilesToItself(folder: string): Promise<void> {
    for (const entry of [folder, ...(await readdir(folder, {recursive: true})).map((name) => join(folder, name))]) {
      const {mode} = await stat(entry)
      expect(mode & 0o077, entry).to.equal(0)
    }
  }

  async function setsUpAShell({endpoint, admin}: RunningLab): Promise<void> {
    const {credentialsFile} = await admin.status()
    const found = await labEnvironment('default', {
      AWS_REGION: 'eu-west-1',
      AWS_PROFILE: 'production',
      AWS_ENDPOINT_URL_S3: 'https://s3.example.com',
      HOME: '/home/me',
    })
    expect(found.set).to.deep.equal({
      AWS_ENDPOINT_URL: endpoint,
      AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      CDK_HOME: join(credentialsFile, '..', 'cdk'),
    })
    expect(found.unset).to.deep.equal([
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_PROFILE',
      'AWS_DEFAULT_PROFILE',
      'AWS_ENDPOINT_URL_S3',
    ])
  }

  async function standsAlone(first: RunningLab): Promise<void> {
    expect(await errorOf(start())).to.include({code: 'LabExists', exit: 'usage'})
    const second = await start({name: 'second'})
    expect(second.endpoint).not.to.equal(first.endpoint)
    await second.stop()
    expect((await first.admin.status()).pid).to.equal(first.pid)
  }

  it('refuse a port that is taken, and leave nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const {port} = server.address() as {port: number}
    const error = await errorOf(start({port}))
    server.close()
    expect(error).to.include({code: 'PortTaken', exit: 'usage'})
    expect(error.message).to.contain(String(port))
    expect(existsSync(join(state, 'todo-dr', 'labs'))).to.equal(false)
  })

  it('say that none runs, and what to do', async () => {
    for (const call of [labs.stop('none'), labs.connect('none').status(), labs.logFile('none')]) {
      expect(await errorOf(call)).to.include({
        code: 'NoLab',
        exit: 'usage',
        next: 'todo-dr lab start --target lab:none',
      })
    }

    expect(await errorOf(labs.connect('../etc').status())).to.include({code: 'LabName', exit: 'usage'})
  })

  it('clear away what a crashed one has left', async () => {
    const crashed = await start()
    process.kill(crashed.pid, 'SIGKILL')
    await until(() => !alive(crashed.pid))
    expect(await labs.list()).to.deep.equal([])
    expect(await errorOf(labs.connect('default').status())).to.have.property('code', 'NoLab')
    const lines: string[] = []
    const next = await start({onProgress: (text) => lines.push(text)})
    expect(lines.join('\n')).to.contain('crashed')
    process.kill(next.pid, 'SIGKILL')
    await until(() => !alive(next.pid))
    expect(await labs.stop('default')).to.deep.equal({crashed: true})
    expect(existsSync(join(state, 'todo-dr', 'labs'))).to.equal(false)
  })

  it('end at SIGTERM as at a stop', async () => {
    const lab = await start()
    process.kill(lab.pid, 'SIGTERM')
    expect(await lab.ended).to.equal(0)
    expect(existsSync(join(state, 'todo-dr', 'labs'))).to.equal(false)
  })

  it('end while they boot when they are not wanted any more', async () => {
    const abort = new AbortController()
    const booting = start({signal: abort.signal}).then(
      () => 'started',
      (error: unknown) => error,
    )
    await until(async () => (await readRecord('default')) !== undefined)
    const record = await readRecord('default')
    abort.abort(new Error('not wanted'))
    expect(await booting).to.have.property('message', 'not wanted')
    expect(await isRunning(record!)).to.equal(false)
    expect(existsSync(join(state, 'todo-dr', 'labs'))).to.equal(false)
  })

  it('that are tied die with the process that started them, however it dies', async () => {
    const program = fileURLToPath(new URL('tied.ts', import.meta.url))
    const child = fork(program, {stdio: ['ignore', 'inherit', 'inherit', 'ipc']})
    const [pid] = (await once(child, 'message')) as [number]
    expect(alive(pid)).to.equal(true)
    child.kill('SIGKILL')
    await until(() => !alive(pid) && !existsSync(join(state, 'todo-dr', 'labs')))
  })
})
