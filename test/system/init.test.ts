/** `init` and `doctor` of the packed program, as somebody gets it who has nothing else. */

import {expect} from 'chai'
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox, type LabStatus} from '../support/cli.js'

interface Doctor {
  target: string
  findings: {check: string; region: string | null; level: string; text: string; remedy: string | null}[]
  counts: Record<string, number>
}

const npm = (args: string[], cwd: string, env: Record<string, string>): string =>
  execFileSync('npm', args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
    timeout: 240_000,
  })

describe('a new project', function () {
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

  const cli = (args: string[], cwd = folder, env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [join(installed, 'bin/run.js'), ...args], {
      cwd,
      env: {...sandbox.env, ...env},
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

  it('goes up on a lab, serves, and comes down again: nothing is left, and the AWS CLI sees no stack', function () {
    if (!existsSync('/usr/bin/aws')) this.skip()
    const demo = join(folder, 'demo')
    const step = (...args: string[]): string => {
      const ran = cli([...args, '--target', 'lab'], demo)
      expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
      return ran.stdout
    }
    const stacks = (endpoint: string): string[] =>
      ['us-east-1', 'us-east-2'].flatMap((region) => {
        const args = ['--endpoint-url', endpoint, '--region', region, 'cloudformation', 'describe-stacks']
        const env = {...sandbox.env, AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab'}
        const {Stacks} = JSON.parse(
          execFileSync('/usr/bin/aws', [...args, '--output', 'json'], {env, encoding: 'utf8'}),
        )
        return (Stacks as {StackName: string}[]).map(({StackName}) => StackName)
      })

    try {
      step('deploy')
      const {endpoint} = JSON.parse(cli(['lab', 'status', '--json']).stdout) as LabStatus
      expect(stacks(endpoint)).to.include.members(['demo-edge', 'demo-data-us-east-1', 'demo-data-us-east-2'])
      step('seed')
      const created = JSON.parse(step('crud', 'create', '--task', 'hi', '--json')) as {id: string}
      expect(JSON.parse(step('crud', 'get', created.id, '--json'))).to.include({task: 'hi', status: 'wip'})
      expect(JSON.parse(step('teardown', '--confirm', 'demo', '--json'))).to.deep.include({remaining: [], failed: []})
      expect(new Set(stacks(endpoint))).to.deep.equal(new Set(['CDKToolkit']))
      step('teardown', '--no-keep-toolkit', '--confirm', 'demo')
      expect(stacks(endpoint)).to.deep.equal([])
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

  it('is not written over another one, nor half', () => {
    const again = cli(['init', 'demo', '--defaults', '--no-install', '--json'])
    expect(again.status).to.equal(2)
    expect(JSON.parse(again.stdout).error).to.include({code: 'FolderNotEmpty', exit: 2})
    for (const args of [
      ['--away', 'us-east-1'],
      ['--away', 'ap-southeast-6'],
      ['--away', 'cn-north-1'],
      ['--app', 'myAWS'],
      ['--rto', 'soon'],
      ['--min-capacity', '0.7'],
      ['--deploy', '--no-install'],
    ]) {
      const ran = cli(['init', 'other', '--defaults', ...args])
      expect(ran.status, `${args}: ${ran.stderr}`).to.equal(2)
      expect(readdirSync(folder)).to.deep.equal(['demo'])
    }
  })

  it('is only shown with --dry-run, and nobody is asked without a terminal', () => {
    const dry = cli(['init', 'shown', '--defaults', '--dry-run', '--json'])
    expect(dry.status, dry.stderr).to.equal(0)
    const {files, dryRun, estimate} = JSON.parse(dry.stdout)
    expect(dryRun).to.equal(true)
    expect(files).to.include('infra/package-lock.json')
    expect(estimate.total).to.be.greaterThan(100)
    expect(existsSync(join(folder, 'shown'))).to.equal(false)
    expect(cli(['init', 'shown']).status).to.equal(2)
  })

  it('stays where its packages cannot be installed, and the command says what to type', () => {
    const ran = cli(['init', 'stays', '--defaults'], folder, {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: sandbox.folder,
      npm_config_fetch_retries: '0',
    })
    expect(ran.status, ran.stderr).to.equal(1)
    expect(ran.stderr).to.match(/cd .*stays.infra && npm ci/)
    expect(existsSync(join(folder, 'stays/infra/package-lock.json'))).to.equal(true)
  })

  it('is bootstrapped on a lab by init itself', () => {
    expect(cli(['lab', 'start', '--lab', 'init', '--empty']).status).to.equal(0)
    try {
      const ran = cli(['init', 'boots', '--defaults', '--bootstrap', '--target', 'lab:init'])
      expect(ran.status, ran.stderr).to.equal(0)
      expect(ran.stderr).to.include('CDK is bootstrapped in us-east-1 and us-east-2')
      const doctor = cli(['doctor', '--target', 'lab:init', '--json'], join(folder, 'boots'))
      const {findings} = JSON.parse(doctor.stdout) as Doctor
      for (const check of ['bootstrap', 'project'])
        for (const one of findings.filter((finding) => finding.check === check))
          expect(one.level, one.text).to.equal('ok')
    } finally {
      cli(['lab', 'stop', '--lab', 'init'])
    }
  })
})

describe('doctor', function () {
  this.timeout(240_000)
  const sandbox = new Sandbox()
  const home = join(sandbox.folder, 'home')
  const level = ({findings}: Doctor, check: string, region: string | null = null) =>
    findings.find((one) => one.check === check && one.region === region)?.level

  before(() => mkdirSync(home))

  after(async () => {
    await sandbox.run(['lab', 'stop', '--lab', 'doctor'])
    sandbox.remove()
  })

  it('reports in full, within seconds, on a machine with nothing', async () => {
    const ran = await sandbox.run(['doctor', '--json'], {env: {HOME: home}, timeoutMs: 20_000})
    const report = JSON.parse(ran.stdout) as Doctor
    expect(ran.code).to.equal(5)
    expect(ran.seconds).to.be.lessThan(15)
    for (const region of ['us-east-1', 'us-east-2']) {
      expect(level(report, 'credentials', region)).to.be.oneOf(['problem', 'unknown'])
      expect(level(report, 'bootstrap', region)).to.equal('unknown')
    }

    expect(level(report, 'node')).to.equal(process.version.startsWith('v20.') ? 'warning' : 'ok')
    expect(level(report, 'project')).to.equal('warning')
    for (const finding of report.findings)
      if (finding.level !== 'ok') expect(finding.remedy, finding.check).to.be.a('string')
  })

  it('finds a lab that runs, and what it answers', async () => {
    await sandbox.expect(0, ['lab', 'start', '--lab', 'doctor', '--empty'])
    const ran = await sandbox.run(['doctor', '--target', 'lab:doctor', '--json'])
    const report = JSON.parse(ran.stdout) as Doctor
    expect(ran.code, ran.stdout).to.be.oneOf([0, 6])
    for (const region of ['us-east-1', 'us-east-2']) {
      expect(level(report, 'reach', region)).to.equal('ok')
      expect(level(report, 'credentials', region)).to.equal('ok')
      expect(level(report, 'bootstrap', region)).to.equal('warning')
      expect(level(report, 'engine', region), ran.stdout).to.equal('ok')
    }

    expect(level(report, 'account')).to.equal('ok')
    expect(level(report, 'clock')).to.equal('ok')
  })

  it('says of a target that is broken what is wrong with it', async () => {
    const report = await sandbox.json<Doctor>(['doctor', '--target', 'lab:absent'], 5)
    expect(level(report, 'target')).to.equal('problem')
    const folder = join(sandbox.folder, 'broken')
    mkdirSync(folder)
    writeFileSync(join(folder, 'todo-dr.yaml'), 'targets: [\n')
    const broken = await sandbox.json<Doctor>(['doctor'], 5, {cwd: folder})
    expect(broken.findings.find(({check}) => check === 'target')!.text).to.include('todo-dr.yaml')
  })
})
