import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  DeleteProjectCommand,
  ListProjectsCommand,
  StartBuildCommand,
  UpdateProjectCommand,
  type CreateProjectCommandInput,
} from '@aws-sdk/client-codebuild'
import {expect} from 'chai'

import {refusal} from '../../support/lab-data-plane.js'
import {codeLab, REGION, ROLE, type CodeLab} from '../../support/code-lab.js'

const PROJECT: CreateProjectCommandInput = {
  name: 'shelf',
  source: {type: 'NO_SOURCE', buildspec: 'version: 0.2\nphases: {build: {commands: [true]}}'},
  artifacts: {type: 'NO_ARTIFACTS'},
  environment: {type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL'},
  serviceRole: ROLE,
  tags: [{key: 'owner', value: 'us'}],
}

describe('projects of CodeBuild', () => {
  let test: CodeLab
  let client: CodeBuildClient

  beforeEach(async () => {
    test = await codeLab()
    client = new CodeBuildClient(test.client())
  })

  afterEach(() => test.close())

  const create = (changes: Partial<CreateProjectCommandInput> = {}) =>
    client.send(new CreateProjectCommand({...PROJECT, ...changes}))

  it('are made, changed, listed and deleted, in their region alone', async () => {
    const {project} = await create()
    expect(project).deep.include({
      name: 'shelf',
      arn: `arn:aws:codebuild:${REGION}:000000000000:project/shelf`,
      timeoutInMinutes: 60,
      tags: [{key: 'owner', value: 'us'}],
    })
    expect(test.lab.tagged(REGION)).deep.include({arn: project!.arn!, tags: [{Key: 'owner', Value: 'us'}]})
    const {project: after} = await client.send(new UpdateProjectCommand({name: 'shelf', timeoutInMinutes: 5}))
    expect(after).deep.include({timeoutInMinutes: 5, serviceRole: ROLE})
    const found = await client.send(new BatchGetProjectsCommand({names: ['shelf', 'none']}))
    expect([found.projects!.length, found.projectsNotFound]).deep.equal([1, ['none']])
    const elsewhere = new CodeBuildClient(test.client('us-east-1'))
    expect((await elsewhere.send(new ListProjectsCommand({}))).projects).deep.equal([])
    expect((await refusal(create())).name).equal('ResourceAlreadyExistsException')
    await client.send(new DeleteProjectCommand({name: 'shelf'}))
    await client.send(new DeleteProjectCommand({name: 'shelf'}))
    expect((await client.send(new ListProjectsCommand({}))).projects).deep.equal([])
    const start = refusal(client.send(new StartBuildCommand({projectName: 'shelf'})))
    expect((await start).name).equal('ResourceNotFoundException')
  })

  it('are refused as by AWS, or by the name of what the lab does not do', async () => {
    const refused = async (changes: object): Promise<string> => (await refusal(create(changes))).message
    const {source, environment, artifacts} = PROJECT
    expect(await refused({serviceRole: `${ROLE}-none`})).match(/not authorized to perform: sts:AssumeRole/)
    expect(await refused({timeoutInMinutes: 4})).match(/timeoutInMinutes/)
    expect(await refused({source: {type: 'NO_SOURCE'}})).match(/buildspec must be specified inline/)
    expect(await refused({source: {type: 'CODEPIPELINE'}})).match(/CODEPIPELINE/)
    expect(await refused({source: {...source, type: 'GITHUB', location: 'l'}})).match(/sources of type GITHUB/)
    expect(await refused({source: {...source, gitCloneDepth: 1}})).match(/gitCloneDepth of a source/)
    expect(await refused({environment: {...environment, privilegedMode: true}})).match(/privileged mode/)
    expect(await refused({environment: {...environment, type: 'WINDOWS_SERVER_2022_CONTAINER'}})).match(/WINDOWS/)
    const variables = [{name: 'CODEBUILD_X', value: 'v'}]
    expect(await refused({environment: {...environment, environmentVariables: variables}})).match(/CODEBUILD_/)
    expect(await refused({artifacts: {...artifacts, artifactIdentifier: 'a'}})).match(/artifactIdentifier of artifacts/)
    expect(await refused({artifacts: {type: 'S3'}})).match(/artifact location must be specified/)
    expect(await refused({cache: {type: 'LOCAL'}})).match(/caches of type LOCAL/)
    expect(await refused({concurrentBuildLimit: 1})).match(/concurrentBuildLimit of a project/)
    expect(await refused({logsConfig: {s3Logs: {status: 'ENABLED', location: 'b'}}})).match(/logs in S3/)
  })
})
