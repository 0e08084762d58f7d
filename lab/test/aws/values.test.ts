/** Values that AWS refuses. */

import {DescribeDBClustersCommand, DescribeGlobalClustersCommand, RDSClient} from '@aws-sdk/client-rds'
import {CreateBucketCommand, S3Client} from '@aws-sdk/client-s3'
import {expect} from 'chai'

import {RdsService} from '../../src/aws/rds/service.js'
import {S3Service} from '../../src/aws/s3/service.js'
import {testLab, type TestLab} from '../wire/support.js'

describe('values that AWS refuses', () => {
  let lab: TestLab
  const nameOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'taken',
      (error: Error) => error.name,
    )

  before(async () => {
    lab = await testLab(
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

  it('aws 20: names of buckets', async () => {
    const s3 = new S3Client({...lab.client('us-east-1'), forcePathStyle: true})
    const create = (Bucket: string) => nameOf(s3.send(new CreateBucketCommand({Bucket})))
    for (const name of ['a..b', '192.168.5.4', 'xn--bucket', 'sthree-bucket', 'bucket-s3alias', 'UPPER', 'ab'])
      expect(await create(name), name).equal('InvalidBucketName')
    for (const name of ['a.b', '1.2.3', 'my-bucket']) expect(await create(name), name).equal('taken')
  })
})
