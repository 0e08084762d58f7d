/** `init` of the built program. `test/long` packs it, and builds, tests, deploys and tears down what it has written. */

import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT, Sandbox} from '../support/cli.js'
import type {Doctor} from '../support/doctor.js'

describe('a new project', function () {
  this.timeout(400_000)
  const sandbox = new Sandbox()
  const folder = join(sandbox.folder, 'work')

  const cli = (args: string[], cwd = folder, env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [join(ROOT, 'bin/run.js'), ...args], {
      cwd,
      env: {...sandbox.env, ...env},
      encoding: 'utf8',
      timeout: 240_000,
    })

  before(() => mkdirSync(folder))

  after(() => sandbox.remove())

  it('is not written over another one, nor half', () => {
    expect(cli(['init', 'demo', '--defaults', '--no-install']).status).to.equal(0)
    const again = cli(['init', 'demo', '--defaults', '--no-install', '--json'])
    expect(again.status).to.equal(2)
    expect(JSON.parse(again.stdout).error).to.include({code: 'FolderNotEmpty', exit: 2})
    for (const args of [
      ['--away', 'us-east-2'],
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
    try {
      const ran = cli(['init', 'boots', '--defaults', '--bootstrap', '--target', 'lab:init'])
      expect(ran.status, ran.stderr).to.equal(0)
      expect(ran.stderr).to.match(/CDK is bootstrapped in (?=.*us-east-1)(?=.*us-east-2).*us-west-2/)
      const doctor = cli(['doctor', '--target', 'lab:init', '--json'], join(folder, 'boots'))
      const {findings} = JSON.parse(doctor.stdout) as Doctor
      for (const check of ['bootstrap', 'project'])
        for (const one of findings.filter((finding) => finding.check === check))
          expect(one.level, one.text).to.equal('ok')
    } finally {
      cli(['lab', 'stop', '--target', 'lab:init'])
    }
  })
})
