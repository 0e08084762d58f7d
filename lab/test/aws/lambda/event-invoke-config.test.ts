import {expect} from 'chai'

import {
  GetFunctionEventInvokeConfigCommand,
  type LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'

import {HOME, createFunction, refusal, type TestLab} from '../../support/lab-data-plane.js'
import {lambdaClient, startLambdaLab} from '../../support/lambda-lab.js'

const SOURCE = 'export const handler = async () => 1'

describe('what a function says of its events', () => {
  let test: TestLab
  let client: LambdaClient
  const call = (operation: string, input: object) => test.lab.call('lambda', operation, input, HOME)
  const put = (input: object) => client.send(new PutFunctionEventInvokeConfigCommand(input as never))
  const arn = `arn:aws:lambda:${HOME}:000000000000:function`

  before(async () => {
    test = await startLambdaLab()
    client = lambdaClient(test)
  })

  after(async () => {
    client.destroy()
    await test.stop()
  })

  it('aws 15: is kept, changed and deleted, of the function and of a version apart', async () => {
    await createFunction(test.lab, 'kept', SOURCE)
    await call('PublishVersion', {FunctionName: 'kept'})
    const FunctionName = 'kept'
    const made = await put({FunctionName, MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0})
    expect(made).include({
      FunctionArn: `${arn}:kept:$LATEST`,
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    })
    await call('UpdateFunctionEventInvokeConfig', {FunctionName, MaximumEventAgeInSeconds: 120})
    const got = await client.send(new GetFunctionEventInvokeConfigCommand({FunctionName}))
    expect(got).include({MaximumEventAgeInSeconds: 120, MaximumRetryAttempts: 0})
    const absent = {name: 'ResourceNotFoundException', status: 404}
    expect(await refusal(call('GetFunctionEventInvokeConfig', {FunctionName, Qualifier: '1'}))).include({
      ...absent,
      message: `The function ${arn}:kept:1 doesn't have an EventInvokeConfig`,
    })
    await put({FunctionName, Qualifier: '1', MaximumRetryAttempts: 1})
    await call('DeleteFunctionEventInvokeConfig', {FunctionName})
    for (const operation of ['Get', 'Update', 'Delete'])
      expect(
        await refusal(call(`${operation}FunctionEventInvokeConfig`, {FunctionName, MaximumRetryAttempts: 1})),
      ).include(absent)
    expect(await call('GetFunctionEventInvokeConfig', {FunctionName, Qualifier: '1'})).include({
      MaximumRetryAttempts: 1,
    })
  })

  it('aws 15: is refused where it says nothing, too little or too much', async () => {
    await createFunction(test.lab, 'refused', SOURCE)
    const FunctionName = 'refused'
    expect(await refusal(put({FunctionName}))).include({name: 'InvalidParameterValueException'})
    for (const outside of [
      {MaximumEventAgeInSeconds: 59},
      {MaximumEventAgeInSeconds: 21_601},
      {MaximumRetryAttempts: 3},
    ])
      expect((await refusal(put({FunctionName, ...outside}))).name, JSON.stringify(outside)).match(/Exception$/)
    const DestinationConfig = {OnFailure: {Destination: 'arn:aws:sqs:us-east-1:000000000000:lost'}}
    expect((await refusal(put({FunctionName, DestinationConfig}))).message).match(/destinations/)
    expect(await refusal(put({FunctionName: 'gone', MaximumRetryAttempts: 1}))).include({
      name: 'ResourceNotFoundException',
    })
  })

  it('aws 15: is made and deleted by CloudFormation', async () => {
    await createFunction(test.lab, 'templated', SOURCE)
    const StackName = 'app'
    const settle = async (operation: string, MaximumRetryAttempts: number) => {
      const Properties = {FunctionName: 'templated', Qualifier: '$LATEST', MaximumRetryAttempts}
      const TemplateBody = JSON.stringify({
        Resources: {Events: {Type: 'AWS::Lambda::EventInvokeConfig', Properties}},
      })
      await test.lab.call('cloudformation', operation, {StackName, TemplateBody}, HOME)
      return (await test.lab.service('cloudformation').settled(StackName, HOME)).status
    }
    const kept = () => call('GetFunctionEventInvokeConfig', {FunctionName: 'templated'})
    expect(await settle('CreateStack', 0)).equal('CREATE_COMPLETE')
    expect(await kept()).include({MaximumRetryAttempts: 0})
    expect(await settle('UpdateStack', 1)).equal('UPDATE_COMPLETE')
    expect(await kept()).include({MaximumRetryAttempts: 1})
    await test.lab.call('cloudformation', 'DeleteStack', {StackName}, HOME)
    await test.lab.service('cloudformation').settled(StackName, HOME)
    expect(await refusal(kept())).include({name: 'ResourceNotFoundException'})
  })
})
