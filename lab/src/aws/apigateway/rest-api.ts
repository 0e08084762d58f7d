import type * as Api from '@aws-sdk/client-api-gateway'

import type {ApiServer} from '../../data-plane/api-gateway/api-server.js'
import type {ServedApi, ServedStage, Snapshot} from '../../data-plane/api-gateway/snapshot.js'
import {randomId} from '../../data-plane/http.js'
import type {Listener} from '../../kernel.js'
import {own} from '../../own.js'
import {badRequest, conflict, noSuchApi, notFound} from './faults.js'
import {settingsOf} from './stage.js'

export interface DeploymentRecord {
  description: Api.Deployment
  snapshot: Snapshot
}

type Node = Api.Resource & {id: string; path: string; resourceMethods: Record<string, Api.Method>}

/** One REST API: what is being edited, and what its deployments froze of it. */
export class RestApiRecord implements ServedApi {
  readonly id = randomId(10)
  readonly rootId = randomId(10)
  readonly hostname: string
  readonly resources = new Map<string, Node>()
  readonly authorizers = new Map<string, Api.Authorizer>()
  readonly validators = new Map<string, Api.RequestValidator>()
  readonly models = new Map<string, Api.Model>()
  readonly gatewayResponses = new Map<string, Api.GatewayResponse>()
  readonly deployments = new Map<string, DeploymentRecord>()
  readonly stages = new Map<string, Api.Stage>()
  listener: Listener | undefined
  server: ApiServer | undefined
  private readonly createdDate = new Date()

  constructor(
    readonly region: string,
    private settings: Api.RestApi,
  ) {
    this.hostname = `${this.id}.execute-api.${region}.amazonaws.com`
    this.resources.set(this.rootId, {id: this.rootId, path: '/', resourceMethods: {}})
  }

  get name(): string {
    return this.settings.name ?? ''
  }

  get disabled(): boolean {
    return this.settings.disableExecuteApiEndpoint ?? false
  }

  get tags(): Record<string, string> {
    return (this.settings.tags ??= {})
  }

  set tags(tags: Record<string, string>) {
    this.settings.tags = tags
  }

  describe(): Api.RestApi {
    return {...this.settings, id: this.id, createdDate: this.createdDate, rootResourceId: this.rootId}
  }

  update(settings: Partial<Api.RestApi>): void {
    this.settings = {...this.settings, ...settings}
  }

  stage(name: string): ServedStage | undefined {
    const stage = this.stages.get(name)
    const deployment = this.deployments.get(stage?.deploymentId ?? '')
    if (!stage || !deployment) return undefined
    return {
      name,
      snapshot: deployment.snapshot,
      variables: stage.variables ?? {},
      settings: (path, method) => settingsOf(stage, path, method),
    }
  }

  addResource(parentId: string | undefined, pathPart: string): Node {
    const parent = this.resource(parentId)
    if (!/^(\{[\w.:-]+\+?\}|[\w.:$~+%*@!,;=&'()-]+)$/.test(pathPart)) {
      throw badRequest(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
      )
    }

    const path = `${parent.path === '/' ? '' : parent.path}/${pathPart}`
    if ([...this.resources.values()].some((one) => one.path === path)) {
      throw conflict(`Another resource with the same parent already has this name: ${pathPart}`)
    }

    const resource: Node = {id: randomId(6), parentId: parent.id, pathPart, path, resourceMethods: {}}
    this.resources.set(resource.id, resource)
    return resource
  }

  /** With everything below it. */
  removeResource(id: string | undefined): void {
    const {path} = this.resource(id)
    if (path === '/') throw badRequest('Cannot delete the root resource')
    for (const one of this.resources.values()) {
      if (one.path === path || one.path.startsWith(`${path}/`)) this.resources.delete(one.id)
    }
  }

  resource(id: string | undefined): Node {
    return found(this.resources, id, 'Resource')
  }

  method(resourceId: string | undefined, httpMethod: string | undefined): Api.Method {
    const method = own(this.resource(resourceId).resourceMethods, httpMethod ?? '')
    if (!method) throw notFound('Method')
    return method
  }

  integration(resourceId: string | undefined, httpMethod: string | undefined): Api.Integration {
    const {methodIntegration} = this.method(resourceId, httpMethod)
    if (!methodIntegration) throw notFound('Integration')
    return methodIntegration
  }

  deploy(description: string | undefined): Api.Deployment {
    const methods = [...this.resources.values()].flatMap(({resourceMethods}) => Object.values(resourceMethods))
    if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods")
    if (methods.some(({methodIntegration}) => !methodIntegration)) throw badRequest('No integration defined for method')
    const deployment: Api.Deployment = {id: randomId(6), description, createdDate: new Date()}
    this.deployments.set(deployment.id ?? '', {description: deployment, snapshot: this.freeze()})
    return deployment
  }

  private freeze(): Snapshot {
    return structuredClone({
      resources: [...this.resources.values()].map(({id, path, resourceMethods}) => ({
        id,
        path,
        methods: resourceMethods,
      })),
      authorizers: Object.fromEntries(this.authorizers),
      validators: Object.fromEntries(this.validators),
      models: Object.fromEntries(this.models),
      gatewayResponses: Object.fromEntries(this.gatewayResponses),
      binaryMediaTypes: this.settings.binaryMediaTypes ?? [],
    })
  }
}

/** An entry that must exist. @throws NotFoundException */
export function found<T>(entries: Map<string, T>, id: string | undefined, what: string): T {
  const entry = entries.get(id ?? '')
  if (!entry) throw what === 'API' ? noSuchApi(id) : notFound(what)
  return entry
}
