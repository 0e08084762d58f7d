/** A new project whose delivery pipeline takes its source from outside of AWS, on a lab: deployed, pushed to by plain git, and taken down. */

import {GetFunctionCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PipelineLogsResult, PipelineStatusResult} from '../../src/actions/pipeline/result.js'
import {ROOT, Sandbox, type LabStatus, type Ran} from '../support/cli.js'
import {labKeys} from '../support/lab.js'
import {whatStands} from '../support/what-stands.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
/** Of a real account, which no lab has. */
const CONNECTION = `arn:aws:codeconnections:${HOME}:123456789012:connection/0f8fad5b-d9cb-469f-a165-70867728950e`
const LONG_MS = 540_000

describe('a delivery pipeline with its source outside of AWS', function () {
  this.timeout(600_000)
  const sandbox = new Sandbox({TODO_DR_TARGET: 'lab:outside'})
  const cwd = join(sandbox.folder, 'shop')
  let lab: LabStatus

  const json = <T>(args: string[], code = 0): Promise<T> => sandbox.json<T>(args, code, {cwd, timeoutMs: LONG_MS})
  const run = (code: number, ...args: string[]): Promise<Ran> => sandbox.expect(code, args, {cwd, timeoutMs: LONG_MS})
  const sh = (command: string): string =>
    execFileSync('sh', ['-c', command], {
      cwd,
      encoding: 'utf8',
      env: {PATH: process.env.PATH, HOME: sandbox.folder, GIT_TERMINAL_PROMPT: '0'},
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  const executions = async () => (await json<PipelineStatusResult>(['pipeline', 'status'])).delivery!.executions
  const codeIn = async (region: string): Promise<string | undefined> => {
    const lambda = new LambdaClient({region, endpoint: lab.endpoint, credentials: labKeys(lab)})
    const FunctionName = `shop-app-${region}-UpsertToDos`
    return (await lambda.send(new GetFunctionCommand({FunctionName}))).Configuration?.CodeSha256
  }

  before(async () => {
    // No registry is here: the packages are above the project and the lab's folder, and there is no lockfile to install from.
    symlinkSync(join(ROOT, 'node_modules'), join(sandbox.folder, 'node_modules'))
    const source = ['--pipeline', 'connection', '--connection', CONNECTION, '--repository', 'owner/shop']
    const regions = ['--home', HOME, '--away', AWAY]
    const init = ['init', 'shop', '--defaults', '--no-install', ...regions, ...source]
    await sandbox.expect(0, init, {cwd: sandbox.folder})
    rmSync(join(cwd, 'infra/package-lock.json'))
    // What the template's own tests and checks say is no matter of this one.
    const file = join(cwd, 'infra/package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as {scripts: Record<string, string>}
    const {bundle} = manifest.scripts
    writeFileSync(file, JSON.stringify({...manifest, scripts: {bundle}}))
  })

  after(async () => {
    await sandbox.run(['lab', 'stop', '--target', 'lab:outside'])
    sandbox.remove()
  })

  it('is deployed to a lab, which gets the connection and an empty repository', async () => {
    expect((await run(0, 'deploy')).stderr).not.to.contain('connection')
    await run(0, 'seed')
    lab = await json<LabStatus>(['lab', 'status'])
    // CodePipeline starts a pipeline when it is made.
    expect((await executions()).map(({status, commit}) => [status, commit])).to.deep.equal([['Failed', null]])
  })

  it('deploys to both regions what plain git pushes, as `pipeline push` says it', async () => {
    const regions = [HOME, AWAY]
    const before = await Promise.all(regions.map((region) => codeIn(region)))
    appendFileSync(join(cwd, 'infra/lambda/upsert.ts'), '\nObject.assign(globalThis, {another: true})\n')
    sh('git init --quiet --initial-branch main && git add -A')
    sh('git -c user.name=n -c user.email=n@example.com commit --quiet -m first')
    const {error} = await json<{error: {code: string; next: string}}>(['pipeline', 'push'], 2)
    expect(error.code).to.equal('DeliveryElsewhere')
    expect(error.next).not.to.contain(labKeys(lab).secretAccessKey)
    sh(error.next)
    const commit = sh('git rev-parse HEAD')
    const logs = await json<PipelineLogsResult>(['pipeline', 'logs', '--delivery', '--follow'])
    expect(logs, logs.lines.join('\n')).to.include({commit, status: 'Succeeded'})
    for (const [index, region] of regions.entries()) expect(await codeIn(region), region).not.to.equal(before[index])
    expect((await executions()).map(({status}) => status)).to.deep.equal(['Succeeded', 'Failed'])
  })

  it('goes with the rest', async () => {
    await run(0, 'teardown', '--confirm', 'shop')
    expect(await whatStands(lab, [HOME, AWAY])).to.deep.equal([])
  })
})
