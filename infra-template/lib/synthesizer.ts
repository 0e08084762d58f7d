import {CfnResource, DefaultStackSynthesizer, RemovalPolicy, Stack, type ISynthesisSession} from 'aws-cdk-lib'
import {CfnPolicy} from 'aws-cdk-lib/aws-iam'
import {CfnFunction} from 'aws-cdk-lib/aws-lambda'
import {CfnLogGroup} from 'aws-cdk-lib/aws-logs'
import {LOG_RETENTION} from './logs.js'

/** Whose a resource is: todo-dr deletes nothing that does not carry it. */
export const OWNERSHIP_TAG = 'todo-dr:app'

/**
 * The functions that CDK adds by itself (to carry references from region to region, to empty buckets) come without a log group:
 * Lambda would make one, kept for ever and without tags, and a teardown would leave it behind. Each gets a log group of its own,
 * structured logs, the ownership tag, and a role that may write there instead of everywhere. CDK adds them after the
 * aspects have run, so that this is done last of all, where a stack becomes a template.
 */
export class OwningSynthesizer extends DefaultStackSynthesizer {
  constructor(private readonly app: string) {
    // The toolkit checks the bootstrap version by itself; a parameter and a rule in every template add nothing.
    super({generateBootstrapVersionRule: false})
  }

  override synthesize(session: ISynthesisSession): void {
    const stack = this.boundStack
    for (const node of stack.node.findAll()) if (isOfCdk(node)) this.own(stack, node)
    super.synthesize(session)
  }

  private own(stack: Stack, fn: CfnResource): void {
    const provider = fn.node.scope!
    const role = provider.node.tryFindChild('Role')
    if (!(role instanceof CfnResource))
      throw new Error(`${fn.node.path}: CDK's function has no role beside it any more`)
    // `Custom::S3AutoDeleteObjectsCustomResourceProvider` without what a log group may not hold, nor anybody would miss.
    const name = provider.node.id.replace(/CustomResourceProvider$/, '').replaceAll(/[^A-Za-z0-9]/g, '')
    // Beside the provider, which is locked by now.
    const logs = new CfnLogGroup(stack, `${name}Logs`, {
      logGroupName: `/aws/lambda/${stack.stackName}-${name}`,
      retentionInDays: LOG_RETENTION,
      tags: [{key: OWNERSHIP_TAG, value: this.app}],
    })
    logs.applyRemovalPolicy(RemovalPolicy.DESTROY)
    const policy = new CfnPolicy(stack, `${name}LogPolicy`, {
      policyName: 'logs',
      roles: [role.ref],
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.attrArn}],
      },
    })
    fn.addPropertyOverride('LoggingConfig', {LogFormat: 'JSON', LogGroup: logs.ref})
    fn.addResourceDependency(policy)
    for (const one of [fn, role]) one.addPropertyOverride('Tags', [{Key: OWNERSHIP_TAG, Value: this.app}])
    role.addPropertyDeletionOverride('ManagedPolicyArns')
  }
}

/** CDK writes its functions as bare resources: one with a construct of its own is one of ours. */
const isOfCdk = (node: unknown): node is CfnResource =>
  node instanceof CfnResource && !(node instanceof CfnFunction) && node.cfnResourceType === 'AWS::Lambda::Function'
