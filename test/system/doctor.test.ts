/** `doctor` of the built program, on a machine with nothing, with a lab, and with a target that is broken. */

import {expect} from 'chai'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Sandbox} from '../support/cli.js'
import type {Doctor} from '../support/doctor.js'

describe('doctor', function () {
  this.timeout(480_000)
  const sandbox = new Sandbox()
  const home = join(sandbox.folder, 'home')
  const level = ({findings}: Doctor, check: string, region: string | null = null) =>
    findings.find((one) => one.check === check && one.region === region)?.level

  before(() => mkdirSync(home))

  after(async () => {
    await sandbox.run(['lab', 'stop', '--target', 'lab:doctor'])
    sandbox.remove()
  })

  it('ends 0 for somebody who only rehearses: no account is asked for', async () => {
    const report = await sandbox.json<Doctor>(['doctor'], 0, {env: {HOME: home}})
    expect(level(report, 'drill')).to.equal('ok')
    expect(level(report, 'regions')).to.equal('warning')
    expect(level(report, 'node')).to.equal(process.version.startsWith('v20.') ? 'warning' : 'ok')
    expect(level(report, 'project')).to.equal('warning')
    for (const finding of report.findings)
      if (finding.level !== 'ok') expect(finding.remedy, finding.check).to.be.a('string')
  })

  it('reports in full, within seconds, on a machine without an account', async () => {
    const cwd = join(sandbox.folder, 'project')
    mkdirSync(cwd)
    const regions = 'regions: {home: us-east-1, away: us-east-2}'
    writeFileSync(join(cwd, 'todo-dr.yaml'), `defaultTarget: aws\ntargets:\n  aws: {app: Demo, ${regions}}\n`)
    const ran = await sandbox.run(['doctor', '--json'], {cwd, env: {HOME: home}})
    const report = JSON.parse(ran.stdout) as Doctor
    expect(ran.code).to.equal(5)
    // A look that waits for what never answers would take minutes.
    expect(ran.seconds).to.be.lessThan(45)
    for (const region of ['us-east-1', 'us-east-2']) {
      expect(level(report, 'credentials', region)).to.be.oneOf(['problem', 'unknown'])
      expect(level(report, 'bootstrap', region)).to.equal('unknown')
    }
  })

  it('finds a lab that runs, and what it answers', async () => {
    await sandbox.expect(0, ['lab', 'start', '--target', 'lab:doctor', '--empty'])
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
