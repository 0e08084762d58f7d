import {expect} from 'chai'
import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import {dashboard} from '../../../src/aws/cloudwatch/resources.js'
import type {ResourceContext} from '../../../src/cloudformation/provider.js'
import {testLab, type TestLab} from '../../wire/support.js'

const widget = {type: 'text', x: 0, y: 0, width: 6, height: 2, properties: {markdown: 'hello'}}
const bodyOf = (...widgets: unknown[]): string => JSON.stringify({widgets})

describe('dashboards', () => {
  let test: TestLab
  let context: ResourceContext

  beforeEach(async () => {
    test = await testLab((lab) => new CloudWatchService(lab))
    context = {lab: test.lab, region: 'us-east-1', stackName: 's', logicalId: 'D', stackId: '', allocated() {}}
  })

  afterEach(() => test.close())

  const call = (operation: string, input: object = {}, region = 'us-east-1') =>
    test.lab.call('monitoring', operation, input, region)
  const refusal = (promise: Promise<unknown>): Promise<{code?: string; message: string}> =>
    promise.then(
      () => expect.fail('nothing was refused'),
      (error: Error) => error,
    )

  it('aws 15: are made, changed, shown in every region and deleted, as a stack does it', async () => {
    const {physicalId} = await dashboard.create({DashboardName: 'a', DashboardBody: bodyOf(widget)}, context)
    expect(physicalId).to.equal('a')
    const arn = 'arn:aws:cloudwatch::000000000000:dashboard/a'
    expect(await call('GetDashboard', {DashboardName: 'a'}, 'us-east-2')).to.deep.equal({
      DashboardArn: arn,
      DashboardBody: bodyOf(widget),
      DashboardName: 'a',
    })
    await dashboard.update!('a', {DashboardBody: bodyOf()}, {}, context)
    expect(await dashboard.read!('a', {}, context)).to.deep.equal({DashboardName: 'a', DashboardBody: bodyOf()})
    await call('PutDashboard', {DashboardName: 'b', DashboardBody: bodyOf()})
    const {DashboardEntries} = await call('ListDashboards', {DashboardNamePrefix: 'a'})
    expect(DashboardEntries).to.have.length(1)
    expect(DashboardEntries[0]).to.include({DashboardName: 'a', DashboardArn: arn, Size: bodyOf().length})
    await dashboard.delete('a', {}, context, {snapshot: false})
    await dashboard.delete('a', {}, context, {snapshot: false})
    expect(await dashboard.read!('a', {}, context)).to.equal(undefined)
  })

  it('aws 15: are refused where the name or the body is none, and all deleted or none', async () => {
    for (const [DashboardName, DashboardBody] of [
      ['a b', bodyOf()],
      ['a', '{"widgets": ['],
      ['a', '[]'],
      ['a', bodyOf({...widget, type: 'chart'})],
      ['a', bodyOf({type: 'text'})],
    ])
      expect(await refusal(call('PutDashboard', {DashboardName, DashboardBody})), DashboardBody).to.include({
        code: 'InvalidParameterInput',
      })
    await call('PutDashboard', {DashboardName: 'a', DashboardBody: bodyOf()})
    expect(await refusal(call('DeleteDashboards', {DashboardNames: ['a', 'b']}))).to.include({code: 'ResourceNotFound'})
    expect((await call('ListDashboards')).DashboardEntries).to.have.length(1)
  })
})
