import {CfnResource, RemovalPolicy, Stack, type IAspect} from 'aws-cdk-lib'
import {CfnPolicy} from 'aws-cdk-lib/aws-iam'
import {CfnFunction} from 'aws-cdk-lib/aws-lambda'
import {CfnLogGroup} from 'aws-cdk-lib/aws-logs'
import type {IConstruct} from 'constructs'
import {LOG_RETENTION} from './logs.js'

/**
 * The functions that CDK adds by itself (it carries references from region to region with them) come without a log group:
 * Lambda would make one, kept for ever and without tags, and the teardown would leave it behind. This gives each a log group
 * of its own, structured logs, the ownership tag, and a role that may write there instead of everywhere.
 */
export class ProviderFunctions implements IAspect {
  constructor(private readonly tag: {key: string; value: string}) {}

  visit(node: IConstruct): void {
    // CDK writes them as bare resources, so that a function with a construct of its own is one of ours.
    if (!(node instanceof CfnResource) || node instanceof CfnFunction) return
    if (node.cfnResourceType !== 'AWS::Lambda::Function' || node.node.scope?.node.tryFindChild('Logs')) return
    const provider = node.node.scope!
    const role = provider.node.tryFindChild('Role')
    if (!(role instanceof CfnResource))
      throw new Error(`${node.node.path}: CDK's function has no role beside it any more`)
    const tags = [{key: this.tag.key, value: this.tag.value}]
    const logs = new CfnLogGroup(provider, 'Logs', {
      logGroupName: `/aws/lambda/${Stack.of(node).stackName}-${nameOf(provider)}`,
      retentionInDays: LOG_RETENTION,
      tags,
    })
    logs.applyRemovalPolicy(RemovalPolicy.DESTROY)
    node.addPropertyOverride('LoggingConfig', {LogFormat: 'JSON', LogGroup: logs.ref})
    const own = [{Key: this.tag.key, Value: this.tag.value}]
    node.addPropertyOverride('Tags', own)
    role.addPropertyOverride('Tags', own)
    role.addPropertyDeletionOverride('ManagedPolicyArns')
    const policy = new CfnPolicy(provider, 'LogPolicy', {
      policyName: 'logs',
      roles: [role.ref],
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.attrArn}],
      },
    })
    node.addResourceDependency(policy)
  }
}

/** `Custom::S3AutoDeleteObjectsCustomResourceProvider` without what a log group may not hold, nor anybody would miss. */
const nameOf = (provider: IConstruct): string =>
  provider.node.id.replace(/CustomResourceProvider$/, '').replaceAll(/[^A-Za-z0-9]/g, '')
