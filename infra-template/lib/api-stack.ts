import {join} from 'node:path'
import {CfnOutput, RemovalPolicy} from 'aws-cdk-lib'
import {
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type {IUserPool} from 'aws-cdk-lib/aws-cognito'
import {LogGroup, RetentionDays} from 'aws-cdk-lib/aws-logs'
import type {Construct} from 'constructs'
import {ApiFunction} from './api-function.js'
import {FUNCTION_PARTS, type FunctionPart} from './config.js'
import type {DataStack} from './data-stack.js'
import {SCOPE} from './identity-stack.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

export const STAGE = 'prod'

const FUNCTIONS: Record<FunctionPart, {bundle: string; description: string; admin?: boolean}> = {
  CreateTableFunction: {bundle: 'create-table', description: 'Migrates the table, the user and the seed', admin: true},
  GetToDos: {bundle: 'get', description: 'Reads one ToDo or a page of them'},
  UpsertToDos: {bundle: 'upsert', description: 'Creates or updates a ToDo'},
  RemoveToDos: {bundle: 'remove', description: 'Deletes a ToDo'},
  LedgerCheck: {bundle: 'ledger-check', description: 'Says which request ids this region holds'},
}

export interface ApiStackProps extends RegionStackProps {
  data: DataStack
  /** Folder that holds a folder with the bundle of each function. */
  bundles: string
  /** Of both regions: a token of either is good at either. */
  userPools: IUserPool[]
}

/** The REST API of one region and the functions behind it, together with two that no route leads to. */
export class ApiStack extends RegionStack {
  readonly restApi: RestApi
  /** `<id>.execute-api.<region>.amazonaws.com` */
  readonly domainName: string
  /** With the stage, without `/v1`. */
  readonly url: string

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props)
    const removalPolicy = this.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

    const functions = Object.fromEntries(
      FUNCTION_PARTS.map((part) => [
        part,
        new ApiFunction(this, part, {
          functionName: this.names.fn(this.region, part),
          data: props.data,
          removalPolicy,
          ...FUNCTIONS[part],
          bundle: join(props.bundles, FUNCTIONS[part].bundle),
        }),
      ]),
    ) as Record<FunctionPart, ApiFunction>

    const accessLog = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${this.names.lower}-${this.region}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy,
    })

    this.restApi = new RestApi(this, 'Api', {
      restApiName: `${this.names.lower}-${this.region}`,
      description: `${this.config.app} in ${this.region}`,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: 1000,
        throttlingBurstLimit: 2000,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG),
      },
    })

    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', {
      authorizerName: 'both-regions',
      cognitoUserPools: props.userPools,
    })
    const v1 = this.restApi.root.addResource('v1')
    const route = (method: string, part: FunctionPart): void => {
      v1.addMethod(method, new LambdaIntegration(functions[part].fn, {proxy: true, allowTestInvoke: false}), {
        authorizer,
        authorizationType: AuthorizationType.COGNITO,
        authorizationScopes: [SCOPE],
      })
    }

    route('GET', 'GetToDos')
    route('POST', 'UpsertToDos')
    route('DELETE', 'RemoveToDos')

    this.domainName = `${this.restApi.restApiId}.execute-api.${this.region}.amazonaws.com`
    this.url = `https://${this.domainName}/${STAGE}`
    new CfnOutput(this, 'ApiEndpoint', {value: this.url})
    new CfnOutput(this, 'ApiId', {value: this.restApi.restApiId})
    for (const part of FUNCTION_PARTS) new CfnOutput(this, `${part}Name`, {value: functions[part].fn.functionName})
  }
}

/** One JSON line a request; nothing of its headers, so that no token is ever written down. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
  sourceIp: '$context.identity.sourceIp',
})
