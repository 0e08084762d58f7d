import type * as Api from '@aws-sdk/client-api-gateway'

import {ApiServer} from '../../data-plane/api-gateway/api-server.js'
import {isPlainTemplate} from '../../data-plane/api-gateway/gateway-response.js'
import {JwksCache} from '../../data-plane/api-gateway/jwks-cache.js'
import {TokenBucket} from '../../data-plane/api-gateway/token-bucket.js'
import {randomId} from '../../data-plane/http.js'
import type {CallContext, Lab, Operation, Service, TaggedResource} from '../../kernel.js'
import {tagList} from '../../cloudformation/tags.js'
import {quotasOf} from '../../quotas.js'
import {badRequest, conflict, notFound, unsupported} from './faults.js'
import {DomainNames} from './domain-names.js'
import {burstOf, THROTTLE_RATE} from './quota.js'
import {deleteMethod, putIntegration, putIntegrationResponse, putMethod, putMethodResponse} from './methods.js'
import {RestApiRecord, found} from './rest-api.js'
import {logs, patchStage} from './stage.js'
import {checkAuthorizer, checkSchema, updateAuthorizer, updateModel, updateValidator} from './updates.js'
import {api} from './api.js'

/** Most operations name their API; the table below gives them the record instead. */
type OfApi<Input> = (api: RestApiRecord, input: Input) => unknown

/** API Gateway's REST APIs: regional endpoints, Lambda proxy and mock integrations, Cognito and Lambda authorizers. */
export class ApiGatewayService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly apis = new Map<string, RestApiRecord>()
  readonly quotas = [THROTTLE_RATE]
  private readonly accounts = new Map<string, Pick<Api.Account, 'cloudwatchRoleArn'>>()
  /** Of all APIs of a region together. */
  private readonly buckets = new Map<string, TokenBucket>()
  private readonly keys = new Map<string, JwksCache>()

  private readonly domains: DomainNames

  constructor(private readonly lab: Lab) {
    this.domains = new DomainNames(lab, (id, region) => this.restApi(id, region))
    const of =
      <Input extends {restApiId: string | undefined}>(act: OfApi<Input>): Operation =>
      (input: Input, {region}) =>
        act(this.restApi(input.restApiId, region), input)

    this.operations = {
      ...this.domains.operations,
      CreateRestApi: (input: Api.CreateRestApiRequest, context) => this.create(input, context),
      GetRestApi: of<Api.GetRestApiRequest>((api) => api.describe()),
      GetRestApis: (_: Api.GetRestApisRequest, {region}): Api.RestApis => ({
        items: [...this.apis.values()].filter((api) => api.region === region).map((api) => api.describe()),
      }),
      UpdateRestApi: of<Api.UpdateRestApiRequest>((api, input) => updateRestApi(api, input)),
      DeleteRestApi: of<Api.DeleteRestApiRequest>((api) => this.delete(api)),

      CreateResource: of<Api.CreateResourceRequest>((api, input) =>
        api.addResource(input.parentId, input.pathPart ?? ''),
      ),
      GetResource: of<Api.GetResourceRequest>((api, input) => api.resource(input.resourceId)),
      GetResources: of<Api.GetResourcesRequest>((api): Api.Resources => ({items: [...api.resources.values()]})),
      DeleteResource: of<Api.DeleteResourceRequest>((api, input) => done(api.removeResource(input.resourceId))),

      PutMethod: of<Api.PutMethodRequest>((api, input) => putMethod(api, input)),
      GetMethod: of<Api.GetMethodRequest>((api, input) => api.method(input.resourceId, input.httpMethod)),
      DeleteMethod: of<Api.DeleteMethodRequest>((api, input) =>
        done(deleteMethod(api, input.resourceId, input.httpMethod)),
      ),
      PutMethodResponse: of<Api.PutMethodResponseRequest>((api, input) => putMethodResponse(api, input)),
      PutIntegration: of<Api.PutIntegrationRequest>((api, input) => putIntegration(api, input)),
      GetIntegration: of<Api.GetIntegrationRequest>((api, input) =>
        api.integration(input.resourceId, input.httpMethod),
      ),
      PutIntegrationResponse: of<Api.PutIntegrationResponseRequest>((api, input) => putIntegrationResponse(api, input)),

      CreateAuthorizer: of<Api.CreateAuthorizerRequest>((api, input) => createAuthorizer(api, input)),
      GetAuthorizer: of<Api.GetAuthorizerRequest>((api, input) =>
        found(api.authorizers, input.authorizerId, 'Authorizer'),
      ),
      GetAuthorizers: of<Api.GetAuthorizersRequest>((api): Api.Authorizers => ({items: [...api.authorizers.values()]})),
      UpdateAuthorizer: of<Api.UpdateAuthorizerRequest>((api, input) => updateAuthorizer(api, input)),
      DeleteAuthorizer: of<Api.DeleteAuthorizerRequest>((api, input) => deleteAuthorizer(api, input)),

      CreateRequestValidator: of<Api.CreateRequestValidatorRequest>((api, {restApiId: _, ...settings}) => {
        const validator = {id: randomId(6), ...settings}
        api.validators.set(validator.id, validator)
        return validator
      }),
      GetRequestValidator: of<Api.GetRequestValidatorRequest>((api, input) =>
        found(api.validators, input.requestValidatorId, 'Request Validator'),
      ),
      UpdateRequestValidator: of<Api.UpdateRequestValidatorRequest>((api, input) => updateValidator(api, input)),
      DeleteRequestValidator: of<Api.DeleteRequestValidatorRequest>((api, input) =>
        remove(api.validators, input.requestValidatorId, 'Request Validator'),
      ),
      CreateModel: of<Api.CreateModelRequest>((api, input) => createModel(api, input)),
      GetModel: of<Api.GetModelRequest>((api, input) => found(api.models, input.modelName, 'Model')),
      UpdateModel: of<Api.UpdateModelRequest>((api, input) => updateModel(api, input)),
      DeleteModel: of<Api.DeleteModelRequest>((api, input) => deleteModel(api, input)),
      PutGatewayResponse: of<Api.PutGatewayResponseRequest>((api, input) => putGatewayResponse(api, input)),
      DeleteGatewayResponse: of<Api.DeleteGatewayResponseRequest>((api, input) =>
        remove(api.gatewayResponses, input.responseType, 'Gateway response'),
      ),

      CreateDeployment: of<Api.CreateDeploymentRequest>((api, input) => createDeployment(api, input)),
      GetDeployment: of<Api.GetDeploymentRequest>(
        (api, input) => found(api.deployments, input.deploymentId, 'Deployment').description,
      ),
      GetDeployments: of<Api.GetDeploymentsRequest>((api): Api.Deployments => ({
        items: [...api.deployments.values()].map(({description}) => description),
      })),
      DeleteDeployment: of<Api.DeleteDeploymentRequest>((api, input) => deleteDeployment(api, input)),

      CreateStage: of<Api.CreateStageRequest>((api, input) => createStage(api, input)),
      GetStage: of<Api.GetStageRequest>((api, input) => {
        const stage = found(api.stages, input.stageName, 'stage')
        const arn = `arn:aws:apigateway:${api.region}::/restapis/${api.id}/stages/${stage.stageName}`
        return {...stage, webAclArn: this.lab.service('wafv2').aclOf(arn)}
      }),
      GetStages: of<Api.GetStagesRequest>((api, {deploymentId}): Api.Stages => ({
        item: [...api.stages.values()].filter((stage) => !deploymentId || stage.deploymentId === deploymentId),
      })),
      UpdateStage: of<Api.UpdateStageRequest>((api, input) =>
        updateStage(api, input, this.account(api.region).cloudwatchRoleArn),
      ),
      DeleteStage: of<Api.DeleteStageRequest>((api, input) => remove(api.stages, input.stageName, 'stage')),

      GetAccount: (_: Api.GetAccountRequest, {region}) => this.account(region),
      UpdateAccount: (input: Api.UpdateAccountRequest, {region}) => this.updateAccount(input, region),
      GetTags: (input: Api.GetTagsRequest, {region}) => ({tags: {...this.bearerOf(input.resourceArn, region).tags}}),
      TagResource: (input: Api.TagResourceRequest, {region}) => {
        const bearer = this.bearerOf(input.resourceArn, region)
        bearer.tags = {...bearer.tags, ...input.tags}
        return {}
      },
      UntagResource: (input: Api.UntagResourceRequest, {region}) => {
        const {tags = {}} = this.bearerOf(input.resourceArn, region)
        for (const key of input.tagKeys ?? []) delete tags[key]
        return {}
      },
    }
  }

  tagged(region: string): TaggedResource[] {
    const here = [...this.apis.values()].filter((api) => api.region === region)
    const apis = here.flatMap((api) => {
      const arn = `arn:aws:apigateway:${region}::/restapis/${api.id}`
      const stages = [...api.stages.values()].map(({stageName, tags}) => ({
        arn: `${arn}/stages/${stageName}`,
        tags: tagList(tags) ?? [],
      }))
      return [{arn, tags: tagList(api.tags) ?? []}, ...stages]
    })
    return [...apis, ...this.domains.tagged(region)]
  }

  private async create(input: Api.CreateRestApiRequest, {region}: CallContext): Promise<Api.RestApi> {
    const {cloneFrom, ...settings} = input
    if (!input.name) throw badRequest('Name cannot be empty')
    if (cloneFrom) throw unsupported('cloning of APIs')
    if (input.policy) throw unsupported('resource policies')
    if (input.minimumCompressionSize !== undefined) throw unsupported('compression of answers')
    if (input.endpointConfiguration?.types?.includes('PRIVATE')) throw unsupported('private endpoints')
    const api = new RestApiRecord(region, {
      apiKeySource: 'HEADER',
      disableExecuteApiEndpoint: false,
      ...settings,
      endpointConfiguration: input.endpointConfiguration ?? {types: ['EDGE']},
    })
    const server = new ApiServer(this.lab, api, this.keysOf(region), () => this.takesOne(region))
    api.server = server
    api.listener = await this.lab.ports.http(region, api.hostname, (request, response) =>
      server.handle(request, response),
    )
    this.apis.set(api.id, api)
    this.lab.hosts.register(api.hostname, region, api.listener.port)
    return api.describe()
  }

  private async delete(api: RestApiRecord): Promise<object> {
    if (this.domains.leadTo(api))
      throw badRequest('Deleting API failed. Please remove all base path mappings related to the API in your domains')
    this.apis.delete(api.id)
    this.lab.hosts.unregister(api.hostname)
    await api.listener?.close()
    return {}
  }

  private account(region: string): Api.Account {
    const rateLimit = quotasOf(this.lab).value(region, THROTTLE_RATE)
    return {
      ...this.accounts.get(region),
      throttleSettings: {rateLimit, burstLimit: burstOf(rateLimit)},
      features: ['UsagePlans'],
      apiKeyVersion: '4',
    }
  }

  /** False where the request is one too many for the account. */
  private takesOne(region: string): boolean {
    const rate = quotasOf(this.lab).value(region, THROTTLE_RATE)
    let bucket = this.buckets.get(region)
    if (!bucket?.has(rate, burstOf(rate))) {
      bucket = new TokenBucket(rate, burstOf(rate))
      this.buckets.set(region, bucket)
    }

    return bucket.take()
  }

  /** Recorded: the lab writes no logs of API Gateway's to CloudWatch. */
  private updateAccount({patchOperations}: Api.UpdateAccountRequest, region: string): Api.Account {
    const role = patchOperations?.find(({path}) => path === '/cloudwatchRoleArn')
    if (role) this.accounts.set(region, {cloudwatchRoleArn: role.value})
    return this.account(region)
  }

  /** One cache of public keys a region, for all its APIs. */
  private keysOf(region: string): JwksCache {
    const cache = this.keys.get(region) ?? new JwksCache(this.lab.hosts)
    this.keys.set(region, cache)
    return cache
  }

  private restApi(id: string | undefined, region: string): RestApiRecord {
    const api = found(this.apis, id, 'API')
    return api.region === region ? api : found(new Map(), id, 'API')
  }

  /** What bears the tags of an ARN (`arn:aws:apigateway:REGION::/restapis/ID`): an API, a stage of it, or a custom domain name. */
  private bearerOf(arn: string | undefined, region: string): {tags?: Record<string, string>} {
    const [, domainName] = /^[^/]*\/domainnames\/([^/]+)$/.exec(arn ?? '') ?? []
    if (domainName !== undefined) return this.domains.find(domainName, region)
    const [, id, stageName] = /^[^/]*\/restapis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(arn ?? '') ?? []
    const api = this.restApi(id, region)
    return stageName === undefined ? api : found(api.stages, stageName, 'stage')
  }
}

const done = (_: unknown): object => ({})

function remove(entries: Map<string, unknown>, id: string | undefined, what: string): object {
  found(entries, id, what)
  entries.delete(id ?? '')
  return {}
}

function updateRestApi(api: RestApiRecord, {patchOperations = []}: Api.UpdateRestApiRequest): Api.RestApi {
  for (const {path, value} of patchOperations) {
    if (path === '/name' || path === '/description') api.update({[path.slice(1)]: value})
    else if (path === '/disableExecuteApiEndpoint') api.update({disableExecuteApiEndpoint: value === 'true'})
    else throw badRequest(`Invalid patch path  '${path}' specified for op 'replace'.`)
  }

  return api.describe()
}

function createAuthorizer(
  api: RestApiRecord,
  {restApiId: _, ...settings}: Api.CreateAuthorizerRequest,
): Api.Authorizer {
  const ofPools = settings.type === 'COGNITO_USER_POOLS'
  const {providerARNs = [], identitySource = 'method.request.header.Authorization'} = settings
  const authorizer: Api.Authorizer = {
    id: randomId(6),
    authType: ofPools ? 'cognito_user_pools' : 'custom',
    ...settings,
    ...(ofPools && {providerARNs, identitySource}),
  }
  checkAuthorizer(authorizer)
  api.authorizers.set(authorizer.id ?? '', authorizer)
  return authorizer
}

function deleteAuthorizer(api: RestApiRecord, {authorizerId}: Api.DeleteAuthorizerRequest): object {
  const methods = [...api.resources.values()].flatMap(({resourceMethods}) => Object.values(resourceMethods))
  if (methods.some((method) => method.authorizerId === authorizerId)) {
    throw conflict(`Cannot delete authorizer '${authorizerId}', is in use by methods`)
  }

  return remove(api.authorizers, authorizerId, 'Authorizer')
}

function deleteModel(api: RestApiRecord, {modelName = ''}: Api.DeleteModelRequest): object {
  const methods = [...api.resources.values()].flatMap(({path, resourceMethods}) =>
    Object.values(resourceMethods).map((method) => ({path, method})),
  )
  for (const {path, method} of methods) {
    const responses = Object.values(method.methodResponses ?? {}).map(({responseModels}) => responseModels)
    if ([method.requestModels, ...responses].some((models) => Object.values(models ?? {}).includes(modelName)))
      throw conflict(`Cannot delete model '${modelName}', is referenced in method: ${path}/${method.httpMethod}`)
  }

  return remove(api.models, modelName, 'Model')
}

function createModel(api: RestApiRecord, {restApiId: _, ...settings}: Api.CreateModelRequest): Api.Model {
  const name = settings.name ?? ''
  if (api.models.has(name)) throw conflict(`Model name already exists for this REST API: ${name}`)
  if (settings.schema) checkSchema(settings.schema)
  const model: Api.Model = {id: randomId(6), ...settings}
  api.models.set(name, model)
  return model
}

function putGatewayResponse(
  api: RestApiRecord,
  {restApiId: _, ...settings}: Api.PutGatewayResponseRequest,
): Api.GatewayResponse {
  const {responseParameters = {}, responseTemplates = {}} = settings
  for (const [name, value] of Object.entries(responseParameters)) {
    if (!name.startsWith('gatewayresponse.header.') || !/^'[^']*'$/.test(value))
      throw unsupported(`gateway response parameter ${name}: ${value}`)
  }

  if (!Object.values(responseTemplates).every((template) => isPlainTemplate(template)))
    throw unsupported('mapping templates')
  const response: Api.GatewayResponse = {...settings, defaultResponse: false}
  api.gatewayResponses.set(settings.responseType ?? '', response)
  return response
}

function createDeployment(api: RestApiRecord, input: Api.CreateDeploymentRequest): Api.Deployment {
  const {stageName, description, variables} = input
  const deployment = api.deploy(description)
  if (!stageName) return deployment
  const stage = api.stages.get(stageName)
  if (stage) api.stages.set(stageName, {...stage, deploymentId: deployment.id})
  else
    createStage(api, {
      restApiId: api.id,
      stageName,
      deploymentId: deployment.id,
      description: input.stageDescription,
      variables,
    })
  return deployment
}

function deleteDeployment(api: RestApiRecord, {deploymentId}: Api.DeleteDeploymentRequest): object {
  if ([...api.stages.values()].some((stage) => stage.deploymentId === deploymentId)) {
    throw badRequest('Active stages pointing to this deployment must be moved or deleted')
  }

  return remove(api.deployments, deploymentId, 'Deployment')
}

function createStage(api: RestApiRecord, {restApiId: _, ...settings}: Api.CreateStageRequest): Api.Stage {
  const name = settings.stageName ?? ''
  if (!/^\w[\w-]*$/.test(name)) throw badRequest('Stage name only allows a-zA-Z0-9_')
  if (api.stages.has(name)) throw conflict('Stage already exists')
  if (settings.cacheClusterEnabled || settings.canarySettings) throw unsupported('caches and canaries')
  if (!api.deployments.has(settings.deploymentId ?? '')) throw notFound('Deployment')
  const stage: Api.Stage = {...settings, methodSettings: {}, createdDate: new Date(), lastUpdatedDate: new Date()}
  api.stages.set(name, stage)
  return stage
}

/** `logRole`: of the account and region, which every API there writes its logs with. */
function updateStage(
  api: RestApiRecord,
  {stageName, patchOperations = []}: Api.UpdateStageRequest,
  logRole: string | undefined,
): Api.Stage {
  const stage = patchStage(found(api.stages, stageName, 'stage'), patchOperations)
  if (!logRole && logs(stage))
    throw badRequest('CloudWatch Logs role ARN must be set in account settings to enable logging')
  if (!api.deployments.has(stage.deploymentId ?? '')) throw notFound('Deployment')
  api.stages.set(stageName ?? '', stage)
  return stage
}
