import {Arn, CustomResource, Duration, RemovalPolicy, Stack} from 'aws-cdk-lib'
import {ManagedPolicy, PolicyStatement, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {Function as LambdaFunction} from 'aws-cdk-lib/aws-lambda'
import {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import {functionOf, roleWithLog} from './api-function.js'

const TIMEOUT_SECONDS = 60

export interface LogRoleProps {
  functionName: string
  /** Folder that holds the bundle. */
  bundle: string
  key: IKey
  protect: boolean
}

/**
 * The role with which API Gateway writes the logs of every API of the account and region: one that is there already stays as it is.
 * `AWS::ApiGateway::Account` would put ours in its place, and break the logs of others when ours goes.
 */
export class LogRole extends Construct {
  /** Made before any stage that writes logs. */
  readonly setting: CustomResource

  constructor(scope: Construct, id: string, props: LogRoleProps) {
    super(scope, id)
    const stack = Stack.of(this)
    const writer = new Role(this, 'Role', {
      description: 'Lets API Gateway write the logs of every API of the account and region',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    })
    // Others may write with it by then, and the setting would name a role that is gone.
    writer.applyRemovalPolicy(RemovalPolicy.RETAIN)
    acknowledge(
      writer,
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      'The role is a setting of the account and region, for every API in it; AWS documents this policy for it.',
    )

    const description = 'Gives API Gateway a role to write logs with, where it has none'
    const {role, logGroup} = roleWithLog(this, 'FunctionRole', {...props, description})
    role.addToPolicy(
      new PolicyStatement({
        actions: ['apigateway:GET', 'apigateway:PATCH'],
        resources: [Arn.format({service: 'apigateway', account: '', resource: '/account'}, stack)],
      }),
    )
    role.addToPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [writer.roleArn],
        conditions: {StringEquals: {'iam:PassedToService': 'apigateway.amazonaws.com'}},
      }),
    )
    const fn = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description,
      ...functionOf(props.bundle),
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      role,
      logGroup,
      environment: {LOG_ROLE_ARN: writer.roleArn},
    })
    this.setting = new CustomResource(this, 'Setting', {
      resourceType: 'Custom::ApiLogRole',
      serviceToken: fn.functionArn,
      serviceTimeout: Duration.seconds(2 * TIMEOUT_SECONDS),
    })
    this.setting.node.addDependency(role)
  }
}
