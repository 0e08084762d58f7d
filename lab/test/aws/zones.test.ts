import {DescribeAvailabilityZonesCommand, EC2Client} from '@aws-sdk/client-ec2'
import {expect} from 'chai'

import {Ec2Service} from '../../src/aws/ec2/service.js'
import {testLab, type TestLab} from '../wire/support.js'

describe('availability zones', () => {
  let lab: TestLab
  const zones = (input: object = {}, region = 'us-east-2') =>
    new EC2Client(lab.client(region)).send(new DescribeAvailabilityZonesCommand(input))

  before(async () => {
    lab = await testLab((self) => new Ec2Service(self))
  })

  after(() => lab.close())

  it('aws 18: are told as the synthesis of a VPC asks for them', async () => {
    const {AvailabilityZones = []} = await zones()
    expect(AvailabilityZones.map(({ZoneName, ZoneId, State}) => [ZoneName, ZoneId, State])).deep.equal([
      ['us-east-2a', 'use2-az1', 'available'],
      ['us-east-2b', 'use2-az2', 'available'],
      ['us-east-2c', 'use2-az3', 'available'],
    ])
    const west = await zones({ZoneNames: ['ap-southeast-1b']}, 'ap-southeast-1')
    expect(west.AvailabilityZones?.map(({ZoneId}) => ZoneId)).deep.equal(['apse1-az2'])
    const filtered = await zones({Filters: [{Name: 'zone-id', Values: ['use2-az3']}]})
    expect(filtered.AvailabilityZones).length(1)
  })

  it('aws 18: that a region does not have are refused, and so is a filter that EC2 does not know', async () => {
    for (const input of [{ZoneNames: ['us-east-2z']}, {ZoneIds: ['use1-az1']}, {Filters: [{Name: 'x', Values: ['y']}]}])
      expect(await zones(input).catch((error: Error) => error.name)).equal('InvalidParameterValue')
  })
})
