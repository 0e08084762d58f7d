import {expect} from 'chai'
import {api} from '../../src/aws/rds/api.js'
import {api as route53} from '../../src/aws/route-53/api.js'
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

  it('calls of Route 53 are about the zone, the check or the change that they name, with or without its path', async () => {
    const asked = async (operation: string, input: Record<string, unknown>) => {
      const call = {service: 'route53', operation, region: 'us-east-1', method: 'POST', path: '/', input}
      const needs = await needsOf(route53, call, async () => undefined)
      return needs.map(({action, resources}) => [action, ...resources].join(' '))
    }

    const arn = 'arn:aws:route53:::'
    expect(await asked('ChangeResourceRecordSets', {HostedZoneId: '/hostedzone/Z1'})).to.deep.equal([
      `route53:ChangeResourceRecordSets ${arn}hostedzone/Z1`,
    ])
    expect(await asked('GetChange', {Id: 'C1'})).to.deep.equal([`route53:GetChange ${arn}change/C1`])
    expect(await asked('GetHostedZone', {Id: 'Z1'})).to.deep.equal([`route53:GetHostedZone ${arn}hostedzone/Z1`])
    expect(await asked('GetHealthCheck', {HealthCheckId: 'h'})).to.deep.equal([
      `route53:GetHealthCheck ${arn}healthcheck/h`,
    ])
    expect(await asked('ListTagsForResource', {ResourceType: 'healthcheck', ResourceId: 'h'})).to.deep.equal([
      `route53:ListTagsForResource ${arn}healthcheck/h`,
    ])
    expect(await asked('ListHostedZones', {})).to.deep.equal(['route53:ListHostedZones *'])
  })

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
