import {expect} from 'chai'
import {failure, smallLab, type SmallLab} from './small-lab.js'
import {thing, things, type Things} from './things.js'

describe('CloudFormation updates', () => {
  let made: Things
  let small: SmallLab

  beforeEach(async () => {
    made = things()
    small = smallLab({extra: {'Test::Thing': made.provider, 'Test::Rigid': {...made.provider, update: undefined}}})
    await small.deploy('app', BEFORE)
    made.log.length = 0
  })

  const BEFORE = {
    Resources: {
      A: thing({Size: 1}),
      B: thing({From: {'Fn::GetAtt': ['A', 'Size']}}),
      C: thing({Name: 'c', Of: {Ref: 'A'}}),
      D: {Type: 'Test::Rigid', Properties: {Size: 1}},
    },
    Outputs: {Size: {Value: {'Fn::GetAtt': ['A', 'Size']}}},
  }
  const change = (resources: object, more: object = {}) => ({
    ...BEFORE,
    Resources: {...BEFORE.Resources, ...resources},
    ...more,
  })

  it('says so where there is nothing to do, whatever the order of keys', async () => {
    const error = await failure(small.update('app', BEFORE))
    expect(error).include({code: 'ValidationError', message: 'No updates are to be performed.'})
    const turned = {Outputs: BEFORE.Outputs, Resources: Object.fromEntries(Object.entries(BEFORE.Resources).reverse())}
    expect(await failure(small.update('app', turned))).property('message', 'No updates are to be performed.')
    expect(await failure(small.cfn('UpdateStack', {StackName: 'none', TemplateBody: '{}'}))).property(
      'message',
      'Stack [none] does not exist',
    )
  })

  it('changes in place what can be, and what reads a changed attribute', async () => {
    const stack = await small.update('app', change({A: thing({Size: 2})}))
    expect(stack.StackStatus).equal('UPDATE_COMPLETE')
    expect(made.log.map((line) => line.replace(/-\d+/, ''))).deep.equal(['update A {"Size":2}', 'update B {"From":2}'])
    expect(stack.Outputs[0].OutputValue).equal('2')
  })

  it('replaces for a create-only property: the new first, its dependents, then the old one goes', async () => {
    const stack = await small.update('app', change({A: thing({Size: 1, Name: 'new'})}))
    expect(stack.StackStatus).equal('UPDATE_COMPLETE')
    const verbs = made.log.map((line) => line.split(' ').slice(0, 2).join(' ').replace(/-\d+/, ''))
    expect(verbs[0]).equal('create A')
    expect(verbs.slice(1)).have.members(['update C', 'delete A'])
    expect(made.log.at(-1)).equal('delete A-1')
    expect(made.alive.has('A-1')).equal(false)
  })

  it('adds and removes', async () => {
    const {C: _, ...rest} = BEFORE.Resources
    const stack = await small.update('app', {...BEFORE, Resources: {...rest, E: thing({After: {Ref: 'A'}})}})
    expect(stack.StackStatus).equal('UPDATE_COMPLETE')
    expect(made.log[0]).match(/^create E-5/)
    expect(made.log[1]).match(/^delete C-/)
    expect((await small.cfn('ListStackResources', {StackName: 'app'})).StackResourceSummaries).length(4)
  })

  it('rolls a failed update back to what was, and to its outputs', async () => {
    const before = await small.cfn('DescribeStackResources', {StackName: 'app'})
    const stack = await small.update(
      'app',
      change({A: thing({Size: 2}), B: thing({FailUpdate: true, From: {'Fn::GetAtt': ['A', 'Size']}}), E: thing()}),
    )
    expect(stack.StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
    expect(made.log).include('update A-1 {"Size":1}')
    expect(made.log.at(-1)).match(/^delete E-/)
    expect(stack.Outputs[0].OutputValue).equal('1')
    const ids = (answer: {StackResources: {PhysicalResourceId: string}[]}) =>
      answer.StackResources.map((one) => one.PhysicalResourceId).sort()
    expect(ids(await small.cfn('DescribeStackResources', {StackName: 'app'}))).deep.equal(ids(before))
    expect(await failure(small.update('app', BEFORE))).property('message', 'No updates are to be performed.')
    expect((await small.update('app', change({A: thing({Size: 3})}))).StackStatus).equal('UPDATE_COMPLETE')
  })

  it('rolls a replacement back: the new one goes, the old one was never touched', async () => {
    const stack = await small.update(
      'app',
      change({A: thing({Name: 'new'}), C: thing({Name: 'c', Of: {Ref: 'A'}, FailUpdate: true})}),
    )
    expect(stack.StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
    expect(made.alive.has('A-1')).equal(true)
    expect([...made.alive].filter((id) => id.startsWith('A'))).deep.equal(['A-1'])
  })

  it('fails by name where the lab cannot change a type in place', async () => {
    const stack = await small.update('app', change({D: {Type: 'Test::Rigid', Properties: {Size: 2}}}))
    expect(stack.StackStatus).equal('UPDATE_ROLLBACK_COMPLETE')
    const {StackEvents} = await small.cfn('DescribeStackEvents', {StackName: 'app'})
    expect(JSON.stringify(StackEvents)).include('The lab cannot update a resource of the type Test::Rigid in place')
  })

  it('makes anew what failed in a stack that was left as it was', async () => {
    const template = (properties: object) => ({Resources: {X: thing(), Y: thing(properties, {DependsOn: 'X'})}})
    await small.deploy('left', template({FailLate: true}), {OnFailure: 'DO_NOTHING'})
    expect((await small.update('left', template({}), {DisableRollback: true})).StackStatus).equal('UPDATE_COMPLETE')
    expect(made.log.map((line) => line.split(' ').slice(0, 2).join(' ').replace(/-\d+/, ''))).deep.equal([
      'create X',
      'create Y',
      'delete Y',
      'create Y',
    ])
  })

  it('refuses to change a type under a logical id', async () => {
    expect(await failure(small.update('app', change({D: thing({Size: 1})}))))
      .property('message')
      .match(/Update of resource type is not permitted.*\[D\]/)
  })

  it('keeps previous parameter values where asked to', async () => {
    const template = {Parameters: {Size: {Type: 'Number', MaxValue: 9}}, Resources: {A: thing({Size: {Ref: 'Size'}})}}
    await small.deploy('p', template, {Parameters: [{ParameterKey: 'Size', ParameterValue: '1'}]})
    const same = {
      UsePreviousTemplate: true,
      TemplateBody: undefined,
      Parameters: [{ParameterKey: 'Size', UsePreviousValue: true}],
    }
    expect(await failure(small.update('p', {}, same))).property('message', 'No updates are to be performed.')
    const more = {...same, Parameters: [{ParameterKey: 'Size', ParameterValue: '2'}]}
    expect((await small.update('p', {}, more)).StackStatus).equal('UPDATE_COMPLETE')
    const much = {...same, Parameters: [{ParameterKey: 'Size', ParameterValue: '10'}]}
    expect(await failure(small.update('p', {}, much)))
      .property('message')
      .match(/not greater than 9/)
  })

  describe('by change set', () => {
    const input = (template: object, more: object = {}) => ({
      StackName: 'app',
      ChangeSetName: 'set',
      TemplateBody: JSON.stringify(template),
      ...more,
    })

    it('creates a stack in review, then by execution', async () => {
      const {Id, StackId} = await small.cfn(
        'CreateChangeSet',
        input(BEFORE, {StackName: 'new', ChangeSetType: 'CREATE'}),
      )
      expect((await small.cfn('DescribeStacks', {StackName: 'new'})).Stacks[0].StackStatus).equal('REVIEW_IN_PROGRESS')
      const described = await small.cfn('DescribeChangeSet', {ChangeSetName: Id})
      expect(described).include({Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', StackName: 'new'})
      expect(described.Changes.map((one: {ResourceChange: {Action: string}}) => one.ResourceChange.Action)).deep.equal([
        'Add',
        'Add',
        'Add',
        'Add',
      ])
      expect(made.log).deep.equal([])
      await small.cfn('ExecuteChangeSet', {ChangeSetName: Id})
      expect((await small.cloudformation.settled(StackId, 'us-east-1')).status).equal('CREATE_COMPLETE')
      expect(await failure(small.cfn('DescribeChangeSet', {ChangeSetName: Id}))).property('code', 'ChangeSetNotFound')
    })

    it('tells what an update would do, and does it', async () => {
      await small.cfn(
        'CreateChangeSet',
        input(change({A: thing({Size: 1, Name: 'n'}), D: {Type: 'Test::Rigid', Properties: {Size: 2}}, E: thing()})),
      )
      const {Changes} = await small.cfn('DescribeChangeSet', {StackName: 'app', ChangeSetName: 'set'})
      const told = Changes.map(
        ({ResourceChange: {Action, LogicalResourceId, Replacement}}: {ResourceChange: Record<string, string>}) =>
          [Action, LogicalResourceId, Replacement].filter(Boolean).join(' '),
      )
      expect(told).deep.equal(['Modify A True', 'Modify B False', 'Modify C False', 'Modify D False', 'Add E'])
      await small.cfn('DeleteChangeSet', {StackName: 'app', ChangeSetName: 'set'})
      await small.cfn('CreateChangeSet', input(change({A: thing({Size: 5})})))
      await small.cfn('ExecuteChangeSet', {StackName: 'app', ChangeSetName: 'set'})
      expect((await small.cloudformation.settled('app', 'us-east-1')).status).equal('UPDATE_COMPLETE')
      expect((await small.cfn('ListChangeSets', {StackName: 'app'})).Summaries).deep.equal([])
    })

    it('fails without changes, in the words that the toolkit looks for', async () => {
      await small.cfn('CreateChangeSet', input(BEFORE))
      expect(await small.cfn('DescribeChangeSet', {StackName: 'app', ChangeSetName: 'set'})).include({
        Status: 'FAILED',
        StatusReason:
          "The submitted information didn't contain changes. Submit different information to create a change set.",
        ExecutionStatus: 'UNAVAILABLE',
      })
      expect(await failure(small.cfn('ExecuteChangeSet', {StackName: 'app', ChangeSetName: 'set'}))).property(
        'code',
        'InvalidChangeSetStatus',
      )
    })

    it('refuses an unknown stack, a taken name, and a creation over a stack', async () => {
      expect(await failure(small.cfn('CreateChangeSet', input(BEFORE, {StackName: 'none'})))).property(
        'message',
        'Stack [none] does not exist',
      )
      expect(await failure(small.cfn('CreateChangeSet', input(BEFORE, {ChangeSetType: 'CREATE'}))))
        .property('message')
        .match(/already exists/)
      await small.cfn('CreateChangeSet', input(BEFORE))
      expect(await failure(small.cfn('CreateChangeSet', input(BEFORE)))).property('code', 'AlreadyExistsException')
    })
  })
})
