/** Bad input and bad luck, each typed at the built CLI: a clear error in four parts, the right exit code, nothing lost. */

import {Config} from '@oclif/core'
import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createServer, type AddressInfo} from 'node:net'
import {closeSync, openSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox, type LabStatus, type Ran} from '../support/cli.js'
import {callLab} from '../support/lab.js'
import {query} from '../support/sql.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

interface ErrorJson {
  error: {code: string; what: string; why?: string; next?: string; exit: number}
}

describe('refusals without a lab', () => {
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  const wantsParts = (ran: Ran, ...words: RegExp[]): void => {
    for (const word of words) expect(ran.stderr).to.match(word)
    expect(ran.stderr).not.to.match(/\n\s+at /)
    expect(ran.stdout).to.equal('')
  }

  it('names the known targets where the target is unknown', async () => {
    wantsParts(await sandbox.expect(2, ['status', '--target', 'nowhere']), /nowhere/, /lab/)
  })

  it('points at lab start where no lab runs', async () => {
    wantsParts(await sandbox.expect(2, ['status']), /todo-dr lab start/)
    const {error} = await sandbox.json<ErrorJson>(['status'], 2)
    expect(error.exit).to.equal(2)
    expect(error.next).to.match(/lab start/)
  })

  it('refuses to stop, show or follow a lab that does not run', async () => {
    await sandbox.expect(2, ['lab', 'stop'])
    await sandbox.expect(2, ['lab', 'status', '--target', 'lab:other'])
    await sandbox.expect(2, ['lab', 'logs'])
  })

  it('field report F: a lab has one name for all commands, and those that act on labs alone refuse other targets', async () => {
    const env = {TODO_DR_TARGET: 'lab:other'}
    const {commands} = await Config.load({root: ROOT})
    const acting = commands.filter(({labOnly, flags}) => labOnly && flags.target).map(({id}) => id)
    expect(acting).to.include.members(['drill', 'lab:start', 'lab:stop', 'lab:env'])
    for (const id of acting) {
      const words = id.split(':')
      wantsParts(await sandbox.expect(2, [...words, '--target', 'aws']), /aws is not a lab/, /--target/)
      // These start a lab where none runs.
      if (id === 'drill' || id === 'lab:start') continue
      const ran = await sandbox.expect(2, words, {env})
      wantsParts(ran, /no lab named "other"/, /todo-dr lab start --target lab:other/)
    }

    for (const {flags} of commands) expect(flags).not.to.have.property('lab')
    wantsParts(await sandbox.expect(2, ['lab', 'stop'], {env: {TODO_DR_TARGET: 'aws'}}), /no lab named "default"/)
  })

  it('names line and key of an invalid todo-dr.yaml, and a missing one where a target is named', async () => {
    const file = join(sandbox.folder, 'todo-dr.yaml')
    writeFileSync(file, 'targets:\n  prod:\n    app: ToDoMgmt\n    regions: {home: us-east-1}\n')
    wantsParts(await sandbox.expect(2, ['status', '--target', 'prod']), /todo-dr\.yaml/, /4/, /away/)
    writeFileSync(file, 'targets: [\n')
    wantsParts(await sandbox.expect(2, ['status']), /todo-dr\.yaml/)
  })

  it('field report 19: refuses a todo-dr.yaml of 200,000 targets at once, whatever the command', async function () {
    this.timeout(60_000)
    const file = join(sandbox.folder, 'todo-dr.yaml')
    const target = (index: number): string => `  t${index}: {app: A, regions: {home: us-east-1, away: us-east-2}}\n`
    writeFileSync(file, `targets:\n${Array.from({length: 200_000}, (_, index) => target(index)).join('')}`)
    try {
      for (const args of [['status'], ['failover', '--dry-run'], ['iam-policy'], ['crud', 'list'], ['steer']])
        wantsParts(await sandbox.expect(2, args), /todo-dr\.yaml/, /longer than 131,072 bytes/)
    } finally {
      rmSync(file)
    }
  })

  it('refuses unknown flags and values before anything else', async () => {
    await sandbox.expect(2, ['failover', '--allow-dataloss'])
    await sandbox.expect(2, ['drill', '--scenario', 'meteor'])
    await sandbox.expect(2, ['drill', '--target', 'prod'])
    await sandbox.expect(2, ['crud', 'create'])
  })

  it('names the nearest command for a typo, and runs nothing', async () => {
    wantsParts(await sandbox.expect(2, ['failovr', 'us-east-2']), /failovr/, /did you mean failover\?/)
    wantsParts(await sandbox.expect(2, ['lab', 'statr']), /lab start or lab status/, /Next: todo-dr lab --help/)
    const {error} = await sandbox.json<ErrorJson>(['crud', 'creat', 'milk'], 2)
    expect(error).to.deep.equal({
      code: 'CommandUnknown',
      what: 'unknown command: crud creat',
      why: 'did you mean crud create?',
      next: 'todo-dr crud create --help',
      exit: 2,
    })
    expect(sandbox.left('state')).to.deep.equal([])
  })

  it('asks nothing about a typo at a terminal, where an answer could run another command', async () => {
    const command = [process.execPath, join(ROOT, 'bin', 'run.js'), 'failovr'].join(' ')
    const shell = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: sandbox.env,
    })
    let shown = ''
    shell.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    const [code] = (await once(shell, 'close')) as [number]
    expect(code).to.equal(2)
    expect(shown).to.contain('Next: todo-dr failover --help').and.not.contain('(Y/n)')
  })

  it('ends 0 where nobody reads its help to the end', async () => {
    const command = `${process.execPath} ${join(ROOT, 'bin', 'run.js')}`
    for (const help of ['--help', 'failover --help', 'lab --help']) {
      const shell = spawn('bash', ['-o', 'pipefail', '-c', `${command} ${help} | head -n 1`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [status] = (await once(shell, 'exit')) as [number]
      expect(status, help).to.equal(0)
    }
  })

  it('field report F: says in one line, and by its exit status, that a full disk did not take its help', async () => {
    for (const answer of [
      '--help',
      '--version',
      'failover --help',
      'lab --help',
      'lab',
      'help',
      'autocomplete script bash',
      'status --help',
    ]) {
      const full = openSync('/dev/full', 'w')
      const child = spawn(process.execPath, [join(ROOT, 'bin', 'run.js'), ...answer.split(' ')], {
        stdio: ['ignore', full, 'pipe'],
        env: sandbox.env,
      })
      closeSync(full)
      let told = ''
      child.stderr!.on('data', (chunk: Buffer) => (told += chunk.toString()))
      const [status] = (await once(child, 'close')) as [number]
      expect(told, answer).to.match(/^error: the output could not be written: ENOSPC.*\n$/)
      expect(status, answer).to.equal(1)
    }
  })

  it('refuses a port that is taken, and starts nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const {port} = server.address() as AddressInfo
    wantsParts(await sandbox.expect(2, ['lab', 'start', '--port', String(port)]), new RegExp(String(port)))
    server.close()
    expect(sandbox.left('state').filter((path) => /labs\/./.test(path))).to.deep.equal([])
  })

  it('says how to install the database where it cannot be found or fetched', async () => {
    const ran = await sandbox.run(['lab', 'start'], {env: {TODO_DR_MARIADBD: '/nowhere/mariadbd'}})
    expect(ran.code).to.be.oneOf([1, 2])
    wantsParts(ran, /mariadbd/i, /TODO_DR_MARIADBD|install/)
  })
})

describe('refusals of a lab', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  let status: LabStatus
  let token: string
  const consent = ['--allow-data-loss', '--confirm', 'ToDoMgmt']

  const lab = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await callLab(status, method, path, body)
    expect(answer.status, await answer.text()).to.be.lessThan(300)
  }

  const post = (body: string | Uint8Array, type = 'application/json') =>
    fetch(`${status.edgeUrl}/v1`, {
      method: 'POST',
      headers: {authorization: token, 'content-type': type},
      body,
      signal: AbortSignal.timeout(20_000),
    })

  const count = async (): Promise<number> => {
    const [row] = await query<{n: number}>(status, HOME, 'SELECT COUNT(*) AS n FROM ToDos')
    return Number(row!.n)
  }

  before(async () => {
    await sandbox.expect(0, ['lab', 'start'])
    status = await sandbox.json<LabStatus>(['lab', 'status'])
    await sandbox.expect(0, ['seed'])
    token = (await sandbox.expect(0, ['token'])).stdout.trim()
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('refuses a second lab of the same name, and runs one of another name beside it', async () => {
    const ran = await sandbox.expect(2, ['lab', 'start'])
    expect(ran.stderr).to.match(/lab stop|already/)
    await sandbox.expect(0, ['lab', 'start', '--target', 'lab:second', '--empty'])
    await sandbox.expect(0, ['lab', 'stop', '--target', 'lab:second'])
    await sandbox.expect(0, ['lab', 'status'])
  })

  it('field report F: prints its tables into 60 columns, and into a pipe as they are', async () => {
    const tables = [
      'status',
      'doctor',
      'lab list',
      'lab status',
      'crud list',
      'outage status',
      'init x --defaults --dry-run',
    ]
    for (const command of tables) {
      const args = command.split(' ')
      const [wide, narrow] = await Promise.all([sandbox.run(args), sandbox.run(args, {env: {COLUMNS: '60'}})])
      for (const line of narrow.stdout.split('\n'))
        if (line.length > 60 && !line.includes('-> ')) expect(line.trim().split(/\s+/).length, line).to.be.at.most(2)
      expect(narrow.stdout.split('\n').length, command).to.be.at.least(wide.stdout.split('\n').length)
      expect(wide.stdout, command).not.to.equal('')
    }
  })

  it('answers an unknown id, an over-long task and an empty one, and stores nothing', async () => {
    const before = await count()
    await sandbox.expect(1, ['crud', 'get', '999999'])
    await sandbox.expect(1, ['crud', 'delete', '999999'])
    expect((await sandbox.run(['crud', 'create', '--task', 'x'.repeat(5000), '--status', 'wip'])).code).to.be.oneOf([
      1, 2,
    ])
    expect((await sandbox.run(['crud', 'create', '--task', '', '--status', 'wip'])).code).to.be.oneOf([1, 2])
    expect(await count()).to.equal(before)
  })

  it('refuses a body that is not JSON, not UTF-8, not an object, of another type, or too large, with an honest status', async () => {
    const before = await count()
    expect((await post('{"task": ')).status).to.equal(400)
    expect((await post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))).status).to.equal(400)
    expect((await post('[1, 2]')).status).to.equal(400)
    expect((await post('task=a', 'application/x-www-form-urlencoded')).status).to.equal(415)
    expect((await post(JSON.stringify({task: 'x'.repeat(11 * 2 ** 20), status: 'wip'}))).status).to.equal(413)
    expect(await count()).to.equal(before)
  })

  it('keeps emoji, quotes and backslashes as they were', async () => {
    const task = `O'Brien said "no" \\ 🦄 %s; DROP TABLE ToDos; --`
    const made = await sandbox.json<{id: string; task: string}>(['crud', 'create', '--task', task, '--status', "it's"])
    expect(await sandbox.json<object>(['crud', 'get', made.id])).to.include({task, status: "it's"})
  })

  it('refuses a failover without consent and shows what is at risk', async () => {
    const ran = await sandbox.expect(3, ['failover'])
    expect(ran.stderr).to.match(/--allow-data-loss/)
    expect(ran.stderr).to.match(/switchover/)
    expect(ran.stderr).to.match(/s behind/)
    await sandbox.expect(3, ['failover', '--dry-run'])
    await sandbox.expect(3, ['failover', '--allow-data-loss', '--confirm', 'SomethingElse'])
  })

  it('has nothing to do in a failover towards the region that is primary already, and refuses an unknown one', async () => {
    const {stderr} = await sandbox.expect(0, ['failover', '--to', HOME, ...consent])
    expect(stderr).to.contain(`${HOME} is the primary already`)
    expect((await sandbox.run(['failover', '--to', 'eu-west-1', ...consent])).code).to.be.oneOf([2, 3])
  })

  it('refuses a switchover while replication is stalled', async () => {
    await lab('POST', 'faults', {kind: 'partition', region: AWAY})
    try {
      const deadline = Date.now() + 60_000
      let situation = ''
      while (situation !== 'ReplicationStalled' && Date.now() < deadline)
        situation = JSON.parse((await sandbox.run(['status', '--json'])).stdout).situation
      expect(situation).to.equal('ReplicationStalled')
      await sandbox.expect(3, ['switchover'])
    } finally {
      await lab('DELETE', 'faults', {kind: 'partition', region: AWAY})
    }
  })

  it('refuses a second failover while one runs, and the first one ends well', async () => {
    const first = sandbox.start(['failover', ...consent])
    const ended = new Promise((done) => first.once('close', done))
    await new Promise<void>((done) =>
      first.stderr!.on('data', (chunk: Buffer) => /start: Wait for calls in flight/.test(String(chunk)) && done()),
    )
    const second = await sandbox.expect(3, ['failover', ...consent, '--to', AWAY])
    expect(second.stderr).to.match(/lease/)
    expect(await ended).to.equal(0)
    expect(await sandbox.json<object>(['status'])).to.include({primary: AWAY, edge: AWAY})
  })
})
