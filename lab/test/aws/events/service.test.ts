import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge'
import {expect} from 'chai'

import {rule} from '../../../src/aws/events/resources.js'
import {EventsService} from '../../../src/aws/events/service.js'
import type {ResourceContext} from '../../../src/cloudformation/provider.js'
import {testLab, type TestLab} from '../../wire/support.js'

const REGION = 'us-east-2'
const FUNCTION = `arn:aws:lambda:${REGION}:000000000000:function:keeper`
const Tags = [{Key: 'team', Value: 'data'}]
const TARGETS = [
  {Id: 'Target0', Arn: FUNCTION, Input: '{"warm":true}'},
  {Id: 'Target1', Arn: `${FUNCTION}-2`},
]

describe('EventBridge, asked by its API', () => {
  let test: TestLab
  let client: EventBridgeClient
  let context: ResourceContext
  const refused = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'was expected to be refused',
      (error: Error) => `${error.name}: ${error.message}`,
    )

  before(async () => {
    test = await testLab((lab) => new EventsService(lab))
    client = new EventBridgeClient(test.client(REGION))
    context = {lab: test.lab, region: REGION, stackName: 'app', stackId: '', logicalId: 'Rule', allocated() {}}
    const ScheduleExpression = 'rate(5 minutes)'
    await rule.create({Name: 'app-often', Description: 'often', ScheduleExpression, Targets: TARGETS, Tags}, context)
    await rule.create(
      {Name: 'app-pushed', State: 'DISABLED', EventPattern: {source: ['aws.codecommit']}, Targets: [TARGETS[0]]},
      context,
    )
    await rule.create({Name: 'other', ScheduleExpression}, context)
  })

  after(async () => {
    client.destroy()
    await test.close()
  })

  it('shows rules as their templates made them, and their targets', async () => {
    const {$metadata: _, ...often} = await client.send(new DescribeRuleCommand({Name: 'app-often'}))
    expect(often).deep.equal({
      Name: 'app-often',
      Arn: `arn:aws:events:${REGION}:000000000000:rule/app-often`,
      Description: 'often',
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      EventBusName: 'default',
      CreatedBy: '000000000000',
    })
    const pushed = await client.send(new DescribeRuleCommand({Name: 'app-pushed', EventBusName: 'default'}))
    expect(pushed).include({State: 'DISABLED', EventPattern: '{"source":["aws.codecommit"]}'})
    expect((await client.send(new ListTargetsByRuleCommand({Rule: 'app-often'}))).Targets).deep.equal(TARGETS)
    expect((await client.send(new ListTagsForResourceCommand({ResourceARN: often.Arn}))).Tags).deep.equal(Tags)
  })

  it('lists rules by their prefix and by their target, page by page', async () => {
    const names = async (input: object) => {
      const {Rules = [], NextToken} = await client.send(new ListRulesCommand(input))
      return {names: Rules.map(({Name}) => Name), NextToken}
    }
    expect((await names({})).names).deep.equal(['app-often', 'app-pushed', 'other'])
    const first = await names({NamePrefix: 'app-', Limit: 1})
    const second = await names({NamePrefix: 'app-', Limit: 1, NextToken: first.NextToken})
    expect([first.names, second]).deep.equal([['app-often'], {names: ['app-pushed'], NextToken: undefined}])
    const calling = async (TargetArn: string) =>
      (await client.send(new ListRuleNamesByTargetCommand({TargetArn}))).RuleNames
    expect(await calling(FUNCTION)).deep.equal(['app-often', 'app-pushed'])
    expect(await calling(`${FUNCTION}-2`)).deep.equal(['app-often'])
    expect(await calling(`${FUNCTION}-3`)).deep.equal([])
  })

  it('turns rules on and off, which CloudFormation finds', async () => {
    const state = async () => (await client.send(new DescribeRuleCommand({Name: 'other'}))).State
    await client.send(new DisableRuleCommand({Name: 'other'}))
    expect([await state(), (await rule.read!('other', {}, context))!.State]).deep.equal(['DISABLED', 'DISABLED'])
    await client.send(new EnableRuleCommand({Name: 'other'}))
    expect(await state()).equal('ENABLED')
  })

  it('refuses rules and buses that are not there', async () => {
    const absent = 'ResourceNotFoundException: Rule nothing does not exist on EventBus default.'
    expect(await refused(client.send(new DescribeRuleCommand({Name: 'nothing'})))).equal(absent)
    expect(await refused(client.send(new EnableRuleCommand({Name: 'nothing'})))).equal(absent)
    expect(await refused(client.send(new ListTargetsByRuleCommand({Rule: 'nothing'})))).equal(absent)
    expect(await refused(client.send(new ListRulesCommand({EventBusName: 'own'})))).equal(
      'ResourceNotFoundException: Event bus own does not exist.',
    )
  })
})
