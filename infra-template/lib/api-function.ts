import {Duration} from 'aws-cdk-lib'
import {SubnetType} from 'aws-cdk-lib/aws-ec2'
import {PolicyStatement, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime} from 'aws-cdk-lib/aws-lambda'
import type {LogGroup} from 'aws-cdk-lib/aws-logs'
import {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import {DATABASE, IAM_USER, WRITER_TIMEOUT_SECONDS, type ProxyAuth} from './config.js'
import type {DataStack} from './data-stack.js'
import {logGroup} from './logs.js'
import {connecting} from './proxy.js'

/** What all functions have in common. `bundle`: the folder of its code. */
export const functionOf = (bundle: string) => ({
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  handler: 'index.handler',
  code: Code.fromAsset(bundle),
  memorySize: 512,
  loggingFormat: LoggingFormat.JSON,
})

/** May write to this log alone. */
const writingTo = ({logGroupArn}: LogGroup): PolicyStatement =>
  new PolicyStatement({actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn]})

/** The log of a function outside the network, and a role that may write there and no more. */
export function roleWithLog(
  scope: Construct,
  id: string,
  {functionName, description, key, protect}: {functionName: string; description: string; key: IKey; protect: boolean},
): {role: Role; logGroup: LogGroup} {
  const log = logGroup(scope, 'Logs', {name: `/aws/lambda/${functionName}`, key, protect})
  const role = new Role(scope, id, {description, assumedBy: new ServicePrincipal('lambda.amazonaws.com')})
  role.addToPolicy(writingTo(log))
  return {role, logGroup: log}
}

export interface ApiFunctionProps {
  functionName: string
  description: string
  /** Folder that holds the bundle. */
  bundle: string
  data: DataStack
  /** Gives it the master secret too; for migrations only. */
  admin?: boolean
  proxyAuth?: ProxyAuth
  /** It logs in with the secret whatever `proxyAuth` says. */
  bySecret?: boolean
  timeoutSeconds?: number
  environment?: Record<string, string>
  protect: boolean
}

/** A function with a role of its own that may read its secrets (or log in by tokens), write its log and join the network: nothing else. */
export class ApiFunction extends Construct {
  readonly fn: LambdaFunction

  constructor(scope: Construct, id: string, props: ApiFunctionProps) {
    super(scope, id)
    const {data} = props

    const logs = logGroup(this, 'Logs', {
      name: `/aws/lambda/${props.functionName}`,
      key: data.key,
      protect: props.protect,
    })

    const role = new Role(this, 'Role', {
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const {admin, proxyAuth = 'secrets'} = props
    // The function that makes the user for tokens logs in by its secret, as a database without that user wants it.
    const byToken = proxyAuth === 'iam' && !admin && !props.bySecret
    const secretArns = admin ? [data.appSecretArn, data.adminSecretArn] : [data.appSecretArn]
    if (byToken) role.addToPolicy(connecting(this, data.proxy.resourceId))
    else role.addToPolicy(new PolicyStatement({actions: ['secretsmanager:GetSecretValue'], resources: secretArns}))
    role.addToPolicy(writingTo(logs))
    // EC2 offers no narrower resource for the interfaces that Lambda makes in a network.
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    )
    acknowledge(
      role,
      'IAM5[Resource::*]',
      'EC2 knows no resource for an interface that Lambda has yet to make: AWS documents these six actions on all of them.',
    )

    this.fn = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      ...functionOf(props.bundle),
      timeout: Duration.seconds(props.timeoutSeconds ?? WRITER_TIMEOUT_SECONDS),
      role,
      logGroup: logs,
      vpc: data.network.vpc,
      vpcSubnets: {subnetType: SubnetType.PRIVATE_ISOLATED},
      securityGroups: [data.network.functionGroup],
      environment: {
        DB_PROXY_HOST: data.proxy.host,
        DB_READER_HOST: data.proxy.readerHost,
        DB_NAME: DATABASE,
        ...(!byToken && {DB_SECRET_ARN: data.appSecretArn}),
        ...(admin && {DB_ADMIN_SECRET_ARN: data.adminSecretArn}),
        ...((byToken || (admin && proxyAuth !== 'secrets')) && {DB_IAM_USER: IAM_USER}),
        ...props.environment,
      },
    })
  }
}
