/** What recorded resources look like to the services that made them: roles, policies and repositories. */

import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListImagesCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr'
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAccountAliasesCommand,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
} from '@aws-sdk/client-iam'
import {expect} from 'chai'

import {CloudFormationService} from '../../src/aws/cloudformation/service.js'
import {EcrService} from '../../src/aws/ecr/service.js'
import {IamService} from '../../src/aws/iam/service.js'
import {providerOf} from '../../src/aws/index.js'
import {createdStack} from '../support/created-stack.js'
import {testLab, type TestLab} from '../wire/support.js'

const REGION = 'us-east-2'
const document = (action: string) => ({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Action: action, Resource: '*'}],
})
const TRUST = {
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'lambda.amazonaws.com'}, Action: 'sts:AssumeRole'}],
}

const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: {tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10},
      action: {type: 'expire'},
    },
  ],
})

const TEMPLATE = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'reader',
        Path: '/app/',
        Description: 'reads',
        MaxSessionDuration: 7200,
        AssumeRolePolicyDocument: TRUST,
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        Policies: [{PolicyName: 'inside', PolicyDocument: document('s3:GetObject')}],
        Tags: [{Key: 'team', Value: 'data'}],
      },
    },
    Other: {Type: 'AWS::IAM::Role', Properties: {RoleName: 'another', AssumeRolePolicyDocument: TRUST}},
    Beside: {
      Type: 'AWS::IAM::Policy',
      Properties: {PolicyName: 'beside', PolicyDocument: document('sqs:SendMessage'), Roles: [{Ref: 'Role'}]},
    },
    Managed: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: 'shared',
        Path: '/app/',
        PolicyDocument: document('ssm:GetParameter'),
        Roles: [{Ref: 'Role'}],
      },
    },
    Plain: {Type: 'AWS::ECR::Repository', Properties: {RepositoryName: 'plain'}},
    Kept: {
      Type: 'AWS::ECR::Repository',
      Properties: {
        RepositoryName: 'kept',
        ImageTagMutability: 'IMMUTABLE',
        ImageScanningConfiguration: {ScanOnPush: true},
        LifecyclePolicy: {LifecyclePolicyText: LIFECYCLE},
        RepositoryPolicyText: document('ecr:GetDownloadUrlForLayer'),
        Tags: [{Key: 'team', Value: 'data'}],
      },
    },
  },
  Outputs: {Role: {Value: {'Fn::GetAtt': ['Role', 'Arn']}}, Managed: {Value: {Ref: 'Managed'}}},
}

describe('reads', () => {
  let test: TestLab
  let iam: IAMClient
  let ecr: ECRClient
  let outputs: Record<string, string>
  const refused = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was expected to be refused',
      (error: Error & {$metadata: {httpStatusCode: number}}) => `${error.name} ${error.$metadata.httpStatusCode}`,
    )
  const decoded = (text = ''): unknown => JSON.parse(decodeURIComponent(text))

  before(async () => {
    test = await testLab(
      (lab) => new IamService(lab),
      (lab) => new EcrService(lab),
      (lab) => new CloudFormationService(lab, providerOf),
    )
    iam = new IAMClient(test.client(REGION))
    ecr = new ECRClient(test.client(REGION))
    outputs = await createdStack(test.lab, TEMPLATE, REGION)
  })

  after(async () => {
    iam.destroy()
    ecr.destroy()
    await test.close()
  })

  it('aws 22: IAM shows roles as their templates made them, with their path', async () => {
    const {Role} = await iam.send(new GetRoleCommand({RoleName: 'reader'}))
    expect(Role).deep.include({
      RoleName: 'reader',
      Path: '/app/',
      Arn: 'arn:aws:iam::000000000000:role/app/reader',
      Description: 'reads',
      MaxSessionDuration: 7200,
      Tags: [{Key: 'team', Value: 'data'}],
    })
    expect(outputs.Role).equal(Role!.Arn)
    expect(decoded(Role!.AssumeRolePolicyDocument)).deep.equal(TRUST)
    expect((await iam.send(new ListRoleTagsCommand({RoleName: 'reader'}))).Tags).deep.equal(Role!.Tags)
    const names = async (input: object) => {
      const {Roles = [], Marker} = await iam.send(new ListRolesCommand(input))
      return {names: Roles.map(({RoleName}) => RoleName), Marker}
    }
    expect(await names({})).deep.equal({names: ['another', 'reader'], Marker: undefined})
    expect((await names({PathPrefix: '/app/'})).names).deep.equal(['reader'])
    const first = await names({MaxItems: 1})
    expect([first.names, (await names({Marker: first.Marker})).names]).deep.equal([['another'], ['reader']])
    expect(await refused(iam.send(new GetRoleCommand({RoleName: 'nobody'})))).equal('NoSuchEntityException 404')
  })

  it('aws 22: IAM shows the policies of a role, whatever resource of a template gave it one', async () => {
    const of = {RoleName: 'reader'}
    const {PolicyNames} = await iam.send(new ListRolePoliciesCommand(of))
    expect(PolicyNames).deep.equal(['beside', 'inside'])
    const inline = async (PolicyName: string) =>
      decoded((await iam.send(new GetRolePolicyCommand({...of, PolicyName}))).PolicyDocument)
    expect(await inline('inside')).deep.equal(document('s3:GetObject'))
    expect(await inline('beside')).deep.equal(document('sqs:SendMessage'))
    const {AttachedPolicies} = await iam.send(new ListAttachedRolePoliciesCommand(of))
    const shared = 'arn:aws:iam::000000000000:policy/app/shared'
    expect(AttachedPolicies).deep.equal([
      {
        PolicyName: 'AWSLambdaBasicExecutionRole',
        PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
      },
      {PolicyName: 'shared', PolicyArn: shared},
    ])
    expect(outputs.Managed).equal(shared)
    const {Policy} = await iam.send(new GetPolicyCommand({PolicyArn: shared}))
    expect(Policy).include({PolicyName: 'shared', Path: '/app/', AttachmentCount: 1, DefaultVersionId: 'v1'})
    const {PolicyVersion} = await iam.send(new GetPolicyVersionCommand({PolicyArn: shared, VersionId: 'v1'}))
    expect(decoded(PolicyVersion!.Document)).deep.equal(document('ssm:GetParameter'))
    const {Policies = []} = await iam.send(new ListPoliciesCommand({Scope: 'Local', OnlyAttached: true}))
    expect(Policies.map(({Arn}) => Arn)).deep.equal([shared])

    const absent = 'NoSuchEntityException 404'
    expect(await refused(iam.send(new ListRolePoliciesCommand({RoleName: 'nobody'})))).equal(absent)
    expect(await refused(iam.send(new GetRolePolicyCommand({...of, PolicyName: 'none'})))).equal(absent)
    expect(await refused(iam.send(new GetPolicyCommand({PolicyArn: `${shared}2`})))).equal(absent)
    expect(await refused(iam.send(new GetPolicyVersionCommand({PolicyArn: shared, VersionId: 'v2'})))).equal(absent)
    const theirs = 'arn:aws:iam::aws:policy/AdministratorAccess'
    expect(await refused(iam.send(new GetPolicyCommand({PolicyArn: theirs})))).equal('NotImplemented 501')
    expect(await refused(iam.send(new ListPoliciesCommand({})))).equal('NotImplemented 501')
  })

  it('aws 22: IAM shows who has a policy, its one version, and that no role has an instance profile', async () => {
    const PolicyArn = outputs.Managed
    const {Versions = []} = await iam.send(new ListPolicyVersionsCommand({PolicyArn}))
    expect(Versions.map(({VersionId, IsDefaultVersion}) => [VersionId, IsDefaultVersion])).deep.equal([['v1', true]])
    const entities = async (input: object) => {
      const {PolicyRoles = [], PolicyUsers} = await iam.send(new ListEntitiesForPolicyCommand({PolicyArn, ...input}))
      expect(PolicyUsers).deep.equal([])
      return PolicyRoles.map(({RoleName}) => RoleName)
    }
    expect(await entities({})).deep.equal(['reader'])
    expect(await entities({EntityFilter: 'Role', PathPrefix: '/app/'})).deep.equal(['reader'])
    expect(await entities({PathPrefix: '/other/'})).deep.equal([])
    expect(await entities({EntityFilter: 'User'})).deep.equal([])
    expect(await entities({PolicyUsageFilter: 'PermissionsBoundary'})).deep.equal([])
    const profiles = (RoleName: string) => iam.send(new ListInstanceProfilesForRoleCommand({RoleName}))
    expect((await profiles('reader')).InstanceProfiles).deep.equal([])
    expect((await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles).deep.equal([])
    expect((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases).deep.equal([])
    const absent = 'NoSuchEntityException 404'
    expect(await refused(profiles('nobody'))).equal(absent)
    expect(await refused(iam.send(new ListPolicyVersionsCommand({PolicyArn: `${PolicyArn}2`})))).equal(absent)
  })

  it('aws 22: ECR shows repositories as their templates made them, in their region, without images', async () => {
    const {repositories = []} = await ecr.send(new DescribeRepositoriesCommand({}))
    const repositoryArn = `arn:aws:ecr:${REGION}:000000000000:repository/kept`
    expect(repositories.map(({repositoryName}) => repositoryName)).have.members(['plain', 'kept'])
    const [kept] = (await ecr.send(new DescribeRepositoriesCommand({repositoryNames: ['kept']}))).repositories!
    expect(kept).deep.include({
      repositoryArn,
      registryId: '000000000000',
      repositoryUri: `000000000000.dkr.ecr.${REGION}.amazonaws.com/kept`,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: {scanOnPush: true},
    })
    expect(kept!.createdAt).instanceOf(Date)
    const of = {repositoryName: 'kept'}
    expect((await ecr.send(new ListImagesCommand(of))).imageIds).deep.equal([])
    const {policyText = ''} = await ecr.send(new GetRepositoryPolicyCommand(of))
    expect(JSON.parse(policyText)).deep.equal(document('ecr:GetDownloadUrlForLayer'))
    expect(await ecr.send(new GetLifecyclePolicyCommand(of))).include({lifecyclePolicyText: LIFECYCLE})
    expect((await ecr.send(new ListTagsForResourceCommand({resourceArn: repositoryArn}))).tags).deep.equal([
      {Key: 'team', Value: 'data'},
    ])

    const missing = {imageId: {imageTag: 'latest'}, failureCode: 'ImageNotFound'}
    const {images, failures} = await ecr.send(new BatchGetImageCommand({...of, imageIds: [missing.imageId]}))
    expect([images, failures!.map(({imageId, failureCode}) => ({imageId, failureCode}))]).deep.equal([[], [missing]])
    expect(await ecr.send(new DescribeRegistryCommand({}))).deep.include({registryId: '000000000000'})

    const other = {repositoryName: 'plain'}
    expect(await refused(ecr.send(new GetRepositoryPolicyCommand(other)))).equal(
      'RepositoryPolicyNotFoundException 400',
    )
    expect(await refused(ecr.send(new GetLifecyclePolicyCommand(other)))).equal('LifecyclePolicyNotFoundException 400')
    const imageIds = [{imageTag: 'latest'}]
    expect(await refused(ecr.send(new DescribeImagesCommand({...of, imageIds})))).equal('ImageNotFoundException 400')
    const nowhere = new ECRClient(test.client('us-east-1'))
    const elsewhere = nowhere.send(new DescribeRepositoriesCommand({repositoryNames: ['kept']}))
    expect(await refused(elsewhere)).equal('RepositoryNotFoundException 400')
    nowhere.destroy()
    expect(await refused(ecr.send(new DescribeRepositoriesCommand({repositoryNames: ['Not a name']})))).equal(
      'InvalidParameterException 400',
    )
  })
})
