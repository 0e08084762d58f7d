/** What the SDK throws, as our errors: nobody answered, not allowed, or AWS said no. */

import {DrError, Unreachable} from '../../errors.js'

export interface FailedCall {
  /** IAM's name of the action. */
  action: string
  region: string
  profile?: string
  /** Who was asked, as far as the SDK got: protocol, name and port. */
  endpoint?: string
  /** The endpoint is a lab's, which everybody knows. */
  lab?: boolean
}

/** What SDK errors look like; every member may be absent. */
interface SdkError extends Error {
  code?: string
  $metadata?: {httpStatusCode?: number; requestId?: string}
  $response?: HttpHead
}

/** Of an answer. */
export interface HttpHead {
  statusCode?: number
  headers?: Record<string, string>
}

/** Codes of credentials that are missing, wrong or past their end. */
const CREDENTIALS = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'AuthFailure',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
])

/** A refusal of the time in a signature, by its code. EC2 and S3 have words of their own for it. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired'])
/** The other services refuse the signature, and say so in the text. */
const SKEWED_TEXT = /^Signature (expired|not yet current)/

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
  if (isSilence(sdk)) return silence(error, call)
  if (isForeign(sdk)) return notAws(call, sdk.$response, sdk)
  if (isSkewed(sdk)) return skewError(sdk, call)
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
    passing: isFleeting(sdk.name, sdk.$metadata?.httpStatusCode ?? 0) || saysOvertaken(sdk.name, sdk.message),
  })
}

/** True where AWS answered with this error code. */
export const isFault = (error: unknown, ...codes: string[]): boolean =>
  error instanceof DrError && codes.includes(error.code)

/** Of the answer; 0 where there was none. */
const statusOf = (error: unknown): number =>
  (error instanceof DrError && (error.cause as SdkError | undefined)?.$metadata?.httpStatusCode) || 0

/** True where AWS answered with a fault of its own (5xx), and not with a no. */
export const isServerFault = (error: unknown): boolean => statusOf(error) >= 500

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
])

/** Node's names for a connection that never came about. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** True of a change that surely was not carried out and may be a moment later: throttled, or nobody was there to take it. */
export const wasNotDone = (error: unknown): boolean =>
  error instanceof DrError &&
  (THROTTLED.has(error.code) || NEVER_CONNECTED.has((error.cause as SdkError | undefined)?.code ?? ''))

/** True where AWS refused who asks: then nothing was done, and other credentials of the same source may be better. */
export const isRefusedIdentity = (error: unknown): boolean =>
  error instanceof DrError && CREDENTIALS.has(error.code) && statusOf(error) > 0

/** True where AWS refused the time of the signature: then nothing was done. */
export const isClockSkew = (error: unknown): boolean => isFault(error, CLOCK_SKEW)

/** Of a conditional write: somebody else wrote after the version was read. */
const OVERTAKEN = new Set(['ConflictException', 'PreconditionFailedException'])
/** A data plane of the edge has been seen to answer ValidationException with this text, which its reference does not list. */
const OVERTAKEN_TEXT = /^Pre-?Condition failed/i

/** True of another's write between the reading of a version and ours. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof DrError && saysOvertaken(error.code, error.why ?? '')

const saysOvertaken = (code: string, text: string): boolean => OVERTAKEN.has(code) || OVERTAKEN_TEXT.test(text)

/** AWS asked to come back later, or has a fault of its own; 501 says that the call will never work. */
const isFleeting = (code: string, status: number): boolean =>
  THROTTLED.has(code) || status === 429 || (status >= 500 && status !== 501)

/** True where the same question may be answered a moment later. */
export const isHiccup = (error: unknown): boolean => error instanceof DrError && isFleeting(error.code, statusOf(error))

function isSilence(error: SdkError): boolean {
  if (error.$metadata?.httpStatusCode !== undefined || error.$response?.statusCode !== undefined) return false
  return SILENCE.has(error.code ?? '') || SILENCE.has(error.name) || error.message === 'socket hang up'
}

const CLOCK_SKEW = 'ClockSkew'

const isSkewed = ({name, message, $metadata}: SdkError): boolean =>
  SKEWED.has(name) || ($metadata?.httpStatusCode !== undefined && SKEWED_TEXT.test(message))

/** Of a clock that is `offsetMs` behind AWS's, or ahead of it where that is negative. */
export function clockOff(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000
  const [count, unit] = minutes < 90 ? [minutes, 'minutes'] : [minutes / 60, 'hours']
  return `${Math.round(count)} ${unit} ${offsetMs > 0 ? 'behind' : 'ahead of'} AWS`
}

export const SET_CLOCK = 'synchronize the clock: timedatectl set-ntp true'

function skewError(error: SdkError, {action, region}: FailedCall): DrError {
  const offsetMs = Date.parse(error.$response?.headers?.date ?? '') - Date.now()
  return new DrError({
    code: CLOCK_SKEW,
    exit: 'failed',
    what: `${action} in ${region}: AWS does not accept the time of this machine${Number.isNaN(offsetMs) ? '' : `, which is ${clockOff(offsetMs)}`}`,
    why: error.message,
    next: SET_CLOCK,
    requestId: error.$metadata?.requestId,
    cause: error,
  })
}

const OWN_HOST = /\.(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)(:\d+)?$/
const CHECK_ENDPOINT =
  'check who that is: endpoint of the target in todo-dr.yaml, AWS_ENDPOINT_URL, endpoint_url in the AWS configuration, or a proxy or sign-in page of your network'

/** Where it is not AWS's own endpoint that is silent, that is the first thing to know. */
function silence(error: unknown, {action, region, endpoint, lab}: FailedCall): Unreachable {
  const what = `${action} in ${region} got no answer`
  if (endpoint === undefined || lab || OWN_HOST.test(endpoint)) return new Unreachable(what, error)
  return new Unreachable(`${what} from ${endpoint}`, error, CHECK_ENDPOINT)
}

/** Not HTTP, or no TLS of somebody whom this machine trusts: no answer of AWS, and nothing that passes. */
const NO_HTTP = /^(HPE_|ERR_SSL_|ERR_TLS_|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/

const isForeign = ({code = '', message, $response}: SdkError): boolean =>
  NO_HTTP.test(code) || ($response !== undefined && (!isOfAws($response) || message.includes('Deserialization error')))

/**
 * AWS's services sign their answers with a request id, in a header of this kind (SDK, deserializeMetadata). CloudFront has headers of
 * its own on whatever it serves. A page is no answer, even if S3 serves it.
 */
export const isOfAws = ({headers = {}}: HttpHead): boolean =>
  !headers['content-type']?.startsWith('text/html') &&
  Object.keys(headers).some((name) => /^x-amzn?-(?!cf-)/i.test(name))

/** Somebody else than AWS has answered: whatever that says, it is not true of AWS. A fault of a gateway before a service may pass. */
export function notAws(
  {action, region, endpoint = 'the endpoint'}: FailedCall,
  answer: HttpHead | undefined,
  cause?: Error,
): DrError {
  const {statusCode = 0, headers} = answer ?? {}
  const type = headers?.['content-type']
  const common = {
    cause,
    unclear: answer !== undefined || ((cause as SdkError | undefined)?.code ?? '').startsWith('HPE_'),
  }
  if (statusCode >= 500 && OWN_HOST.test(endpoint)) {
    const what = `${action} in ${region} failed with status ${statusCode}`
    return new DrError({...common, code: 'GatewayFault', exit: 'failed', what, next: 'todo-dr status', passing: true})
  }

  return new DrError({
    ...common,
    code: 'NotAws',
    exit: statusCode >= 500 ? 'failed' : 'usage',
    what: `${action} in ${region}: ${endpoint} does not answer as AWS does`,
    why: answer
      ? `it answers with status ${statusCode}${type === undefined ? '' : ` and ${type}`}, and without a request id of AWS`
      : cause?.message.split('\n')[0],
    next:
      cause && CERT_TIME.test((cause as SdkError).code ?? '') ? `${SET_CLOCK}; or ${CHECK_ENDPOINT}` : CHECK_ENDPOINT,
  })
}

/** A certificate that is not valid yet, or not any more, may be right where the clock is not. */
const CERT_TIME = /^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/

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
