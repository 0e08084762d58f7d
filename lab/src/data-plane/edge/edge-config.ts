import type {
  CacheBehavior,
  CustomErrorResponse,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
} from '@aws-sdk/client-cloudfront'

import {fault, type ServiceFault} from '../../kernel.js'
import {own} from '../../own.js'

/** AWS's managed policies, by id. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ORIGIN_REQUEST_POLICIES: Record<string, Forward> = {
  '216adef6-5c7f-47e4-b989-5492eafa07d3': 'all',
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': 'all-but-host',
}

/**
 * Managed response headers policies, by id: name, value, and whether it wins over the origin's
 * [AWS: Use managed response headers policies, SecurityHeadersPolicy].
 */
const RESPONSE_HEADERS_POLICIES: Record<string, readonly ResponseHeader[]> = {
  '67f7725c-6f97-4210-82d7-5512b31e9d03': [
    {name: 'referrer-policy', value: 'strict-origin-when-cross-origin', wins: false},
    {name: 'strict-transport-security', value: 'max-age=31536000', wins: false},
    {name: 'x-content-type-options', value: 'nosniff', wins: true},
    {name: 'x-frame-options', value: 'SAMEORIGIN', wins: false},
    {name: 'x-xss-protection', value: '1; mode=block', wins: false},
  ],
}

/** A header that the edge adds to an origin's answer. */
export interface ResponseHeader {
  name: string
  value: string
  /** Over a header of the same name from the origin. */
  wins: boolean
}

/** What of the viewer's request reaches the origin: everything, everything but Host, or next to nothing. */
export type Forward = 'all' | 'all-but-host' | 'none'

export interface EdgeOrigin {
  id: string
  domainName: string
  /** Empty, or with a leading and without a trailing slash. */
  originPath: string
  /** Host at the origin, where it is not `domainName`. */
  hostHeader?: string
  customHeaders: [string, string][]
  attempts: number
  connectionTimeoutMs: number
  readTimeoutMs: number
  keepAliveMs: number
}

export interface EdgeOriginGroup {
  members: [string, string]
  statusCodes: ReadonlySet<number>
}

export interface EdgeBehavior {
  matches(path: string): boolean
  allowedMethods: ReadonlySet<string>
  /** Of an origin or an origin group. */
  targetId: string
  forward: Forward
  functionArn: string | undefined
  responseHeaders: readonly ResponseHeader[]
}

/** Milliseconds at least for which an error is kept, by its status; what is not there has CloudFront's default. */
export type ErrorTtls = ReadonlyMap<number, number>

/** A distribution as the edge serves it. */
export interface EdgeConfig {
  enabled: boolean
  aliases: ReadonlySet<string>
  defaultRootObject: string
  origins: ReadonlyMap<string, EdgeOrigin>
  groups: ReadonlyMap<string, EdgeOriginGroup>
  /** In order of precedence; the last matches everything. */
  behaviors: EdgeBehavior[]
  errorTtls: ErrorTtls
}

const unsupported = (what: string): ServiceFault =>
  fault('NotImplemented', `cloudfront: the lab does not support ${what}`, 501)

/**
 * Reads a distribution's configuration. What the edge here would silently do otherwise than AWS is refused by name:
 * caching above all.
 * @throws NotImplemented, NoSuchOrigin, InvalidArgument
 */
export function edgeConfig(config: DistributionConfig): EdgeConfig {
  refuseUnsupported(config)
  const origins = new Map((config.Origins?.Items ?? []).map((origin) => [origin.Id ?? '', edgeOrigin(origin)]))
  const groups = new Map(
    (config.OriginGroups?.Items ?? []).map(({Id = '', Members, FailoverCriteria}) => [
      Id,
      originGroup(
        (Members?.Items ?? []).map(({OriginId = ''}) => OriginId),
        FailoverCriteria?.StatusCodes?.Items ?? [],
        origins,
      ),
    ]),
  )
  const listed = (config.CacheBehaviors?.Items ?? []).map((one) => edgeBehavior(one, one.PathPattern ?? ''))
  const behaviors = [...listed, edgeBehavior(config.DefaultCacheBehavior as DefaultCacheBehavior, '*')]
  for (const {targetId} of behaviors) {
    if (!origins.has(targetId) && !groups.has(targetId)) {
      throw fault('NoSuchOrigin', 'One or more of your origins or origin groups do not exist.', 404)
    }
  }

  return {
    enabled: config.Enabled ?? false,
    aliases: new Set(config.Aliases?.Items ?? []),
    defaultRootObject: config.DefaultRootObject ?? '',
    origins,
    groups,
    behaviors,
    errorTtls: new Map((config.CustomErrorResponses?.Items ?? []).map((one) => errorTtl(one))),
  }
}

/** Those for which a distribution may set how long they are kept [AWS: CloudFront API, CustomErrorResponse]. */
const CUSTOM_CODES = new Set([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504])

function errorTtl({
  ErrorCode = 0,
  ErrorCachingMinTTL,
  ResponsePagePath,
  ResponseCode,
}: CustomErrorResponse): [number, number] {
  if (ResponsePagePath || ResponseCode) throw unsupported('pages of custom error responses')
  if (!CUSTOM_CODES.has(ErrorCode)) throw fault('InvalidArgument', `The parameter ErrorCode must not be ${ErrorCode}.`)
  return [ErrorCode, (ErrorCachingMinTTL ?? 10) * 1000]
}

/** Status codes that may cause a failover [AWS: Optimize high availability with CloudFront origin failover]. */
const FAILOVER_CODES = new Set([400, 403, 404, 416, 429, 500, 502, 503, 504])

/** @throws InvalidArgument where these can't be a group */
export function originGroup(
  members: string[],
  statusCodes: number[],
  origins: ReadonlyMap<string, EdgeOrigin>,
): EdgeOriginGroup {
  const [first = '', second = '', ...more] = members
  if (!origins.has(first) || !origins.has(second) || more.length > 0) {
    throw fault('InvalidArgument', 'An origin group must have two members, each an origin of the distribution.')
  }

  if (statusCodes.length === 0 || statusCodes.some((code) => !FAILOVER_CODES.has(code))) {
    throw fault('InvalidArgument', `Invalid failover status codes: ${statusCodes.join(', ')}`)
  }

  return {members: [first, second], statusCodes: new Set(statusCodes)}
}

function edgeOrigin(origin: Origin): EdgeOrigin {
  const {OriginReadTimeout = 30, OriginKeepaliveTimeout = 5} = origin.CustomOriginConfig ?? {}
  const {Id = '', DomainName = '', OriginPath = '', ConnectionAttempts = 3, ConnectionTimeout = 10} = origin
  if (!origin.CustomOriginConfig) throw unsupported(`origin of ${Id}'s kind: custom origins only`)
  if (origin.OriginAccessControlId) throw unsupported(`the origin access control of ${Id}`)
  within('ConnectionAttempts', ConnectionAttempts, 1, 3)
  within('ConnectionTimeout', ConnectionTimeout, 1, 10)
  within('OriginReadTimeout', OriginReadTimeout, 1, 120)
  if (OriginPath !== '' && !/^\/.*[^/]$/.test(OriginPath))
    throw fault('InvalidArgument', 'An origin path begins with / and does not end with it.')
  return {
    id: Id,
    domainName: DomainName,
    originPath: OriginPath,
    customHeaders: (origin.CustomHeaders?.Items ?? []).map(({HeaderName = '', HeaderValue = ''}) => [
      HeaderName.toLowerCase(),
      HeaderValue,
    ]),
    attempts: ConnectionAttempts,
    connectionTimeoutMs: ConnectionTimeout * 1000,
    readTimeoutMs: OriginReadTimeout * 1000,
    keepAliveMs: OriginKeepaliveTimeout * 1000,
  }
}

function edgeBehavior(behavior: CacheBehavior | DefaultCacheBehavior, pattern: string): EdgeBehavior {
  const {CachePolicyId, OriginRequestPolicyId, ResponseHeadersPolicyId} = behavior
  if (CachePolicyId !== CACHING_DISABLED)
    throw unsupported(`caching: the cache policy must be CachingDisabled, ${CACHING_DISABLED}`)
  const responseHeaders = ResponseHeadersPolicyId ? own(RESPONSE_HEADERS_POLICIES, ResponseHeadersPolicyId) : []
  if (!responseHeaders) throw unsupported(`response headers policy ${ResponseHeadersPolicyId}`)
  if (behavior.LambdaFunctionAssociations?.Quantity) throw unsupported('Lambda@Edge')
  if (behavior.TrustedKeyGroups?.Enabled || behavior.TrustedSigners?.Enabled) throw unsupported('signed URLs')
  const forward = OriginRequestPolicyId ? own(ORIGIN_REQUEST_POLICIES, OriginRequestPolicyId) : 'none'
  if (!forward) throw unsupported(`origin request policy ${OriginRequestPolicyId}`)
  const associations = behavior.FunctionAssociations?.Items ?? []
  if (associations.some(({EventType}) => EventType !== 'viewer-request')) throw unsupported('viewer-response functions')
  const path = pathPattern(pattern)
  return {
    matches: (given) => path.test(given),
    allowedMethods: new Set<string>(behavior.AllowedMethods?.Items ?? ['GET', 'HEAD']),
    targetId: behavior.TargetOriginId ?? '',
    forward,
    functionArn: associations[0]?.FunctionARN,
    responseHeaders,
  }
}

/** `*` is any run of characters, `?` any one; the leading slash may be left out. */
function pathPattern(pattern: string): RegExp {
  const escaped = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${/^[/*]/.test(pattern) ? '' : '/'}${escaped}$`)
}

function refuseUnsupported(config: DistributionConfig): void {
  if (config.Restrictions?.GeoRestriction && config.Restrictions.GeoRestriction.RestrictionType !== 'none')
    throw unsupported('geo restrictions')
  if (config.Staging) throw unsupported('continuous deployment')
}

function within(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw fault('InvalidArgument', `The parameter ${name} must be between ${least} and ${most}, not ${value}.`)
  }
}
