import {BucketLocationConstraint} from '@aws-sdk/client-s3'
import {expect} from 'chai'
import {isRegion} from '../../lab/src/regions.js'
import {isAwsRegion} from '../../src/model/aws-regions.js'

/** S3's old name for eu-west-1 is none. */
const LISTED = ['us-east-1', ...Object.values(BucketLocationConstraint)].filter((name) => name !== 'EU')
const NONE = ['us-east-9', 'unknown-region', 'Ohio', '', 'us-east-1a', 'US-EAST-1', '__proto__', 'constructor']

describe('the regions of AWS', () => {
  it('field report 16: are those of the SDK, for the CLI and for the lab, and no others', () => {
    const inPartitionAws = LISTED.filter((name) => !/^(?:cn|us-gov)-/.test(name))
    expect(LISTED.filter((name) => !isAwsRegion(name))).to.deep.equal([])
    expect(inPartitionAws.filter((name) => !isRegion(name))).to.deep.equal([])
    expect(NONE.filter((name) => isAwsRegion(name) || isRegion(name))).to.deep.equal([])
    expect(
      ['cn-north-1', 'us-gov-west-1'].filter((name) => isRegion(name)),
      'its ARNs are of aws',
    ).to.deep.equal([])
  })
})
