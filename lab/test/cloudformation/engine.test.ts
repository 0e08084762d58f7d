/* eslint-disable no-template-curly-in-string -- placeholders of CloudFormation */
import {expect} from 'chai'
import {AWAY, failure, parameter, smallLab, type SmallLab} from './small-lab.js'
import {thing, things, type Things} from './things.js'

describe('CloudFormation stack engine', () => {
  let made: Things
  let small: SmallLab

  beforeEach(() => {
    made = things()
    small = smallLab({extra: {'Test::Thing': made.provider, 'Test::Rigid': {...made.provider, update: undefined}}})
  })

  const chain = {
    Resources: {
      A: thing({Size: 1}),
      B: thing({From: {'Fn::GetAtt': ['A', 'Arn']}}),
      C: thing({}, {DependsOn: 'B'}),
    },
    Outputs: {
      Arn: {
        Value: {'Fn::GetAtt': ['B', 'Arn']},
        Export: {Name: {'Fn::Sub': '${AWS::StackName}-arn'}},
        Description: 'of B',
      },
    },
  }

  it('gives no two events of a stack the same time', async () => {
    const {deploy, cfn} = smallLab()
    await deploy('app', {Resources: {A: parameter('1'), B: parameter('2'), C: parameter('3')}})
    const {StackEvents} = await cfn('DescribeStackEvents', {StackName: 'app'})
    const times = StackEvents.map(({Timestamp}: {Timestamp: Date}) => Timestamp.getTime())
    expect(new Set(times).size).equal(StackEvents.length)
    expect(times).deep.equal([...times].sort((left, right) => right - left))
  })

  it('creates in dependency order, with attributes, outputs, exports and events', async () => {
    const stack = await small.deploy('one', chain, {Tags: [{Key: 'k', Value: 'v'}]})
    expect(stack.StackStatus).equal('CREATE_COMPLETE')
    expect(made.log).deep.equal(['create A-1 {"Size":1}', 'create B-2 {"From":"arn:A-1"}', 'create C-3 {}'])
    expect(stack.Outputs).deep.equal([
      {OutputKey: 'Arn', OutputValue: 'arn:B-2', Description: 'of B', ExportName: 'one-arn'},
    ])
    expect(stack.Tags).deep.equal([{Key: 'k', Value: 'v'}])
    expect((await small.cfn('ListExports', {})).Exports).deep.equal([
      {Name: 'one-arn', Value: 'arn:B-2', ExportingStackId: stack.StackId},
    ])
    expect(await small.events('one')).deep.equal([
      'one CREATE_IN_PROGRESS',
      ...['A', 'B', 'C'].flatMap((id) => [`${id} CREATE_IN_PROGRESS`, `${id} CREATE_COMPLETE`]),
      'one CREATE_COMPLETE',
    ])
    const {StackResources} = await small.cfn('DescribeStackResources', {StackName: 'one'})
    expect(StackResources.map(({PhysicalResourceId}: {PhysicalResourceId: string}) => PhysicalResourceId)).deep.equal([
      'A-1',
      'B-2',
      'C-3',
    ])
    const {StackResourceDetail} = await small.cfn('DescribeStackResource', {StackName: 'one', LogicalResourceId: 'A'})
    expect(StackResourceDetail).include({ResourceType: 'Test::Thing', ResourceStatus: 'CREATE_COMPLETE'})
    expect(await failure(small.cfn('DescribeStackResource', {StackName: 'one', LogicalResourceId: 'Z'})))
      .property('message')
      .match(/Z does not exist/)
  })

  it('creates what is independent at the same time', async () => {
    await small.deploy('wide', {
      Resources: {A: thing(), B: thing(), C: thing(), D: thing({}, {DependsOn: ['A', 'B', 'C']})},
    })
    expect(made.most()).equal(3)
  })

  it('leaves out what a condition switches off, and what depends on it explicitly still comes', async () => {
    const template = {
      Parameters: {Big: {Type: 'String', Default: 'no'}},
      Conditions: {Big: {'Fn::Equals': [{Ref: 'Big'}, 'yes']}},
      Resources: {
        A: thing({}, {Condition: 'Big'}),
        B: thing({Extra: {'Fn::If': ['Big', {Ref: 'A'}, {Ref: 'AWS::NoValue'}]}}, {DependsOn: 'A'}),
      },
      Outputs: {A: {Condition: 'Big', Value: {Ref: 'A'}}, B: {Value: {Ref: 'B'}}},
    }
    const off = await small.deploy('off', template)
    expect(off.Outputs.map(({OutputKey}: {OutputKey: string}) => OutputKey)).deep.equal(['B'])
    const on = await small.deploy('on', template, {Parameters: [{ParameterKey: 'Big', ParameterValue: 'yes'}]})
    expect(on.Outputs).length(2)
    expect(made.log).deep.equal(['create B-1 {}', 'create A-2 {}', 'create B-3 {"Extra":"A-2"}'])
  })

  it('rolls a failed creation back: every thing that came to exist goes, dependents first', async () => {
    const stack = await small.deploy('bad', {
      Resources: {
        A: thing(),
        B: thing({}, {DependsOn: 'A'}),
        C: thing({FailLate: true}, {DependsOn: 'B'}),
        D: thing({}, {DependsOn: 'C'}),
      },
    })
    expect(stack.StackStatus).equal('ROLLBACK_COMPLETE')
    expect(stack.Outputs).deep.equal([])
    expect(made.alive.size).equal(0)
    expect(made.log.slice(3)).deep.equal(['delete C-3', 'delete B-2', 'delete A-1'])
    const {StackEvents} = await small.cfn('DescribeStackEvents', {StackName: 'bad'})
    const failed = StackEvents.find(({ResourceStatus}: {ResourceStatus: string}) => ResourceStatus === 'CREATE_FAILED')
    expect(failed).include({LogicalResourceId: 'C', ResourceStatusReason: 'a late surprise', PhysicalResourceId: 'C-3'})
    const rollback = StackEvents.find(
      ({ResourceStatus}: {ResourceStatus: string}) => ResourceStatus === 'ROLLBACK_IN_PROGRESS',
    )
    expect(rollback.ResourceStatusReason).equal(
      'The following resource(s) failed to create: [C]. Rollback requested by user.',
    )
    expect(await failure(small.update('bad', {Resources: {A: thing({Size: 2})}})))
      .property('message')
      .match(/ROLLBACK_COMPLETE state and can not be updated/)
    await small.cfn('DeleteStack', {StackName: 'bad'})
    await small.cloudformation.settled(stack.StackId, 'us-east-1')
    expect(made.log).length(6)
  })

  it('cancels what runs beside a failure, and takes it away once it has come to be', async () => {
    await small.deploy('beside', {Resources: {A: thing({Fail: true}), B: thing({Turns: 3})}})
    const {StackEvents} = await small.cfn('DescribeStackEvents', {StackName: 'beside'})
    const reasons = StackEvents.filter(
      ({ResourceStatus}: {ResourceStatus: string}) => ResourceStatus === 'CREATE_FAILED',
    ).map(
      (event: {LogicalResourceId: string; ResourceStatusReason: string}) =>
        `${event.LogicalResourceId}: ${event.ResourceStatusReason}`,
    )
    expect(reasons.reverse()).deep.equal(['A: no more things', 'B: Resource creation cancelled'])
    expect(made.alive.size).equal(0)
    expect(made.log).include('delete B-2')
  })

  it('leaves a failed stack as it is where told so, or deletes it', async () => {
    const bad = {Resources: {A: thing(), B: thing({Fail: true}, {DependsOn: 'A'})}}
    expect(await small.deploy('kept', bad, {OnFailure: 'DO_NOTHING'})).property('StackStatus', 'CREATE_FAILED')
    expect(await small.deploy('kept2', bad, {DisableRollback: true})).property('StackStatus', 'CREATE_FAILED')
    expect(made.alive.size).equal(2)
    expect(await small.deploy('gone', bad, {OnFailure: 'DELETE'})).property('StackStatus', 'DELETE_COMPLETE')
    expect(made.alive.size).equal(2)
  })

  it('fails the stack for an output that cannot be resolved', async () => {
    const stack = await small.deploy('out', {
      Resources: {A: thing()},
      Outputs: {O: {Value: {'Fn::GetAtt': ['A', 'Nothing']}}},
    })
    expect(stack.StackStatus).equal('ROLLBACK_COMPLETE')
    const {StackEvents} = await small.cfn('DescribeStackEvents', {StackName: 'out'})
    expect(JSON.stringify(StackEvents)).match(/does not have an attribute Nothing/)
  })

  it('refuses a type that it does not support, by name, before anything is made', async () => {
    const error = await failure(
      small.deploy('x', {Resources: {A: thing(), B: {Type: 'AWS::Mars::Rover'}, C: {Type: 'AWS::EC2::Instance'}}}),
    )
    expect(error).include({code: 'ValidationError', status: 400})
    expect(error.message).match(
      /Unrecognized resource types: \[AWS::Mars::Rover, AWS::EC2::Instance\].*does not support/,
    )
    expect(made.log).deep.equal([])
    expect(await failure(small.cfn('DescribeStacks', {StackName: 'x'}))).property(
      'message',
      'Stack with id x does not exist',
    )
  })

  it('refuses what AWS refuses: a taken name, an odd one, IAM without its capability, a missing or unknown parameter, no template', async () => {
    const role = {Resources: {R: {Type: 'AWS::IAM::Role', Properties: {RoleName: 'r'}}}}
    const P = {Parameters: {P: {Type: 'String'}}, Resources: {A: thing()}}
    await small.deploy('taken', {Resources: {A: thing()}})
    expect(await failure(small.deploy('taken', chain))).property('code', 'AlreadyExistsException')
    expect(await failure(small.deploy('1st', chain))).property('code', 'ValidationError')
    expect(await failure(small.deploy('r', role, {Capabilities: ['CAPABILITY_IAM']}))).property(
      'message',
      'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    )
    expect(await failure(small.deploy('p', P))).property('message', 'Parameters: [P] must have values')
    expect(await failure(small.deploy('p', P, {Parameters: [{ParameterKey: 'Q', ParameterValue: ''}]})))
      .property('message')
      .match(/\[Q\] do not exist/)
    expect(await failure(small.cfn('CreateStack', {StackName: 'n'})))
      .property('message')
      .match(/Template URL or Template Body/)
    expect(await failure(small.deploy('o', {Resources: {A: thing()}, Outputs: {O: {Value: {Ref: 'Z'}}}})))
      .property('message')
      .match(/\[Z\] in the Outputs/)
  })

  it('deletes in reverse order; the stack stays readable by its id and is gone by its name', async () => {
    const {StackId} = await small.deploy('one', chain)
    made.log.length = 0
    await small.cfn('DeleteStack', {StackName: 'one'})
    await small.cloudformation.settled(StackId, 'us-east-1')
    expect(made.log).deep.equal(['delete C-3', 'delete B-2', 'delete A-1'])
    expect((await small.cfn('DescribeStacks', {StackName: StackId})).Stacks[0].StackStatus).equal('DELETE_COMPLETE')
    expect(await failure(small.cfn('DescribeStacks', {StackName: 'one'}))).property(
      'message',
      'Stack with id one does not exist',
    )
    expect((await small.cfn('DescribeStacks', {})).Stacks).deep.equal([])
    expect((await small.cfn('ListExports', {})).Exports).deep.equal([])
    expect((await small.cfn('ListStacks', {StackStatusFilter: ['DELETE_COMPLETE']})).StackSummaries).length(1)
    expect(await small.cfn('DeleteStack', {StackName: 'one'})).deep.equal({})
    expect((await small.deploy('one', chain)).StackId).not.equal(StackId)
  })

  it('keeps what a deletion policy retains, and leaves a snapshot where one is wanted', async () => {
    const {StackId} = await small.deploy('kept', {
      Resources: {
        A: thing({}, {DeletionPolicy: 'Retain'}),
        B: thing({}, {DeletionPolicy: 'Snapshot'}),
        C: thing({}, {DeletionPolicy: 'RetainExceptOnCreate'}),
      },
    })
    await small.cfn('DeleteStack', {StackName: 'kept'})
    await small.cloudformation.settled(StackId, 'us-east-1')
    expect([...made.alive].sort()).deep.equal(['A-1', 'C-3'])
    expect(made.log).include('delete B-2 with snapshot')
    expect(await small.events(StackId)).include('A DELETE_SKIPPED')
    const bad = await small.deploy('bad', {
      Resources: {A: thing({}, {DeletionPolicy: 'RetainExceptOnCreate'}), B: thing({Fail: true}, {DependsOn: 'A'})},
    })
    expect(bad.StackStatus).equal('ROLLBACK_COMPLETE')
    expect([...made.alive].sort()).deep.equal(['A-1', 'C-3'])
  })

  it('says what it could not delete, deletes the rest, and retains it when asked to', async () => {
    const {StackId} = await small.deploy('stuck', {
      Resources: {A: thing(), B: thing({FailDelete: true}, {DependsOn: 'A'}), C: thing()},
    })
    await small.cfn('DeleteStack', {StackName: 'stuck'})
    const {status, reason} = await small.cloudformation.settled(StackId, 'us-east-1')
    expect({status, reason}).deep.equal({
      status: 'DELETE_FAILED',
      reason: 'The following resource(s) failed to delete: [B]. ',
    })
    expect([...made.alive].sort()).deep.equal(['A-1', 'B-3'])
    await small.cfn('DeleteStack', {StackName: 'stuck', RetainResources: ['B']})
    expect((await small.cloudformation.settled(StackId, 'us-east-1')).status).equal('DELETE_COMPLETE')
    expect([...made.alive]).deep.equal(['B-3'])
  })

  it('does not delete a protected stack', async () => {
    await small.deploy('safe', {Resources: {A: thing()}}, {EnableTerminationProtection: true})
    expect(await failure(small.cfn('DeleteStack', {StackName: 'safe'})))
      .property('message')
      .match(/TerminationProtection is enabled/)
    await small.cfn('UpdateTerminationProtection', {StackName: 'safe', EnableTerminationProtection: false})
    expect(await small.cfn('DeleteStack', {StackName: 'safe'})).deep.equal({})
  })

  it('imports another stack’s export in the same region, and guards it', async () => {
    const reader = {Resources: {R: thing({From: {'Fn::ImportValue': 'one-arn'}})}}
    expect((await small.deploy('early', reader)).StackStatus).equal('ROLLBACK_COMPLETE')
    await small.deploy('one', chain)
    await small.deploy('reader', reader)
    expect(made.log).include('create R-4 {"From":"arn:B-2"}')
    expect(await small.cfn('ListImports', {ExportName: 'one-arn'})).deep.equal({Imports: ['reader']})
    expect(await failure(small.cfn('DeleteStack', {StackName: 'one'})))
      .property('message')
      .match(/in use by reader/)
    expect((await small.deploy('far', reader, {}, AWAY)).StackStatus).equal('ROLLBACK_COMPLETE')
    const twin = await small.deploy('twin', {
      Resources: {A: thing()},
      Outputs: {O: {Value: 'x', Export: {Name: 'one-arn'}}},
    })
    expect(twin.StackStatus).equal('ROLLBACK_COMPLETE')
  })

  it('keeps regions apart', async () => {
    await small.deploy('both', chain)
    const far = await small.deploy('both', chain, {}, AWAY)
    expect(far.StackId).match(/us-east-2/)
    expect(await failure(small.cfn('DescribeStacks', {StackName: far.StackId}))).property('code', 'ValidationError')
  })

  it('reads SSM parameters as template parameters, such as the version that CDK checks', async () => {
    await small.lab.call(
      'ssm',
      'PutParameter',
      {Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '30'},
      'us-east-1',
    )
    const template = {
      Parameters: {
        BootstrapVersion: {Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version'},
        Secret: {Type: 'String', NoEcho: true, Default: 'hush'},
      },
      Resources: {A: thing({Version: {Ref: 'BootstrapVersion'}})},
    }
    const stack = await small.deploy('v', template)
    expect(made.log).deep.equal(['create A-1 {"Version":"30"}'])
    expect(stack.Parameters).deep.equal([
      {ParameterKey: 'BootstrapVersion', ParameterValue: '/cdk-bootstrap/hnb659fds/version', ResolvedValue: '30'},
      {ParameterKey: 'Secret', ParameterValue: '****'},
    ])
    expect(await failure(small.deploy('w', template, {}, AWAY)))
      .property('message')
      .match(/Unable to fetch parameters/)
  })

  it('resolves dynamic references at the last moment and never shows them', async () => {
    const {ARN} = await small.lab.call(
      'secretsmanager',
      'CreateSecret',
      {Name: 'db', SecretString: '{"password":"hunter2"}'},
      'us-east-1',
    )
    await small.lab.call('ssm', 'PutParameter', {Name: '/size', Type: 'String', Value: '7'}, 'us-east-1')
    await small.deploy('secret', {
      Resources: {
        A: thing({
          Password: {'Fn::Join': ['', ['{{resolve:secretsmanager:', ARN, ':SecretString:password::}}']]},
          Named: '{{resolve:secretsmanager:db:SecretString:password}}',
          Size: '{{resolve:ssm:/size}} of {{resolve:ssm:/size}}',
        }),
      },
    })
    expect(made.log).deep.equal(['create A-1 {"Password":"hunter2","Named":"hunter2","Size":"7 of 7"}'])
    const shown = JSON.stringify([
      await small.cfn('DescribeStackEvents', {StackName: 'secret'}),
      await small.cfn('DescribeStackResources', {StackName: 'secret'}),
      await small.cfn('GetTemplate', {StackName: 'secret'}),
    ])
    expect(shown).include('{{resolve:').not.include('hunter2')
    const lost = await small.deploy('lost', {
      Resources: {A: thing({P: '{{resolve:secretsmanager:db:SecretString:nokey}}'})},
    })
    expect(lost.StackStatus).equal('ROLLBACK_COMPLETE')
  })

  it('reads a template from S3, path-style and by bucket host', async () => {
    await small.lab.call('s3', 'CreateBucket', {Bucket: 'templates'}, 'us-east-1')
    await small.lab.call(
      's3',
      'PutObject',
      {Bucket: 'templates', Key: 'a/b.json', Body: Buffer.from(JSON.stringify(chain))},
      'us-east-1',
    )
    for (const [index, TemplateURL] of [
      'https://templates.s3.us-east-1.amazonaws.com/a/b.json',
      'https://s3.us-east-1.amazonaws.com/templates/a/b.json',
      'http://127.0.0.1:4566/templates/a/b.json',
    ].entries()) {
      const stack = await small.deploy(`s${index}`, {}, {TemplateBody: undefined, TemplateURL})
      expect(stack.StackStatus).equal('CREATE_COMPLETE')
    }
    expect(await failure(small.deploy('no', {}, {TemplateBody: undefined, TemplateURL: 'https://example.org/x/y'})))
      .property('message')
      .match(/not a valid S3/)
  })

  it('describes a template without a stack', async () => {
    const TemplateBody = JSON.stringify({
      Description: 'text',
      Parameters: {P: {Type: 'String', Default: 3, Description: 'a P'}},
      Resources: {R: {Type: 'AWS::IAM::Role'}},
    })
    const summary = await small.cfn('GetTemplateSummary', {TemplateBody})
    expect(summary).deep.include({
      Capabilities: ['CAPABILITY_IAM'],
      ResourceTypes: ['AWS::IAM::Role'],
      Description: 'text',
    })
    expect((await small.cfn('ValidateTemplate', {TemplateBody})).Parameters).deep.equal([
      {ParameterKey: 'P', DefaultValue: '3', NoEcho: false, Description: 'a P'},
    ])
    expect(await failure(small.cfn('ValidateTemplate', {TemplateBody: '{'}))).property('code', 'ValidationError')
  })

  it('makes real parameters, and lists them', async () => {
    const stack = await small.deploy('real', {
      Resources: {P: parameter('v', {}), Q: parameter({Ref: 'P'})},
      Outputs: {Type: {Value: {'Fn::GetAtt': ['P', 'Type']}}},
    })
    expect(stack.StackStatus).equal('CREATE_COMPLETE')
    const {StackResourceSummaries} = await small.cfn('ListStackResources', {StackName: 'real'})
    const [P, Q] = StackResourceSummaries.map(
      ({PhysicalResourceId}: {PhysicalResourceId: string}) => PhysicalResourceId,
    )
    expect(P).match(/^CFN-real-P-[A-Z0-9]{12}$/)
    expect((await small.lab.call('ssm', 'GetParameter', {Name: Q}, 'us-east-1')).Parameter.Value).equal(P)
  })
})
