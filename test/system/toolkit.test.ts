/** The library of the real CDK toolkit, unchanged, against a lab that was started empty. `test/long` holds its command line. */

import {CloudFormationClient, DescribeStackEventsCommand, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {InvokeCommand, LambdaClient} from '@aws-sdk/client-lambda'
import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {GetParameterCommand, ListTagsForResourceCommand, SSMClient} from '@aws-sdk/client-ssm'
import {expect} from 'chai'

import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {Sandbox} from '../support/cli.js'
import {foreignApp, type ForeignChanges} from '../support/foreign-app/app.js'
import {labKeys, type LabAccess} from '../support/lab.js'
import {environment, LabToolkit} from '../support/toolkit.js'

const AWAY = 'us-east-2'

describe('the CDK toolkit on the lab', () => {
  const sandbox = new Sandbox()
  let env: Record<string, string>
  let lab: LabAccess

  before(async function () {
    this.timeout(60_000)
    lab = await sandbox.json<LabAccess>(['lab', 'start', '--empty'])
    env = await environment(sandbox)
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  describe('as a library, with an app that is not ours', () => {
    const outer = {...process.env}
    let toolkit: LabToolkit
    let cloudformation: CloudFormationClient
    let lambda: LambdaClient
    let ssm: SSMClient
    let s3: S3Client

    before(async function () {
      this.timeout(60_000)
      Object.assign(process.env, env)
      const client = {endpoint: lab.endpoint, region: AWAY, credentials: labKeys(lab)}
      cloudformation = new CloudFormationClient(client)
      lambda = new LambdaClient(client)
      ssm = new SSMClient(client)
      s3 = new S3Client({...client, forcePathStyle: true})
      toolkit = new LabToolkit(lab)
      await toolkit.bootstrap(`aws://000000000000/${AWAY}`)
    })

    after(() => {
      for (const name of Object.keys(env)) {
        if (outer[name] === undefined) delete process.env[name]
        else process.env[name] = outer[name]
      }
    })

    const source = (changes: ForeignChanges) => toolkit.source((outdir) => foreignApp(outdir, changes))
    const deploy = async (changes: ForeignChanges, options: Parameters<LabToolkit['deploy']>[1] = {}) =>
      toolkit.deploy(await source(changes), options)

    const stackOf = async (StackName: string) =>
      (await cloudformation.send(new DescribeStacksCommand({StackName}))).Stacks![0]!

    const outputs = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        ((await stackOf('Shelf')).Outputs ?? []).map(({OutputKey, OutputValue}) => [OutputKey!, OutputValue!]),
      )

    const invoke = async (): Promise<{version: number; motto: string; annex: string}> => {
      const {ReaderName} = await outputs()
      const {Payload} = await lambda.send(new InvokeCommand({FunctionName: ReaderName}))
      return JSON.parse(Buffer.from(Payload!).toString())
    }

    /** What the last operation on the stack did, oldest first, without the stack's own lines. */
    const lastEvents = async (): Promise<string[]> => {
      const {StackEvents = []} = await cloudformation.send(new DescribeStackEventsCommand({StackName: 'Shelf'}))
      const start = StackEvents.findIndex(({ResourceStatusReason}) => ResourceStatusReason === 'User Initiated')
      return StackEvents.slice(0, start)
        .reverse()
        .map(({LogicalResourceId, ResourceStatus}) => `${LogicalResourceId} ${ResourceStatus}`)
    }

    /** As CloudFormation has them: how many of its events the toolkit's own message holds is a matter of the toolkit's polls. */
    const reasons = async (status: string): Promise<string> => {
      const {StackEvents = []} = await cloudformation.send(new DescribeStackEventsCommand({StackName: 'Shelf'}))
      const failed = StackEvents.filter(({ResourceStatus}) => ResourceStatus === status)
      return failed.map(({ResourceStatusReason}) => ResourceStatusReason).join('\n')
    }

    it('deploys it: outputs, conditions, an export that is imported, tags, a function that answers', async () => {
      expect(await deploy({})).equal(undefined)
      const {BucketName, ...others} = await outputs()
      expect(Object.keys(others).sort()).deep.equal(['ReaderName', 'Shared'])
      expect(await invoke()).deep.equal({version: 1, motto: `books in ${BucketName} small`, annex: '/shelf/one'})
      const {Parameter} = await ssm.send(new GetParameterCommand({Name: '/borrower/where'}))
      expect(Parameter?.Value).equal(`arn:aws:s3:::${BucketName}`)
      const tagged = await ssm.send(
        new ListTagsForResourceCommand({ResourceType: 'Parameter', ResourceId: '/borrower/where'}),
      )
      expect(tagged.TagList).deep.include({Key: 'library', Value: 'foreign'})
      expect((await stackOf('Shelf')).Tags).deep.equal([{Key: 'library', Value: 'foreign'}])
    })

    it('says in no time that there is nothing to do', async () => {
      const before = await lastEvents()
      expect(await deploy({})).equal(undefined)
      expect(await lastEvents()).deep.equal(before)
    })

    it('updates a function whose code has changed', async () => {
      expect(await deploy({code: 'v2'})).equal(undefined)
      expect(await invoke()).include({version: 2})
      const events = await lastEvents()
      expect(events.filter((line) => line.startsWith('Reader'))).deep.equal([
        events.find((line) => /^Reader\w+ UPDATE_IN_PROGRESS$/.test(line)),
        events.find((line) => /^Reader\w+ UPDATE_COMPLETE$/.test(line)),
      ])
    })

    it('replaces what is renamed: the new one first, what reads it, and then the old one goes', async () => {
      expect(await deploy({code: 'v2', logGroup: 'two'})).equal(undefined)
      expect(await invoke()).include({annex: '/shelf/two'})
      const events = (await lastEvents()).map((line) => line.replace(/^Reader\w+/, 'Reader'))
      expect(events).deep.equal([
        'Annex UPDATE_IN_PROGRESS',
        'Annex UPDATE_COMPLETE',
        'Reader UPDATE_IN_PROGRESS',
        'Reader UPDATE_COMPLETE',
        'Shelf UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
        'Annex DELETE_IN_PROGRESS',
        'Annex DELETE_COMPLETE',
        'Shelf UPDATE_COMPLETE',
      ])
    })

    it('takes an update back that fails', async () => {
      expect(await deploy({code: 'v1', logGroup: 'two', memory: 5})).instanceOf(Error)
      expect(await reasons('UPDATE_FAILED')).match(/MemorySize: failed validation constraint for keyword \[minimum\]/)
      expect((await stackOf('Shelf')).StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
      expect(await invoke()).include({version: 2, annex: '/shelf/two'})
    })

    it('swaps a function’s code without CloudFormation', async () => {
      const before = await lastEvents()
      expect(await deploy({code: 'v1', logGroup: 'two'}, {deploymentMethod: {method: 'hotswap'}})).equal(undefined)
      expect(await invoke()).include({version: 1})
      expect(await lastEvents()).deep.equal(before)
    })

    it('updates without a change set, leaves a failure as it is where asked to, and rolls it back later', async () => {
      expect(await deploy({code: 'v2', logGroup: 'two', memory: 256}, {deploymentMethod: {method: 'direct'}})).equal(
        undefined,
      )
      expect(await deploy({code: 'v2', logGroup: 'two', memory: 5}, {rollback: false})).instanceOf(Error)
      expect((await stackOf('Shelf')).StackStatus).equal('UPDATE_FAILED')
      await toolkit.rollback(await source({}))
      expect((await stackOf('Shelf')).StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
    })

    it('does not destroy a bucket that holds something, and destroys everything once it is empty', async function () {
      needsAwsCli(this)
      this.timeout(60_000)
      const {BucketName: Bucket} = await outputs()
      await s3.send(new PutObjectCommand({Bucket, Key: 'book', Body: 'once'}))
      await s3.send(new PutObjectCommand({Bucket, Key: 'book', Body: 'twice'}))
      const refused = await toolkit.destroy(await source({})).catch((error: Error) => error)
      expect(refused).instanceOf(Error)
      expect((await stackOf('Shelf')).StackStatus).equal('DELETE_FAILED')
      expect(await reasons('DELETE_FAILED')).match(/not empty/)
      const {Versions} = await awsCli<{Versions: {Key: string; VersionId: string}[]}>(
        lab,
        AWAY,
        's3api',
        'list-object-versions',
        '--bucket',
        Bucket!,
      )
      expect(Versions).length(2)
      const Objects = Versions.map(({Key, VersionId}) => ({Key, VersionId}))
      await awsCli(lab, AWAY, 's3api', 'delete-objects', '--bucket', Bucket!, '--delete', JSON.stringify({Objects}))
      await toolkit.destroy(await source({}))
      const left = await awsCli(lab, AWAY, 'cloudformation', 'describe-stacks', '--query', 'Stacks[].StackName')
      expect(left).deep.equal(['CDKToolkit'])
    })
  })
})
