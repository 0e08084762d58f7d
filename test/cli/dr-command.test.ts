import {expect} from 'chai'
import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {EXIT} from '../../src/errors.js'
import type {ExitName} from '../../src/errors.js'
import {ROOT} from '../support/cli.js'

const COMMAND = fileURLToPath(new URL('../support/exit-command.ts', import.meta.url))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[], env: Record<string, string> = {}): {child: ChildProcess; ended: Promise<Ended>} {
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, ...args], {
    cwd: ROOT,
    env: {...process.env, DEBUG: '', NODE_ENV: 'production', ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code) =>
      done({code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString()}),
    )
  })
  return {child, ended}
}

const run = (args: string[], env?: Record<string, string>): Promise<Ended> => start(args, env).ended

describe('DrCommand', () => {
  const names = Object.keys(EXIT) as ExitName[]

  for (const name of names) {
    it(`exits ${EXIT[name].status} under --json for an error that is "${name}"`, async () => {
      const {code, stdout} = await run(['--throw', name, '--json'])
      expect(code).to.equal(EXIT[name].status)
      expect(JSON.parse(stdout)).to.deep.equal({
        error: {
          code: 'Thrown',
          what: 'it was thrown',
          why: 'the test said so',
          next: 'todo-dr status',
          requestId: 'request-1',
          exit: EXIT[name].status,
        },
      })
    })
  }

  it('prints an error in four parts on stderr', async () => {
    const {code, stdout, stderr} = await run(['--throw', 'refused'])
    expect(code).to.equal(3)
    expect(stdout).to.equal('')
    expect(stderr).to.equal(
      [
        'a note',
        'error: it was thrown',
        '  Why: the test said so',
        '  Next: todo-dr status',
        '  AWS request id: request-1',
        '',
      ].join('\n'),
    )
  })

  it('sets a status without throwing away the result', async () => {
    const [plain, json] = await Promise.all([run(['--with', 'missed']), run(['--with', 'missed', '--json'])])
    expect(plain).to.deep.equal({code: 5, stdout: 'a result for a person\n', stderr: 'a note\n'})
    expect(json.code).to.equal(5)
    expect(JSON.parse(json.stdout)).to.deep.equal({result: 1})
    expect(json.stderr).to.equal('a note\n')
  })

  it('prints no progress with --quiet: the result, warnings, refusals and the last word; of a dry run also the plan', async () => {
    const last = [
      'warning: beware',
      'refused: the-gate: not now',
      '  later',
      'done: all done',
      '  next: todo-dr status',
      '',
    ]
    const [quiet, dry, failed] = await Promise.all([
      run(['--tell', '-q']),
      run(['--tell', '--quiet', '--dry-run']),
      run(['--throw', 'failed', '--quiet']),
    ])
    expect(quiet).to.deep.equal({code: 0, stdout: 'a result for a person\n', stderr: last.join('\n')})
    expect(dry.stderr).to.equal(
      ['warning: RegionLost: no answer', 'plan: failover from here to there ()', ...last].join('\n'),
    )
    expect(failed.stderr).to.match(/^error: it was thrown/)
  })

  it('exits 2 for a flag that does not exist, with and without --json', async () => {
    const [plain, json] = await Promise.all([run(['--nope']), run(['--nope', '--json'])])
    expect(plain.code).to.equal(2)
    expect(plain.stderr).to.contain('error: Nonexistent flag: --nope').and.contain('--help')
    expect(json.code).to.equal(2)
    expect(JSON.parse(json.stdout)).to.have.nested.property('error.code', 'Usage')
  })

  it('keeps the status of this.exit(n) under --json', async () => {
    const [plain, json] = await Promise.all([run(['--oclif', '3']), run(['--oclif', '3', '--json'])])
    expect([plain.code, json.code]).to.deep.equal([3, 3])
  })

  it('calls an error without a code a bug, and shows a stack only under DEBUG', async () => {
    const [quiet, loud] = await Promise.all([run(['--bug']), run(['--throw', 'failed'], {DEBUG: '1'})])
    expect(quiet.code).to.equal(1)
    expect(quiet.stderr).to.contain('Why: this is a bug').and.not.contain('    at ')
    expect(loud.stderr).to.contain('    at ').and.contain('caused by Error: the root of it')
  })

  it('does not ask without a terminal', async () => {
    const {code, stdout} = await run(['--ask'])
    expect(code).to.equal(0)
    expect(stdout).to.equal('')
    expect(JSON.parse((await run(['--ask', '--json'])).stdout)).to.deep.equal({confirmed: false})
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGXCPU'] as const)
    it(`field report 8: ends in its own way on ${signal}: what it does is aborted, and it exits 130`, async () => {
      const {child, ended} = start(['--wait'])
      child.stderr!.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('waiting')) child.kill(signal)
      })
      const {code, stderr} = await ended
      expect(code).to.equal(130)
      expect(stderr).to.contain('error: interrupted')
      expect(stderr.includes('stopping')).to.equal(signal !== 'SIGHUP')
    })

  for (const gone of [['stdout'], ['stderr'], ['stdout', 'stderr']] as const)
    it(`field report 8: ends as it should when nobody reads its ${gone.join(' and its ')}`, async () => {
      const {child, ended} = start(['--tell', '--with', 'missed'])
      for (const stream of gone) child[stream]!.destroy()
      expect((await ended).code).to.equal(5)
    })

  it('ends although something keeps the process alive', async () => {
    expect((await run(['--linger'])).code).to.equal(0)
  })
})
