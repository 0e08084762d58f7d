/** What goes wrong in deployments and is put right again: updates in place and by replacement, rollbacks that end and that do not. */

import {APIGatewayClient, GetAccountCommand, UpdateAccountCommand} from '@aws-sdk/client-api-gateway'
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
import type {TeardownResult} from '../../src/actions/teardown/result.js'
import {Deploying, MEMBERS, TAKEN, stackOf} from '../support/deploying.js'

const STUCK = 'Demo-identity-us-west-2'
const SHELF = 'demo-shelf'
const OF_OTHERS = 'arn:aws:iam::000000000000:role/of-others'

describe('a deployment that goes wrong', function () {
  this.timeout(360_000)
  const deploying = new Deploying()
  const {sandbox, project} = deploying
  const run = (args?: string[], code?: number) => deploying.run(args, code)
  const json = (args?: string[], code?: number) => deploying.json(args, code)
  let cloudFormation: CloudFormationClient
  let s3: S3Client

  before(async () => {
    await json(['--stack', 'Demo-identity-us-east-1'])
    const patchOperations = [{op: 'replace' as const, path: '/cloudwatchRoleArn', value: OF_OTHERS}]
    await (await deploying.client(APIGatewayClient)).send(new UpdateAccountCommand({patchOperations}))
    expect(await json()).to.include({status: 'deployed'})
    project.freeze()
    cloudFormation = await deploying.client(CloudFormationClient)
    s3 = await deploying.client(S3Client)
  })

  after(() => deploying.end())

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
    await s3.send(new DeleteBucketCommand({Bucket: SHELF}))
    await cloudFormation.send(new RollbackStackCommand({StackName: STUCK}))
    await waitUntilStackRollbackComplete(
      {client: cloudFormation, maxWaitTime: 30, minDelay: 1, maxDelay: 1},
      {StackName: STUCK},
    ).then(
      () => expect.fail('the rollback was to fail'),
      (error: Error) => expect(error.message).to.contain('UPDATE_ROLLBACK_FAILED'),
    )
  }

  it('aws 07: gives API Gateway a role to write logs with only where it has none', async () => {
    const roleIn = async (region: string) =>
      (await (await deploying.client(APIGatewayClient, region)).send(new GetAccountCommand({}))).cloudwatchRoleArn
    expect(await roleIn('us-east-1')).to.match(/^arn:aws:iam::000000000000:role\/Demo-api-us-east-1-LogRole/)
    expect(await roleIn('us-west-2')).to.equal(OF_OTHERS)
  })

  it('aws 12: deploys what is independent side by side, in both regions', async () => {
    const created = async (StackName: string, region: string) => {
      const client = await deploying.client(CloudFormationClient, region)
      const {StackEvents = []} = await client.send(new DescribeStackEventsCommand({StackName}))
      const end = StackEvents.find((one) => one.LogicalResourceId === StackName)
      const {Stacks = []} = await client.send(new DescribeStacksCommand({StackName}))
      return {began: Stacks[0]!.CreationTime!.getTime(), ended: end!.Timestamp!.getTime()}
    }

    const homeData = await created(MEMBERS.home, 'us-east-1')
    const awayData = await created(MEMBERS.away, 'us-west-2')
    expect((await created('Demo-identity-us-west-2', 'us-west-2')).began).to.be.lessThan(homeData.ended)
    expect((await created('Demo-api-us-east-1', 'us-east-1')).began).to.be.lessThan(awayData.ended)
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
    expect(stackOf(await json(), MEMBERS.away).status).to.equal('updated')
    const changes = new DescribeStackEventsCommand({StackName: MEMBERS.away})
    const {StackEvents = []} = await cloudFormation.send(changes)
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
    const {failure} = stackOf(await json([], 1), MEMBERS.away)
    expect(failure).to.include({logicalId: null, type: null})
    expect(failure!.reason).to.match(/Cannot update export .* as it is in use by Demo-api-us-west-2/)

    project.restore()
    project.change('Demo-api-us-west-2', ({Resources}) => {
      const reader = Object.keys(Resources).find((id) => id.startsWith('GetToDosFunction'))!
      Resources[reader]!.Properties.MemorySize = 5
    })
    const broken = stackOf(await json([], 1), 'Demo-api-us-west-2')
    expect(broken.failure!.reason).to.match(/MemorySize: failed validation constraint for keyword \[minimum\]/)
    const states = new DescribeStacksCommand({StackName: broken.name})
    const {Stacks} = await cloudFormation.send(states)
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
    const broken = stackOf(failed, 'Demo-identity-us-east-1')
    expect(broken).to.deep.include({status: 'failed', changed: []})
    expect(broken.failure).to.include({logicalId: 'Broken', type: 'AWS::SSM::Parameter'})
    expect(broken.failure!.reason).to.match(/already exists/i)
    expect(failed.failure!.what).to.contain('Demo-identity-us-east-1').and.to.contain('Broken')
    for (const name of ['Demo-edge', 'Demo-directory-us-east-1'])
      expect(stackOf(failed, name).status, name).to.equal('not-started')
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
    await s3.send(new CreateBucketCommand({Bucket: SHELF}))
    project.restore()
    const mended = await json(['--continue-rollback'])
    expect(mended.failure).to.equal(null)
    expect(stackOf(mended, STUCK).status).to.equal('updated')
  })

  it('makes anew a stack that was deleted by hand', async () => {
    const StackName = 'Demo-directory-us-west-2'
    const lifted = {StackName, EnableTerminationProtection: false}
    await cloudFormation.send(new UpdateTerminationProtectionCommand(lifted))
    await cloudFormation.send(new DeleteStackCommand({StackName}))
    await waitUntilStackDeleteComplete({client: cloudFormation, maxWaitTime: 30, minDelay: 1, maxDelay: 1}, {StackName})
    const result = await json()
    expect(result.stacks.filter(({status}) => status !== 'unchanged')).to.have.length(1)
    expect(stackOf(result, StackName).status).to.equal('created')
  })

  it('is torn down whole although it is protected and one of its stacks is stuck', async () => {
    await stick()
    const args = ['teardown', '--confirm', 'Demo', '--unprotect', '--no-keep-toolkit']
    const {remaining, failed, done} = await sandbox.json<TeardownResult>(args, 0, {cwd: project.folder})
    expect({remaining, failed}).to.deep.equal({remaining: [], failed: []})
    for (const kind of ['bucket', 'db-cluster', 'log-group', 'secret', 'user-pool'])
      expect(done.join('\n')).to.contain(`delete the ${kind} `)
    const {Stacks} = await cloudFormation.send(new DescribeStacksCommand({}))
    expect(Stacks).to.deep.equal([])
  })
})
