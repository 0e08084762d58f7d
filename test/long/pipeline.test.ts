/**
 * The pipelines on the lab, as they are used. The delivery pipeline is pushed to, and its builds do it with no more than their policies. The
 * failover pipelines are started, approved, and carried out by a build. Home is black-holed, what nobody approves changes nothing, and a run whose
 * build is ended is resumed from this machine. That a failover's build needs no more than its policy is held by iam.test.ts.
 */

import {GetFunctionCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {expect} from 'chai'
import {symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {
  PipelineAnswerResult,
  PipelineLogsResult,
  PipelinePushResult,
  PipelineStartResult,
  PipelineStatusResult,
  PipelineStopResult,
} from '../../src/actions/pipeline/result.js'
import {SCHEMAS} from '../../src/actions/pipeline/result.js'
import type {ResumeResult} from '../../src/actions/resume/result.js'
import type {StatusResult} from '../../src/actions/status/result.js'
import type {Execution} from '../../src/model/pipeline.js'
import {CdkProject} from '../support/cdk-project.js'
import {ROOT, Sandbox, type LabStatus, type Ran} from '../support/cli.js'
import {callLab, labKeys} from '../support/lab.js'
import {readRun} from '../support/mirrored-run.js'
import {switchState} from '../support/switch-state.js'
import {whatStands} from '../support/what-stands.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const CONFIRM = ['--confirm', 'Demo']
/** Milliseconds of one command: a synthesis, or a whole delivery, on a slow machine. */
const LONG_MS = 400_000

const COMMITTER = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'n'],
    [`GIT_${who}_EMAIL`, 'n@example.com'],
  ]),
)

describe('the pipelines on the lab', function () {
  this.timeout(600_000)
  const sandbox = new Sandbox({TODO_DR_TARGET: 'lab:pipelines', ...COMMITTER})
  const project = new CdkProject(
    `${sandbox.folder}/demo`,
    'Demo',
    {home: HOME, away: AWAY},
    {pipeline: 'failover', delivery: {source: 'codecommit'}},
  )
  const cwd = project.folder
  let lab: LabStatus

  const json = <T>(args: string[], code = 0): Promise<T> => sandbox.json<T>(args, code, {cwd, timeoutMs: LONG_MS})
  const run = (code: number, ...args: string[]): Promise<Ran> => sandbox.expect(code, args, {cwd, timeoutMs: LONG_MS})
  const look = async (): Promise<StatusResult> => JSON.parse((await sandbox.run(['status', '--json'], {cwd})).stdout)
  const primary = async (): Promise<string | null> => (await look()).primary
  const state = async (): Promise<object> => switchState(lab, await look())
  const fault = (method: string) => callLab(lab, method, 'faults', {kind: 'region-loss', region: HOME, mode: 'hang'})

  async function execution(id: string, region: string): Promise<Execution> {
    const status = await json<PipelineStatusResult>(['pipeline', 'status', '--region', region])
    expect(SCHEMAS['pipeline-status'].parse(status)).to.deep.equal(status)
    return status.pipelines.flatMap(({executions}) => executions).find((one) => one.id === id)!
  }

  async function until(id: string, region: string, isSo: (one: Execution) => boolean): Promise<Execution> {
    for (let asked = 0; asked < 200; asked++) {
      const found = await execution(id, region)
      if (found && isSo(found)) return found
      await new Promise((done) => setTimeout(done, 300))
    }

    const {lines} = await json<PipelineLogsResult>(['pipeline', 'logs', '--region', region]).catch(() => ({lines: []}))
    throw new Error(`waited in vain: ${JSON.stringify(await execution(id, region))}\n${lines.join('\n')}`)
  }

  const ended = ({status}: Execution): boolean => !['InProgress', 'Stopping'].includes(status)

  async function start(command: string, ...more: string[]): Promise<PipelineStartResult> {
    const started = await json<PipelineStartResult>(['pipeline', 'start', command, ...more])
    expect(SCHEMAS['pipeline-start'].parse(started)).to.deep.equal(started)
    return started
  }

  const approve = (comment: string): Promise<PipelineAnswerResult> =>
    json<PipelineAnswerResult>(['pipeline', 'approve', '--comment', comment, ...CONFIRM])

  const write = (path: string, text: string): void => writeFileSync(join(cwd, path), text)
  const push = async (code: number, ...args: string[]): Promise<PipelinePushResult> => {
    const pushed = await json<PipelinePushResult>(['pipeline', 'push', ...args], code)
    expect(SCHEMAS['pipeline-push'].parse(pushed)).to.deep.equal(pushed)
    return pushed
  }
  const codeIn = async (region: string): Promise<string | undefined> => {
    const lambda = new LambdaClient({region, endpoint: lab.endpoint, credentials: labKeys(lab)})
    const FunctionName = `Demo-app-${region}-UpsertToDos`
    return (await lambda.send(new GetFunctionCommand({FunctionName}))).Configuration?.CodeSha256
  }

  before(async () => {
    // No registry is here: the builds find the packages above the lab's folder, and there is no lockfile to install from.
    symlinkSync(join(ROOT, 'node_modules'), join(sandbox.folder, 'node_modules'))
    await run(0, 'lab', 'start', '--empty', '--enforce-iam')
    await run(0, 'deploy')
    await run(0, 'seed')
    project.freeze()
    lab = await json<LabStatus>(['lab', 'status'])
  })

  after(async () => {
    await sandbox.run(['lab', 'stop', '--target', 'lab:pipelines'])
    sandbox.remove()
  })

  it('start nothing by themselves: a new program does not, nor does a second deployment', async () => {
    await run(0, 'deploy')
    const {pipelines} = await json<PipelineStatusResult>(['pipeline', 'status'])
    expect(pipelines.map(({region}) => region)).to.deep.equal([HOME, AWAY])
    // CodePipeline starts a pipeline when it is made, before it has a program: that one has no command, and fails.
    for (const {executions} of pipelines)
      expect(executions.map(({command, status, build}) => [command, status, build])).to.deep.equal([
        [null, 'Failed', null],
      ])
  })

  it('deliver nothing that is not committed', async () => {
    expect((await run(2, 'pipeline', 'push')).stderr).to.contain('nothing is committed')
  })

  it('deliver nothing where a build fails, whose last lines are shown', async () => {
    write('.gitignore', 'node_modules\ninfra/cdk.out\ninfra/frozen\n')
    write('infra/package.json', '{"scripts": {"test": "echo the tests say no; exit 1"}}')
    const {failure, lines, status, pushed} = await push(1, '--message', 'first')
    expect({action: failure?.action, status, pushed}).to.deep.equal({action: 'Build', status: 'Failed', pushed: true})
    expect(lines.join('\n')).to.contain('the tests say no')
  })

  it('deliver nothing where somebody stops it; the log is there so far, and who has pushed is told', async () => {
    write('infra/package.json', '{"scripts": {"test": "echo the tests take long; sleep 600"}}')
    const pushing = push(1, '--message', 'slow')
    pushing.catch(() => undefined)
    for (let asked = 0; asked < 100; asked++) {
      const log = await sandbox.run(['pipeline', 'logs', '--delivery'], {cwd})
      if (log.stdout.includes('the tests take long')) break
    }

    const stopped = await json<PipelineStopResult>(['pipeline', 'stop', '--delivery'])
    expect(SCHEMAS['pipeline-stop'].parse(stopped)).to.deep.equal(stopped)
    const {execution: id, commit, status} = await pushing
    expect(stopped).to.include({execution: id, commit, command: null})
    expect(stopped.build).to.be.a('string')
    expect(status).to.equal('Stopped')
    await run(3, 'pipeline', 'stop', '--delivery')
  })

  it('deliver a change of the code to both regions, and a push starts no failover', async () => {
    const regions = [HOME, AWAY]
    const before = await Promise.all(regions.map((region) => codeIn(region)))
    write('infra/package.json', '{}')
    for (const region of regions) project.changeCode(`Demo-api-${region}`, 'Upsert')
    await run(3, 'pipeline', 'push')
    const first = await push(0, '--message', 'another code')
    expect(first).to.include({pushed: true, status: 'Succeeded', failure: null})
    for (const [index, region] of regions.entries()) expect(await codeIn(region), region).not.to.equal(before[index])
    expect(await push(0)).to.deep.equal({...first, pushed: false})
    const {pipelines, delivery} = await json<PipelineStatusResult>(['pipeline', 'status'])
    expect(pipelines.map(({executions}) => executions.length)).to.deep.equal([1, 1])
    const {execution: id, commit} = first
    expect(delivery!.executions[0]).to.include({id, commit, status: 'Succeeded'})
    const logs = await json<PipelineLogsResult>(['pipeline', 'logs', '--delivery', '--follow'])
    expect(logs).to.include({execution: id, commit, status: 'Succeeded', command: null})
    expect(logs.lines.length).to.be.above(0)
  })

  it('change nothing where the approval is rejected, and refuse a second one meanwhile', async () => {
    const before = await state()
    await run(3, 'pipeline', 'start', 'failover')
    const {execution: id, region} = await start('failover', ...CONFIRM)
    expect(region).to.equal(AWAY)
    await run(3, 'pipeline', 'start', 'switchover')
    await run(3, 'pipeline', 'approve', '--comment', 'yes')
    const rejected = await json<PipelineAnswerResult>(['pipeline', 'reject', '--comment', 'a false alarm'])
    expect(rejected).to.include({execution: id, verdict: 'rejected', command: 'failover'})
    const {approval, build, status} = await until(id!, AWAY, ended)
    expect(approval).to.include({verdict: 'rejected', comment: 'a false alarm'})
    expect([status, build]).to.deep.equal(['Failed', null])
    expect(await state()).to.deep.equal(before)
    await run(3, 'pipeline', 'approve', '--comment', 'too late', ...CONFIRM)
  })

  it('change nothing where nobody answers within the hour, and say so to who approves too late', async () => {
    const before = await state()
    const {execution: id} = await start('failover', ...CONFIRM)
    const later = (offsetSeconds: number) => callLab(lab, 'PUT', 'clock', {offsetSeconds})
    await later(3540)
    await later(0)
    expect((await execution(id!, AWAY)).approval?.verdict).to.equal('waiting')
    await later(3660)
    await later(0)
    const {approval, build, status} = await until(id!, AWAY, ended)
    expect(approval).to.include({verdict: 'expired', by: null})
    expect([status, build]).to.deep.equal(['Failed', null])
    const late = ['pipeline', 'approve', '--comment', 'too late', ...CONFIRM]
    const {error} = await json<{error: {why: string; next: string}}>(late, 3)
    expect(error.why).to.contain(`the failover ${id} in ${AWAY} has expired: nobody answered in time`)
    expect(error.next).to.match(/^todo-dr pipeline start .*failover, which asks for approval again$/)
    expect(await state()).to.deep.equal(before)
  })

  it('end without a change where the execution is stopped before it is approved', async () => {
    const before = await state()
    const {execution: id} = await start('switchover')
    const stopped = await json<PipelineStopResult>(['pipeline', 'stop'])
    expect(stopped).to.include({execution: id, build: null})
    expect(await until(id!, AWAY, ended)).to.include({status: 'Stopped', build: null})
    expect(await state()).to.deep.equal(before)
  })

  it('switch over once it is approved', async () => {
    const {execution: id} = await start('switchover')
    await approve('quarterly')
    expect(await until(id!, AWAY, ended)).to.include({status: 'Succeeded'})
    expect(await primary()).to.equal(AWAY)
  })

  it('fail back from the pipeline of home', async () => {
    const {execution: id, region} = await start('failback')
    expect(region).to.equal(HOME)
    await approve('back home')
    expect(await until(id!, HOME, ended)).to.include({status: 'Succeeded'})
    expect(await primary()).to.equal(HOME)
  })

  it('fail over from the standby while home is black-holed; the evidence names who approved it, when and why', async () => {
    await fault('POST')
    try {
      const {execution: id, region} = await start('failover', ...CONFIRM)
      expect(region).to.equal(AWAY)
      const before = Date.now()
      await approve('us-east-1 hangs')
      const {approval, status} = await until(id!, AWAY, ended)
      const {lines} = await json<PipelineLogsResult>(['pipeline', 'logs', '--region', AWAY])
      expect(status, lines.join('\n')).to.equal('Succeeded')
      expect(lines.join('\n')).to.contain('The failover is done')
      const {journal, result} = await readRun(lab, AWAY, 'demo')
      const approved = journal.find(({event}) => event === 'approved')!
      for (const one of [approved, (result as {approval: object}).approval])
        expect(one).to.deep.include({
          execution: id,
          region: AWAY,
          pipeline: `Demo-failover-${AWAY}`,
          comment: 'us-east-1 hangs',
          by: approval!.by,
          at: approval!.at,
        })
      expect(approval!.by).to.match(/^arn:aws:iam::000000000000:/)
      expect(approval!.at).to.be.within(before - 1000, Date.now())
    } finally {
      await fault('DELETE')
    }

    expect(await primary()).to.equal(AWAY)
  })

  it('leave a run whose build was ended to `todo-dr resume` on this machine, which knows by then who approved it', async () => {
    const partition = (method: string) => callLab(lab, method, 'faults', {kind: 'partition', region: HOME})
    const {execution: id} = await start('failback')
    // Home does not catch up, and the failback waits for it.
    await partition('POST')
    await approve('back home')
    await until(id!, HOME, ({build}) => build?.status === 'InProgress' && build.id !== null)
    for (let asked = 0; ; asked++) {
      const {journal} = await readRun(lab, AWAY, 'demo')
      const events = journal.map(({event}) => event)
      if (events.includes('step-intent') && !events.includes('run-finished')) break
      if (asked === 100) throw new Error(`no step was begun: ${events.join(',')}`)
      await new Promise((done) => setTimeout(done, 300))
    }

    await run(3, 'pipeline', 'stop')
    const stopped = await json<PipelineStopResult>(['pipeline', 'stop', '--abandon'])
    expect(stopped.build).to.be.a('string')
    expect(await until(id!, HOME, ended)).to.include({status: 'Stopped'})
    expect(await primary()).to.equal(AWAY)
    await partition('DELETE')
    // The run is known here from its copies alone.
    const {outcome} = await json<ResumeResult>(['resume'])
    expect(outcome).to.include({intent: 'failback', status: 'done'})
    expect(outcome!.approval).to.include({execution: id, comment: 'back home'})
    expect(await primary()).to.equal(HOME)
  })

  it('go with the rest, their buckets emptied', async () => {
    await run(0, 'teardown', ...CONFIRM)
    const {remaining} = await json<{remaining: unknown[]}>(['teardown', ...CONFIRM])
    expect(remaining).to.deep.equal([])
    expect(await whatStands(lab, [HOME, AWAY])).to.deep.equal([])
  })
})
