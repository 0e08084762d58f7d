import {expect} from 'chai'
import {providerOf} from '../../../src/aws/index.js'
import {Ec2Service} from '../../../src/aws/ec2/service.js'
import {RdsService} from '../../../src/aws/rds/service.js'
import {HOME, refusal, startTestLab, type TestLab} from '../../support/lab-data-plane.js'

describe('the zones of RDS Proxy', () => {
  let bench: TestLab

  before(async () => {
    bench = await startTestLab([Ec2Service, RdsService])
  })

  after(() => bench.stop())

  async function subnet(zone: object, region = HOME): Promise<{id: string; zone: unknown}> {
    const surroundings = {lab: bench.lab, region, stackName: 'net', stackId: 'id', logicalId: 'Subnet', allocated() {}}
    const {physicalId, attributes} = await providerOf('AWS::EC2::Subnet')!.create(
      {VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24', ...zone},
      surroundings,
    )
    return {id: physicalId, zone: attributes?.AvailabilityZone}
  }

  const proxy = (DBProxyName: string, ...subnets: {id: string}[]) =>
    bench.lab.call(
      'rds',
      'CreateDBProxy',
      {
        DBProxyName,
        EngineFamily: 'MYSQL',
        RoleArn: 'arn:aws:iam::000000000000:role/proxy',
        Auth: [{AuthScheme: 'SECRETS', SecretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:app'}],
        VpcSubnetIds: subnets.map(({id}) => id),
      },
      HOME,
    )

  it('aws 14: a subnet is asked for in a zone by its name or by its id, and in no zone that the region lacks', async () => {
    expect((await subnet({AvailabilityZoneId: 'use1-az2'})).zone).to.equal('us-east-1b')
    expect((await subnet({AvailabilityZone: 'us-east-1f'})).zone).to.equal('us-east-1f')
    for (const zone of [{AvailabilityZone: 'us-east-1z'}, {AvailabilityZoneId: 'use2-az1'}])
      expect((await refusal(subnet(zone))).name).to.equal('InvalidParameterValue')
  })

  it('aws 14: a proxy silently leaves out a subnet of a zone without it, and needs two zones with it', async () => {
    const [one, two, without] = await Promise.all(
      ['use1-az1', 'use1-az2', 'use1-az3'].map((AvailabilityZoneId) => subnet({AvailabilityZoneId})),
    )
    const same = await subnet({AvailabilityZoneId: 'use1-az1'})
    const {DBProxy} = (await proxy('three', one!, without!, two!)) as {DBProxy: {VpcSubnetIds: string[]}}
    expect(DBProxy.VpcSubnetIds).to.deep.equal([one!.id, two!.id])
    expect((await refusal(proxy('two', one!, without!))).name).to.equal('InvalidSubnet')
    expect((await refusal(proxy('same', one!, same))).name).to.equal('InvalidSubnet')
  })
})
