import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {loadConfig, type Config, type Statement} from '../../infra-template/lib/config.js'
import {grantsOfKind} from '../../src/adapters/aws/routing/index.js'
import {PIPELINE_COMMANDS, PROGRAM_KEY, STAGES, pipelineBucket, pipelineName} from '../../src/model/pipeline.js'
import {SWITCHES} from '../../src/permissions/calls.js'
import {ARN} from '../../src/permissions/place.js'
import {policyOf} from '../../src/permissions/policy.js'
import {callsOf} from '../support/calls.js'
import {Workshop, type Assembly, type Resource} from './support/assembly.js'

const REGIONS = ['us-east-1', 'us-east-2']
const PLACE = {account: '000000000000', app: 'ToDoMgmt', order: REGIONS, route: grantsOfKind()}
const POLICY = policyOf(SWITCHES, PLACE).Statement as Statement[]

/* eslint-disable @typescript-eslint/no-explicit-any -- templates are JSON of many shapes */

describe('the failover pipelines', function () {
  this.timeout(60_000)
  const workshop = new Workshop()
  let assembly: Assembly

  before(async () => {
    await workshop.prepare()
    assembly = workshop.synth({pipeline: 'failover', pipelinePolicy: POLICY})
  })

  after(() => workshop.close())

  const only = (region: string, type: string): Resource => {
    const found = assembly.resources(pipelineName('ToDoMgmt', region), type)
    expect(found, `${type} in ${region}`).to.have.length(1)
    return found[0]!
  }

  it('are none where nobody asks for them, and what there is besides stays as it is', () => {
    const without = workshop.synth()
    expect(without.stacks.filter((stack) => stack.includes('failover'))).to.deep.equal([])
    for (const stack of without.stacks) {
      const {Outputs: before, ...plain} = without.template(stack)
      const {Outputs: after, ...same} = assembly.template(stack)
      expect(same, stack).to.deep.equal(plain)
      expect(after, stack).to.deep.include(before ?? {})
    }
  })

  it('are one in each region, which needs nothing of the other region', () => {
    for (const [index, region] of REGIONS.entries()) {
      const {Resources, Parameters} = assembly.template(pipelineName('ToDoMgmt', region))
      const text = JSON.stringify(
        Object.values<any>(Resources).filter(
          ({Type}) => Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy',
        ),
      )
      expect(text).not.to.contain(REGIONS[1 - index])
      expect(JSON.stringify(Parameters ?? {})).not.to.contain('SSM')
      expect(assembly.resources(pipelineName('ToDoMgmt', region), 'Custom::CrossRegionExportReader')).to.deep.equal([])
    }
  })

  it('defect 08: start with nobody but a person, and ask for an approval that somebody is told of', () => {
    for (const region of REGIONS) {
      const {properties} = only(region, 'AWS::CodePipeline::Pipeline')
      expect(properties).to.include({
        Name: pipelineName('ToDoMgmt', region),
        PipelineType: 'V2',
        ExecutionMode: 'QUEUED',
      })
      expect(properties.Triggers).to.equal(undefined)
      expect(assembly.resources(pipelineName('ToDoMgmt', region), 'AWS::Events::Rule')).to.deep.equal([])
      expect(properties.Variables).to.have.length(1)
      expect(properties.Variables[0]).to.include({Name: 'COMMAND'}).and.not.to.have.property('DefaultValue')
      const [source, approve, change] = properties.Stages
      expect(source.Actions[0].Configuration).to.include({PollForSourceChanges: false, S3ObjectKey: PROGRAM_KEY})
      expect(approve).to.include({Name: STAGES.approve})
      expect(approve.Actions[0]).to.include({Name: STAGES.approve, TimeoutInMinutes: 60})
      expect(approve.Actions[0].Configuration).to.have.property('NotificationArn')
      expect(approve.Actions[0].Configuration.CustomData).to.contain('#{variables.COMMAND}')
      expect(change).to.include({Name: STAGES.switch})
      expect(change.Actions[0].Name).to.equal(STAGES.switch)
    }
  })

  it('keep the program in a versioned, private, encrypted bucket of their region', () => {
    for (const region of REGIONS) {
      const name = pipelineBucket('ToDoMgmt', PLACE.account, region)
      const bucket = assembly
        .resources(pipelineName('ToDoMgmt', region), 'AWS::S3::Bucket')
        .find(({properties}) => properties.BucketName === name)!
      expect(bucket.properties.VersioningConfiguration).to.deep.equal({Status: 'Enabled'})
      expect(bucket.properties.PublicAccessBlockConfiguration).to.include({
        BlockPublicAcls: true,
        RestrictPublicBuckets: true,
      })
      expect(bucket.properties).to.have.property('BucketEncryption')
      expect(only(region, 'AWS::CodePipeline::Pipeline').properties.ArtifactStore.EncryptionKey.Type).to.equal('KMS')
      expect(ARN.programBucket(PLACE)).to.include(`arn:aws:s3:::${name}`)
    }
  })

  it('let their build do what iam-policy prints for the three switches, and beside it only what a build needs', () => {
    const union = [...new Set(PIPELINE_COMMANDS.flatMap((command) => callsOf(command)))]
    expect([...new Set(SWITCHES)].sort()).to.deep.equal(union.sort())
    for (const region of REGIONS) {
      const stack = pipelineName('ToDoMgmt', region)
      const build = only(region, 'AWS::CodeBuild::Project')
      const role = build.properties.ServiceRole['Fn::GetAtt'][0] as string
      const statements = [
        ...assembly.resources(stack, 'AWS::IAM::Policy'),
        ...assembly.resources(stack, 'AWS::IAM::ManagedPolicy'),
      ]
        .filter(({properties}) => properties.Roles.some((one: any) => one.Ref === role))
        .flatMap(({properties}) => properties.PolicyDocument.Statement)
      const allowed = (list: any[]): string[] =>
        list.flatMap(({Action, Resource, Condition}) =>
          [Action]
            .flat()
            .flatMap((action: string) =>
              [Resource].flat().map((resource: unknown) => JSON.stringify([action, resource, Condition])),
            ),
        )
      const wanted = new Set(allowed(POLICY))
      const given = allowed(statements)
      expect([...wanted].filter((one) => !given.includes(one))).to.deep.equal([])
      const more = given.filter((one) => !wanted.has(one)).map((one) => JSON.parse(one)[0] as string)
      expect(more.sort()).to.deep.equal([
        'codepipeline:ListActionExecutions',
        'kms:Decrypt',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:GetObject',
        's3:GetObjectVersion',
      ])
    }
  })

  it('want the rights of their build, which the deployment gives', () => {
    const load = (given: Partial<Record<keyof Config, unknown>>): Config => loadConfig((key) => given[key])
    expect(load({}).pipeline).to.equal('none')
    expect(() => load({pipeline: 'delivery'})).to.throw('"pipeline"')
    for (const pipelinePolicy of [
      undefined,
      '[]',
      'x',
      '[{"Effect":"Deny","Action":["a:b"],"Resource":["*"]}]',
      '[null]',
    ])
      expect(() => load({pipeline: 'failover', pipelinePolicy}), pipelinePolicy).to.throw('"pipelinePolicy"')
    const given = load({pipeline: 'failover', pipelinePolicy: JSON.stringify(POLICY)})
    expect(given.pipelinePolicy).to.deep.equal(POLICY)
  })

  describe('run, in their build,', () => {
    /** The buildspec's commands in a shell in which the program prints its arguments. */
    function built(COMMAND: string) {
      const {BuildSpec} = only('us-east-2', 'AWS::CodeBuild::Project').properties.Source
      const {phases} = JSON.parse(BuildSpec)
      const script = `node() { for word in "$@"; do echo "$word"; done; }\n${phases.build.commands.join('\n')}`
      const env = {PATH: process.env.PATH, APP: 'ToDoMgmt', AWS_REGION: 'us-east-2', EXECUTION: 'e1', COMMAND}
      const {status, stdout} = spawnSync('sh', ['-c', script], {encoding: 'utf8', env})
      return {status, words: stdout.trim().split('\n')}
    }

    const common = ['--approval', 'us-east-2:e1', '--no-input']

    it('the command of the variable, with the consent that the approval was', () => {
      expect(built('switchover').words).to.deep.equal(['program/bin/run.js', 'switchover', '--yes', ...common])
      expect(built('failback').words).to.deep.equal(['program/bin/run.js', 'failback', '--yes', ...common])
      expect(built('failover').words).to.deep.equal([
        'program/bin/run.js',
        'failover',
        '--allow-data-loss',
        '--confirm',
        'ToDoMgmt',
        ...common,
      ])
    })

    it('nothing else, whatever the variable holds', () => {
      for (const command of [
        '',
        'teardown',
        'failover --to us-east-1',
        '$(echo failover)',
        'failover; echo pwned',
        '*',
      ]) {
        const {status, words} = built(command)
        expect(status, command).to.equal(2)
        expect(words.join(' '), command).to.match(/^COMMAND is .*but must be switchover, failback, failover$/)
      }
    })
  })
})
