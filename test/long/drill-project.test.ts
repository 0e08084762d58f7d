/** A drill in a project: its own stacks, in its own regions, judged by its own objectives. */

import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {DrillResult} from '../../src/measure/result.js'
import {CdkProject} from '../support/cdk-project.js'
import {Sandbox} from '../support/cli.js'

const REGIONS = {home: 'us-east-1', away: 'us-west-2'}

describe('a drill in a project', function () {
  this.timeout(400_000)
  const sandbox = new Sandbox()
  const project = new CdkProject(join(sandbox.folder, 'demo'), 'Demo', REGIONS, {lockToEdge: true})

  before(() => {
    const file = join(project.folder, 'todo-dr.yaml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}    objectives: {rtoSeconds: 0.001, rpoSeconds: 7}\n`)
  })

  after(() => sandbox.remove())

  it('field report 23: deploys the project and judges by its objectives', async () => {
    const ran = await sandbox.expect(5, ['drill', '--rate', '10', '--no-failback', '--json'], {
      cwd: project.folder,
      timeoutMs: 350_000,
    })
    const result = JSON.parse(ran.stdout) as DrillResult
    expect(ran.stderr).to.contain('judged by the objectives of aws')
    expect(ran.stderr).to.match(/target lab:drill-\d+: Demo, account 000000000000, us-east-1 and us-west-2/)
    expect(result.objectives).to.deep.equal({rtoSeconds: 0.001, rpoSeconds: 7})
    expect(result.verdict).to.equal('missed')
    expect(result.topology.before).to.include({primary: REGIONS.home, standby: REGIONS.away})
    expect(result.topology.afterFailover).to.include({primary: REGIONS.away})
    expect(result.singleWriter.through).to.deep.equal(['edge', REGIONS.home, REGIONS.away])
    // The lab is gone, and so is every hint that would name it.
    expect(ran.stderr).not.to.match(/todo-dr (?:status|failback|seed|resume)/)
    expect(sandbox.left('state/todo-dr/labs')).to.deep.equal([])
  })

  it('field report 23: is refused on a target that is no lab, and starts nothing', async () => {
    const ran = await sandbox.expect(2, ['drill', '--target', 'aws'], {cwd: project.folder})
    expect(ran.stderr).to.contain('a drill cannot run on aws').and.to.contain('todo-dr outage start')
    expect(sandbox.left('state/todo-dr/labs')).to.deep.equal([])
  })
})
