import type * as Api from '@aws-sdk/client-api-gateway'

import {functionArnOf} from '../../data-plane/api-gateway/lambda-integration.js'
import {mockStatus} from '../../data-plane/api-gateway/mock-integration.js'
import {badRequest, conflict, notFound, unsupported} from './faults.js'
import type {RestApiRecord} from './rest-api.js'

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY'])
const MAX_TIMEOUT_MS = 29_000
const LITERAL = /^'[^']*'$/

/** Variables and directives of the Velocity Template Language. */
const hasVariables = (template = ''): boolean => /[$#]/.test(template)

/** What of a method and of its integration can be said, and what of it the data plane honours; the rest is refused. */
export function putMethod(api: RestApiRecord, input: Api.PutMethodRequest): Api.Method {
  const {restApiId: _, resourceId, ...method} = input
  const httpMethod = input.httpMethod ?? ''
  if (!METHODS.has(httpMethod)) throw badRequest('Invalid HTTP method specified')
  if (input.apiKeyRequired) throw unsupported('API keys')
  const type = input.authorizationType ?? 'NONE'
  if (!['COGNITO_USER_POOLS', 'CUSTOM', 'NONE'].includes(type)) throw unsupported(`authorization of type ${type}`)
  if (type !== 'NONE') checkAuthorizerOf(api, type, input.authorizerId)
  const resource = api.resource(resourceId)
  if (resource.resourceMethods[httpMethod]) throw conflict('Method already exists for this resource')
  resource.resourceMethods[httpMethod] = {...method, authorizationType: type, apiKeyRequired: false}
  return resource.resourceMethods[httpMethod]
}

/** User pools answer for `COGNITO_USER_POOLS`, functions for `CUSTOM`. */
function checkAuthorizerOf(api: RestApiRecord, type: string, authorizerId = ''): void {
  const authorizer = api.authorizers.get(authorizerId)
  if (!authorizer) throw notFound('Authorizer ID')
  if ((authorizer.type === 'COGNITO_USER_POOLS') !== (type === 'COGNITO_USER_POOLS'))
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to another kind of authorizer is not allowed',
    )
}

export function putMethodResponse(api: RestApiRecord, input: Api.PutMethodResponseRequest): Api.MethodResponse {
  const {restApiId: _, resourceId, httpMethod, ...response} = input
  const method = api.method(resourceId, httpMethod)
  method.methodResponses = {...method.methodResponses, [statusOf(input.statusCode)]: response}
  return response
}

export function putIntegration(api: RestApiRecord, input: Api.PutIntegrationRequest): Api.Integration {
  const {restApiId: _, resourceId, httpMethod, integrationHttpMethod, ...integration} = input
  const method = api.method(resourceId, httpMethod)
  if (input.type === 'AWS_PROXY') {
    if (!functionArnOf(input.uri)) throw unsupported(`integration with ${input.uri}`)
    if (integrationHttpMethod !== 'POST') throw badRequest('Lambda functions are invoked with POST')
  } else if (input.type === 'MOCK') {
    const template = input.requestTemplates?.['application/json']
    if (!mockStatus(template) || hasVariables(template)) throw unsupported('mapping templates')
  } else {
    throw unsupported(`integration of type ${input.type}`)
  }

  const timeout = input.timeoutInMillis ?? MAX_TIMEOUT_MS
  if (timeout < 50 || timeout > MAX_TIMEOUT_MS) throw badRequest('Timeout should be between 50 ms and 29000 ms')
  method.methodIntegration = {
    passthroughBehavior: 'WHEN_NO_MATCH',
    cacheNamespace: resourceId,
    cacheKeyParameters: [],
    ...integration,
    timeoutInMillis: timeout,
    httpMethod: integrationHttpMethod,
    integrationResponses: method.methodIntegration?.integrationResponses,
  }
  return method.methodIntegration
}

/** Of a MOCK: headers in literals, and a body without variables. A Lambda proxy's are recorded, as AWS ignores them. */
export function putIntegrationResponse(
  api: RestApiRecord,
  input: Api.PutIntegrationResponseRequest,
): Api.IntegrationResponse {
  const {restApiId: _, resourceId, httpMethod, ...response} = input
  const integration = api.integration(resourceId, httpMethod)
  const templates = Object.values(input.responseTemplates ?? {})
  const parameters = Object.values(input.responseParameters ?? {})
  if (
    integration.type === 'MOCK' &&
    (templates.some((one) => hasVariables(one)) || parameters.some((one) => !LITERAL.test(one)))
  ) {
    throw unsupported('mapping templates')
  }

  integration.integrationResponses = {...integration.integrationResponses, [statusOf(input.statusCode)]: response}
  return response
}

export function deleteMethod(api: RestApiRecord, resourceId: string | undefined, httpMethod: string | undefined): void {
  api.method(resourceId, httpMethod)
  delete api.resource(resourceId).resourceMethods[httpMethod ?? '']
}

function statusOf(statusCode: string | undefined): string {
  if (!/^[1-5]\d\d$/.test(statusCode ?? '')) throw badRequest(`Invalid status code: ${statusCode}`)
  return statusCode as string
}
