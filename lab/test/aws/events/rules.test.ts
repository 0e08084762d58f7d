import {mock} from 'node:test'

import {expect} from 'chai'

import {rule} from '../../../src/aws/events/resources.js'
import {everyMs} from '../../../src/aws/events/schedule.js'
import type {ResourceContext} from '../../../src/cloudformation/provider.js'
import type {Lab} from '../../../src/kernel.js'
import {recordsOf} from '../../../src/cloudformation/records.js'
import {refusal} from '../../support/lab-data-plane.js'

const REGION = 'us-east-2'
const FUNCTION = `arn:aws:lambda:${REGION}:000000000000:function:keeper`
const RULE = `arn:aws:events:${REGION}:000000000000:rule/often`
const SCHEDULE = {
  Name: 'often',
  ScheduleExpression: 'rate(5 minutes)',
  Targets: [{Id: 'Target0', Arn: FUNCTION}],
  Tags: [{Key: 'owner', Value: 'us'}],
}

describe('EventBridge rules', () => {
  let invoked: {InvocationType: string; event: Record<string, unknown>}[]
  let started: string[]
  let allowed: string
  let isLost: boolean
  let context: ResourceContext
  let stopLab: () => void

  beforeEach(() => {
    mock.timers.enable({apis: ['setInterval']})
    invoked = []
    started = []
    allowed = RULE
    isLost = false
    const lab = {
      faults: {lost: () => isLost},
      log: () => undefined,
      now: () => Date.parse('2026-11-28T10:00:00.123Z'),
      onStop: (close: () => void) => (stopLab = close),
      async call(
        _service: string,
        operation: string,
        {InvocationType, Payload, projectName}: {InvocationType: string; Payload: Buffer; projectName: string},
      ) {
        if (operation === 'StartBuild') return void started.push(projectName)
        if (operation === 'Invoke') return void invoked.push({InvocationType, event: JSON.parse(Payload.toString())})
        const Principal = {Service: 'events.amazonaws.com'}
        const Condition = {ArnLike: {'AWS:SourceArn': allowed}}
        return {Policy: JSON.stringify({Statement: [{Principal, Action: 'lambda:InvokeFunction', Condition}]})}
      },
    } as unknown as Lab
    context = {lab, region: REGION, stackName: 's', logicalId: 'Rule', stackId: '', allocated() {}} as ResourceContext
  })

  afterEach(() => mock.timers.reset())

  /** Lets calls that were begun come to their end. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const pass = async (minutes: number): Promise<void> => {
    mock.timers.tick(minutes * 60_000)
    await settled()
  }

  it('read rates as EventBridge does', () => {
    expect(['rate(1 minute)', 'rate(5 minutes)', 'rate(2 hours)', 'rate(1 day)'].map(everyMs)).deep.equal([
      60_000, 300_000, 7_200_000, 86_400_000,
    ])
    for (const wrong of ['rate(1 minutes)', 'rate(5 minute)', 'rate(0 minutes)', 'rate(5  minutes)', '5 minutes', ''])
      expect(everyMs(wrong), wrong).equal(undefined)
  })

  it('call their function each time, with the event, until they are gone', async () => {
    const {physicalId, attributes} = await rule.create(SCHEDULE, context)
    expect({physicalId, attributes}).deep.equal({physicalId: 'often', attributes: {Arn: RULE, RuleName: 'often'}})
    expect(recordsOf(context.lab).tagged(REGION)).deep.equal([{arn: RULE, tags: SCHEDULE.Tags}])
    await pass(4)
    expect(invoked).deep.equal([])
    await pass(1)
    await pass(5)
    expect(invoked).lengthOf(2)
    expect(invoked[0]!.InvocationType).equal('Event')
    expect(invoked[0]!.event).include({source: 'aws.events', time: '2026-11-28T10:00:00Z', region: REGION})
    await rule.delete('often', SCHEDULE, context, {} as never)
    await pass(60)
    expect(invoked).lengthOf(2)
    expect(recordsOf(context.lab).tagged(REGION)).deep.equal([])
  })

  it('start a build by a role', async () => {
    const Arn = `arn:aws:codebuild:${REGION}:000000000000:project/look`
    const Targets = [{Id: 'Build', Arn, RoleArn: 'arn:aws:iam::000000000000:role/starter'}]
    await rule.create({...SCHEDULE, Targets}, context)
    await pass(5)
    expect(started).deep.equal([Arn])
    expect(
      (await refusal(rule.create({...SCHEDULE, Name: 'x', Targets: [{Id: 'Build', Arn}]}, context))).message,
    ).match(/RoleArn is required/)
  })

  it('change in place, and rest while disabled', async () => {
    await rule.create(SCHEDULE, context)
    const Targets = [{...SCHEDULE.Targets[0], Input: '{"own": true}'}]
    await rule.update!('often', {...SCHEDULE, Targets, ScheduleExpression: 'rate(1 hour)'}, SCHEDULE, context)
    await pass(59)
    expect(invoked).deep.equal([])
    await pass(1)
    expect(invoked.map(({event}) => event)).deep.equal([{own: true}])
    await rule.update!('often', {...SCHEDULE, State: 'DISABLED'}, SCHEDULE, context)
    await pass(60)
    expect(invoked).lengthOf(1)
  })

  it('call nothing in a lost region, nothing that does not let them, and nothing after the end of the lab', async () => {
    await rule.create(SCHEDULE, context)
    isLost = true
    await pass(5)
    isLost = false
    allowed = `${RULE}-other`
    await pass(5)
    expect(invoked).deep.equal([])
    allowed = RULE
    await pass(5)
    expect(invoked).lengthOf(1)
    stopLab()
    await pass(60)
    expect(invoked).lengthOf(1)
  })

  it('are refused by name where the lab does not run them', async () => {
    const refused = async (properties: object): Promise<string> =>
      (await refusal(rule.create({...SCHEDULE, ...properties}, context))).message
    expect(await refused({ScheduleExpression: 'cron(0 8 * * ? *)'})).match(/cron/)
    expect(await refused({EventPattern: {source: ['aws.rds']}})).match(/both EventPattern/)
    const pattern = {ScheduleExpression: undefined, EventPattern: {source: [{prefix: 'aws.'}]}}
    expect(await refused(pattern)).match(/comparisons other than equality in EventPattern.source/)
    expect(await refused({EventBusName: 'own'})).match(/EventBusName/)
    expect(await refused({Targets: [{Id: 'a', Arn: 'arn:aws:sqs:us-east-2:000000000000:q'}]})).match(
      /functions, pipelines and builds only/,
    )
    expect(await refused({Targets: [{...SCHEDULE.Targets[0], InputPath: '$'}]})).match(/InputPath/)
    expect(await refused({ScheduleExpression: 'rate(1 minutes)'})).match(/ScheduleExpression is not valid/)
  })
})
