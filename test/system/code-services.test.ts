/** The AWS CLI as a client of the lab's CodeBuild, CodePipeline, CodeCommit and CloudWatch Logs. */

import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {CodePipelineClient, CreatePipelineCommand, type ActionDeclaration} from '@aws-sdk/client-codepipeline'
import {CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {expect} from 'chai'
import {strToU8, zipSync} from 'fflate'

import {awsCli, needsAwsCli} from '../support/aws-cli.js'
import {Sandbox} from '../support/cli.js'
import {awsCliKeys, labKeys, type LabAccess} from '../support/lab.js'

const REGION = 'us-east-2'
const BUCKET = 'pipeline-sources'

const SPEC = `
version: 0.2
phases: {build: {commands: ['echo "$(cat word.txt) for $TARGET"']}}
`

const action = (
  category: 'Approval' | 'Build' | 'Source',
  provider: string,
  more: Omit<ActionDeclaration, 'actionTypeId'>,
): ActionDeclaration => ({actionTypeId: {category, provider, owner: 'AWS', version: '1'}, ...more})

describe('the AWS CLI on the lab’s pipelines', () => {
  const sandbox = new Sandbox()
  let lab: LabAccess

  before(async function () {
    this.timeout(60_000)
    needsAwsCli(this)
    lab = await sandbox.json<LabAccess>(['lab', 'start', '--empty'])
    const s3 = new S3Client({endpoint: lab.endpoint, region: REGION, credentials: labKeys(lab), forcePathStyle: true})
    await s3.send(new CreateBucketCommand({Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: REGION}}))
    await s3.send(new PutBucketVersioningCommand({Bucket: BUCKET, VersioningConfiguration: {Status: 'Enabled'}}))
    const Body = zipSync({'word.txt': strToU8('a word')})
    await s3.send(new PutObjectCommand({Bucket: BUCKET, Key: 'source.zip', Body}))
  })

  after(async () => {
    await sandbox.run(['lab', 'stop'])
    sandbox.remove()
  })

  const aws = <T>(...args: string[]): Promise<T> => awsCli<T>(lab, REGION, ...args)

  async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + 60_000; ;) {
      const found = await ask()
      if (found !== undefined) return found
      if (Date.now() > end) throw new Error('nothing came')
    }
  }

  it('makes a pipeline, approves it, and reads the build and its log', async function () {
    this.timeout(240_000)
    const role = await stackRole()
    await aws(
      'codebuild', 'create-project', '--name', 'project', '--service-role', role,
      '--source', JSON.stringify({type: 'CODEPIPELINE', buildspec: SPEC}),
      '--artifacts', 'type=CODEPIPELINE',
      '--environment', 'type=LINUX_CONTAINER,image=aws/codebuild/standard:7.0,computeType=BUILD_GENERAL1_SMALL',
    ) // prettier-ignore
    const variables = JSON.stringify([{name: 'TARGET', value: '#{variables.target}', type: 'PLAINTEXT'}])
    // Debian's AWS CLI is older than pipelines of type V2.
    const client = new CodePipelineClient({endpoint: lab.endpoint, region: REGION, credentials: labKeys(lab)})
    const pipeline = {
      name: 'pipeline',
      roleArn: role,
      pipelineType: 'V2' as const,
      variables: [{name: 'target', defaultValue: 'all'}],
      artifactStore: {type: 'S3' as const, location: BUCKET},
      stages: [
        {
          name: 'Source',
          actions: [
            action('Source', 'S3', {
              name: 'Zip',
              configuration: {S3Bucket: BUCKET, S3ObjectKey: 'source.zip', PollForSourceChanges: 'false'},
              outputArtifacts: [{name: 'Tree'}],
            }),
          ],
        },
        {name: 'Approve', actions: [action('Approval', 'Manual', {name: 'Ask'})]},
        {
          name: 'Build',
          actions: [
            action('Build', 'CodeBuild', {
              name: 'Run',
              configuration: {ProjectName: 'project', EnvironmentVariables: variables},
              inputArtifacts: [{name: 'Tree'}],
            }),
          ],
        },
      ],
    }
    await client.send(new CreatePipelineCommand({pipeline}))
    const state = (query: string): Promise<unknown> =>
      aws('codepipeline', 'get-pipeline-state', '--name', 'pipeline', '--query', query)
    const token = await until(
      async () => (await state('stageStates[1].actionStates[0].latestExecution.token')) ?? undefined,
    )
    await aws(
      'codepipeline', 'put-approval-result', '--pipeline-name', 'pipeline', '--stage-name', 'Approve',
      '--action-name', 'Ask', '--result', 'summary=go,status=Approved', '--token', String(token),
    ) // prettier-ignore
    await until(async () => ((await state('stageStates[2].latestExecution.status')) === 'Succeeded' ? true : undefined))
    const id = await state('stageStates[2].actionStates[0].latestExecution.externalExecutionId')
    const {builds} = await aws<{builds: [{buildStatus: string; logs: {groupName: string; streamName: string}}]}>(
      'codebuild', 'batch-get-builds', '--ids', String(id),
    ) // prettier-ignore
    expect(builds[0].buildStatus).equal('SUCCEEDED')
    const {groupName, streamName} = builds[0].logs
    expect(groupName).equal('/aws/codebuild/project')
    const {events} = await aws<{events: {message: string}[]}>(
      'logs', 'get-log-events', '--log-group-name', groupName, '--log-stream-name', streamName,
    ) // prettier-ignore
    expect(events.map(({message}) => message)).contain('a word for all\n')
  })

  it('pushes with the credentials of its helper, and sees the branch', async function () {
    this.timeout(60_000)
    await aws('codecommit', 'create-repository', '--repository-name', 'shelf')
    const folder = mkdtempSync(join(tmpdir(), 'todo-dr-git-'))
    const author = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'n'],
      [`GIT_${who}_EMAIL`, 'n@example.com'],
    ])
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...Object.fromEntries(author),
      ...awsCliKeys(lab),
    }
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, ...args], {env, encoding: 'utf8', stdio: 'pipe', timeout: 50_000}).trim()
    try {
      git('init', '--quiet', '--initial-branch', 'main')
      git('commit', '--quiet', '--allow-empty', '-m', 'first')
      const helper = '!/usr/bin/aws codecommit credential-helper --ignore-host-check $@'
      const url = `${lab.endpoint}/v1/repos/shelf`
      git('-c', `credential.helper=${helper}`, '-c', 'credential.UseHttpPath=true', 'push', '--quiet', url, 'main')
      const {branch} = await aws<{branch: object}>(
        'codecommit', 'get-branch', '--repository-name', 'shelf', '--branch-name', 'main',
      ) // prettier-ignore
      expect(branch).deep.equal({branchName: 'main', commitId: git('rev-parse', 'HEAD')})
    } finally {
      rmSync(folder, {recursive: true, force: true})
    }
  })

  /** A role has to come out of a template: the lab's IAM makes none by itself. */
  async function stackRole(): Promise<string> {
    const principals = ['codebuild.amazonaws.com', 'codepipeline.amazonaws.com', 'events.amazonaws.com']
    const statement = {Effect: 'Allow', Principal: {Service: principals}, Action: 'sts:AssumeRole'}
    const template = {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [statement]}},
        },
      },
      Outputs: {Role: {Value: {'Fn::GetAtt': ['Role', 'Arn']}}},
    }
    const body = JSON.stringify(template)
    await aws(
      'cloudformation',
      'create-stack',
      '--stack-name',
      'roles',
      '--template-body',
      body,
      '--capabilities',
      'CAPABILITY_IAM',
    )
    await aws('cloudformation', 'wait', 'stack-create-complete', '--stack-name', 'roles')
    return aws(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      'roles',
      '--query',
      'Stacks[0].Outputs[0].OutputValue',
    )
  }
})
