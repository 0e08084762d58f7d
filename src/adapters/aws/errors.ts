/** What the SDK throws, as our errors: nobody answered, not allowed, or AWS said no. */

import {DrError, Unreachable} from '../../errors.js'

export interface FailedCall {
  /** IAM's name of the action. */
  action: string
  region: string
  profile?: string
}

/** What SDK errors look like; every member may be absent. */
interface SdkError extends Error {
  code?: string
  $metadata?: {httpStatusCode?: number; requestId?: string}
  $response?: {statusCode?: number}
}

/** Codes of credentials that are missing, wrong or past their end. */
const CREDENTIALS = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'AuthFailure',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
])

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError'])

/** Node's and the SDK's names for a call that nobody answered. */
const SILENCE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'NetworkingError',
])

export function mapAwsError(error: unknown, call: FailedCall): DrError {
  if (error instanceof DrError) return error
  const sdk = error as SdkError
  if (isSilence(sdk)) return new Unreachable(`${call.action} in ${call.region} got no answer`, error)
  if (CREDENTIALS.has(sdk.name)) return credentialsError(sdk, call)
  if (DENIED.has(sdk.name)) return deniedError(sdk, call)
  return new DrError({
    code: sdk.name || 'AwsError',
    exit: 'failed',
    what: `${call.action} in ${call.region} failed: ${sdk.name || 'an error without a name'}`,
    why: sdk.message || undefined,
    next: 'todo-dr status',
    requestId: sdk.$metadata?.requestId,
    cause: error,
    unclear: (sdk.$metadata?.httpStatusCode ?? 0) >= 500,
  })
}

/** True where AWS answered with this error code. */
export const isFault = (error: unknown, ...codes: string[]): boolean =>
  error instanceof DrError && codes.includes(error.code)

/** True where AWS answered with a fault of its own (5xx), and not with a no. */
export const isServerFault = (error: unknown): boolean =>
  error instanceof DrError && ((error.cause as SdkError | undefined)?.$metadata?.httpStatusCode ?? 0) >= 500

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
])

/** True where AWS asked to come back later. */
export const isThrottled = (error: unknown): boolean => error instanceof DrError && THROTTLED.has(error.code)

function isSilence(error: SdkError): boolean {
  if (error.$metadata?.httpStatusCode !== undefined || error.$response?.statusCode !== undefined) return false
  return SILENCE.has(error.code ?? '') || SILENCE.has(error.name) || error.message === 'socket hang up'
}

function credentialsError(error: SdkError, {action, region, profile}: FailedCall): DrError {
  const login = `aws sso login${profile ? ` --profile ${profile}` : ''}`
  return new DrError({
    code: error.name,
    exit: 'credentials',
    what: `${action} in ${region}: the AWS credentials are missing, wrong or expired`,
    why: error.message,
    next: login,
    requestId: error.$metadata?.requestId,
    cause: error,
  })
}

/** AWS's own words; S3 quotes the resource. The action may be another one than that of the call (s3:ListBucket for GetObject). */
const REFUSED = /not authorized to perform: ([\w-]+:\w+) on resource: "?([^\s"]+)"?/

/** The missing action, told apart from a denial that no new permission lifts. */
function deniedError(error: SdkError, {action, region}: FailedCall): DrError {
  const [, missing = action, resource = '*'] = REFUSED.exec(error.message) ?? []
  const statement = JSON.stringify({Effect: 'Allow', Action: missing, Resource: resource})
  let next = `add this statement to your identity: ${statement}; todo-dr iam-policy prints everything that a command needs`
  if (/service control polic/i.test(error.message)) {
    next = 'a service control policy of the organization denies it; ask the administrator of the organization'
  } else if (/permissions boundar/i.test(error.message)) {
    next = 'a permissions boundary does not allow it; ask the owner of the boundary'
  } else if (/explicit deny/i.test(error.message)) {
    next = 'a policy denies it explicitly; ask the owner of the policy'
  }

  return new DrError({
    code: error.name,
    exit: 'credentials',
    what: `${action} in ${region} is not allowed`,
    why: error.message,
    next,
    requestId: error.$metadata?.requestId,
    cause: error,
  })
}
