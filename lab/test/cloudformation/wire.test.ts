import {
  AlreadyExistsException,
  ChangeSetNotFoundException,
  CloudFormationClient,
  CloudFormationServiceException,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListExportsCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation'
import {expect} from 'chai'

import {CloudFormationService} from '../../src/aws/cloudformation/service.js'
import {providerOf} from '../../src/aws/index.js'
import {SsmService} from '../../src/aws/ssm/service.js'
import {HOME, startTestLab, type TestLab} from '../support/lab-data-plane.js'
import {keysOf} from '../wire/support.js'
import {failure, parameter} from './small-lab.js'

describe('CloudFormation over the wire', () => {
  let test: TestLab
  let client: CloudFormationClient

  before(async () => {
    test = await startTestLab([SsmService])
    test.lab.register(new CloudFormationService(test.lab, providerOf))
    const credentials = keysOf(test.lab)
    client = new CloudFormationClient({region: HOME, endpoint: test.lab.endpoint, credentials, maxAttempts: 1})
  })

  after(async () => {
    client.destroy()
    await test.stop()
  })

  const TemplateBody = JSON.stringify({
    Description: 'one & only <stack>',
    Parameters: {Size: {Type: 'Number', Default: 3}},
    Resources: {P: parameter({Ref: 'Size'})},
    Outputs: {Value: {Value: {'Fn::GetAtt': ['P', 'Value']}, Export: {Name: 'value'}}},
  })

  it('is understood by the SDK: a stack, its waiters, events, exports, change sets and errors', async () => {
    const StackName = 'wired'
    const {StackId} = await client.send(
      new CreateStackCommand({StackName, TemplateBody, Tags: [{Key: 'k', Value: 'v'}]}),
    )
    const waiting = {client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.05}
    await waitUntilStackCreateComplete(waiting, {StackName})
    const {Stacks = []} = await client.send(new DescribeStacksCommand({StackName}))
    expect(Stacks[0]).deep.include({
      StackId,
      StackStatus: 'CREATE_COMPLETE',
      Description: 'one & only <stack>',
      Parameters: [{ParameterKey: 'Size', ParameterValue: '3'}],
      Outputs: [{OutputKey: 'Value', OutputValue: '3', ExportName: 'value'}],
      Tags: [{Key: 'k', Value: 'v'}],
    })
    expect(Stacks[0]!.CreationTime).instanceOf(Date)
    const {StackEvents = []} = await client.send(new DescribeStackEventsCommand({StackName}))
    expect(StackEvents.map(({ResourceStatus}) => ResourceStatus)).deep.equal([
      'CREATE_COMPLETE',
      'CREATE_COMPLETE',
      'CREATE_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
    ])
    expect((await client.send(new ListExportsCommand({}))).Exports).deep.equal([
      {Name: 'value', Value: '3', ExportingStackId: StackId},
    ])

    await client.send(new CreateChangeSetCommand({StackName, ChangeSetName: 'none', TemplateBody}))
    const described = await client.send(new DescribeChangeSetCommand({StackName, ChangeSetName: 'none'}))
    expect(described).include({Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE'})
    const lost = client.send(new DescribeChangeSetCommand({StackName, ChangeSetName: 'lost'}))
    expect(await failure(lost)).instanceOf(ChangeSetNotFoundException)
    expect(await failure(client.send(new CreateStackCommand({StackName, TemplateBody})))).instanceOf(
      AlreadyExistsException,
    )

    await client.send(new DeleteStackCommand({StackName}))
    await waitUntilStackDeleteComplete(waiting, {StackName: StackId!})
    const gone = (await failure(client.send(new DescribeStacksCommand({StackName})))) as CloudFormationServiceException
    expect(gone).include({name: 'ValidationError', message: 'Stack with id wired does not exist'})
    expect(gone.$metadata.httpStatusCode).equal(400)
  })
})
