import {expect} from 'chai'
import {api} from '../../src/aws/rds/api.js'
import {needsOf} from '../../src/govern/needs.js'

const KEY = 'arn:aws:kms:eu-west-1:000000000000:key/k'

describe('what IAM is asked for', () => {
  const copied = async (snapshot: object, more: object = {}) => {
    const input = {
      SourceDBClusterSnapshotIdentifier: 'arn:aws:rds:eu-west-1:000000000000:cluster-snapshot:rds:old',
      TargetDBClusterSnapshotIdentifier: 'kept',
      ...more,
    }
    const call = {
      service: 'rds',
      operation: 'CopyDBClusterSnapshot',
      region: 'eu-west-1',
      method: 'POST',
      path: '/',
      input,
    }
    const needs = await needsOf(api, call, async (_service, _operation, asked) => {
      expect(asked).to.deep.equal({DBClusterSnapshotIdentifier: 'rds:old'})
      return {DBClusterSnapshots: [snapshot]}
    })
    return needs.filter(({action}) => action.startsWith('kms:'))
  }

  it('aws 13: a copy of an encrypted snapshot wants a grant and a look at the key that it takes', async () => {
    const wanted = (key: string) => [
      {action: 'kms:CreateGrant', resources: [key], context: {'kms:grantisforawsresource': 'true'}},
      {action: 'kms:DescribeKey', resources: [key]},
    ]
    expect(await copied({StorageEncrypted: true, KmsKeyId: KEY})).to.deep.equal(wanted(KEY))
    expect(await copied({StorageEncrypted: true, KmsKeyId: KEY}, {KmsKeyId: 'other'})).to.deep.equal(
      wanted('arn:aws:kms:eu-west-1:000000000000:key/other'),
    )
    expect(await copied({StorageEncrypted: false})).to.deep.equal([])
  })
})
