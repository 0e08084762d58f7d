import {expect} from 'chai'
import {isNamedBy} from '../../../../src/adapters/aws/teardown/physical-id.js'

describe('what a deleted stack says it has deleted', () => {
  const arn = (rest: string): string => `arn:aws:${rest}`
  const ACL = arn('wafv2:us-east-1:123456789012:regional/webacl/demo-edge-lock/0f7c2a')

  it('is known by its ARN, by its name, by its id, and a web ACL by both in one', () => {
    const same: [physicalId: string, arn: string][] = [
      ['demo-edge-lock|0f7c2a|REGIONAL', ACL],
      [arn('sns:us-east-1:123456789012:demo'), arn('sns:us-east-1:123456789012:demo')],
      ['demo-lag', arn('cloudwatch:us-east-1:123456789012:alarm:demo-lag')],
      ['vpc-1', arn('ec2:us-east-1:123456789012:vpc/vpc-1')],
      ['abc', arn('apigateway:us-east-1::/restapis/abc')],
    ]
    for (const [physicalId, name] of same) expect(isNamedBy(physicalId, name), physicalId).to.equal(true)
  })

  it('is not what shares a part of its name', () => {
    for (const physicalId of [
      'demo-edge-lock|ffffff|REGIONAL',
      'another|0f7c2a|REGIONAL',
      'webacl',
      'demo-edge-lock',
      `${ACL}|${arn('apigateway:us-east-1::/restapis/abc/stages/prod')}`,
    ])
      expect(isNamedBy(physicalId, ACL), physicalId).to.equal(false)
  })
})
