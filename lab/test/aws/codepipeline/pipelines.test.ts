import type {PipelineExecution, StageState} from '@aws-sdk/client-codepipeline'
import {expect} from 'chai'
import {strFromU8, strToU8, unzipSync, zipSync} from 'fflate'

import {refusal} from '../../support/lab-data-plane.js'
import {BUCKET, codeLab, REGION, ROLE, until, type CodeLab} from '../../support/code-lab.js'

const type = (category: string, provider: string): object => ({category, provider, owner: 'AWS', version: '1'})

const SOURCE = {
  name: 'Source',
  actions: [
    {
      name: 'Zip',
      actionTypeId: type('Source', 'S3'),
      configuration: {S3Bucket: BUCKET, S3ObjectKey: 'source.zip', PollForSourceChanges: 'false'},
      outputArtifacts: [{name: 'Tree'}],
      namespace: 'Zip',
    },
  ],
}

const approve = (more: object = {}): object => ({
  name: 'Approve',
  actions: [{name: 'Ask', actionTypeId: type('Approval', 'Manual'), ...more}],
})

const BUILD = {
  name: 'Build',
  actions: [
    {
      name: 'Run',
      actionTypeId: type('Build', 'CodeBuild'),
      configuration: {
        ProjectName: 'project',
        EnvironmentVariables: JSON.stringify([
          {name: 'TARGET', value: '#{variables.target}', type: 'PLAINTEXT'},
          {name: 'VERSION', value: '#{Zip.VersionId} of #{codepipeline.PipelineExecutionId}'},
        ]),
      },
      inputArtifacts: [{name: 'Tree'}],
      outputArtifacts: [{name: 'Made'}],
      namespace: 'Build',
    },
  ],
}

const SPEC = `
version: 0.2
env: {exported-variables: [RESULT]}
phases: {build: {commands: ['cat word.txt', 'RESULT="$TARGET: $(cat word.txt)"', 'echo "$RESULT $VERSION" > made.txt', 'test "$(cat word.txt)" != bad']}}
artifacts: {files: [made.txt]}
`

describe('pipelines of CodePipeline', () => {
  let test: CodeLab

  beforeEach(async () => {
    test = await codeLab()
    await test.call('codebuild', 'CreateProject', {
      name: 'project',
      source: {type: 'CODEPIPELINE', buildspec: SPEC},
      artifacts: {type: 'CODEPIPELINE'},
      environment: {type: 'LINUX_CONTAINER', image: 'i', computeType: 'BUILD_GENERAL1_SMALL'},
      serviceRole: ROLE,
    })
    await put('word')
  })

  afterEach(() => test.close())

  const put = (word: string) => test.put('source.zip', zipSync({'word.txt': strToU8(word)}))
  const call = (operation: string, input: object, region?: string) =>
    test.call('codepipeline', operation, input, region)
  const create = (stages: object[], more: object = {}, region?: string) =>
    call('CreatePipeline', {pipeline: declared(stages, more)}, region)
  const declared = (stages: object[], more: object = {}): object => ({
    name: 'p',
    roleArn: ROLE,
    pipelineType: 'V2',
    variables: [{name: 'target', defaultValue: 'nowhere'}],
    artifactStore: {type: 'S3', location: BUCKET},
    stages,
    ...more,
  })

  /** The newest one, or one of this id. */
  const execution = async (id?: string): Promise<PipelineExecution> => {
    const {pipelineExecutionSummaries} = await call('ListPipelineExecutions', {pipelineName: 'p'})
    const pipelineExecutionId = id ?? pipelineExecutionSummaries[0].pipelineExecutionId
    return (await call('GetPipelineExecution', {pipelineName: 'p', pipelineExecutionId})).pipelineExecution
  }
  const reaches = (status: string, id?: string): Promise<PipelineExecution> =>
    until(async () => {
      const found = await execution(id)
      expect(found.status).equal(status)
      return found
    })
  const stage = async (name: string): Promise<StageState> =>
    (await call('GetPipelineState', {name: 'p'})).stageStates.find(({stageName}: StageState) => stageName === name)
  const token = (): Promise<string> =>
    until(async () => {
      const found = (await stage('Approve')).actionStates![0]!.latestExecution?.token
      expect(found).a('string')
      return found!
    })
  const answer = (status: string, of: string, summary = 'because') =>
    call('PutApprovalResult', {
      pipelineName: 'p',
      stageName: 'Approve',
      actionName: 'Ask',
      result: {status, summary},
      token: of,
    })

  it('start when they are made, ask for approval, and build with their variables', async () => {
    await create([SOURCE, approve(), BUILD])
    const first = await token()
    const {pipelineExecutionId: id} = await execution()
    expect(await execution()).deep.include({
      status: 'InProgress',
      trigger: {triggerType: 'CreatePipeline', triggerDetail: undefined},
    })
    await answer('Approved', first, 'go')
    const done = await reaches('Succeeded')
    const [revision] = done.artifactRevisions!
    expect(revision!.name).equal('Tree')
    const {actionExecutionDetails: runs} = await call('ListActionExecutions', {
      pipelineName: 'p',
      filter: {pipelineExecutionId: id},
    })
    expect(runs.map((run: {actionName: string; status: string}) => `${run.actionName} ${run.status}`)).deep.equal([
      'Run Succeeded',
      'Ask Succeeded',
      'Zip Succeeded',
    ])
    const [built] = runs
    expect(built.output.outputVariables).deep.equal({RESULT: 'nowhere: word'})
    const {key} = built.output.outputArtifacts[0].s3location
    expect(key).match(/^p\/Made\/[\w-]{7}$/)
    const made = unzipSync(await test.get(key))
    expect(strFromU8(made['made.txt']!)).equal(`nowhere: word ${revision!.revisionId} of ${id}\n`)
    const {builds} = await test.call('codebuild', 'BatchGetBuilds', {
      ids: [built.output.executionResult.externalExecutionId],
    })
    expect(builds[0]).deep.include({initiator: 'codepipeline/p', resolvedSourceVersion: revision!.revisionId})
    expect((await stage('Approve')).actionStates![0]!.latestExecution).include({
      status: 'Succeeded',
      summary: 'go',
      token: undefined,
    })
  })

  it('take values for their variables, and one execution for one token', async () => {
    await create([SOURCE, BUILD], {variables: [{name: 'target'}]})
    await reaches('Failed')
    const {errorDetails} = (await stage('Build')).actionStates![0]!.latestExecution!
    expect(errorDetails!.message).contain('#{variables.target}')
    const input = {name: 'p', clientRequestToken: 't', variables: [{name: 'target', value: 'there'}]}
    const {pipelineExecutionId} = await call('StartPipelineExecution', input)
    expect(await call('StartPipelineExecution', input)).deep.equal({pipelineExecutionId})
    const done = await reaches('Succeeded', pipelineExecutionId)
    expect(done.variables).deep.equal([{name: 'target', resolvedValue: 'there'}])
    expect((await refusal(call('StartPipelineExecution', {name: 'p'}))).message).match(/needs a value/)
    const other = {name: 'p', variables: [{name: 'other', value: 'v'}]}
    expect((await refusal(call('StartPipelineExecution', other))).message).match(/declares no variable other/)
  })

  it('want the token of the approval that waits, once', async () => {
    await create([SOURCE, approve()])
    const of = await token()
    expect((await refusal(answer('Approved', '00000000-0000-4000-8000-000000000000'))).name).equal(
      'InvalidApprovalTokenException',
    )
    await answer('Rejected', of, 'not today')
    await reaches('Failed')
    expect((await refusal(answer('Approved', of))).name).equal('ApprovalAlreadyCompletedException')
    const {status, errorDetails} = (await stage('Approve')).actionStates![0]!.latestExecution!
    expect([status, errorDetails!.message]).deep.equal(['Failed', 'not today'])
  })

  it("give an approval no longer than its timeout, by AWS's clock", async () => {
    const {clock} = test.lab.governance
    await create([SOURCE, approve({timeoutInMinutes: 60})])
    const of = await token()
    clock.offsetMs = 3_300_000
    expect((await execution()).status).equal('InProgress')
    clock.offsetMs = 3_600_000
    clock.offsetMs = 0
    await reaches('Failed')
    expect((await refusal(answer('Approved', of))).name).equal('InvalidApprovalTokenException')
  })

  it('notify a topic that exists', async () => {
    const NotificationArn = `arn:aws:sns:${REGION}:000000000000:none`
    await create([SOURCE, approve({configuration: {NotificationArn}})])
    await reaches('Failed')
    expect((await stage('Approve')).actionStates![0]!.latestExecution!.errorDetails!.message).contain(NotificationArn)
  })

  it('fail with what failed, and go on from there', async () => {
    await put('bad')
    await create([SOURCE, BUILD])
    const failed = await reaches('Failed')
    const {errorDetails} = (await stage('Build')).actionStates![0]!.latestExecution!
    expect(errorDetails!.code).equal('JobFailed')
    expect(errorDetails!.message).contain('Build terminated with state: FAILED').and.contain('exit status 1')
    const again = {pipelineName: 'p', pipelineExecutionId: failed.pipelineExecutionId, retryMode: 'FAILED_ACTIONS'}
    await call('RetryStageExecution', {...again, stageName: 'Build'})
    expect((await execution()).status).equal('InProgress')
    await reaches('Failed')
    const {actionExecutionDetails: runs} = await call('ListActionExecutions', {pipelineName: 'p'})
    expect(runs.map(({actionName}: {actionName: string}) => actionName)).deep.equal(['Run', 'Run', 'Zip'])
    const refused = async (more: object): Promise<string> =>
      (await refusal(call('RetryStageExecution', {...again, stageName: 'Build', ...more}))).name
    expect(await refused({stageName: 'Source'})).equal('StageNotRetryableException')
    expect(await refused({stageName: 'None'})).equal('StageNotFoundException')
    expect(await refused({pipelineExecutionId: 'none'})).equal('PipelineExecutionNotFoundException')
    await put('good')
    await call('StartPipelineExecution', {name: 'p'})
    await reaches('Succeeded')
    expect(await refused({})).equal('NotLatestPipelineExecutionException')
  })

  it('are stopped at once, or after what runs', async () => {
    await create([SOURCE, approve(), BUILD])
    const of = await token()
    const {pipelineExecutionId} = await execution()
    const stop = (more: object = {}) => call('StopPipelineExecution', {pipelineName: 'p', pipelineExecutionId, ...more})
    await stop({reason: 'enough'})
    expect((await execution()).status).equal('Stopping')
    expect((await refusal(stop())).name).equal('DuplicatedStopRequestException')
    await answer('Approved', of)
    await reaches('Stopped')
    expect((await stage('Build')).latestExecution).equal(undefined)
    expect((await refusal(stop())).name).equal('PipelineExecutionNotStoppableException')
    await call('StartPipelineExecution', {name: 'p'})
    const later = await token()
    await stop({abandon: true, pipelineExecutionId: (await execution()).pipelineExecutionId})
    await reaches('Stopped')
    expect((await stage('Approve')).actionStates![0]!.latestExecution!.status).equal('Abandoned')
    expect((await refusal(answer('Approved', later))).name).equal('InvalidApprovalTokenException')
  })

  it('let one execution into a stage, and the newest one wait, or all of them in their order', async () => {
    const outcomes = async (executionMode: string): Promise<string[]> => {
      await create([SOURCE, approve()], {executionMode})
      await token()
      for (let started = 0; started < 2; started++) {
        await call('StartPipelineExecution', {name: 'p'})
        await until(async () => {
          const {inboundExecution} = await stage('Approve')
          expect(inboundExecution?.pipelineExecutionId).equal((await execution()).pipelineExecutionId)
        })
      }

      for (let before = ''; ;) {
        const of = await token()
        if (of === before) continue
        before = of
        const {pipelineExecutionId} = (await stage('Approve')).latestExecution!
        await answer('Approved', of)
        await reaches('Succeeded', pipelineExecutionId)
        if ((await execution()).status === 'Succeeded') break
        await until(async () => expect(await token()).not.equal(before))
      }

      const {pipelineExecutionSummaries} = await call('ListPipelineExecutions', {pipelineName: 'p'})
      await call('DeletePipeline', {name: 'p'})
      return pipelineExecutionSummaries.map(({status}: {status: string}) => status)
    }

    expect(await outcomes('SUPERSEDED')).deep.equal(['Succeeded', 'Superseded', 'Succeeded'])
    expect(await outcomes('QUEUED')).deep.equal(['Succeeded', 'Succeeded', 'Succeeded'])
  })

  it('fail without their source, or in a bucket without versions', async () => {
    const zip = SOURCE.actions[0]!
    const from = (configuration: object): object => ({
      ...SOURCE,
      actions: [{...zip, configuration: {...zip.configuration, ...configuration}}],
    })
    const said = async (): Promise<string> => {
      await reaches('Failed')
      return (await stage('Source')).actionStates![0]!.latestExecution!.errorDetails!.message!
    }
    await create([from({S3ObjectKey: 'none'}), BUILD])
    expect(await said()).contain('NoSuchKey')
    await call('DeletePipeline', {name: 'p'})
    const Bucket = 'without-versions'
    await test.call('s3', 'CreateBucket', {Bucket, CreateBucketConfiguration: {LocationConstraint: REGION}})
    await test.call('s3', 'PutObject', {Bucket, Key: 'source.zip', Body: Buffer.from('x')})
    await create([from({S3Bucket: Bucket}), BUILD])
    expect(await said()).contain('versioning')
  })

  it('of a region are that region’s alone', async () => {
    await create([SOURCE, BUILD])
    expect((await refusal(call('GetPipeline', {name: 'p'}, 'us-east-1'))).name).equal('PipelineNotFoundException')
    expect((await call('ListPipelines', {}, 'us-east-1')).pipelines).deep.equal([])
    expect((await call('ListPipelines', {})).pipelines.map(({name}: {name: string}) => name)).deep.equal(['p'])
  })

  it('are changed, tagged and deleted', async () => {
    await create([SOURCE, BUILD])
    const stages = [SOURCE, approve(), BUILD]
    expect((await call('UpdatePipeline', {pipeline: declared(stages)})).pipeline.version).equal(2)
    const {metadata, pipeline} = await call('GetPipeline', {name: 'p'})
    expect(pipeline.stages).lengthOf(3)
    const {pipelineArn: resourceArn} = metadata
    await call('TagResource', {resourceArn, tags: [{key: 'a', value: 'b'}]})
    expect(test.lab.tagged(REGION)).deep.include({arn: resourceArn, tags: [{Key: 'a', Value: 'b'}]})
    await call('UntagResource', {resourceArn, tagKeys: ['a']})
    expect((await call('ListTagsForResource', {resourceArn})).tags).deep.equal([])
    await call('DeletePipeline', {name: 'p'})
    await call('DeletePipeline', {name: 'p'})
    expect((await refusal(call('UpdatePipeline', {pipeline: declared(stages)}))).name).equal(
      'PipelineNotFoundException',
    )
  })

  it('are refused as by AWS, or by the name of what the lab does not do', async () => {
    const refused = async (stages: object[], more: object = {}): Promise<string> =>
      (await refusal(create(stages, more))).message
    const changed = (given: typeof BUILD, more: object): object => ({
      ...given,
      actions: [{...given.actions[0], ...more}],
    })
    expect(await refused([SOURCE, BUILD], {executionMode: 'PARALLEL'})).match(/PARALLEL/)
    expect(await refused([SOURCE, BUILD], {triggers: [{}]})).match(/triggers/)
    expect(await refused([SOURCE, BUILD], {pipelineType: 'V1'})).match(/V1/)
    expect(await refused([SOURCE, BUILD], {roleArn: `${ROLE}x`})).match(/not authorized to perform AssumeRole/)
    expect(await refused([SOURCE, BUILD], {artifactStore: undefined})).match(/artifactStore/)
    expect(await refused([SOURCE])).match(/minimum of 2 stages/)
    expect(await refused([BUILD, SOURCE])).match(/source actions only/)
    expect(await refused([SOURCE, BUILD, {...BUILD, name: 'Again'}])).match(/unique/)
    expect(await refused([SOURCE, changed(BUILD, {actionTypeId: type('Deploy', 'CloudFormation')})])).match(
      /Deploy AWS CloudFormation/,
    )
    expect(await refused([SOURCE, changed(BUILD, {inputArtifacts: [{name: 'Other'}]})])).match(/Other/)
    expect(await refused([SOURCE, changed(BUILD, {configuration: {}})])).match(/ProjectName/)
    expect(await refused([SOURCE, changed(BUILD, {configuration: {ProjectName: '#{No.Where}'}})])).match(
      /namespace that does not exist/,
    )
    expect(await refused([SOURCE, changed(BUILD, {configuration: {ProjectName: 'p', Other: 'o'}})])).match(
      /unknown Other/,
    )
    expect(await refused([SOURCE, changed(BUILD, {region: 'us-east-1'})])).match(/another region/)
    expect(await refused([SOURCE, {...BUILD, onFailure: {result: 'ROLLBACK'}}])).match(/onFailure of stages/)
    expect((await call('ListPipelines', {})).pipelines).deep.equal([])
  })
})
