/**
 * The real `cdk`, unchanged, on our template: minutes of it, so that `npm run test:long` runs it and `npm test` does not.
 */

import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'chai'

import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {ROOT, Sandbox} from '../support/cli.js'
import type {LabAccess} from '../support/lab.js'
import {cdk, environment} from '../support/toolkit.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'

describe('cdk on the lab', () => {
  const sandbox = new Sandbox()
  let env: Record<string, string>
  let lab: LabAccess
  const project = join(sandbox.folder, 'project')
  const took: string[] = []

  before(async function () {
    needsAwsCli(this)
    this.timeout(60_000)
    lab = await sandbox.json<LabAccess>(['lab', 'start', '--empty'])
    env = await environment(sandbox)
    // A copy below the repository's node_modules, as a project of its own would have them.
    mkdirSync(project)
    for (const name of [
      'bin',
      'check',
      'lib',
      'lambda',
      'edge',
      'cdk.json',
      'config.json',
      'package.json',
      'tsconfig.json',
    ])
      cpSync(join(ROOT, 'infra-template', name), join(project, name), {recursive: true})
    execFileSync('ln', ['-s', join(ROOT, 'node_modules'), join(project, 'node_modules')])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  /** The stacks of a region, as an independent client sees them. */
  const stacks = (region: string): Promise<string[]> =>
    awsCli(lab, region, 'cloudformation', 'describe-stacks', '--query', 'Stacks[].StackName')

  const wants = async (args: string[], folder = project): Promise<string> => {
    const {code, output, seconds} = await cdk(args, env, folder)
    expect(code, `cdk ${args.join(' ')}\n${output}`).equal(0)
    took.push(`${args[0]} ${seconds.toFixed(0)} s`)
    return output
  }

  it('bootstraps, deploys, sees no difference, changes nothing, and destroys', async function () {
    this.timeout(600_000)
    // Outside of a project, as it needs none: there it would be built and synthesized first.
    await wants(['bootstrap', `aws://000000000000/${HOME}`, `aws://000000000000/${AWAY}`], sandbox.folder)
    const deploy = ['deploy', '--all', '--require-approval', 'never', '--concurrency', '4']
    expect(await wants(deploy)).not.match(/FAILED/)
    // What was synthesized a moment ago need not be synthesized again.
    const app = ['--app', 'cdk.out']
    expect((await stacks(HOME)).length).greaterThan(3)
    expect(await wants(['diff', '--fail', ...app])).include('Number of stacks with differences: 0')
    const again = await wants([...deploy, ...app])
    expect(again.match(/\(no changes\)/g)?.length).equal((await stacks(HOME)).length + (await stacks(AWAY)).length - 2)
    await wants(['destroy', '--all', '--force', ...app])
    expect([await stacks(HOME), await stacks(AWAY)]).deep.equal([['CDKToolkit'], ['CDKToolkit']])
    console.log(`      ${took.join(', ')}`)
  })
})
