/**
 * The services that are called, and of each the operations that are: `sdk/<service>.ts` lists them. A service is named as IAM
 * names it. Loaded at the first call; the lists keep a bundler from taking the rest of a service along.
 */

export const SERVICES = {
  apigateway: () => import('./sdk/apigateway.js'),
  cloudformation: () => import('./sdk/cloudformation.js'),
  cloudfront: () => import('./sdk/cloudfront.js'),
  'cloudfront-keyvaluestore': () => import('./sdk/cloudfront-keyvaluestore.js'),
  cloudwatch: () => import('./sdk/cloudwatch.js'),
  codebuild: () => import('./sdk/codebuild.js'),
  codeconnections: () => import('./sdk/codeconnections.js'),
  codepipeline: () => import('./sdk/codepipeline.js'),
  'cognito-idp': () => import('./sdk/cognito-idp.js'),
  ec2: () => import('./sdk/ec2.js'),
  events: () => import('./sdk/events.js'),
  iam: () => import('./sdk/iam.js'),
  kms: () => import('./sdk/kms.js'),
  lambda: () => import('./sdk/lambda.js'),
  logs: () => import('./sdk/logs.js'),
  rds: () => import('./sdk/rds.js'),
  route53: () => import('./sdk/route53.js'),
  'route53-recovery-cluster': () => import('./sdk/route53-recovery-cluster.js'),
  'route53-recovery-control-config': () => import('./sdk/route53-recovery-control-config.js'),
  s3: () => import('./sdk/s3.js'),
  secretsmanager: () => import('./sdk/secretsmanager.js'),
  servicequotas: () => import('./sdk/servicequotas.js'),
  ssm: () => import('./sdk/ssm.js'),
  sts: () => import('./sdk/sts.js'),
  tag: () => import('./sdk/tag.js'),
  wafv2: () => import('./sdk/wafv2.js'),
}

export type Service = keyof typeof SERVICES
type Module<S extends Service> = Awaited<ReturnType<(typeof SERVICES)[S]>>
type CommandName<S extends Service> = Extract<keyof Module<S>, `${string}Command`>

/** An operation of a service, such as `DescribeDBClusters`. */
export type Operation<S extends Service> = CommandName<S> extends `${infer Name}Command` ? Name : never

type CommandOf<S extends Service, O extends Operation<S>> = Module<S>[Extract<
  `${O}Command`,
  keyof Module<S>
>] extends abstract new (...parts: never[]) => infer C
  ? C
  : never

/** What an operation is given, as the SDK types it. */
export type Input<S extends Service, O extends Operation<S>> = CommandOf<S, O> extends {input: infer I} ? I : never

/** What it answers with. */
export type Output<S extends Service, O extends Operation<S>> =
  CommandOf<S, O> extends {resolveMiddleware(...parts: never[]): (...call: never[]) => Promise<{output: infer Out}>}
    ? Out
    : never

/** Where IAM's name of the action is not that of the operation [Service Authorization Reference]. */
const ACTIONS: Record<string, string> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:DeleteObjects': 's3:DeleteObjectVersion',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListObjectVersions': 's3:ListBucketVersions',
}

/** IAM's name of the action that a call needs, such as `rds:DescribeDBClusters`. */
export function actionOf(service: Service, operation: string): string {
  const name = `${service}:${operation}`
  // API Gateway's actions are HTTP's methods, which its operations begin with.
  if (service === 'apigateway') return `apigateway:${/^[A-Z][a-z]+/.exec(operation)![0].toUpperCase()}`
  return ACTIONS[name] ?? name
}
