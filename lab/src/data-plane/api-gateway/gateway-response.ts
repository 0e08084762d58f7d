import type {GatewayResponse} from '@aws-sdk/client-api-gateway'

/**
 * How API Gateway itself answers: type -> status, `x-amzn-errortype`, message [AWS: Gateway response types]. Of an authorizer's
 * failures the error types are assumed, and the message is null [DEV community, "Failure modes of a Lambda authorizer"].
 */
const DEFAULTS = {
  ACCESS_DENIED: [403, 'ForbiddenException', 'Forbidden'],
  API_CONFIGURATION_ERROR: [500, 'InternalServerErrorException', 'Internal server error'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'AuthorizerConfigurationException', null],
  AUTHORIZER_FAILURE: [500, 'AuthorizerFailureException', null],
  BAD_REQUEST_BODY: [400, 'BadRequestException', 'Invalid request body'],
  BAD_REQUEST_PARAMETERS: [400, 'BadRequestException', 'Missing required request parameters'],
  DEFAULT_5XX: [500, 'InternalServerErrorException', 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'InternalServerErrorException', 'Endpoint request timed out'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'RequestEntityTooLargeException', 'Request Too Long'],
  THROTTLED: [429, 'TooManyRequestsException', 'Too Many Requests'],
  UNAUTHORIZED: [401, 'UnauthorizedException', 'Unauthorized'],
  WAF_FILTERED: [403, 'ForbiddenException', 'Forbidden'],
} as const

export type GatewayResponseType = keyof typeof DEFAULTS

/** An answer of API Gateway's own, in place of an integration's. */
export class GatewayError extends Error {
  constructor(
    readonly type: GatewayResponseType,
    /** Where it is not the type's own. */
    readonly status?: number,
    message?: string,
  ) {
    super(message ?? DEFAULTS[type][2] ?? '')
  }
}

export interface HttpAnswer {
  status: number
  /** Lists for headers that come more than once. */
  headers: Record<string, string | string[]>
  body: Buffer
}

const VARIABLE = /\$context\.(error\.messageString|error\.message|error\.responseType|requestId)/g

/** True for what the lab's templates can say: text and a few `$context` variables, no VTL directives. */
export const isPlainTemplate = (template: string): boolean => !/[$#]/.test(template.replaceAll(VARIABLE, ''))

export function gatewayAnswer(
  error: GatewayError,
  custom: Record<string, GatewayResponse>,
  requestId: string,
): HttpAnswer {
  const [status, errorType] = DEFAULTS[error.type]
  const fallback = (error.status ?? status) < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const {statusCode, responseParameters, responseTemplates} = custom[error.type] ?? custom[fallback] ?? {}
  const template = responseTemplates?.['application/json'] ?? '{"message":$context.error.messageString}'
  const values: Record<string, string> = {
    'error.messageString': JSON.stringify(error.message || null),
    'error.message': error.message,
    'error.responseType': error.type,
    requestId,
  }
  const headers: Record<string, string> = {'content-type': 'application/json', 'x-amzn-errortype': errorType}
  for (const [name, value] of Object.entries(responseParameters ?? {})) {
    // `gatewayresponse.header.NAME` and a literal in single quotes: what else is there was refused when it was put.
    headers[name.replace('gatewayresponse.header.', '')] = value.slice(1, -1)
  }

  return {
    status: Number(statusCode ?? error.status ?? status),
    headers,
    body: Buffer.from(template.replaceAll(VARIABLE, (_, name: string) => values[name] ?? '')),
  }
}
