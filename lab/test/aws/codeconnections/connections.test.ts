/** Connections, what is pushed to the repositories behind them, and the pipelines that take their source from there. */

import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {ActionExecutionDetail} from '@aws-sdk/client-codepipeline'
import {expect} from 'chai'
import {strFromU8, unzipSync} from 'fflate'

import {adminHandler} from '../../../src/admin.js'
import * as sdk from '../../../src/aws/codeconnections/client.js'
import {BUCKET, codeLab, REGION, ROLE, until, type CodeLab} from '../../support/code-lab.js'
import {runGit} from '../../support/git.js'
import {refusal} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

/** Of an account that is not the lab's. */
const REHEARSED = `arn:aws:codestar-connections:${REGION}:123456789012:connection/0f8fad5b-d9cb-469f-a165-70867728950e`
const REPOSITORY = 'owner/shelf'

describe('connections of CodeConnections', () => {
  let test: CodeLab
  let client: sdk.CodeConnectionsClient
  let folder: string

  beforeEach(async () => {
    test = await codeLab()
    test.lab.serve(
      '/_lab/',
      adminHandler(test.lab, () => undefined),
    )
    client = new sdk.CodeConnectionsClient(test.client(REGION))
    folder = await mkdtemp(join(tmpdir(), 'todo-dr-git-'))
    await git('init', '--quiet', '--initial-branch', 'trunk')
  })

  afterEach(async () => {
    client.destroy()
    await test.close()
    await rm(folder, {recursive: true, force: true})
  })

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const send = (command: object): Promise<any> => client.send(command as never)
  const made = async (ConnectionName: string, Tags?: object[]): Promise<string> => {
    const input = {ConnectionName, ProviderType: 'GitHub', Tags}
    return (await send(new sdk.CreateConnectionCommand(input))).ConnectionArn
  }
  const found = async (ConnectionArn: string): Promise<Record<string, string>> =>
    (await send(new sdk.GetConnectionCommand({ConnectionArn}))).Connection
  /** The handshake. */
  const complete = async (body: object): Promise<{status: number; answer: Record<string, string>}> => {
    const authorization = `Bearer ${keysOf(test.lab).secretAccessKey}`
    const options = {method: 'PUT', headers: {authorization}, body: JSON.stringify(body)}
    const response = await fetch(`${test.lab.endpoint}/_lab/connection`, options)
    return {status: response.status, answer: (await response.json()) as Record<string, string>}
  }

  const git = (...args: string[]): Promise<string> => runGit(folder, args)
  const remote = (password = keysOf(test.lab).secretAccessKey, name = REPOSITORY): string =>
    `${test.lab.service('codeconnections').gitUrl.replace('lab@', `me:${password}@`)}${name}`
  const pushed = async (word: string, branch = 'trunk'): Promise<string> => {
    await writeFile(join(folder, 'word.txt'), word)
    await git('add', '-A')
    await git('commit', '--quiet', '-m', `say ${word}`)
    await git('push', '--quiet', remote(), `HEAD:refs/heads/${branch}`)
    return git('rev-parse', 'HEAD')
  }

  const create = (ConnectionArn: string, more: object = {}): Promise<unknown> =>
    test.call('codepipeline', 'CreatePipeline', {
      pipeline: {
        name: 'p',
        roleArn: ROLE,
        pipelineType: 'V2',
        artifactStore: {type: 'S3', location: BUCKET},
        stages: [
          {
            name: 'Source',
            actions: [
              {
                name: 'Git',
                actionTypeId: {category: 'Source', provider: 'CodeStarSourceConnection', owner: 'AWS', version: '1'},
                configuration: {ConnectionArn, FullRepositoryId: REPOSITORY, BranchName: 'trunk', ...more},
                outputArtifacts: [{name: 'Tree'}],
                namespace: 'Git',
              },
            ],
          },
          {
            name: 'Ask',
            actions: [
              {name: 'Ask', actionTypeId: {category: 'Approval', provider: 'Manual', owner: 'AWS', version: '1'}},
            ],
          },
        ],
      },
    })
  const executions = async () =>
    (await test.call('codepipeline', 'ListPipelineExecutions', {pipelineName: 'p'})).pipelineExecutionSummaries
  /** The newest run of the source action, once it has ended; of so many. */
  const source = (count: number): Promise<ActionExecutionDetail> =>
    until(async () => {
      const {actionExecutionDetails} = await test.call('codepipeline', 'ListActionExecutions', {pipelineName: 'p'})
      const runs = actionExecutionDetails.filter(({actionName}: ActionExecutionDetail) => actionName === 'Git')
      expect(runs).lengthOf(count)
      expect(runs[0].status).not.equal('InProgress')
      return runs[0]
    })
  const failed = async (count: number): Promise<unknown> => {
    const {status, output} = await source(count)
    expect(status).equal('Failed')
    return output?.executionResult?.errorDetails
  }

  it('are PENDING until somebody completes them, bear tags, and are each region’s own', async () => {
    const arn = await made('ours', [{Key: 'owner', Value: 'us'}])
    expect(arn).match(new RegExp(`^arn:aws:codeconnections:${REGION}:000000000000:connection/[\\w-]{36}$`))
    expect(await found(arn)).deep.equal({
      ConnectionName: 'ours',
      ConnectionArn: arn,
      ProviderType: 'GitHub',
      OwnerAccountId: '000000000000',
      ConnectionStatus: 'PENDING',
    })
    expect(await complete({arn})).deep.equal({status: 200, answer: {arn}})
    expect(await found(arn)).include({ConnectionStatus: 'AVAILABLE', ConnectionName: 'ours'})
    expect((await refusal(made('ours'))).name).equal('InvalidInputException')
    await send(new sdk.TagResourceCommand({ResourceArn: arn, Tags: [{Key: 'b', Value: 'c'}]}))
    await send(new sdk.UntagResourceCommand({ResourceArn: arn, TagKeys: ['owner']}))
    expect(await send(new sdk.ListTagsForResourceCommand({ResourceArn: arn}))).deep.include({
      Tags: [{Key: 'b', Value: 'c'}],
    })
    expect(test.lab.tagged(REGION)).deep.equal([{arn, tags: [{Key: 'b', Value: 'c'}]}])
    const listed = async (input: object, region?: string): Promise<unknown[]> =>
      (await test.call('codeconnections', 'ListConnections', input, region)).Connections
    expect(await listed({})).lengthOf(1)
    expect(await listed({ProviderTypeFilter: 'GitLab'})).lengthOf(0)
    expect(await listed({}, 'us-east-1')).lengthOf(0)
    await send(new sdk.DeleteConnectionCommand({ConnectionArn: arn}))
    expect((await refusal(found(arn))).name).equal('ResourceNotFoundException')
  })

  it('of another account can be rehearsed, with an empty repository that keeps what was pushed', async () => {
    const {answer} = await complete({arn: REHEARSED, repository: REPOSITORY})
    expect(answer.url).equal(`${test.lab.endpoint.replace('//', '//lab@')}/_git/${REPOSITORY}`)
    expect(await found(REHEARSED)).include({ConnectionStatus: 'AVAILABLE', OwnerAccountId: '123456789012'})
    const id = await pushed('one')
    await complete({arn: REHEARSED, repository: REPOSITORY})
    expect(await git('ls-remote', remote(), 'refs/heads/trunk')).contain(id)
    await git('clone', '--quiet', `${remote()}.git`, 'clone')
    expect(await git('-C', 'clone', 'rev-parse', 'HEAD')).equal(id)
    for (const wrong of [{}, {arn: 'arn:aws:codeconnections:mars-1:123456789012:connection/x'}, {arn: 'x'}])
      expect((await complete(wrong)).status).equal(400)
    expect((await complete({arn: REHEARSED, repository: 'no-owner'})).status).equal(400)
  })

  it('lead to repositories that the lab’s secret alone opens, and that no region takes along', async () => {
    await complete({arn: REHEARSED, repository: REPOSITORY})
    const refused = async (url: string): Promise<string> => (await refusal(git('ls-remote', url))).message
    const {host} = new URL(test.lab.endpoint)
    expect(await refused(`http://${host}/_git/${REPOSITORY}`)).match(/could not read Username|Authentication failed/)
    expect(await refused(remote('guessed'))).match(/Authentication failed/)
    expect(await refused(remote().replace(/me:[^@]+/, 'lab'))).match(/could not read Password|Authentication failed/)
    expect(await refused(remote(undefined, 'owner/none'))).match(/not found/)
    for (const region of ['us-east-1', REGION]) await test.lab.faults.start({kind: 'region-loss', region})
    await pushed('one')
  })

  it('start the pipelines of the branch that is pushed to, with its files', async () => {
    await complete({arn: REHEARSED, repository: REPOSITORY})
    await create(REHEARSED)
    expect(await failed(1)).deep.equal({
      code: 'ConfigurationError',
      message: `[GitHub] No Branch [trunk] found for FullRepositoryName [${REPOSITORY}]`,
    })
    await pushed('other', 'other')
    const id = await pushed('one')
    const {output} = await source(2)
    expect(output?.outputVariables).deep.include({
      BranchName: 'trunk',
      CommitId: id,
      CommitMessage: 'say one',
      ConnectionArn: REHEARSED,
      FullRepositoryName: REPOSITORY,
    })
    const variables = ['AuthorDate', 'BranchName', 'CommitId', 'CommitMessage', 'ConnectionArn', 'FullRepositoryName']
    expect(Object.keys(output!.outputVariables!)).have.members(variables)
    const [{trigger, sourceRevisions}] = await executions()
    expect(trigger.triggerType).equal('WebhookV2')
    const revisionSummary = JSON.stringify({ProviderType: 'GitHub', CommitMessage: 'say one'})
    expect(sourceRevisions).deep.equal([{actionName: 'Git', revisionId: id, revisionSummary}])
    const files = unzipSync(await test.get(output!.outputArtifacts![0]!.s3location!.key!))
    expect(Object.entries(files).map(([name, content]) => [name, strFromU8(content)])).deep.equal([['word.txt', 'one']])
    await git('push', '--quiet', remote(), ':trunk')
    expect(await executions()).lengthOf(2)
  })

  it('that are missing or PENDING fail the source, and no push starts its pipeline; nor where it detects no changes', async () => {
    const arn = await made('ours')
    await complete({arn: REHEARSED, repository: REPOSITORY})
    await create(`${arn}0`)
    expect(await failed(1)).deep.equal({
      code: 'PermissionError',
      message: `Unable to use Connection: ${arn}0. The provided role does not have sufficient permissions.`,
    })
    await test.call('codepipeline', 'DeletePipeline', {name: 'p'})
    await create(arn)
    expect(((await failed(1)) as {message: string}).message)
      .contain(arn)
      .and.contain('not in available state')
    await pushed('one')
    expect(await executions()).lengthOf(1)
    await complete({arn})
    await pushed('two')
    expect((await source(2)).status).equal('Succeeded')
    await test.call('codepipeline', 'DeletePipeline', {name: 'p'})
    await create(arn, {DetectChanges: 'false'})
    await source(1)
    await pushed('three')
    expect(await executions()).lengthOf(1)
    await test.call('codepipeline', 'DeletePipeline', {name: 'p'})
    const clone = {OutputArtifactFormat: 'CODEBUILD_CLONE_REF'}
    expect((await refusal(create(arn, clone))).message).contain('does not support OutputArtifactFormat')
  })

  it('are made, tagged, and deleted by CloudFormation', async () => {
    const template = (owner: string): string =>
      JSON.stringify({
        Resources: {
          Connection: {
            Type: 'AWS::CodeConnections::Connection',
            Properties: {ConnectionName: 'ours', ProviderType: 'GitLab', Tags: [{Key: 'owner', Value: owner}]},
          },
        },
        Outputs: {
          Ref: {Value: {Ref: 'Connection'}},
          Arn: {Value: {'Fn::GetAtt': ['Connection', 'ConnectionArn']}},
          Status: {Value: {'Fn::GetAtt': ['Connection', 'ConnectionStatus']}},
        },
      })
    const carryOut = async (operation: string, TemplateBody: string): Promise<Record<string, string>> => {
      await test.call('cloudformation', operation, {StackName: 's', TemplateBody})
      const {status, events} = await test.lab.service('cloudformation').settled('s', REGION)
      expect(status, JSON.stringify(events)).match(/^(CREATE|UPDATE)_COMPLETE$/)
      const {Stacks} = await test.call('cloudformation', 'DescribeStacks', {StackName: 's'})
      return Object.fromEntries(
        Stacks[0].Outputs.map(({OutputKey, OutputValue}: Record<string, string>) => [OutputKey, OutputValue]),
      )
    }

    const {Ref: arn, Arn, Status} = await carryOut('CreateStack', template('us'))
    expect({Arn, Status}).deep.equal({Arn: arn, Status: 'PENDING'})
    expect((await carryOut('UpdateStack', template('them'))).Ref).equal(arn)
    expect(test.lab.tagged(REGION)).deep.include({arn: arn!, tags: [{Key: 'owner', Value: 'them'}]})
    await test.call('cloudformation', 'DeleteStack', {StackName: 's'})
    await test.lab
      .service('cloudformation')
      .settled('s', REGION)
      .catch(() => undefined)
    expect((await test.call('codeconnections', 'ListConnections', {})).Connections).deep.equal([])
  })
})
