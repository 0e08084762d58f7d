/** Repositories as CloudFormation makes, changes and deletes them. */

import {expect} from 'chai'
import {strToU8, zipSync} from 'fflate'

import {BUCKET, codeLab, REGION, type CodeLab} from '../../support/code-lab.js'

const template = (RepositoryName: string, more: object = {}): object => ({
  Resources: {
    Repository: {
      Type: 'AWS::CodeCommit::Repository',
      Properties: {RepositoryName, Code: {BranchName: 'trunk', S3: {Bucket: BUCKET, Key: 'first.zip'}}, ...more},
    },
  },
  Outputs: {
    Arn: {Value: {'Fn::GetAtt': ['Repository', 'Arn']}},
    Url: {Value: {'Fn::GetAtt': ['Repository', 'CloneUrlHttp']}},
    Id: {Value: {Ref: 'Repository'}},
  },
})

describe('a stack with a repository', () => {
  let test: CodeLab

  before(async () => {
    test = await codeLab()
    await test.put('first.zip', zipSync({'deep/word.txt': strToU8('word')}))
  })

  after(() => test.close())

  const carryOut = async (operation: string, body: object, Tags: object[] = []): Promise<string> => {
    await test.call('cloudformation', operation, {StackName: 's', TemplateBody: JSON.stringify(body), Tags})
    const {status, events} = await test.lab.service('cloudformation').settled('s', REGION)
    return [status, ...events.flatMap(({ResourceStatusReason: reason}) => reason ?? [])].join('\n')
  }
  const outputs = async (): Promise<Record<string, string>> => {
    const {Stacks} = await test.call('cloudformation', 'DescribeStacks', {StackName: 's'})
    return Object.fromEntries(Stacks[0].Outputs.map((one: Record<string, string>) => [one.OutputKey, one.OutputValue]))
  }

  it('is made with its first commit, renamed in place, and taken along', async () => {
    expect(await carryOut('CreateStack', template('shelf'), [{Key: 'owner', Value: 'us'}])).match(/^CREATE_COMPLETE/)
    const made = await outputs()
    expect(made).include({
      Arn: `arn:aws:codecommit:${REGION}:000000000000:shelf`,
      Url: `https://git-codecommit.${REGION}.amazonaws.com/v1/repos/shelf`,
    })
    expect(test.lab.tagged(REGION)).deep.include({arn: made.Arn!, tags: [{Key: 'owner', Value: 'us'}]})
    const {branch} = await test.call('codecommit', 'GetBranch', {repositoryName: 'shelf', branchName: 'trunk'})
    const {commit} = await test.call('codecommit', 'GetCommit', {repositoryName: 'shelf', commitId: branch.commitId})
    expect(commit.message).equal('Initial commit')

    expect(await carryOut('UpdateStack', template('books', {RepositoryDescription: 'all'}))).match(/^UPDATE_COMPLETE/)
    expect((await outputs()).Id).equal(made.Id)
    const {repositoryMetadata} = await test.call('codecommit', 'GetRepository', {repositoryName: 'books'})
    expect(repositoryMetadata).include({repositoryDescription: 'all', defaultBranch: 'trunk'})
    expect(test.lab.tagged(REGION)).deep.equal([])

    await test.call('cloudformation', 'DeleteStack', {StackName: 's'})
    await test.lab
      .service('cloudformation')
      .settled('s', REGION)
      .catch(() => undefined)
    expect((await test.call('codecommit', 'ListRepositories', {})).repositories).deep.equal([])
  })

  it('names what the lab does not do', async () => {
    const Triggers = [{Name: 'n', DestinationArn: 'arn:aws:sns:us-east-2:000000000000:t', Events: ['all']}]
    const said = await carryOut('CreateStack', template('shelf', {Triggers}))
    expect(said).match(/^ROLLBACK_COMPLETE/)
    expect(said).contain('does not support Triggers of AWS::CodeCommit::Repository')
  })
})
