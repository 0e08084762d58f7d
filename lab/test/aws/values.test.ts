/** Values that AWS refuses. */

import {CloudWatchClient, GetMetricStatisticsCommand, PutMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeKeyCommand, KMSClient} from '@aws-sdk/client-kms'
import {
  CreateDBClusterCommand,
  DescribeDBClustersCommand,
  DescribeGlobalClustersCommand,
  ModifyDBInstanceCommand,
  ModifyDBProxyTargetGroupCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import {CreateBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {expect} from 'chai'

import {CloudWatchService} from '../../src/aws/cloudwatch/service.js'
import {KmsService} from '../../src/aws/kms/service.js'
import {RdsService} from '../../src/aws/rds/service.js'
import {S3Service} from '../../src/aws/s3/service.js'
import {testLab, type TestLab} from '../wire/support.js'

describe('values that AWS refuses', () => {
  let lab: TestLab
  const RANGE = /^InvalidParameterValue: Invalid value \d+ for \w+\. Must be /
  const textOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'taken',
      (error: Error) => `${error.name}: ${error.message}`,
    )
  const nameOf = async (call: Promise<unknown>): Promise<string> => (await textOf(call)).split(':', 1)[0]!

  before(async () => {
    lab = await testLab(
      (self) => new CloudWatchService(self),
      (self) => new KmsService(self),
      (self) => new RdsService(self),
      (self) => new S3Service(self),
    )
  })

  after(() => lab.close())

  it('aws 20: filters of RDS that there are none of, and those that the lab would ignore', async () => {
    const rds = new RDSClient(lab.client())
    const clusters = (Name: string, Values = ['x']) =>
      nameOf(rds.send(new DescribeDBClustersCommand({Filters: [{Name, Values}]})))
    expect(await clusters('db-cluster-id')).equal('taken')
    expect(await clusters('color')).equal('InvalidParameterValue')
    expect(await clusters('constructor')).equal('InvalidParameterValue')
    expect(await clusters('engine')).equal('NotImplemented')
    const global = new DescribeGlobalClustersCommand({Filters: [{Name: 'db-cluster-id', Values: ['x']}]})
    expect(await nameOf(rds.send(global))).equal('InvalidParameterValue')
  })

  it('aws 20: numbers that RDS’s model allows, and RDS does not', async () => {
    const rds = new RDSClient(lab.client())
    const cluster = (more: object) =>
      textOf(rds.send(new CreateDBClusterCommand({DBClusterIdentifier: 'c', Engine: 'aurora-mysql', ...more})))
    const target = (ConnectionPoolConfig: object) =>
      textOf(
        rds.send(
          new ModifyDBProxyTargetGroupCommand({DBProxyName: 'p', TargetGroupName: 'default', ConnectionPoolConfig}),
        ),
      )
    for (const BackupRetentionPeriod of [0, 36]) expect(await cluster({BackupRetentionPeriod})).match(RANGE)
    for (const Port of [1149, 65_536]) expect(await cluster({Port})).match(RANGE)
    expect(await cluster({BackupRetentionPeriod: 35, Port: 1150})).include('MasterUsername')
    for (const MaxConnectionsPercent of [0, 101]) expect(await target({MaxConnectionsPercent})).match(RANGE)
    expect(await target({ConnectionBorrowTimeout: 301})).match(RANGE)
    expect(await target({MaxConnectionsPercent: 100})).include('DBProxyNotFoundFault')
    const instance = {DBInstanceIdentifier: 'i', MonitoringInterval: 7}
    expect(await textOf(rds.send(new ModifyDBInstanceCommand(instance)))).match(RANGE)
  })

  it('aws 20: keys that there are none of, each in KMS’s words', async () => {
    const kms = new KMSClient(lab.client())
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    const asked = (KeyId: string) => textOf(kms.send(new DescribeKeyCommand({KeyId})))
    const here = 'arn:aws:kms:us-east-2:000000000000'
    expect(await asked(id)).equal(`NotFoundException: Key '${here}:key/${id}' does not exist`)
    expect(await asked(`${here}:key/${id}`)).equal(`NotFoundException: Key '${here}:key/${id}' does not exist`)
    expect(await asked('mine')).equal("NotFoundException: Invalid keyId 'mine'")
    expect(await asked('alias/mine')).equal(`NotFoundException: Alias ${here}:alias/mine is not found.`)
    expect(await asked(`arn:aws:kms:us-west-2:000000000000:key/${id}`)).equal(
      'NotFoundException: Invalid arn us-west-2',
    )
  })

  it('aws 20: metrics that say two things at once, and too many points', async () => {
    const cloudwatch = new CloudWatchClient(lab.client())
    const put = (datum: object) =>
      nameOf(cloudwatch.send(new PutMetricDataCommand({Namespace: 'N', MetricData: [{MetricName: 'm', ...datum}]})))
    const sums = {SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1}
    expect(await put({Value: 1})).equal('taken')
    expect(await put({})).equal('MissingRequiredParameterException')
    expect(await put({Value: 1, Values: [1]})).equal('InvalidParameterCombinationException')
    expect(await put({Value: 1, StatisticValues: sums})).equal('InvalidParameterCombinationException')
    expect(await put({Values: [1, 2], Counts: [1]})).equal('InvalidParameterValueException')
    const metric = {Namespace: 'N', MetricName: 'm', Statistics: ['Sum' as const], StartTime: new Date(0)}
    const points = (seconds: number) => {
      const input = {...metric, EndTime: new Date(seconds * 1000), Period: 1}
      return nameOf(cloudwatch.send(new GetMetricStatisticsCommand(input)))
    }
    expect(await points(1440)).equal('taken')
    expect(await points(1441)).equal('InvalidParameterCombinationException')
  })

  it('aws 20: names of buckets', async () => {
    const s3 = new S3Client({...lab.client('us-east-1'), forcePathStyle: true})
    const create = (Bucket: string) => nameOf(s3.send(new CreateBucketCommand({Bucket})))
    for (const name of ['a..b', '192.168.5.4', 'xn--bucket', 'sthree-bucket', 'bucket-s3alias', 'UPPER', 'ab'])
      expect(await create(name), name).equal('InvalidBucketName')
    for (const name of ['a.b', '1.2.3', 'my-bucket']) expect(await create(name), name).equal('taken')
  })
})
