import type {IoMessage} from '@aws-cdk/toolkit-lib'
import {expect} from 'chai'
import {translate as translated} from '../../../src/adapters/cdk/translate.js'

const message = (more: Partial<IoMessage<unknown>>): IoMessage<unknown> => ({
  time: new Date(0),
  level: 'info',
  action: 'deploy',
  message: '',
  data: undefined,
  ...more,
})

/** Stacks that name no region go to eu-west-1. */
const translate = (one: IoMessage<unknown>) =>
  translated(one, (region) => (region === 'unknown-region' ? 'eu-west-1' : region))

describe("the toolkit's messages", () => {
  it('give the events of a stack', () => {
    const stack = {stackName: 'Demo-edge', environment: {region: 'unknown-region'}}
    expect(translate(message({code: 'CDK_TOOLKIT_I5100', data: {stack}}))).to.deep.equal({
      kind: 'stack-begun',
      stack: {name: 'Demo-edge', region: 'eu-west-1'},
    })
    expect(translate(message({message: 'Demo-edge: creating CloudFormation changeset...'}))).to.deep.equal({
      kind: 'stack-changing',
      name: 'Demo-edge',
    })
    const stackArn = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Demo-edge/0a1b'
    const outputs = {EdgeUrl: 'https://e'}
    expect(translate(message({code: 'CDK_TOOLKIT_I5900', data: {noOp: true, stackArn, outputs}}))).to.deep.equal({
      kind: 'stack-done',
      stack: {name: 'Demo-edge', region: 'us-east-1'},
      changed: false,
      outputs,
    })
  })

  it('give what CloudFormation says of a resource', () => {
    const event = {
      StackName: 'Demo-edge',
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Demo-edge/0a1b',
      LogicalResourceId: 'Store',
      ResourceType: 'AWS::S3::Bucket',
      ResourceStatus: 'CREATE_FAILED',
      ResourceStatusReason: 'it already exists',
      Timestamp: new Date(1000),
    }
    const progress = {completed: 3, total: 9, formatted: '3/9'}
    expect(translate(message({code: 'CDK_TOOLKIT_I5502', data: {event, progress}}))).to.deep.equal({
      kind: 'resource',
      stack: {name: 'Demo-edge', region: 'us-east-1'},
      logicalId: 'Store',
      type: 'AWS::S3::Bucket',
      status: 'CREATE_FAILED',
      reason: 'it already exists',
      at: 1000,
      done: 3,
      total: 9,
    })
  })

  it('keep warnings, and nothing else', () => {
    expect(translate(message({level: 'warn', message: 'old runtime\n'}))).to.deep.equal({
      kind: 'note',
      level: 'warning',
      text: 'old runtime',
    })
    expect(translate(message({level: 'info', message: 'anything'}))).to.equal(undefined)
    expect(translate(message({level: 'trace', code: 'CDK_SDK_I0100', message: 'a call'}))).to.equal(undefined)
  })
})
