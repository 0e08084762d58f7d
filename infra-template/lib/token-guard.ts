import {Arn, CustomResource, Duration, Stack} from 'aws-cdk-lib'
import {TokenAuthorizer} from 'aws-cdk-lib/aws-apigateway'
import {Rule, Schedule} from 'aws-cdk-lib/aws-events'
import {LambdaFunction as FunctionTarget} from 'aws-cdk-lib/aws-events-targets'
import {PolicyStatement} from 'aws-cdk-lib/aws-iam'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import {Function as LambdaFunction} from 'aws-cdk-lib/aws-lambda'
import {Construct} from 'constructs'
import {functionOf, roleWithLog} from './api-function.js'
import {OWNERSHIP_TAG} from './synthesizer.js'

/**
 * How long API Gateway keeps what the function said of a token: its default. The functions behind refuse a token that expires
 * meanwhile.
 */
const CACHED_FOR = Duration.minutes(5)

/**
 * How often the keys are asked for. Pools change theirs without notice, and rarely (Cognito developer guide, "Verifying JSON web
 * tokens"): what a pool signs with new keys in the last minutes before its region is lost is all that may be refused. It is also often
 * enough for the function to stay warm where nobody calls the API.
 */
const REFRESHED_EVERY = Duration.minutes(5)

/** For a deployment, which tries again and again to fetch the keys. What a client waits for has shorter limits of its own. */
const TIMEOUT_SECONDS = 30
/** Seconds in which the keys are fetched and kept, or the deployment fails. */
const KEEPING_SECONDS = 120

/** A token with letters of base64url alone, with or without its scheme: all else is 401 without a call of the function. */
const TOKEN = String.raw`^([Bb]earer +)?[\w-]+\.[\w-]+\.[\w-]+$`

export interface TokenGuardProps {
  functionName: string
  /** Folder that holds the bundle. */
  bundle: string
  /** Of both regions: a token of either is good at either. */
  pools: {arn: string; clientId: string}[]
  scope: string
  /** Where the public keys are kept; the function makes it. */
  parameterName: string
  app: string
  key: IKey
  protect: boolean
}

/**
 * The authorizer of one region, with the public keys of both regions' user pools kept beside it: tokens of a lost region stay good
 * (docs/adr/0021). It stands outside the network, which has no way to the pools.
 */
export class TokenGuard extends Construct {
  readonly authorizer: TokenAuthorizer
  readonly fn: LambdaFunction

  constructor(scope: Construct, id: string, props: TokenGuardProps) {
    super(scope, id)
    const description = "Says whether a token of either region's user pool is good, and keeps their public keys"
    const {role, logGroup} = roleWithLog(this, 'Role', {...props, description})
    const resourceName = props.parameterName.replace(/^\//, '')
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ssm:AddTagsToResource', 'ssm:DeleteParameter', 'ssm:GetParameter', 'ssm:PutParameter'],
        resources: [Arn.format({service: 'ssm', resource: 'parameter', resourceName}, Stack.of(this))],
      }),
    )

    this.fn = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description,
      ...functionOf(props.bundle),
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      role,
      logGroup,
      environment: {
        TOKEN_POOLS: Stack.of(this).toJsonString(props.pools),
        TOKEN_SCOPE: props.scope,
        TOKEN_KEYS_PARAMETER: props.parameterName,
        TOKEN_KEYS_TAG: JSON.stringify({Key: OWNERSHIP_TAG, Value: props.app}),
      },
    })

    const keys = new CustomResource(this, 'Keys', {
      resourceType: 'Custom::TokenKeys',
      serviceToken: this.fn.functionArn,
      serviceTimeout: Duration.seconds(KEEPING_SECONDS),
      // Other pools are another reason to ask.
      properties: {Pools: props.pools},
    })
    // Made and deleted by the function, which needs its permissions for both.
    keys.node.addDependency(role)

    new Rule(this, 'Refresh', {
      description: `${props.app}: fetches the public keys of the user pools, and keeps the authorizer warm`,
      schedule: Schedule.rate(REFRESHED_EVERY),
      targets: [new FunctionTarget(this.fn)],
    }).node.addDependency(keys)

    this.authorizer = new TokenAuthorizer(this, 'Authorizer', {
      authorizerName: 'both-regions',
      handler: this.fn,
      resultsCacheTtl: CACHED_FOR,
      validationRegex: TOKEN,
    })
  }
}
