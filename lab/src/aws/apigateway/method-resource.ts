/** AWS::ApiGateway::Method: one resource of CloudFormation's, up to five kinds of calls of the API's. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'

const SERVICE = 'apigateway'

async function put(properties: Properties, context: ResourceContext): Promise<void> {
  const {
    RestApiId: restApiId,
    ResourceId: resourceId,
    HttpMethod: httpMethod,
    Integration,
    MethodResponses = [],
  } = properties
  const where = {restApiId, resourceId, httpMethod}
  await request(context, SERVICE, 'PutMethod', {...properties, ...where})
  for (const response of MethodResponses as Properties[])
    await request(context, SERVICE, 'PutMethodResponse', {...response, ...where})
  if (!Integration) return
  const {
    IntegrationResponses = [],
    IntegrationHttpMethod: integrationHttpMethod,
    ...integration
  } = Integration as Properties
  await request(context, SERVICE, 'PutIntegration', {...integration, integrationHttpMethod, ...where})
  for (const response of IntegrationResponses as Properties[])
    await request(context, SERVICE, 'PutIntegrationResponse', {...response, ...where})
}

async function remove(properties: Properties, context: ResourceContext): Promise<void> {
  const {RestApiId: restApiId, ResourceId: resourceId, HttpMethod: httpMethod} = properties
  await unlessGone(call(context, SERVICE, 'DeleteMethod', {restApiId, resourceId, httpMethod}))
}

export const method: ResourceProvider = {
  createOnly: ['HttpMethod', 'ResourceId', 'RestApiId'],
  async create(properties, context) {
    const id = generatedName(context.stackName, context.logicalId)
    context.allocated(id)
    await put(properties, context)
    return {physicalId: id}
  },
  /** Made anew: what its template no longer has must not stay. The schema of the type names DELETE and PUT for an update. */
  async update(physicalId, properties, _previous, context) {
    await remove(properties, context)
    await put(properties, context)
    return {physicalId}
  },
  async delete(_physicalId, properties, context) {
    await remove(properties, context)
  },
}
