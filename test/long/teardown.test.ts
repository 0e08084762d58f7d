import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {callLab} from '../support/lab.js'

const HOME = 'us-east-1'
const AWAY = 'us-east-2'
const APP = 'ToDoMgmt'

describe('teardown', function () {
  this.timeout(240_000)
  const sandbox = new Sandbox()
  let status: LabStatus

  const aws = <T>(region: string, ...args: string[]): Promise<T> => awsCli<T>(status, region, ...args)

  /** Everything that a client which is not ours sees of the application, by two ways. */
  const seenByAws = async (): Promise<string[]> => {
    const seen = await Promise.all(
      [HOME, AWAY].map(async (region) => {
        const {Stacks} = await aws<{Stacks: {StackName: string}[]}>(region, 'cloudformation', 'describe-stacks')
        const tagged = await aws<{ResourceTagMappingList: {ResourceARN: string}[]}>(
          region,
          'resourcegroupstaggingapi',
          'get-resources',
          '--tag-filters',
          `Key=todo-dr:app,Values=${APP}`,
        )
        const arns = tagged.ResourceTagMappingList.map(({ResourceARN}) => ResourceARN)
        return [...Stacks.map(({StackName}) => StackName), ...arns.filter((arn) => !arn.includes(':kms:'))]
      }),
    )
    return seen.flat()
  }

  const fresh = async (): Promise<void> => {
    await sandbox.run(['lab', 'stop'])
    await sandbox.expect(0, ['lab', 'start'])
    status = await sandbox.json<LabStatus>(['lab', 'status'])
  }

  /** Of the teardowns so far, in their order. */
  const journals = (): {event: string}[][] => {
    const runs = join(sandbox.folder, 'state', 'todo-dr', 'lab', 'runs')
    const ids = existsSync(runs) ? readdirSync(runs).filter((id) => id.includes('-teardown-')) : []
    return ids.sort().map((id) => {
      const file = join(runs, id, 'journal.ndjson')
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
      return lines.filter(Boolean).map((line) => JSON.parse(line) as {event: string})
    })
  }

  const tearDown = (...more: string[]): Promise<TeardownResult> =>
    sandbox.json<TeardownResult>(['teardown', '--confirm', APP, ...more])

  before(async function () {
    needsAwsCli(this)
    await fresh()
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  it('shows what it would delete, and deletes nothing in a dry run, without the name, or with a wrong one', async () => {
    const before = await seenByAws()
    const dry = await sandbox.expect(0, ['teardown', '--dry-run'])
    expect(dry.stderr).to.include(`stack ${APP}-data-${HOME}`).and.include(`bucket todomgmt-lease`)
    const unconfirmed = await sandbox.json<TeardownResult>(['teardown'], 3)
    expect(unconfirmed.refusals.map(({gate}) => gate)).to.deep.equal(['confirmed'])
    await sandbox.expect(3, ['teardown', '--confirm', 'Another'])
    expect(await seenByAws()).to.deep.equal(before)
  })

  it('refuses while a region does not answer, as half would be left', async () => {
    const fault = (method: string) => callLab(status, method, 'faults', {kind: 'region-loss', region: AWAY})
    await fault('POST')
    const {refusals} = await sandbox.json<TeardownResult>(['teardown', '--confirm', APP], 3)
    expect(refusals.map(({gate}) => gate)).to.deep.equal(['every-region-answers'])
    await fault('DELETE')
  })

  it('is not what CloudFormation alone can do: a primary does not go while a secondary is there', async () => {
    for (const name of [`${APP}-directory-${HOME}`, `${APP}-directory-${AWAY}`])
      await aws(name.endsWith(HOME) ? HOME : AWAY, 'cloudformation', 'delete-stack', '--stack-name', name)
    await sleep(500)
    await aws(HOME, 'rds', 'describe-global-clusters')
    const members = ['--global-cluster-identifier', 'todomgmt', '--db-cluster-identifier']
    const arn = `arn:aws:rds:${HOME}:000000000000:cluster:todomgmt-${HOME}`
    const refused = await aws(HOME, 'rds', 'remove-from-global-cluster', ...members, arn).catch((error: Error) => error)
    expect(String(refused)).to.include('InvalidGlobalClusterStateFault')
  })

  it('refuses what is protected, and says how the protection is lifted', async () => {
    const cluster = ['--db-cluster-identifier', `todomgmt-${AWAY}`, '--deletion-protection']
    await aws(AWAY, 'rds', 'modify-db-cluster', ...cluster)
    const stack = ['--stack-name', `${APP}-data-${HOME}`, '--enable-termination-protection']
    await aws(HOME, 'cloudformation', 'update-termination-protection', ...stack)
    const {refusals} = await sandbox.json<TeardownResult>(['teardown', '--confirm', APP], 3)
    expect(refusals.map(({gate}) => gate)).to.deep.equal(['protection-lifted'])
    expect(refusals[0]!.reason).to.include(`todomgmt-${AWAY}`).and.include(`${APP}-data-${HOME}`)
    expect(refusals[0]!.hint).to.include('--unprotect').and.include('lost permanently')
  })

  it('defect 39: deletes by the tag alone: a bucket of a matching name stays, keys, pools and a retained bucket go', async () => {
    const foreign = 'todomgmt-lease-000000000000-backup'
    await aws(HOME, 's3api', 'create-bucket', '--bucket', foreign)
    await aws(HOME, 's3api', 'put-object', '--bucket', foreign, '--key', 'precious')
    // Left behind by a stack that is gone, versioned, with a version and a delete marker.
    const left = 'todomgmt-left-behind'
    await aws(HOME, 's3api', 'create-bucket', '--bucket', left)
    const tagging = `TagSet=[{Key=todo-dr:app,Value=${APP}}]`
    await aws(HOME, 's3api', 'put-bucket-tagging', '--bucket', left, '--tagging', tagging)
    const versioned = ['--versioning-configuration', 'Status=Enabled']
    await aws(HOME, 's3api', 'put-bucket-versioning', '--bucket', left, ...versioned)
    await aws(HOME, 's3api', 'put-object', '--bucket', left, '--key', 'file')
    await aws(HOME, 's3api', 'delete-object', '--bucket', left, '--key', 'file')
    // A file in a bucket of a stack.
    const lease = `todomgmt-lease-000000000000-${HOME}`
    await aws(HOME, 's3api', 'put-object', '--bucket', lease, '--key', 'file')

    const {remaining, failed, pendingDeletion, done} = await tearDown('--unprotect')
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    expect(pendingDeletion.map(({kind, region}) => `${kind} ${region}`)).to.include.members([
      `key ${HOME}`,
      `key ${AWAY}`,
    ])
    expect(done).to.include(`delete the bucket ${left} (${HOME})`)
    expect(await seenByAws()).to.deep.equal([])
    const {Buckets} = await aws<{Buckets: {Name: string}[]}>(HOME, 's3api', 'list-buckets')
    const names = Buckets.map(({Name}) => Name)
    expect(names).to.include(foreign)
    expect(names).not.to.include(left)
    const pools = await aws<{UserPools: unknown[]}>(HOME, 'cognito-idp', 'list-user-pools', '--max-results', '5')
    expect(pools.UserPools).to.deep.equal([])
  })

  it('has nothing to do where nothing is', async () => {
    const again = await sandbox.json<TeardownResult>(['teardown', '--confirm', APP])
    expect(again).to.deep.include({app: null, plan: [], done: [], remaining: []})
  })

  it('goes by the live roles: after a failover, and killed again and again in the middle', async () => {
    await fresh()
    await sandbox.expect(0, ['seed'])
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', APP])
    const before = journals().length
    const begun = (): number => (journals()[before] ?? []).filter(({event}) => event === 'act-intent').length
    let kills = 0
    for (const pause of [0, 300, 600]) {
      const known = begun()
      const child = sandbox.start(['teardown', '--confirm', APP])
      const ended = new Promise<number | null>((done) => child.once('close', done))
      const working = async (): Promise<string> => {
        while (child.exitCode === null && begun() === known) await sleep(5)
        return sleep(pause, 'running')
      }

      const first = await Promise.race([ended, working()])
      if (first !== 'running') break
      child.kill('SIGKILL')
      await ended
      kills++
    }

    expect(kills).to.be.greaterThan(0)
    const {remaining, failed} = await tearDown()
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    expect(await seenByAws()).to.deep.equal([])
    // Each went on at once where the one before was killed: it held the lease of that one, and wrote in its journal.
    const [lines, ...others] = journals().slice(before)
    expect(others).to.deep.equal([])
    expect(lines!.filter(({event}) => event === 'teardown-started')).to.have.length(1)
    // The last kill may have come after the last act: then nothing was left to go on with.
    expect(lines!.filter(({event}) => event === 'run-resumed').length).to.be.within(kills - 1, kills)
    expect(lines!.at(-1)).to.include({event: 'run-finished', exit: 'done'})
  })

  it('is refused while another one is at work, which is named; that one ends undisturbed', async () => {
    await fresh()
    await sandbox.expect(0, ['seed'])
    const before = journals().length
    const first = sandbox.start(['teardown', '--confirm', APP])
    const ended = new Promise<number | null>((done) => first.once('close', done))
    while (!journals()[before]?.some(({event}) => event === 'lease-taken')) await sleep(5)
    first.kill('SIGSTOP')
    try {
      const {error} = await sandbox.json<{error: {code: string; what: string}}>(['teardown', '--confirm', APP], 3)
      expect(error.code).to.equal('LeaseHeld')
      expect(error.what).to.match(/another operator is running a command: \S+@\S+ \S+-teardown-/)
    } finally {
      first.kill('SIGCONT')
    }

    expect(await ended).to.equal(0)
    expect(await seenByAws()).to.deep.equal([])
    expect(journals()[before]!.at(-1)).to.include({event: 'run-finished', exit: 'done'})
    expect(journals()[before + 1]!.at(-1)).to.include({event: 'run-finished', status: 'refused'})
  })
})
