import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm'
import {expect} from 'chai'

import {SsmService} from '../../../src/aws/ssm/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const errorOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: unknown) => error,
  )

describe('SSM', () => {
  let lab: TestLab
  let client: SSMClient
  const put = (input: Partial<PutParameterCommandInput> & {Name: string}) =>
    client.send(new PutParameterCommand({Type: 'String', Value: 'v', ...input}))

  beforeEach(async () => {
    lab = await testLab(() => new SsmService())
    client = new SSMClient(lab.client())
  })

  afterEach(() => lab.close())

  it('refuses a type that there is none of', async () => {
    const refused = await errorOf(put({Name: '/n', Type: 'Nonsense' as 'String'}))
    expect((refused as Error).message).match(/Value 'Nonsense' at 'type' failed to satisfy constraint/)
  })

  it('keeps parameters with versions, in their region alone', async () => {
    await put({Name: '/a/b', Value: 'one'})
    expect(await errorOf(put({Name: '/a/b', Value: 'two'}))).to.be.instanceOf(ParameterAlreadyExists)
    const {Version} = await put({Name: '/a/b', Value: 'two', Overwrite: true})
    expect(Version).to.equal(2)
    const {Parameter} = await client.send(new GetParameterCommand({Name: '/a/b'}))
    expect(Parameter).to.deep.include({
      Value: 'two',
      Version: 2,
      Type: 'String',
      ARN: 'arn:aws:ssm:us-east-2:000000000000:parameter/a/b',
    })
    const first = await client.send(new GetParameterCommand({Name: '/a/b:1'}))
    expect(first.Parameter?.Value).to.equal('one')
    const byArn = await client.send(new GetParameterCommand({Name: Parameter!.ARN!}))
    expect(byArn.Parameter?.Value).to.equal('two')
    const {Parameters} = await client.send(new GetParameterHistoryCommand({Name: '/a/b'}))
    expect(Parameters?.map(({Value}) => Value)).to.deep.equal(['one', 'two'])
    const elsewhere = new SSMClient(lab.client('us-east-1')).send(new GetParameterCommand({Name: '/a/b'}))
    expect(await errorOf(elsewhere)).to.be.instanceOf(ParameterNotFound)
  })

  it('lists by path, with pages, and level by level', async () => {
    for (let index = 10; index < 22; index++) await put({Name: `/p/${index}`})
    await put({Name: '/p/deep/er'})
    await put({Name: '/pq'})
    const first = await client.send(new GetParametersByPathCommand({Path: '/p'}))
    const second = await client.send(new GetParametersByPathCommand({Path: '/p', NextToken: first.NextToken}))
    const names = [...first.Parameters!, ...second.Parameters!].map(({Name}) => Name)
    expect(names).to.deep.equal(Array.from({length: 12}, (_, index) => `/p/${index + 10}`))
    expect([first.Parameters!.length, second.NextToken]).to.deep.equal([10, undefined])
    const deep = await client.send(
      new GetParametersByPathCommand({Path: '/p/', Recursive: true, NextToken: first.NextToken}),
    )
    expect(deep.Parameters!.map(({Name}) => Name)).to.contain('/p/deep/er')
  })

  it('gives a SecureString in clear only when asked', async () => {
    await put({Name: 'secret', Type: 'SecureString', Value: 'hunter2'})
    const closed = await client.send(new GetParameterCommand({Name: 'secret'}))
    expect(closed.Parameter?.Value).not.to.contain('hunter2')
    const open = await client.send(new GetParameterCommand({Name: 'secret', WithDecryption: true}))
    expect(open.Parameter?.Value).to.equal('hunter2')
  })

  it('holds the limits of its tiers', async () => {
    await put({Name: '/full', Value: 'x'.repeat(4096)})
    expect(await errorOf(put({Name: '/over', Value: 'x'.repeat(4097)}))).to.have.property('name', 'ValidationException')
    const {Tier} = await put({Name: '/adv', Value: 'x'.repeat(8192), Tier: 'Advanced'})
    expect(Tier).to.equal('Advanced')
    const over = put({Name: '/adv2', Value: 'x'.repeat(8193), Tier: 'Advanced'})
    expect(await errorOf(over)).to.have.property('name', 'ValidationException')
    const {Tier: tier} = await put({Name: '/smart', Value: 'é'.repeat(2049), Tier: 'Intelligent-Tiering'})
    expect(tier).to.equal('Advanced')
  })

  it('names what is missing among many', async () => {
    await put({Name: '/a'})
    const {Parameters, InvalidParameters} = await client.send(new GetParametersCommand({Names: ['/a', '/b']}))
    expect([Parameters!.length, InvalidParameters]).to.deep.equal([1, ['/b']])
  })

  it('tags, describes and deletes', async () => {
    await put({Name: '/a', Tags: [{Key: 'k', Value: 'v'}]})
    const more = {ResourceType: 'Parameter' as const, ResourceId: '/a', Tags: [{Key: 'l', Value: 'w'}]}
    await client.send(new AddTagsToResourceCommand(more))
    const {TagList} = await client.send(new ListTagsForResourceCommand({ResourceType: 'Parameter', ResourceId: '/a'}))
    expect(TagList).to.deep.equal([
      {Key: 'k', Value: 'v'},
      {Key: 'l', Value: 'w'},
    ])
    const filter = {ParameterFilters: [{Key: 'Name', Option: 'BeginsWith', Values: ['/a']}]}
    const {Parameters} = await client.send(new DescribeParametersCommand(filter))
    expect(Parameters!.map(({Name}) => Name)).to.deep.equal(['/a'])
    await client.send(new DeleteParameterCommand({Name: '/a'}))
    expect(await errorOf(client.send(new DeleteParameterCommand({Name: '/a'})))).to.be.instanceOf(ParameterNotFound)
  })
})
