import {expect} from 'chai'
import {CloudWatchService} from '../../../src/aws/cloudwatch/service.js'
import type {Lab} from '../../../src/kernel.js'
import {REGION, smallLab} from '../../cloudformation/small-lab.js'

describe('AWS::CloudWatch::CompositeAlarm', () => {
  it('is made, changed and deleted with its stack', async () => {
    const {lab, deploy, update, cfn} = smallLab({services: [new CloudWatchService({} as Lab)]})
    const template = (AlarmRule: string) => ({
      Resources: {Both: {Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {AlarmName: 'both', AlarmRule}}},
      Outputs: {Arn: {Value: {'Fn::GetAtt': ['Both', 'Arn']}}},
    })
    const rules = async () => {
      const described = await lab.call('monitoring', 'DescribeAlarms', {AlarmTypes: ['CompositeAlarm']}, REGION)
      return described.CompositeAlarms.map(({AlarmRule}: {AlarmRule: string}) => AlarmRule)
    }

    const {Outputs} = await deploy('app', template('ALARM(a)'))
    expect(Outputs[0].OutputValue).to.match(/:alarm:both$/)
    expect(await rules()).to.deep.equal(['ALARM(a)'])
    await update('app', template('ALARM(b)'))
    expect(await rules()).to.deep.equal(['ALARM(b)'])
    await cfn('DeleteStack', {StackName: 'app'})
    const deadline = Date.now() + 5000
    while ((await rules()).length > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 10))
    expect(await rules()).to.deep.equal([])
    // Without the types, metric alarms alone are told.
    expect((await lab.call('monitoring', 'DescribeAlarms', {}, REGION)).CompositeAlarms).to.deep.equal([])
  })
})
