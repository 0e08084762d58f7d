import {expect} from 'chai'
import {handleCustomResourceReply} from '../../src/cloudformation/custom-resource.js'
import type {Service} from '../../src/kernel.js'
import {smallLab} from './small-lab.js'

const TOKEN = 'arn:aws:lambda:us-east-2:000000000000:function:maker'

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Event = Record<string, any>

/** A Lambda whose one function is `handler`; `events` are what it was invoked with. */
function lambda(handler: (event: Event) => object | undefined) {
  const events: Event[] = []
  const service: Service = {
    api: {signingName: 'lambda', placement: 'regional'},
    operations: {
      async Invoke({Payload}: {Payload: Uint8Array}, {region}: {region: string}) {
        const event = JSON.parse(Buffer.from(Payload).toString()) as Event
        events.push({...event, region})
        try {
          const reply = handler(event)
          if (reply) handleCustomResourceReply(event.ResponseURL.split('/').at(-1), Buffer.from(JSON.stringify(reply)))
          return {StatusCode: 200}
        } catch (error) {
          return {StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(String(error))}
        }
      },
    },
  }
  return {events, service}
}

const template = (properties: object = {}) => ({
  Resources: {Made: {Type: 'Custom::Maker', Properties: {ServiceToken: TOKEN, ...properties}}},
  Outputs: {Value: {Value: {'Fn::GetAtt': ['Made', '/a/value']}}, Id: {Value: {Ref: 'Made'}}},
})

describe('custom resources', () => {
  const success = (event: Event) => ({
    Status: 'SUCCESS',
    PhysicalResourceId: event.PhysicalResourceId ?? 'made-1',
    Data: {'/a/value': `${event.RequestType} ${event.ResourceProperties.Size}`},
  })

  it('are made, changed and deleted by their function, in its own region, with scalars as text', async () => {
    const {events, service} = lambda(success)
    const small = smallLab({services: [service]})
    const stack = await small.deploy('app', template({Size: 1, Flag: true}))
    expect(stack.Outputs.map(({OutputValue}: {OutputValue: string}) => OutputValue)).deep.equal(['Create 1', 'made-1'])
    expect(events[0]).deep.include({
      RequestType: 'Create',
      ResourceType: 'Custom::Maker',
      LogicalResourceId: 'Made',
      StackId: stack.StackId,
      region: 'us-east-2',
      ResourceProperties: {ServiceToken: TOKEN, Size: '1', Flag: 'true'},
    })
    expect(events[0]!.ResponseURL).match(/^https:\/\/cloudformation-custom-resource-response\.lab\/[0-9a-f-]{36}$/)
    const updated = await small.update('app', template({Size: 2, Flag: true}))
    expect(updated.Outputs[0].OutputValue).equal('Update 2')
    expect(events[1]).deep.include({
      PhysicalResourceId: 'made-1',
      OldResourceProperties: {ServiceToken: TOKEN, Size: '1', Flag: 'true'},
    })
    await small.cfn('DeleteStack', {StackName: 'app'})
    expect((await small.cloudformation.settled(stack.StackId, 'us-east-1')).status).equal('DELETE_COMPLETE')
    expect(events[2]).include({RequestType: 'Delete', PhysicalResourceId: 'made-1'})
  })

  it('are deleted under their old id when an update answers with a new one', async () => {
    const {events, service} = lambda((event) => ({
      ...success(event),
      PhysicalResourceId: `made-${event.ResourceProperties.Size}`,
    }))
    const small = smallLab({services: [service]})
    await small.deploy('app', template({Size: 1}))
    expect((await small.update('app', template({Size: 2}))).StackStatus).equal('UPDATE_COMPLETE')
    expect(events.at(-1)).deep.include({RequestType: 'Delete', PhysicalResourceId: 'made-1'})
  })

  const reasonOf = async (handler: (event: Event) => object | undefined, properties: object = {}): Promise<string> => {
    const small = smallLab({services: [lambda(handler).service]})
    expect((await small.deploy('app', template(properties))).StackStatus).equal('ROLLBACK_COMPLETE')
    const {StackEvents} = await small.cfn('DescribeStackEvents', {StackName: 'app'})
    return StackEvents.find(({ResourceStatus}: {ResourceStatus: string}) => ResourceStatus === 'CREATE_FAILED')
      .ResourceStatusReason
  }

  it('fail the stack with the function’s reason', async () => {
    const handler = (event: Event) =>
      event.RequestType === 'Delete' ? success(event) : {Status: 'FAILED', Reason: 'no luck', PhysicalResourceId: 'x'}
    expect(await reasonOf(handler)).equal(
      'Received response status [FAILED] from custom resource. Message returned: no luck',
    )
  })

  it('fail at once where the function throws', async () => {
    const handler = () => {
      throw new Error('boom')
    }
    expect(await reasonOf(handler)).match(/failed before it replied: Error: boom/)
  })

  it('fail after their timeout where nobody replies', async () => {
    expect(await reasonOf(() => undefined, {ServiceTimeout: '1'})).match(/did not receive a response.*within 1 s/)
  })

  it('take no reply that nobody waits for, and none that is not JSON', () => {
    expect(handleCustomResourceReply('nobody', Buffer.from('{}'))).equal(false)
  })
})
