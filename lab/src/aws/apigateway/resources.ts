/** AWS::ApiGateway::Account, RestApi, Resource, Authorizer, Deployment, Stage, RequestValidator, Model and GatewayResponse. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  changedProperties,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
  type TagCalls,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagList, tagMap, TAGS} from '../../cloudformation/tags.js'

const SERVICE = 'apigateway'

const replace = (path: string, value: unknown) => ({op: 'replace', path, value: String(value)})

/** What differs, but for tags. Throws for what the lab would leave as it is. */
function changedIn(type: string, properties: Properties, previous: Properties, known: readonly string[]): string[] {
  const changed = changedProperties(previous, properties).filter((name) => name !== 'Tags')
  const unknown = changed.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`The lab cannot change ${unknown.join(', ')} of AWS::ApiGateway::${type} in place`)
  return changed
}

const apiName = (properties: Properties, context: ResourceContext): string =>
  properties.Name ?? generatedName(context.stackName, context.logicalId)

/** `path`: behind `/restapis/`. */
const apiTags = (path: (id: string, attributes: Properties) => string): TagCalls => ({
  service: SERVICE,
  add: 'TagResource',
  remove: 'UntagResource',
  target: (id, attributes, {region}) => ({
    resourceArn: `arn:aws:apigateway:${region}::/restapis/${path(id, attributes)}`,
  }),
  shape: 'map',
})

/**
 * The one setting of the account and region for the logs of every API there. Whoever comes last sets it, and its deletion leaves the
 * setting as it is [AWS: CloudFormation template reference, AWS::ApiGateway::Account].
 */
export const account: ResourceProvider = {
  createOnly: [],
  async create(properties, context) {
    await setLogRole(properties, context)
    const Id = `${context.stackName}-${context.logicalId}`
    return {physicalId: Id, attributes: {Id}}
  },
  async update(physicalId, properties, _previous, context) {
    await setLogRole(properties, context)
    return {physicalId}
  },
  async read(_id, _all, context) {
    const {cloudwatchRoleArn: CloudWatchRoleArn} = await call(context, SERVICE, 'GetAccount', {})
    return {CloudWatchRoleArn}
  },
  async delete() {},
}

const setLogRole = ({CloudWatchRoleArn = ''}: Properties, context: ResourceContext): Promise<Properties> =>
  call(context, SERVICE, 'UpdateAccount', {patchOperations: [replace('/cloudwatchRoleArn', CloudWatchRoleArn)]})

export const restApi: ResourceProvider = {
  tags: TAGS,
  tagCalls: apiTags((id) => id),
  createOnly: [],
  async create(properties, context) {
    for (const unsupported of ['Body', 'BodyS3Location', 'CloneFrom'])
      if (properties[unsupported])
        throw new Error(`The lab does not support ${unsupported} of AWS::ApiGateway::RestApi`)
    const api = await request(context, SERVICE, 'CreateRestApi', {
      ...properties,
      name: apiName(properties, context),
      tags: tagMap(properties.Tags),
    })
    return {physicalId: api.id, attributes: {RestApiId: api.id, RootResourceId: await rootResource(api, context)}}
  },
  async update(restApiId, properties, previous, context) {
    const changed = changedIn('RestApi', properties, previous, ['Name', 'Description', 'DisableExecuteApiEndpoint'])
    const patchOperations = changed.map((name) =>
      replace(`/${name[0]!.toLowerCase()}${name.slice(1)}`, properties[name] ?? ''),
    )
    await call(context, SERVICE, 'UpdateRestApi', {restApiId, patchOperations})
    return {physicalId: restApiId}
  },
  async delete(restApiId, _properties, context) {
    await unlessGone(call(context, SERVICE, 'DeleteRestApi', {restApiId}))
  },
}

async function rootResource(api: Properties, context: ResourceContext): Promise<string> {
  if (api.rootResourceId) return api.rootResourceId
  const {items} = await call(context, SERVICE, 'GetResources', {restApiId: api.id})
  return items.find(({path}: {path: string}) => path === '/').id
}

/** A type whose API creates it with an id and deletes it by that id. */
function withId(options: {
  create: string
  remove: string
  key: string
  attribute?: string
  createOnly: readonly string[] | 'all'
  input?(properties: Properties, context: ResourceContext): object
  update?: {operation: string; patches(properties: Properties, previous: Properties): object[]}
}): ResourceProvider {
  const {key, update} = options
  return {
    createOnly: options.createOnly,
    async create(properties, context) {
      const input = {...properties, ...options.input?.(properties, context)}
      const {id} = await request(context, SERVICE, options.create, input)
      return {physicalId: id, attributes: options.attribute ? {[options.attribute]: id} : {}}
    },
    ...(update && {
      async update(physicalId, properties, previous, context) {
        const patchOperations = update.patches(properties, previous)
        const {RestApiId: restApiId} = properties
        await call(context, SERVICE, update.operation, {restApiId, [key]: physicalId, patchOperations})
        return {physicalId}
      },
    }),
    async delete(physicalId, {RestApiId: restApiId}, context) {
      await unlessGone(call(context, SERVICE, options.remove, {restApiId, [key]: physicalId}))
    },
  }
}

export const resource = withId({
  create: 'CreateResource',
  remove: 'DeleteResource',
  key: 'resourceId',
  attribute: 'ResourceId',
  createOnly: 'all',
})

const AUTHORIZER_PATHS: Record<string, string> = {
  AuthorizerCredentials: '/authorizerCredentials',
  AuthorizerResultTtlInSeconds: '/authorizerResultTtlInSeconds',
  AuthorizerUri: '/authorizerUri',
  IdentitySource: '/identitySource',
  IdentityValidationExpression: '/identityValidationExpression',
  Name: '/name',
}

/** Pools that are new are added before old ones are removed: an authorizer is never without one. */
function authorizerPatches(properties: Properties, previous: Properties): object[] {
  const changed = changedIn('Authorizer', properties, previous, ['ProviderARNs', ...Object.keys(AUTHORIZER_PATHS)])
  const [before, after]: string[][] = [previous.ProviderARNs ?? [], properties.ProviderARNs ?? []]
  const patch = (op: 'add' | 'remove', value: string) => ({op, path: '/providerARNs', value})
  return [
    ...changed
      .filter((name) => name !== 'ProviderARNs')
      .map((name) => replace(AUTHORIZER_PATHS[name]!, properties[name] ?? '')),
    ...after!.filter((arn) => !before!.includes(arn)).map((arn) => patch('add', arn)),
    ...before!.filter((arn) => !after!.includes(arn)).map((arn) => patch('remove', arn)),
  ]
}

export const authorizer = withId({
  create: 'CreateAuthorizer',
  remove: 'DeleteAuthorizer',
  key: 'authorizerId',
  attribute: 'AuthorizerId',
  createOnly: ['RestApiId'],
  input: ({Name}, {logicalId}) => ({name: Name ?? logicalId}),
  update: {operation: 'UpdateAuthorizer', patches: authorizerPatches},
})

export const requestValidator = withId({
  create: 'CreateRequestValidator',
  remove: 'DeleteRequestValidator',
  key: 'requestValidatorId',
  attribute: 'RequestValidatorId',
  createOnly: ['Name', 'RestApiId'],
  update: {
    operation: 'UpdateRequestValidator',
    patches: ({ValidateRequestBody = false, ValidateRequestParameters = false}) => [
      replace('/validateRequestBody', ValidateRequestBody),
      replace('/validateRequestParameters', ValidateRequestParameters),
    ],
  },
})

/** Deployments are snapshots: nothing of one but its description changes afterwards, and the lab keeps no description. */
export const deployment: ResourceProvider = {
  ...withId({
    create: 'CreateDeployment',
    remove: 'DeleteDeployment',
    key: 'deploymentId',
    attribute: 'DeploymentId',
    createOnly: ['DeploymentCanarySettings', 'RestApiId'],
  }),
  async update(physicalId) {
    return {physicalId}
  },
}

/** `MethodSettings` as the patch paths of UpdateStage: `/~1v1/GET/throttling/rateLimit`. */
function methodSettingPatches(settings: Properties[] = []): ReturnType<typeof replace>[] {
  const paths: Record<string, string> = {
    CacheDataEncrypted: 'caching/dataEncrypted',
    CacheTtlInSeconds: 'caching/ttlInSeconds',
    CachingEnabled: 'caching/enabled',
    DataTraceEnabled: 'logging/dataTrace',
    LoggingLevel: 'logging/loglevel',
    MetricsEnabled: 'metrics/enabled',
    ThrottlingBurstLimit: 'throttling/burstLimit',
    ThrottlingRateLimit: 'throttling/rateLimit',
  }
  return settings.flatMap(({ResourcePath = '/*', HttpMethod = '*', ...values}) => {
    const where = ResourcePath === '/*' ? '/*' : `/${ResourcePath.replaceAll('/', '~1')}`
    return Object.entries(values).map(([name, value]) => replace(`${where}/${HttpMethod}/${paths[name]}`, value))
  })
}

const stagePatches = ({AccessLogSetting, MethodSettings}: Properties): ReturnType<typeof replace>[] => [
  ...(AccessLogSetting?.DestinationArn
    ? [replace('/accessLogSettings/destinationArn', AccessLogSetting.DestinationArn)]
    : []),
  ...(AccessLogSetting?.Format ? [replace('/accessLogSettings/format', AccessLogSetting.Format)] : []),
  ...methodSettingPatches(MethodSettings),
]

/** A setting under the API's key: the path, escaped, a slash and the method; stars are all of them. */
function methodSetting(key: string, settings: unknown): Properties {
  const [path = '', HttpMethod] = key.split('/')
  const ResourcePath = path === '*' ? '/*' : path.replaceAll('~1', '/').replaceAll('~0', '~')
  return {...(settings as Properties), HttpMethod, ResourcePath}
}

export const stage: ResourceProvider = {
  tags: TAGS,
  tagCalls: apiTags((name, {RestApiId}) => `${RestApiId}/stages/${name}`),
  createOnly: ['RestApiId', 'StageName'],
  async create(properties, context) {
    const {RestApiId: restApiId, StageName: stageName} = properties
    await request(context, SERVICE, 'CreateStage', {...properties, tags: tagMap(properties.Tags)})
    context.allocated(stageName)
    const patchOperations = stagePatches(properties)
    if (patchOperations.length > 0) await call(context, SERVICE, 'UpdateStage', {restApiId, stageName, patchOperations})
    return {physicalId: stageName}
  },
  /** Patches of what differs: settings that somebody else has changed meanwhile stay. */
  async update(stageName, properties, previous, context) {
    const {RestApiId: restApiId} = properties
    changedIn('Stage', properties, previous, ['AccessLogSetting', 'DeploymentId', 'Description', 'MethodSettings'])
    const patches = (of: Properties): ReturnType<typeof replace>[] => [
      replace('/deploymentId', of.DeploymentId),
      replace('/description', of.Description ?? ''),
      ...stagePatches(of),
    ]
    const [before, after] = [patches(previous), patches(properties)]
    const patchOperations = [
      ...after.filter((one) => !before.some(({path, value}) => path === one.path && value === one.value)),
      ...before.filter(({path}) => after.every((one) => one.path !== path)).map(({path}) => ({op: 'remove', path})),
    ]
    await call(context, SERVICE, 'UpdateStage', {restApiId, stageName, patchOperations})
    return {physicalId: stageName}
  },
  async read(stageName, {RestApiId: restApiId}, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetStage', {restApiId, stageName}))
    if (!found) return undefined
    return {
      AccessLogSetting: found.accessLogSettings,
      DeploymentId: found.deploymentId,
      Description: found.description,
      MethodSettings: Object.entries(found.methodSettings ?? {}).map(([key, settings]) => methodSetting(key, settings)),
      RestApiId: restApiId,
      StageName: found.stageName,
      Tags: tagList(found.tags),
      TracingEnabled: found.tracingEnabled,
      Variables: found.variables,
    }
  },
  async delete(stageName, {RestApiId: restApiId}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteStage', {restApiId, stageName}))
  },
}

export const model: ResourceProvider = {
  createOnly: ['ContentType', 'Name', 'RestApiId'],
  async create(properties, context) {
    const name = properties.Name ?? context.logicalId
    await request(context, SERVICE, 'CreateModel', {...properties, name})
    return {physicalId: name}
  },
  async update(modelName, {RestApiId: restApiId, Description = '', Schema = {}}, _previous, context) {
    const schema = typeof Schema === 'string' ? Schema : JSON.stringify(Schema)
    const patchOperations = [replace('/description', Description), replace('/schema', schema)]
    await call(context, SERVICE, 'UpdateModel', {restApiId, modelName, patchOperations})
    return {physicalId: modelName}
  },
  async delete(modelName, {RestApiId: restApiId}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteModel', {restApiId, modelName}))
  },
}

export const gatewayResponse: ResourceProvider = {
  createOnly: ['ResponseType', 'RestApiId'],
  async create(properties, context) {
    await request(context, SERVICE, 'PutGatewayResponse', properties)
    const id = generatedName(context.stackName, context.logicalId)
    return {physicalId: id, attributes: {Id: id}}
  },
  async update(physicalId, properties, _previous, context) {
    await request(context, SERVICE, 'PutGatewayResponse', properties)
    return {physicalId}
  },
  async delete(_physicalId, {RestApiId: restApiId, ResponseType: responseType}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteGatewayResponse', {restApiId, responseType}))
  },
}
