import {createHmac, createHash} from 'node:crypto'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {expect} from 'chai'

import {busOf, type DeliveredEvent} from '../../../src/event-bus.js'
import {BUCKET, codeLab, REGION, ROLE, until, type CodeLab} from '../../support/code-lab.js'
import {runGit} from '../../support/git.js'
import {refusal} from '../../support/lab-data-plane.js'
import {keysOf} from '../../wire/support.js'

interface Signer {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** User and password as the AWS CLI's credential helper makes them. */
function credentials(
  keys: Signer,
  url: URL,
  path: string,
  {region = REGION, at = Date.now(), host = url.hostname} = {},
) {
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
  const date = stamp.slice(0, 8)
  const hash = createHash('sha256').update(`GIT\n${path}\n\nhost:${host}\n\nhost\n`).digest('hex')
  let key: Buffer | string = `AWS4${keys.secretAccessKey}`
  for (const part of [date, region, 'codecommit', 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  const text = ['AWS4-HMAC-SHA256', stamp, `${date}/${region}/codecommit/aws4_request`, hash].join('\n')
  const password = `${stamp}Z${createHmac('sha256', key).update(text).digest('hex')}`
  const user = keys.sessionToken === undefined ? keys.accessKeyId : `${keys.accessKeyId}%${keys.sessionToken}`
  return {user, password}
}

describe('repositories of CodeCommit', () => {
  let test: CodeLab
  let folder: string

  beforeEach(async () => {
    test = await codeLab()
    folder = await mkdtemp(join(tmpdir(), 'todo-dr-git-'))
    await call('CreateRepository', {repositoryName: 'shelf', repositoryDescription: 'books', tags: {owner: 'us'}})
  })

  afterEach(async () => {
    await test.close()
    await rm(folder, {recursive: true, force: true})
  })

  const call = (operation: string, input: object, region?: string) => test.call('codecommit', operation, input, region)

  const git = (...args: string[]): Promise<string> => runGit(folder, args)

  const remote = (options: Parameters<typeof credentials>[3] & {name?: string; keys?: Signer} = {}): string => {
    const {name = 'shelf', keys = keysOf(test.lab), ...signing} = options
    const url = new URL(test.lab.endpoint)
    const path = `/v1/repos/${name}`
    const {user, password} = credentials(keys, url, path, signing)
    return `http://${encodeURIComponent(user)}:${password}@${url.host}${path}`
  }

  const commit = async (word: string): Promise<string> => {
    await writeFile(join(folder, 'word.txt'), word)
    await git('add', '-A')
    await git('commit', '--quiet', '-m', `say ${word}`)
    return git('rev-parse', 'HEAD')
  }

  const pushed = async (word: string, branch = 'trunk'): Promise<string> => {
    await git('init', '--quiet', '--initial-branch', branch)
    const id = await commit(word)
    await git('push', '--quiet', remote(), branch)
    return id
  }

  it('take what git pushes, and give it back', async () => {
    const id = await pushed('one')
    expect((await call('GetBranch', {repositoryName: 'shelf', branchName: 'trunk'})).branch).deep.equal({
      branchName: 'trunk',
      commitId: id,
    })
    expect((await call('ListBranches', {repositoryName: 'shelf'})).branches).deep.equal(['trunk'])
    const {repositoryMetadata} = await call('GetRepository', {repositoryName: 'shelf'})
    expect(repositoryMetadata).include({
      defaultBranch: 'trunk',
      Arn: `arn:aws:codecommit:${REGION}:000000000000:shelf`,
      cloneUrlHttp: `https://git-codecommit.${REGION}.amazonaws.com/v1/repos/shelf`,
    })
    const {commit: made} = await call('GetCommit', {repositoryName: 'shelf', commitId: id})
    expect(made).deep.include({commitId: id, parents: [], message: 'say one'})
    expect(made.author).include({name: 'a', email: 'a@example.com'})
    await git('clone', '--quiet', remote(), 'clone')
    expect(await git('-C', 'clone', 'rev-parse', 'HEAD')).equal(id)
    const session = test.lab.sessionKeys(ROLE, 's')
    expect(await git('ls-remote', remote({keys: session}), 'refs/heads/trunk')).contain(id)
    const {host} = new URL(test.lab.endpoint)
    expect(await git('ls-remote', remote({host}), 'refs/heads/trunk')).contain(id)
  })

  it('refuse what is not signed for them', async () => {
    await pushed('one')
    const {host} = new URL(test.lab.endpoint)
    const refused = async (url: string): Promise<string> => (await refusal(git('ls-remote', url))).message
    expect(await refused(`http://${host}/v1/repos/shelf`)).match(/could not read Username|Authentication failed/)
    const {accessKeyId} = keysOf(test.lab)
    expect(await refused(remote({keys: {accessKeyId, secretAccessKey: 'other'}}))).match(/403/)
    expect(await refused(remote({at: Date.now() - 16 * 60_000}))).match(/403/)
    expect(await refused(remote({host: 'elsewhere'}))).match(/403/)
    expect(await refused(remote({region: 'eu-west-1'}))).match(/403/)
    expect(await refused(remote({region: 'us-east-1'}))).match(/not found/)
    expect(await refused(remote({name: 'none'}))).match(/not found/)
    const ask = (): Promise<number> => {
      const {origin, username, password, pathname} = new URL(remote())
      const basic = Buffer.from(`${username}:${password}`).toString('base64')
      const url = `${origin}${pathname}/info/refs?service=git-upload-pack`
      return fetch(url, {headers: {authorization: `Basic ${basic}`}}).then(({status}) => status)
    }
    expect(await ask()).equal(200)
    await test.lab.faults.start({kind: 'region-loss', region: REGION})
    expect((await refusal(ask())).message).match(/fetch failed/)
  })

  it('tell of each push', async () => {
    const events: DeliveredEvent[] = []
    busOf(test.lab).on((event) => events.push(event))
    const first = await pushed('one')
    const second = await commit('two')
    await git('push', '--quiet', remote(), 'trunk', 'trunk:refs/tags/v1')
    const told = (): unknown[] =>
      events.map(({detail: {event, referenceName, commitId}}) => [event, referenceName, commitId])
    await until(async () => expect(told()).lengthOf(3))
    expect(told()).deep.equal([
      ['referenceCreated', 'trunk', first],
      ['referenceUpdated', 'trunk', second],
      ['referenceCreated', 'v1', second],
    ])
    expect(events[0]).deep.include({
      source: 'aws.codecommit',
      region: REGION,
      resources: [`arn:aws:codecommit:${REGION}:000000000000:shelf`],
    })
  })

  it('take commits by calls', async () => {
    const put = (word: string, parentCommitId?: string) =>
      call('PutFile', {
        repositoryName: 'shelf',
        branchName: 'main',
        filePath: 'deep/word.txt',
        fileContent: Buffer.from(word),
        parentCommitId,
      })
    const {commitId} = await put('one')
    expect((await refusal(put('two'))).name).equal('ParentCommitIdRequiredException')
    expect((await refusal(put('two', '0'.repeat(40)))).name).equal('ParentCommitIdOutdatedException')
    expect((await refusal(put('one', commitId))).name).equal('NoChangeException')
    const both = {repositoryName: 'shelf', branchName: 'main', parentCommitId: commitId}
    const putFiles = [{filePath: 'run.sh', fileContent: Buffer.from('#!/bin/sh\n'), fileMode: 'EXECUTABLE'}]
    const made = await call('CreateCommit', {...both, putFiles, deleteFiles: [{filePath: 'deep/word.txt'}]})
    await git('clone', '--quiet', remote(), 'clone')
    expect(await git('-C', 'clone', 'ls-files', '--stage')).match(/^100755 \w+ 0\trun\.sh$/)
    expect((await call('GetCommit', {repositoryName: 'shelf', commitId: made.commitId})).commit.parents).deep.equal([
      commitId,
    ])
    expect((await refusal(call('GetCommit', {repositoryName: 'shelf', commitId: 'a'.repeat(40)}))).name).equal(
      'CommitIdDoesNotExistException',
    )
  })

  it('of a region are that region’s alone, and go when they are deleted', async () => {
    expect((await call('ListRepositories', {}, 'us-east-1')).repositories).deep.equal([])
    expect((await refusal(call('CreateRepository', {repositoryName: 'shelf'}))).name).equal(
      'RepositoryNameExistsException',
    )
    expect(test.lab.tagged(REGION).map(({tags}) => tags)).deep.equal([[{Key: 'owner', Value: 'us'}]])
    await call('DeleteRepository', {repositoryName: 'shelf'})
    await call('DeleteRepository', {repositoryName: 'shelf'})
    expect((await refusal(call('GetBranch', {repositoryName: 'shelf', branchName: 'b'}))).name).equal(
      'RepositoryDoesNotExistException',
    )
  })

  it('start the pipelines that take their source from them: by a rule, or by themselves', async () => {
    const source = (PollForSourceChanges: string): object => ({
      name: 'Source',
      actions: [
        {
          name: 'Git',
          actionTypeId: {category: 'Source', provider: 'CodeCommit', owner: 'AWS', version: '1'},
          configuration: {RepositoryName: 'shelf', BranchName: 'trunk', PollForSourceChanges},
          outputArtifacts: [{name: 'Tree'}],
        },
      ],
    })
    const approval = {
      name: 'Ask',
      actions: [{name: 'Ask', actionTypeId: {category: 'Approval', provider: 'Manual', owner: 'AWS', version: '1'}}],
    }
    const make = (name: string, poll: string) =>
      test.call('codepipeline', 'CreatePipeline', {
        pipeline: {
          name,
          roleArn: ROLE,
          pipelineType: 'V2',
          artifactStore: {type: 'S3', location: BUCKET},
          stages: [source(poll), approval],
        },
      })
    await make('polls', 'true')
    await make('by-rule', 'false')
    const template = {
      Resources: {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventPattern: {
              source: ['aws.codecommit'],
              resources: [`arn:aws:codecommit:${REGION}:000000000000:shelf`],
              'detail-type': ['CodeCommit Repository State Change'],
              detail: {event: ['referenceCreated', 'referenceUpdated'], referenceName: ['trunk']},
            },
            Targets: [{Id: 'T', Arn: `arn:aws:codepipeline:${REGION}:000000000000:by-rule`, RoleArn: ROLE}],
          },
        },
      },
    }
    await test.call('cloudformation', 'CreateStack', {StackName: 's', TemplateBody: JSON.stringify(template)})
    const {status, events} = await test.lab.service('cloudformation').settled('s', REGION)
    expect(status, JSON.stringify(events)).equal('CREATE_COMPLETE')
    await pushed('other', 'other')
    await git('checkout', '--quiet', '-b', 'trunk')
    const id = await commit('one')
    await git('push', '--quiet', remote(), 'trunk')
    for (const [name, triggerType] of [
      ['polls', 'PollForSourceChanges'],
      ['by-rule', 'CloudWatchEvent'],
    ] as const)
      await until(async () => {
        const {pipelineExecutionSummaries: found} = await test.call('codepipeline', 'ListPipelineExecutions', {
          pipelineName: name,
        })
        expect(found).lengthOf(2)
        expect(found[0].trigger.triggerType).equal(triggerType)
        expect(found[0].sourceRevisions).deep.equal([{actionName: 'Git', revisionId: id, revisionSummary: 'say one'}])
      })
  })
})
