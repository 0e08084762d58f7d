/** Projects and pipelines as CloudFormation makes, changes and deletes them. */

import {expect} from 'chai'

import {codeLab, REGION, type CodeLab} from '../../support/code-lab.js'

const trusted = (service: string): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Principal: {Service: service}, Action: 'sts:AssumeRole'}],
    },
  },
})

const template = (minutes: number, mode: string): object => ({
  Resources: {
    BuildRole: trusted('codebuild.amazonaws.com'),
    PipelineRole: trusted('codepipeline.amazonaws.com'),
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DeletionPolicy: 'Retain',
      Properties: {VersioningConfiguration: {Status: 'Enabled'}},
    },
    Project: {
      Type: 'AWS::CodeBuild::Project',
      Properties: {
        ServiceRole: {'Fn::GetAtt': ['BuildRole', 'Arn']},
        Source: {Type: 'CODEPIPELINE', BuildSpec: 'version: 0.2\nphases: {build: {commands: [true]}}'},
        Artifacts: {Type: 'CODEPIPELINE'},
        Environment: {
          Type: 'LINUX_CONTAINER',
          ComputeType: 'BUILD_GENERAL1_SMALL',
          Image: 'aws/codebuild/standard:7.0',
          EnvironmentVariables: [{Name: 'A', Value: 'b'}],
        },
        TimeoutInMinutes: String(minutes),
        Cache: {Type: 'NO_CACHE'},
      },
    },
    Pipeline: {
      Type: 'AWS::CodePipeline::Pipeline',
      Properties: {
        RoleArn: {'Fn::GetAtt': ['PipelineRole', 'Arn']},
        PipelineType: 'V2',
        ExecutionMode: mode,
        ArtifactStore: {Type: 'S3', Location: {Ref: 'Bucket'}},
        Variables: [{Name: 'target', DefaultValue: 'x'}],
        Stages: [
          {
            Name: 'Source',
            Actions: [
              {
                Name: 'Zip',
                ActionTypeId: {Category: 'Source', Owner: 'AWS', Provider: 'S3', Version: '1'},
                Configuration: {S3Bucket: {Ref: 'Bucket'}, S3ObjectKey: 'source.zip', PollForSourceChanges: false},
                OutputArtifacts: [{Name: 'Tree'}],
                RunOrder: 1,
              },
            ],
          },
          {
            Name: 'Build',
            Actions: [
              {
                Name: 'Run',
                ActionTypeId: {Category: 'Build', Owner: 'AWS', Provider: 'CodeBuild', Version: '1'},
                Configuration: {ProjectName: {Ref: 'Project'}},
                InputArtifacts: [{Name: 'Tree'}],
              },
            ],
          },
        ],
      },
    },
  },
  Outputs: {
    Project: {Value: {'Fn::GetAtt': ['Project', 'Arn']}},
    Pipeline: {Value: {Ref: 'Pipeline'}},
    Version: {Value: {'Fn::GetAtt': ['Pipeline', 'Version']}},
  },
})

describe('a stack with a project and a pipeline', () => {
  let test: CodeLab

  before(async () => {
    test = await codeLab()
  })

  after(() => test.close())

  const carryOut = async (operation: string, body?: object, Tags?: object[]) => {
    const input = {StackName: 's', TemplateBody: JSON.stringify(body), Capabilities: ['CAPABILITY_IAM'], Tags}
    await test.call('cloudformation', operation, input)
    const settled = await test.lab.service('cloudformation').settled('s', REGION)
    return {status: settled.status, reasons: settled.events.map((one) => one.ResourceStatusReason).join('\n')}
  }
  const outputs = async (): Promise<Record<string, string>> => {
    const {Stacks} = await test.call('cloudformation', 'DescribeStacks', {StackName: 's'})
    return Object.fromEntries(Stacks[0].Outputs.map((one: Record<string, string>) => [one.OutputKey, one.OutputValue]))
  }

  it('is made with both, changes them in place, and takes them along', async () => {
    const made = await carryOut('CreateStack', template(5, 'SUPERSEDED'), [{Key: 'owner', Value: 'us'}])
    expect(made.status, made.reasons).equal('CREATE_COMPLETE')
    const {Pipeline: name = '', Project: projectArn = '', Version} = await outputs()
    expect([name, Version]).deep.equal([name.match(/^s-Pipeline-\w{12}$/)?.[0], '1'])
    expect(
      test.lab
        .tagged(REGION)
        .filter(({tags}) => tags[0]?.Key === 'owner')
        .map(({arn}) => arn),
    ).include.members([projectArn, `arn:aws:codepipeline:${REGION}:000000000000:${name}`])

    const changed = await carryOut('UpdateStack', template(7, 'QUEUED'), [])
    expect(changed.status, changed.reasons).equal('UPDATE_COMPLETE')
    expect(await outputs()).include({Pipeline: name, Project: projectArn, Version: '2'})
    const {pipeline} = await test.call('codepipeline', 'GetPipeline', {name})
    expect(pipeline).include({executionMode: 'QUEUED'})
    const {projects} = await test.call('codebuild', 'BatchGetProjects', {names: [projectArn]})
    expect(projects[0]).deep.include({timeoutInMinutes: 7, tags: []})
    expect(test.lab.tagged(REGION)).deep.equal([])

    await test.call('cloudformation', 'DeleteStack', {StackName: 's'})
    await test.lab
      .service('cloudformation')
      .settled('s', REGION)
      .catch(() => undefined)
    expect((await test.call('codepipeline', 'ListPipelines', {})).pipelines).deep.equal([])
    expect((await test.call('codebuild', 'ListProjects', {})).projects).deep.equal([])
  })

  it('names what the lab does not do', async () => {
    const body = template(5, 'PARALLEL')
    const {status, reasons} = await carryOut('CreateStack', body)
    expect(status).equal('ROLLBACK_COMPLETE')
    expect(reasons).contain('The lab does not support the execution mode PARALLEL of CodePipeline')
  })
})
