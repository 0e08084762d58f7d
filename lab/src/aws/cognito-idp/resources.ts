/** AWS::Cognito::UserPool, UserPoolDomain, UserPoolResourceServer and UserPoolClient. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'

const SERVICE = 'cognito-idp'

const poolAttributes = (id: string, arn: string, {region}: ResourceContext): Properties => ({
  Arn: arn,
  ProviderName: `cognito-idp.${region}.amazonaws.com/${id}`,
  ProviderURL: `https://cognito-idp.${region}.amazonaws.com/${id}`,
  UserPoolId: id,
})

const COMPARED = [
  'AccountRecoverySetting',
  'AdminCreateUserConfig',
  'DeletionProtection',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'MfaConfiguration',
  'Policies',
  'SmsVerificationMessage',
  'UserPoolTags',
  'UserPoolTier',
  'VerificationMessageTemplate',
]

export const userPool: ResourceProvider = {
  tags: {name: 'UserPoolTags', shape: 'map'},
  tagCalls: {
    service: SERVICE,
    add: 'TagResource',
    remove: 'UntagResource',
    target: (_, {Arn}) => ({ResourceArn: Arn}),
    shape: 'map',
  },
  createOnly: [],
  async create(properties, context) {
    const PoolName = properties.UserPoolName ?? generatedName(context.stackName, context.logicalId, {max: 128})
    const {UserPool} = await request(context, SERVICE, 'CreateUserPool', {...properties, PoolName})
    return {physicalId: UserPool.Id, attributes: poolAttributes(UserPool.Id, UserPool.Arn, context)}
  },
  async update(UserPoolId, properties, _previous, context) {
    await request(context, SERVICE, 'UpdateUserPool', {...properties, UserPoolId, PoolName: properties.UserPoolName})
    return {physicalId: UserPoolId}
  },
  async read(UserPoolId, _all, context) {
    const found = await unlessGone(call(context, SERVICE, 'DescribeUserPool', {UserPoolId}))
    return found && liveOf(found.UserPool, COMPARED, {UserPoolName: found.UserPool.Name})
  },
  async delete(UserPoolId, _properties, context) {
    await unlessGone(call(context, SERVICE, 'DeleteUserPool', {UserPoolId}))
  },
}

export const userPoolDomain: ResourceProvider = {
  createOnly: ['Domain', 'UserPoolId'],
  async create(properties, context) {
    const {CloudFrontDomain} = await request(context, SERVICE, 'CreateUserPoolDomain', properties)
    const {Domain} = properties
    return {physicalId: Domain, attributes: {Id: Domain, CloudFrontDistribution: CloudFrontDomain ?? ''}}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, SERVICE, 'UpdateUserPoolDomain', properties)
    return {physicalId}
  },
  async delete(Domain, {UserPoolId}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteUserPoolDomain', {Domain, UserPoolId}))
  },
}

export const resourceServer: ResourceProvider = {
  createOnly: ['Identifier', 'UserPoolId'],
  async create(properties, context) {
    await request(context, SERVICE, 'CreateResourceServer', properties)
    return {physicalId: properties.Identifier}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, SERVICE, 'UpdateResourceServer', properties)
    return {physicalId}
  },
  async read(Identifier, {UserPoolId}, context) {
    const found = await unlessGone(call(context, SERVICE, 'DescribeResourceServer', {Identifier, UserPoolId}))
    return found && liveOf(found.ResourceServer, ['Identifier', 'Name', 'Scopes', 'UserPoolId'])
  },
  async delete(Identifier, {UserPoolId}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteResourceServer', {Identifier, UserPoolId}))
  },
}

const COMPARED_CLIENT = [
  'AccessTokenValidity',
  'AllowedOAuthFlows',
  'AllowedOAuthFlowsUserPoolClient',
  'AllowedOAuthScopes',
  'CallbackURLs',
  'ClientName',
  'ExplicitAuthFlows',
  'IdTokenValidity',
  'PreventUserExistenceErrors',
  'RefreshTokenValidity',
  'SupportedIdentityProviders',
  'TokenValidityUnits',
  'UserPoolId',
]

const clientName = (properties: Properties, context: ResourceContext): string =>
  properties.ClientName ?? generatedName(context.stackName, context.logicalId, {max: 128})

export const userPoolClient: ResourceProvider = {
  createOnly: ['GenerateSecret', 'UserPoolId'],
  async create(properties, context) {
    const ClientName = clientName(properties, context)
    const {UserPoolClient} = await request(context, SERVICE, 'CreateUserPoolClient', {...properties, ClientName})
    const {ClientId, ClientSecret} = UserPoolClient
    return {physicalId: ClientId, attributes: {ClientId, Name: ClientName, ...(ClientSecret ? {ClientSecret} : {})}}
  },
  async update(ClientId, properties, _previous, context) {
    const ClientName = clientName(properties, context)
    await request(context, SERVICE, 'UpdateUserPoolClient', {...properties, ClientName, ClientId})
    return {physicalId: ClientId}
  },
  /** Whether a secret was generated is said by no call. */
  async read(ClientId, {UserPoolId}, context) {
    const found = await unlessGone(call(context, SERVICE, 'DescribeUserPoolClient', {ClientId, UserPoolId}))
    return found && liveOf(found.UserPoolClient, COMPARED_CLIENT)
  },
  async delete(ClientId, {UserPoolId}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteUserPoolClient', {ClientId, UserPoolId}))
  },
}
