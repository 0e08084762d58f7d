import type {EdgeBehavior, EdgeConfig, EdgeOrigin} from './edge-config.js'
import {originGroup} from './edge-config.js'
import type {OriginChoice} from './edge-function.js'

/** The origins to try, in order, and what makes the edge go on to the next. */
export interface Plan {
  origins: EdgeOrigin[]
  failOverOn: ReadonlySet<number>
}

/** Origin groups fail over these methods only, and try the first origin each time [AWS]. */
const FAILOVER_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const NEVER: ReadonlySet<number> = new Set()

/** Where a request goes: the function's choice before the behavior's target. @throws Error where a choice is none */
export function planOrigins(
  config: EdgeConfig,
  behavior: EdgeBehavior,
  method: string,
  choice: OriginChoice | undefined,
): Plan {
  const {origins, groups} = config
  const group =
    choice?.kind === 'group'
      ? originGroup(memberIds(choice.value.originIds), numbers(choice.value.failoverCriteria?.statusCodes), origins)
      : choice
        ? undefined
        : groups.get(behavior.targetId)
  if (!group) return {origins: [singleOrigin(config, behavior, choice)], failOverOn: NEVER}
  const members = group.members.map((id) => origins.get(id) as EdgeOrigin)
  if (!FAILOVER_METHODS.has(method)) return {origins: members.slice(0, 1), failOverOn: NEVER}
  return {origins: members, failOverOn: group.statusCodes}
}

function singleOrigin(
  {origins, groups}: EdgeConfig,
  {targetId}: EdgeBehavior,
  choice: OriginChoice | undefined,
): EdgeOrigin {
  if (choice?.kind === 'select') {
    const origin = origins.get(String(choice.value.originId))
    if (!origin) throw new Error(`The distribution has no origin ${String(choice.value.originId)}.`)
    if (choice.value.options) throw new Error('The lab does not support origin overrides.')
    return origin
  }

  const base = origins.get(groups.get(targetId)?.members[0] ?? targetId) as EdgeOrigin
  return choice?.kind === 'update' ? updated(base, choice.value) : base
}

/** What is not given stays as the origin has it. */
function updated(base: EdgeOrigin, properties: Record<string, unknown>): EdgeOrigin {
  const {domainName, originPath, hostHeader, customHeaders, connectionAttempts, timeouts, ...unknown} = properties
  const [name] = Object.keys(unknown)
  if (name) throw new Error(`The lab does not support ${name} in updateRequestOrigin.`)
  const {readTimeout, connectionTimeout, keepAliveTimeout} = (timeouts ?? {}) as Record<string, number | undefined>
  return {
    ...base,
    domainName: domainName === undefined ? base.domainName : String(domainName),
    originPath: originPath === undefined ? base.originPath : String(originPath),
    hostHeader: hostHeader === undefined ? base.hostHeader : String(hostHeader),
    customHeaders: customHeaders
      ? Object.entries(customHeaders as Record<string, string>).map(([key, value]) => [
          key.toLowerCase(),
          String(value),
        ])
      : base.customHeaders,
    attempts: connectionAttempts === undefined ? base.attempts : Number(connectionAttempts),
    readTimeoutMs: seconds(readTimeout) ?? base.readTimeoutMs,
    connectionTimeoutMs: seconds(connectionTimeout) ?? base.connectionTimeoutMs,
    keepAliveMs: seconds(keepAliveTimeout) ?? base.keepAliveMs,
  }
}

const seconds = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 1000)

/** `[{originId}, {originId}]`; both forms are seen in the wild, so plain ids pass too [from third-party code]. */
function memberIds(originIds: unknown): string[] {
  if (!Array.isArray(originIds)) throw new Error('originIds must be a list of two origins.')
  return originIds.map((one: unknown) =>
    typeof one === 'object' && one !== null ? String((one as {originId?: unknown}).originId) : String(one),
  )
}

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : [])
