/** One project, protected and locked to its edge, one lab: deployed after two interruptions, changed, refused, broken, mended, torn down. */

import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  RollbackStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackDeleteComplete,
  waitUntilStackRollbackComplete,
} from '@aws-sdk/client-cloudformation'
import {CreateBucketCommand, DeleteBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {expect} from 'chai'
import {once} from 'node:events'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {DeployResult} from '../../src/actions/deploy/result.js'
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {CdkProject} from '../support/cdk-project.js'
import {Sandbox, type LabStatus} from '../support/cli.js'
import {labKeys} from '../support/lab.js'

const LAB = 'lab:deploying'
const MEMBERS = {home: 'Demo-data-us-east-1', away: 'Demo-data-us-west-2'}
const CLUSTER = 'AWS::RDS::DBCluster'
/** Exists already, in another stack. */
const TAKEN = {
  Type: 'AWS::SSM::Parameter',
  Properties: {Name: '/todo-dr/Demo/deployment', Type: 'String', Value: 'taken'},
}
const STUCK = 'Demo-identity-us-west-2'
const SHELF = 'demo-shelf'

describe('deploy', function () {
  this.timeout(120_000)
  const sandbox = new Sandbox({TODO_DR_TARGET: LAB})
  let project: CdkProject
  let lab: LabStatus

  before(() => {
    project = new CdkProject(
      join(sandbox.folder, 'demo'),
      'Demo',
      {home: 'us-east-1', away: 'us-west-2'},
      {lockToEdge: true, protect: true},
    )
  })

  after(async () => {
    await sandbox.run(['lab', 'stop', '--lab', 'deploying'])
    sandbox.remove()
  })

  const run = (args: string[] = [], code = 0) => sandbox.expect(code, ['deploy', ...args], {cwd: project.folder})
  const json = (args: string[] = [], code = 0) =>
    sandbox.json<DeployResult>(['deploy', ...args], code, {cwd: project.folder})
  const stack = ({stacks}: DeployResult, name: string) => stacks.find((one) => one.name === name)!

  const client = <C>(Client: new (settings: object) => C): C =>
    new Client({
      region: 'us-west-2',
      endpoint: lab.endpoint,
      credentials: labKeys(lab),
      forcePathStyle: true,
    })

  /** Leaves a stack in UPDATE_ROLLBACK_FAILED: what it had changed was deleted by hand before that could be taken back. */
  async function stick(): Promise<void> {
    const shelf = (Status: string) => ({
      Type: 'AWS::S3::Bucket',
      Properties: {BucketName: SHELF, VersioningConfiguration: {Status}},
    })
    project.change(STUCK, ({Resources}) => {
      Resources.Shelf = shelf('Suspended')
    })
    await json()
    project.change(STUCK, ({Resources}) => {
      Resources.Shelf = shelf('Enabled')
      Resources.Broken = {...TAKEN, DependsOn: 'Shelf'}
    })
    await json(['--no-rollback'], 1)
    await client(S3Client).send(new DeleteBucketCommand({Bucket: SHELF}))
    await client(CloudFormationClient).send(new RollbackStackCommand({StackName: STUCK}))
    await waitUntilStackRollbackComplete(
      {client: client(CloudFormationClient), maxWaitTime: 30, minDelay: 1, maxDelay: 1},
      {StackName: STUCK},
    ).then(
      () => expect.fail('the rollback was to fail'),
      (error: Error) => expect(error.message).to.contain('UPDATE_ROLLBACK_FAILED'),
    )
  }

  /** Starts a deployment, signals it once it has said so, and gives its exit status with what it said. */
  async function interrupted(signal: NodeJS.Signals, said: RegExp): Promise<{code: number | null; stderr: string}> {
    const child = sandbox.start(['deploy'], {cwd: project.folder})
    let stderr = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      if (!said.test(stderr) && said.test(stderr + String(chunk))) child.kill(signal)
      stderr += String(chunk)
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return {code, stderr}
  }

  it('starts an empty lab, and stops at Ctrl-C: CloudFormation goes on, and it says so', async () => {
    const {code, stderr} = await interrupted('SIGINT', /start: Demo-data-us-east-1/)
    expect(code, stderr).to.equal(4)
    expect(stderr).to.contain('no lab named "deploying" is running: starting an empty one')
    expect(stderr).to.contain('interrupted during the deployment').and.to.contain('run todo-dr deploy to continue')
  })

  it('goes on after a kill -9 with what CloudFormation has meanwhile done', async () => {
    project.freeze()
    await interrupted('SIGKILL', /start: Demo-(data-us-west-2|api)/)
    const result = await json()
    expect(result).to.include({status: 'deployed', app: 'Demo', account: '000000000000', failure: null})
    expect(result.edgeUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+/)
    expect(stack(result, MEMBERS.home).status).to.equal('unchanged')
    expect(result.stacks.map(({status}) => status))
      .to.include('created')
      .and.not.to.include('failed')
  })

  it('leaves a deployment that every command takes, whose APIs answer the edge and todo-dr alone', async () => {
    await sandbox.expect(0, ['seed'])
    expect(await sandbox.json<object>(['status'])).to.include({situation: 'Healthy'})
    lab = await sandbox.json<LabStatus>(['lab', 'status', '--lab', 'deploying'])
    const {token} = await sandbox.json<{token: string}>(['token'])
    for (const {apiUrl} of lab.regions)
      expect((await fetch(`${apiUrl}/v1?limit=1`, {headers: {authorization: token}})).status, apiUrl).to.equal(403)
    const created = await sandbox.json<{task: string}>(['crud', 'create', '--task', 'hi', '--status', 'wip'])
    expect(created.task).to.equal('hi')
    await sandbox.expect(0, ['failover', '--allow-data-loss', '--confirm', 'Demo'])
  })

  it('changes nothing the second time, and leaves the edge where a failover has put it', async () => {
    const again = await json()
    expect(again).to.include({status: 'unchanged'})
    expect(again.seconds).to.be.below(30)
    expect((await run(['--diff'])).stdout).to.equal('')
    project.change('Demo-edge', ({Resources}) => {
      const distribution = Object.values(Resources).find(({Type}) => Type === 'AWS::CloudFront::Distribution')
      Object.assign(distribution!.Properties.DistributionConfig as object, {Comment: 'another one'})
    })
    expect(await json(['--diff'], 5)).to.nested.include({'differences[0].stack': 'Demo-edge'})
    const reader = project.changeCode('Demo-api-us-east-1', 'GetToDos')
    const changed = await json()
    expect(stack(changed, 'Demo-edge')).to.include({status: 'updated'})
    const update = {logicalId: reader, type: 'AWS::Lambda::Function', action: 'updated'}
    expect(stack(changed, 'Demo-api-us-east-1').changed).to.deep.include(update)
    const {edge, primary} = await sandbox.json<{edge: string; primary: string}>(['status'])
    expect({edge, primary}).to.deep.equal({edge: 'us-west-2', primary: 'us-west-2'})
  })

  it('refuses an upgraded, a replaced, a detached and a removed member, and has changed nothing', async () => {
    const cluster = project.logicalId(MEMBERS.away, CLUSTER)
    project.change(MEMBERS.home, ({Resources}) => {
      Resources[cluster]!.Properties.EngineVersion = '8.0.mysql_aurora.3.11.0'
    })
    project.change(MEMBERS.away, ({Resources}) => {
      delete Resources[cluster]!.Properties.GlobalClusterIdentifier
      Resources[cluster]!.Properties.StorageEncrypted = false
    })
    const refused = await json([], 3)
    expect(refused.status).to.equal('refused')
    const reasons = refused.refusals.map(({reason}) => reason).join('\n')
    expect(reasons).to.contain(`${MEMBERS.home} (us-east-1): ${cluster} (${CLUSTER}): EngineVersion from`)
    expect(reasons).to.contain('StorageEncrypted from true to false').and.to.contain('replaced')
    expect(reasons).to.contain('GlobalClusterIdentifier from "demo" to nothing').and.to.contain('detached')
    expect(await json(['--dry-run', '--allow-database-change', '--confirm', 'Demo'])).to.include({status: 'planned'})
    await run(['--allow-database-change', '--confirm', 'Another'], 3)
    project.restore()
    project.change(MEMBERS.home, ({Resources, Outputs}) => {
      for (const [id, {Type}] of Object.entries(Resources)) if (Type === 'AWS::RDS::GlobalCluster') delete Resources[id]
      delete Outputs.GlobalClusterId
    })
    const [removed, ...others] = (await json(['--dry-run'], 3)).refusals
    expect(removed!.reason).to.contain('AWS::RDS::GlobalCluster').and.to.contain('removed from the stack')
    expect(others).to.deep.equal([])
    project.restore()
  })

  it('updates a parameter group in place, replaces what is renamed, and takes back what breaks', async () => {
    const group = project.logicalId(MEMBERS.away, 'AWS::RDS::DBClusterParameterGroup')
    let doors = ''
    project.change(MEMBERS.away, ({Resources}) => {
      Object.assign(Resources[group]!.Properties.Parameters as object, {max_connections: '700'})
      const isDoors = ({Properties}: {Properties: object}) =>
        'GroupDescription' in Properties && Properties.GroupDescription === 'Interface endpoints'
      doors = Object.keys(Resources).find((id) => isDoors(Resources[id]!))!
      Resources[doors]!.Properties.GroupDescription = 'Doors'
    })
    expect(stack(await json(), MEMBERS.away).status).to.equal('updated')
    const changes = new DescribeStackEventsCommand({StackName: MEMBERS.away})
    const {StackEvents = []} = await client(CloudFormationClient).send(changes)
    const since = StackEvents.findIndex(({ResourceStatusReason}) => ResourceStatusReason === 'User Initiated')
    /** Each status with the number of the physical resource, in the order in which they come up. */
    const told = (logicalId: string): string[] => {
      const events = StackEvents.slice(0, since).reverse()
      const own = events.filter(({LogicalResourceId}) => LogicalResourceId === logicalId)
      const things = [...new Set(own.map(({PhysicalResourceId}) => PhysicalResourceId))]
      return own.map(
        ({ResourceStatus, PhysicalResourceId}) => `${ResourceStatus} ${things.indexOf(PhysicalResourceId)}`,
      )
    }

    expect(told(group)).to.deep.equal(['UPDATE_IN_PROGRESS 0', 'UPDATE_COMPLETE 0'])
    const replaced = ['UPDATE_IN_PROGRESS 0', 'UPDATE_COMPLETE 1', 'DELETE_IN_PROGRESS 0', 'DELETE_COMPLETE 0']
    expect(told(doors)).to.deep.equal(replaced)

    project.restore()
    project.change(MEMBERS.away, ({Resources}) => {
      Resources[project.logicalId(MEMBERS.away, 'AWS::SNS::Topic')]!.Properties.TopicName = 'demo-renamed'
    })
    const {failure} = stack(await json([], 1), MEMBERS.away)
    expect(failure).to.include({logicalId: null, type: null})
    expect(failure!.reason).to.match(/Cannot update export .* as it is in use by Demo-api-us-west-2/)

    project.restore()
    project.change('Demo-api-us-west-2', ({Resources}) => {
      const reader = Object.keys(Resources).find((id) => id.startsWith('GetToDosFunction'))!
      Resources[reader]!.Properties.MemorySize = 5
    })
    const broken = stack(await json([], 1), 'Demo-api-us-west-2')
    expect(broken.failure!.reason).to.match(/'5' at 'memorySize'/)
    const states = new DescribeStacksCommand({StackName: broken.name})
    const {Stacks} = await client(CloudFormationClient).send(states)
    expect(Stacks![0]!.StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE')
    project.restore()
    expect((await json()).failure).to.equal(null)
  })

  it('defect 38: a stack that fails stops what follows, names the first cause, and the next deploy mends it', async () => {
    project.change('Demo-identity-us-east-1', ({Resources}) => {
      Resources.Broken = TAKEN
    })
    const failed = await json([], 1)
    expect(failed.status).to.equal('failed')
    const broken = stack(failed, 'Demo-identity-us-east-1')
    expect(broken).to.deep.include({status: 'failed', changed: []})
    expect(broken.failure).to.include({logicalId: 'Broken', type: 'AWS::SSM::Parameter'})
    expect(broken.failure!.reason).to.match(/already exists/i)
    expect(failed.failure!.what).to.contain('Demo-identity-us-east-1').and.to.contain('Broken')
    for (const name of ['Demo-edge', 'Demo-directory-us-east-1'])
      expect(stack(failed, name).status, name).to.equal('not-started')
    project.restore()
    expect((await json()).failure).to.equal(null)
  })

  it('names a resource type that the lab lacks, and a stack that does not exist', async () => {
    project.change('Demo-identity-us-west-2', ({Resources}) => {
      Resources.Stream = {Type: 'AWS::Kinesis::Stream', Properties: {ShardCount: 1}}
    })
    const {failure} = await json([], 1)
    expect(failure!.why).to.contain('AWS::Kinesis::Stream')
    expect(failure!.what).to.contain('Demo-identity-us-west-2')
    project.restore()
    expect((await run(['--stack', 'Demo-nothing'], 2)).stderr).to.contain('no stack "Demo-nothing"')
  })

  it('names a stack whose rollback has failed, and goes on with it once what it lacked is back', async () => {
    await stick()
    const {error} = await sandbox.json<{error: Record<string, string>}>(['deploy'], 1, {cwd: project.folder})
    expect(error).to.include({code: 'StackRollbackFailed'})
    expect(error.what).to.contain(STUCK).and.to.contain('UPDATE_ROLLBACK_FAILED')
    expect(error.why).to.contain('Shelf')
    expect(error.next).to.contain('--continue-rollback')
    await client(S3Client).send(new CreateBucketCommand({Bucket: SHELF}))
    project.restore()
    const mended = await json(['--continue-rollback'])
    expect(mended.failure).to.equal(null)
    expect(stack(mended, STUCK).status).to.equal('updated')
  })

  it('makes anew a stack that was deleted by hand', async () => {
    const StackName = 'Demo-directory-us-west-2'
    const lifted = {StackName, EnableTerminationProtection: false}
    await client(CloudFormationClient).send(new UpdateTerminationProtectionCommand(lifted))
    await client(CloudFormationClient).send(new DeleteStackCommand({StackName}))
    await waitUntilStackDeleteComplete(
      {client: client(CloudFormationClient), maxWaitTime: 30, minDelay: 1, maxDelay: 1},
      {StackName},
    )
    const result = await json()
    expect(result.stacks.filter(({status}) => status !== 'unchanged')).to.have.length(1)
    expect(stack(result, StackName).status).to.equal('created')
  })

  it('leaves a lab alone that holds another application', async () => {
    const other = new CdkProject(join(sandbox.folder, 'other'), 'Other', {home: 'us-east-1', away: 'us-west-2'})
    const {stderr} = await sandbox.expect(2, ['deploy'], {cwd: other.folder})
    expect(stderr).to.contain('it contains Demo').and.to.contain('you want to deploy Other')
  })

  it('keeps the account of its key with the lab, and a journal of what was done', () => {
    const labs = sandbox.left('state').filter((name) => name.endsWith('journal.ndjson'))
    expect(labs).not.to.deep.equal([])
    const lines = labs.map((name) => readFileSync(join(sandbox.folder, 'state', name), 'utf8')).join('\n')
    expect(lines).to.contain('"event":"deploy-started"').and.to.contain('"event":"stack-ended"')
    expect(
      existsSync(join(sandbox.folder, 'state/todo-dr/labs/deploying/cdk/cache/accounts_partitions.json')),
    ).to.equal(true)
  })

  it('is torn down whole although it is protected and one of its stacks is stuck', async () => {
    await stick()
    const args = ['teardown', '--confirm', 'Demo', '--unprotect', '--no-keep-toolkit']
    const {remaining, failed, done} = await sandbox.json<TeardownResult>(args, 0, {cwd: project.folder})
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    for (const kind of ['bucket', 'db-cluster', 'log-group', 'secret', 'user-pool'])
      expect(done.join('\n')).to.contain(`delete the ${kind} `)
    const {Stacks} = await client(CloudFormationClient).send(new DescribeStacksCommand({}))
    expect(Stacks).to.deep.equal([])
  })
})

describe('deploy without what it needs', () => {
  const sandbox = new Sandbox()

  after(() => sandbox.remove())

  it('says where it looked for a project, and how to install its toolkit, and starts no lab for it', async () => {
    const {stderr} = await sandbox.expect(2, ['deploy'])
    expect(stderr).to.contain('no CDK project in').and.to.contain('todo-dr init')
    writeFileSync(join(sandbox.folder, 'cdk.json'), JSON.stringify({app: 'node app.js'}))
    const {error} = await sandbox.json<{error: {code: string; next: string}}>(['deploy'], 2)
    expect(error.code).to.equal('ToolkitMissing')
    expect(error.next).to.contain('npm ci')
    expect(sandbox.left('state')).to.deep.equal([])
  })
})
