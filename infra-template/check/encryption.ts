import {CfnResource, Stack} from 'aws-cdk-lib'
import {NagMessageLevel, NagPack, NagRuleCompliance, type NagRuleResult} from 'cdk-nag'

/** What must say in the template how it is encrypted, and the property that says so. */
const ENCRYPTED_BY: Readonly<Record<string, string>> = {
  'AWS::RDS::DBCluster': 'kmsKeyId',
  'AWS::S3::Bucket': 'bucketEncryption',
  'AWS::SNS::Topic': 'kmsMasterKeyId',
}

/**
 * AwsSolutions no longer asks for a bucket's encryption, since S3 encrypts by itself, and asks nothing of topics. The
 * house rule is that a template says what encrypts the data, so that taking it out is seen.
 */
export class EncryptionChecks extends NagPack {
  readonly name = 'house-encryption'

  constructor() {
    super()
    this.packName = 'House'
  }

  protected override checkResource(node: CfnResource): void {
    const property = ENCRYPTED_BY[node.cfnResourceType]
    if (property === undefined) return
    this.applyRule({
      node,
      ruleSuffixOverride: 'ENC1',
      info: `The ${node.cfnResourceType} does not say how it is encrypted (${property}).`,
      explanation: 'Data at rest is encrypted everywhere, and the template says with what.',
      level: NagMessageLevel.ERROR,
      rule(resource): NagRuleResult {
        const value: unknown = Stack.of(resource).resolve((resource as unknown as Record<string, unknown>)[property])
        return value ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT
      },
    })
  }
}
