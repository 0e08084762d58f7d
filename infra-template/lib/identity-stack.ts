import {CfnOutput, Duration, RemovalPolicy} from 'aws-cdk-lib'
import {
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito'
import type {Construct} from 'constructs'
import {acknowledge} from './acknowledge.js'
import {RegionStack, type RegionStackProps} from './region-stack.js'

/** The only scope: it opens every method. */
export const RESOURCE_SERVER = 'api'
export const SCOPE_NAME = 'upsert-delete'
export const SCOPE = `${RESOURCE_SERVER}/${SCOPE_NAME}`

/**
 * Who may call: one user pool a region, so that a token can be had when the other region is gone. A stack of its own,
 * since each region's API trusts both pools and pools inside the API stacks would make a cycle.
 */
export class IdentityStack extends RegionStack {
  readonly userPool: UserPool
  readonly client: UserPoolClient
  readonly domain: UserPoolDomain
  /** Where clients fetch tokens, by client credentials. */
  readonly tokenUrl: string

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    super(scope, id, props)

    this.userPool = new UserPool(this, 'Pool', {
      userPoolName: `${this.names.lower}-${this.region}`,
      selfSignUpEnabled: false,
      featurePlan: FeaturePlan.ESSENTIALS,
      mfa: Mfa.OFF,
      passwordPolicy: {
        minLength: 16,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(1),
      },
      deletionProtection: this.config.protect,
      removalPolicy: this.config.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })

    acknowledge(this.userPool, 'COG2', 'The pool has no people, only a client that is a machine.')
    acknowledge(
      this.userPool,
      'COG8',
      'The Plus tier judges the risk of sign-ins by people, of which there are none; it is billed by the user.',
    )

    const prefix = this.names.domainPrefix(this.region)
    this.domain = this.userPool.addDomain('Domain', {cognitoDomain: {domainPrefix: prefix}})
    this.tokenUrl = `https://${prefix}.auth.${this.region}.amazoncognito.com/oauth2/token`

    const scopeItem = new ResourceServerScope({
      scopeName: SCOPE_NAME,
      scopeDescription: 'Read, create, update and delete ToDos',
    })
    const resourceServer = this.userPool.addResourceServer('Api', {identifier: RESOURCE_SERVER, scopes: [scopeItem]})

    this.client = this.userPool.addClient('Client', {
      userPoolClientName: `${this.names.lower}-client`,
      generateSecret: true,
      authFlows: {},
      oAuth: {
        flows: {clientCredentials: true},
        scopes: [OAuthScope.resourceServer(resourceServer, scopeItem)],
      },
      accessTokenValidity: Duration.hours(1),
      preventUserExistenceErrors: true,
    })

    new CfnOutput(this, 'UserPoolId', {value: this.userPool.userPoolId})
    new CfnOutput(this, 'UserPoolArn', {value: this.userPool.userPoolArn})
    new CfnOutput(this, 'UserPoolDomain', {value: `${prefix}.auth.${this.region}.amazoncognito.com`})
    new CfnOutput(this, 'ClientId', {value: this.client.userPoolClientId})
    new CfnOutput(this, 'TokenUrl', {value: this.tokenUrl})
  }
}
