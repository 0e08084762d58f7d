/** Topics and subscriptions of templates, read by SNS's API. */

import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import {expect} from 'chai'

import {CloudFormationService} from '../../src/aws/cloudformation/service.js'
import {providerOf} from '../../src/aws/index.js'
import {SnsService} from '../../src/aws/sns/service.js'
import {TOPIC} from '../../src/aws/sns/topics.js'
import {recordsOf} from '../../src/cloudformation/records.js'
import {createdStack} from '../support/created-stack.js'
import {testLab, type TestLab} from '../wire/support.js'

const REGION = 'us-east-2'
const topicArn = (name: string, region = REGION): string => `arn:aws:sns:${region}:000000000000:${name}`
const ALARMS = topicArn('alarms')
const QUEUE = `arn:aws:sqs:${REGION}:000000000000:q`
const FUNCTION = `arn:aws:lambda:${REGION}:000000000000:function:f`
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {Effect: 'Allow', Principal: {Service: 'cloudwatch.amazonaws.com'}, Action: 'sns:Publish', Resource: ALARMS},
  ],
}

const TEMPLATE = {
  Resources: {
    Alarms: {
      Type: 'AWS::SNS::Topic',
      Properties: {
        TopicName: 'alarms',
        DisplayName: 'Alarms',
        Subscription: [{Protocol: 'sqs', Endpoint: QUEUE}],
        Tags: [{Key: 'team', Value: 'data'}],
      },
    },
    Fifo: {Type: 'AWS::SNS::Topic', Properties: {TopicName: 'order.fifo', FifoTopic: true}},
    Policy: {Type: 'AWS::SNS::TopicPolicy', Properties: {Topics: [{Ref: 'Alarms'}], PolicyDocument: POLICY}},
    Mail: {
      Type: 'AWS::SNS::Subscription',
      Properties: {TopicArn: {Ref: 'Alarms'}, Protocol: 'email', Endpoint: 'a@example.com'},
    },
    Call: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: {Ref: 'Fifo'},
        Protocol: 'lambda',
        Endpoint: FUNCTION,
        FilterPolicy: {kind: ['order']},
      },
    },
  },
  Outputs: {Call: {Value: {Ref: 'Call'}}, Mail: {Value: {Ref: 'Mail'}}},
}

describe('SNS, read', () => {
  let test: TestLab
  let sns: SNSClient
  let outputs: Record<string, string>
  const refused = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was expected to be refused',
      (error: Error & {$metadata: {httpStatusCode: number}}) =>
        `${error.name} ${error.$metadata.httpStatusCode}: ${error.message}`,
    )
  const attributesOf = async (TopicArn: string) =>
    (await sns.send(new GetTopicAttributesCommand({TopicArn}))).Attributes!

  before(async () => {
    test = await testLab(
      (lab) => new SnsService(lab),
      (lab) => new CloudFormationService(lab, providerOf),
    )
    sns = new SNSClient(test.client(REGION))
    outputs = await createdStack(test.lab, TEMPLATE, REGION)
  })

  after(async () => {
    sns.destroy()
    await test.close()
  })

  it('aws 22: shows topics as their templates made them, with their policy and their tags', async () => {
    const {Topics} = await sns.send(new ListTopicsCommand({}))
    expect(Topics).deep.equal([{TopicArn: ALARMS}, {TopicArn: topicArn('order.fifo')}])
    const {Policy = '', ...alarms} = await attributesOf(ALARMS)
    expect(alarms).include({
      TopicArn: ALARMS,
      Owner: '000000000000',
      DisplayName: 'Alarms',
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
    })
    expect(JSON.parse(Policy)).deep.equal(POLICY)
    expect(JSON.parse(alarms.EffectiveDeliveryPolicy!)).property('http')
    const fifo = await attributesOf(topicArn('order.fifo'))
    expect(fifo).include({FifoTopic: 'true', ContentBasedDeduplication: 'false', DisplayName: ''})
    expect(JSON.parse(fifo.Policy!)).property('Id', '__default_policy_ID')
    expect((await sns.send(new ListTagsForResourceCommand({ResourceArn: ALARMS}))).Tags).deep.equal([
      {Key: 'team', Value: 'data'},
    ])
  })

  it('aws 22: shows subscriptions, of which nobody has confirmed an address', async () => {
    const {Subscriptions = []} = await sns.send(new ListSubscriptionsByTopicCommand({TopicArn: ALARMS}))
    expect(Subscriptions.map(({Protocol, Endpoint}) => [Protocol, Endpoint])).deep.members([
      ['sqs', QUEUE],
      ['email', 'a@example.com'],
    ])
    const mail = Subscriptions.find(({Protocol}) => Protocol === 'email')!
    expect(mail).include({SubscriptionArn: 'PendingConfirmation', TopicArn: ALARMS, Owner: '000000000000'})
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).lengthOf(3)
    const of = async (SubscriptionArn: string) =>
      (await sns.send(new GetSubscriptionAttributesCommand({SubscriptionArn}))).Attributes
    const queue = Subscriptions.find(({Protocol}) => Protocol === 'sqs')!
    expect(await of(queue.SubscriptionArn!)).include({Endpoint: QUEUE, PendingConfirmation: 'false'})
    expect(await of(outputs.Mail!)).include({PendingConfirmation: 'true'})
    expect(await of(outputs.Call!)).include({
      SubscriptionArn: outputs.Call,
      TopicArn: topicArn('order.fifo'),
      Protocol: 'lambda',
      Endpoint: FUNCTION,
      RawMessageDelivery: 'false',
      FilterPolicy: '{"kind":["order"]}',
      FilterPolicyScope: 'MessageAttributes',
    })
  })

  it('aws 22: lists a hundred at once', async () => {
    const records = recordsOf(test.lab)
    const names = Array.from({length: 101}, (_, index) => topicArn(`zz-${index}`))
    for (const physicalId of names)
      records.put({
        type: TOPIC,
        region: REGION,
        physicalId,
        arn: physicalId,
        properties: {},
        attributes: {},
        createdAt: new Date(),
      })
    const {Topics: first = [], NextToken} = await sns.send(new ListTopicsCommand({}))
    const {Topics: second = [], NextToken: end} = await sns.send(new ListTopicsCommand({NextToken}))
    expect([first.length, second.length, end]).deep.equal([100, 3, undefined])
    for (const physicalId of names) records.remove(REGION, TOPIC, physicalId)
  })

  it('aws 22: refuses what is not there, in AWS’s words', async () => {
    const topic = (TopicArn: string) => refused(sns.send(new GetTopicAttributesCommand({TopicArn})))
    expect(await topic(topicArn('nothing'))).equal('NotFoundException 404: Topic does not exist')
    expect(await topic('alarms')).equal(
      'InvalidParameterException 400: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    )
    expect(await topic(topicArn('alarms', 'us-east-1'))).equal(
      'InvalidParameterException 400: Invalid parameter: TopicArn',
    )
    expect(await refused(sns.send(new ListSubscriptionsByTopicCommand({TopicArn: topicArn('nothing')})))).equal(
      'NotFoundException 404: Topic does not exist',
    )
    const SubscriptionArn = `${ALARMS}:00000000-0000-0000-0000-000000000000`
    expect(await refused(sns.send(new GetSubscriptionAttributesCommand({SubscriptionArn})))).equal(
      'NotFoundException 404: Subscription does not exist',
    )
    expect(await refused(sns.send(new ListTagsForResourceCommand({ResourceArn: topicArn('nothing')})))).equal(
      'ResourceNotFoundException 404: Resource does not exist',
    )
  })
})
