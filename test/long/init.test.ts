/** `init` of the packed program, as somebody gets it who has nothing else. */

import {expect} from 'chai'
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {ROOT, Sandbox, type LabStatus} from '../support/cli.js'

const npm = (args: string[], cwd: string, env: Record<string, string>): string =>
  execFileSync('npm', args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
    timeout: 240_000,
  })

describe('a new project of the packed program', function () {
  this.timeout(400_000)
  const sandbox = new Sandbox()
  const folder = join(sandbox.folder, 'work')
  let installed: string

  /** npm heeds the shrinkwrap of what comes from a registry, and not of a file: here it is what a registry would make of it. */
  function lockTo(tarball: string): void {
    const shrinkwrap = execFileSync('tar', ['-xzOf', tarball, 'package/npm-shrinkwrap.json'], {encoding: 'utf8'})
    const {packages, ...rest} = JSON.parse(shrinkwrap) as {packages: Record<string, object>}
    const {'': program, ...pinned} = packages
    const root = {name: 'empty', dependencies: {'todo-dr': `file:${tarball}`}}
    const lock = {
      ...rest,
      name: root.name,
      packages: {'': root, 'node_modules/todo-dr': {...program, resolved: `file:${tarball}`}, ...pinned},
    }
    writeFileSync(join(sandbox.folder, 'package.json'), JSON.stringify(root))
    writeFileSync(join(sandbox.folder, 'package-lock.json'), JSON.stringify(lock))
  }

  const cli = (args: string[], cwd = folder) =>
    spawnSync(process.execPath, [join(installed, 'bin/run.js'), ...args], {
      cwd,
      env: sandbox.env,
      encoding: 'utf8',
      timeout: 240_000,
    })

  before(() => {
    mkdirSync(folder)
    const tarball = npm(['pack', '--silent', '--pack-destination', sandbox.folder], ROOT, sandbox.env)
      .trim()
      .split('\n')
      .at(-1)!
    lockTo(join(sandbox.folder, tarball))
    npm(['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], sandbox.folder, sandbox.env)
    installed = join(sandbox.folder, 'node_modules/todo-dr')
  })

  after(() => sandbox.remove())

  it('is written by the packed program, builds and passes its tests without it', () => {
    const made = cli(['init', 'demo', '--defaults'])
    expect(made.status, made.stderr).to.equal(0)
    expect(made.stdout).to.match(/Aurora Serverless v2 .*\$/)
    expect(made.stdout).to.match(/list prices of us-east-1 as of \d{4}-\d\d/)
    const listed = readFileSync(join(ROOT, 'test/golden/init/files.txt'), 'utf8').trim().split('\n')
    for (const path of listed) expect(existsSync(join(folder, 'demo', path)), path).to.equal(true)
    const infra = join(folder, 'demo/infra')
    expect(made.stderr).to.match(/done: Install the pinned packages/)
    npm(['run', '--silent', 'build'], infra, sandbox.env)
    expect(npm(['test', '--silent'], infra, sandbox.env)).to.match(/# fail 0/)
  })

  it('goes up on a lab, serves, and comes down again: nothing is left, and the AWS CLI sees no stack', async function () {
    needsAwsCli(this)
    const demo = join(folder, 'demo')
    const step = (...args: string[]): string => {
      const ran = cli([...args, '--target', 'lab'], demo)
      expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
      return ran.stdout
    }
    const stacks = async (status: LabStatus): Promise<string[]> => {
      // The edge is made in us-east-1.
      const names = ['us-east-1', 'us-east-2', 'us-west-2'].map((region) =>
        awsCli<string[]>(status, region, 'cloudformation', 'describe-stacks', '--query', 'Stacks[].StackName'),
      )
      return (await Promise.all(names)).flat()
    }

    try {
      step('deploy')
      const status = JSON.parse(cli(['lab', 'status', '--json']).stdout) as LabStatus
      expect(await stacks(status)).to.include.members(['demo-edge', 'demo-data-us-east-2', 'demo-data-us-west-2'])
      step('seed')
      const created = JSON.parse(step('crud', 'create', '--task', 'hi', '--json')) as {id: string}
      expect(JSON.parse(step('crud', 'get', created.id, '--json'))).to.include({task: 'hi', status: 'wip'})
      expect(JSON.parse(step('teardown', '--confirm', 'demo', '--json'))).to.deep.include({remaining: [], failed: []})
      expect(new Set(await stacks(status))).to.deep.equal(new Set(['CDKToolkit']))
      step('teardown', '--no-keep-toolkit', '--confirm', 'demo')
      expect(await stacks(status)).to.deep.equal([])
    } finally {
      cli(['lab', 'stop'])
    }
    expect(sandbox.left('state/todo-dr/labs')).to.deep.equal([])
  })

  it('comes from a program that pins what it was tested with', () => {
    const lock = (file: string) =>
      (JSON.parse(readFileSync(file, 'utf8')) as {packages: Record<string, {version: string; dev?: true}>}).packages
    const {'': root, ...shipped} = lock(join(installed, 'npm-shrinkwrap.json'))
    const tested = lock(join(ROOT, 'package-lock.json'))
    expect(root!.version).to.equal(tested['']!.version)
    expect(Object.keys(shipped)).to.include.members(['node_modules/@aws-sdk/core', 'node_modules/@smithy/core'])
    for (const [path, {version, dev}] of Object.entries(shipped))
      expect({version, dev}, path).to.deep.equal({version: tested[path]!.version, dev: undefined})
    expect(existsSync(join(ROOT, 'npm-shrinkwrap.json'))).to.equal(false)
  })
})
