/** The REST API of a region: its methods, who may call them, and the stage with its throttles. */

import type {Authorizer, Method, Resource, RestApi, Stage} from '@aws-sdk/client-api-gateway'
import {regionOf} from '../../../model/regions.js'
import type {Item} from '../../../ports/settings.js'
import type {Asked} from './asked.js'
import {logItems} from './logs.js'
import {flattened, setting, settingsOf, sorted, tagSettings} from './values.js'
import {webAclItems} from './web-acl.js'

/** The most that one answer holds (API Gateway API, GetResources). */
const PAGE = 500

/** `https://<id>.execute-api.<region>.amazonaws.com/<stage>` */
export const apiIdOf = (url: string): string => new URL(url).hostname.split('.')[0]!

export async function apiItems(asked: Asked): Promise<Item[]> {
  const {clients, deployment, region, options} = asked
  const {apiUrl} = regionOf(deployment, region)
  const [restApiId, stageName] = [apiIdOf(apiUrl), new URL(apiUrl).pathname.split('/')[1]!]
  const [api, stage, {items: authorizers = []}, resources] = await Promise.all([
    clients.call('apigateway', region, 'GetRestApi', {restApiId}, options),
    clients.call('apigateway', region, 'GetStage', {restApiId, stageName}, options),
    clients.call('apigateway', region, 'GetAuthorizers', {restApiId, limit: PAGE}, options),
    resourcesOf(asked, restApiId),
  ])
  const [firewall, ...logs] = await Promise.all([
    webAclItems(asked, stage.webAclArn),
    ...logGroupsOf(stage, restApiId).map((name) => logItems(asked, name)),
  ])
  return [
    {kind: 'API', name: '', settings: {...apiSettings(api), ...stageSettings(stage)}},
    ...firewall,
    ...logs.flat(),
    ...authorizers.map((one) => ({kind: 'authorizer', name: one.name ?? '', settings: authorizerSettings(one)})),
    ...resources.flatMap((resource) => methodItems(resource, authorizers)),
  ]
}

async function resourcesOf({clients, region, options}: Asked, restApiId: string): Promise<Resource[]> {
  const all: Resource[] = []
  let position: string | undefined
  do {
    const question = {restApiId, limit: PAGE, position, embed: ['methods']}
    const page = await clients.call('apigateway', region, 'GetResources', question, options)
    all.push(...(page.items ?? []))
    position = page.position
  } while (position)
  return all
}

/** Of the requests, where the stage has one, and of the runs of its methods [API Gateway developer guide, CloudWatch logging]. */
const logGroupsOf = ({accessLogSettings, stageName}: Stage, restApiId: string): string[] => [
  ...(accessLogSettings?.destinationArn?.match(/:log-group:([^:]+)/)?.slice(1) ?? []),
  `API-Gateway-Execution-Logs_${restApiId}/${stageName}`,
]

const apiSettings = (api: RestApi): Item['settings'] =>
  settingsOf({
    'endpoint types': sorted(api.endpointConfiguration?.types),
    'default endpoint disabled': api.disableExecuteApiEndpoint ?? false,
    'key source': api.apiKeySource,
    'compression from': api.minimumCompressionSize,
    policy: api.policy,
    ...tagSettings(api.tags),
  })

const stageSettings = (stage: Stage): Item['settings'] =>
  settingsOf({
    'stage tracing': stage.tracingEnabled ?? false,
    'stage cache': stage.cacheClusterEnabled ?? false,
    'stage access log': stage.accessLogSettings?.format,
    ...flattened('stage ', tagSettings(stage.tags)),
    ...flattened('stage variable ', stage.variables),
    ...Object.fromEntries(
      Object.entries(stage.methodSettings ?? {}).flatMap(([method, settings]) =>
        Object.entries(flattened(`stage ${method} `, settings)),
      ),
    ),
  })

const authorizerSettings = (one: Authorizer): Item['settings'] =>
  settingsOf({
    type: one.type,
    providers: sorted(one.providerARNs),
    function: one.authorizerUri,
    role: one.authorizerCredentials,
    source: one.identitySource,
    'cached for': one.authorizerResultTtlInSeconds,
    validation: one.identityValidationExpression,
  })

const methodItems = ({path = '', resourceMethods = {}}: Resource, authorizers: Authorizer[]): Item[] =>
  Object.entries(resourceMethods).map(([verb, method]) => ({
    kind: 'method',
    name: `${verb} ${path}`,
    settings: methodSettings(method, authorizers),
  }))

const methodSettings = (method: Method, authorizers: Authorizer[]): Item['settings'] =>
  settingsOf({
    authorization: method.authorizationType,
    authorizer: authorizers.find(({id}) => id === method.authorizerId)?.name,
    scopes: sorted(method.authorizationScopes),
    'key required': method.apiKeyRequired ?? false,
    // Its id is of the API.
    'request validated': method.requestValidatorId !== undefined,
    models: setting(method.requestModels),
    parameters: setting(method.requestParameters),
    'integration type': method.methodIntegration?.type,
    'integration method': method.methodIntegration?.httpMethod,
    'integration target': method.methodIntegration?.uri,
    'integration timeout': method.methodIntegration?.timeoutInMillis,
  })
