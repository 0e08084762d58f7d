import {Stack} from 'aws-cdk-lib'
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  JsonSchemaType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  Model,
  ResponseType,
  RestApi as CdkRestApi,
  type IAuthorizer,
  type IModel,
  type JsonSchema,
} from 'aws-cdk-lib/aws-apigateway'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import type {IFunction} from 'aws-cdk-lib/aws-lambda'
import {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import type {LogRole} from './log-role.js'
import {logGroup} from './logs.js'

export const STAGE = 'prod'

/** Requests a second, and at once, for a region's whole API. */
const THROTTLE = {rate: 1000, burst: 2000}

export interface RestApiProps {
  name: string
  description: string
  /** Says who may call. */
  authorizer: IAuthorizer
  routes: {GET: IFunction; POST: IFunction; DELETE: IFunction}
  logRole: LogRole
  key: IKey
  protect: boolean
  /** A web ACL stands in front of it. */
  isGuarded: boolean
}

/** The REST API of one region: `/v1` with three methods, each for those whom the authorizer lets in. */
export class RestApi extends Construct {
  readonly api: CdkRestApi

  constructor(scope: Construct, id: string, props: RestApiProps) {
    super(scope, id)
    const {key, protect} = props
    const accessLog = logGroup(this, 'AccessLog', {name: `/aws/apigateway/${props.name}`, key, protect})

    // Each change of a route makes a new deployment, moves the stage to it and deletes the old one: none is left over.
    this.api = new CdkRestApi(this, 'Api', {
      restApiName: props.name,
      description: props.description,
      endpointTypes: [EndpointType.REGIONAL],
      // One setting of the account and region: see LogRole.
      cloudWatchRole: false,
      retainDeployments: false,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: THROTTLE.rate,
        throttlingBurstLimit: THROTTLE.burst,
        // Errors only, and never the data of a request: it holds tokens.
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        metricsEnabled: true,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG),
      },
    })
    this.api.deploymentStage.node.addDependency(
      props.logRole.setting,
      logGroup(this, 'ExecutionLog', {
        name: `API-Gateway-Execution-Logs_${this.api.restApiId}/${STAGE}`,
        key,
        protect,
      }),
    )

    this.answerInOurShape()
    this.addRoutes(props)
    this.acknowledgeFindings(props.isGuarded)
  }

  /** What API Gateway refuses by itself looks like what the functions refuse. */
  private answerInOurShape(): void {
    const template =
      '{"status":"error","response":{"code":"$context.error.responseType","message":$context.error.messageString}}'
    for (const type of [ResponseType.DEFAULT_4XX, ResponseType.DEFAULT_5XX]) {
      this.api.addGatewayResponse(type.responseType, {
        type,
        responseHeaders: {'Cache-Control': "'no-store'"},
        templates: {'application/json': template},
      })
    }
  }

  private addRoutes(props: RestApiProps): void {
    const requestValidator = this.api.addRequestValidator('Validator', {
      validateRequestBody: true,
      validateRequestParameters: true,
    })
    const v1 = this.api.root.addResource('v1')
    const bodies: Partial<Record<string, IModel>> = {
      POST: this.model('ToDo', ['id', 'task', 'status', 'requestId']),
      DELETE: this.model('Removal', ['id']),
    }
    for (const [method, fn] of Object.entries(props.routes)) {
      const body = bodies[method]
      const made = v1.addMethod(method, new LambdaIntegration(fn, {proxy: true, allowTestInvoke: false}), {
        authorizer: props.authorizer,
        authorizationType: AuthorizationType.CUSTOM,
        requestValidator,
        ...(body && {requestModels: {'application/json': body}}),
      })
      acknowledge(
        made,
        'COG4',
        "The authorizer is a function, which judges the user pools' tokens by keys of its own region: those of a lost region stay good.",
      )
    }
  }

  /**
   * An object at most this large: nothing else reaches a function. What its members may hold the functions say themselves, with
   * a code for each rule, for API Gateway's answer is the same for all.
   */
  private model(name: string, members: string[]): Model {
    const schema: JsonSchema = {type: JsonSchemaType.OBJECT, maxProperties: members.length}
    return this.api.addModel(name, {modelName: name, contentType: 'application/json', schema})
  }

  private acknowledgeFindings(isGuarded: boolean): void {
    if (!isGuarded)
      acknowledge(
        this.api.deploymentStage,
        'APIG3',
        'The web ACL stands at the edge; "lockToEdge": true in config.json puts one here, too, that answers the edge alone.',
      )
  }

  /** `<id>.execute-api.<region>.amazonaws.com` */
  get domainName(): string {
    return `${this.api.restApiId}.execute-api.${Stack.of(this).region}.amazonaws.com`
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
