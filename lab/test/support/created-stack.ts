import {expect} from 'chai'

import type {LocalLab} from '../../src/lab.js'

/** Makes the stack `app` out of a template, whatever that asks to be acknowledged. Returns its outputs by name. */
export async function createdStack(lab: LocalLab, template: object, region: string): Promise<Record<string, string>> {
  const StackName = 'app'
  const input = {StackName, TemplateBody: JSON.stringify(template), Capabilities: ['CAPABILITY_NAMED_IAM']}
  await lab.call('cloudformation', 'CreateStack', input, region)
  const {status, events} = await lab.service('cloudformation').settled(StackName, region)
  expect(status, JSON.stringify(events)).equal('CREATE_COMPLETE')
  const {Stacks} = await lab.call('cloudformation', 'DescribeStacks', {StackName}, region)
  return Object.fromEntries(
    Stacks[0].Outputs.map(({OutputKey, OutputValue}: Record<string, string>) => [OutputKey, OutputValue]),
  )
}
