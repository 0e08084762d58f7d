/** What the lab's own HTTP takes of weather, clock and principals. Throws `BadRequest`. */

import {BadRequest} from '../bad-request.js'
import {ADMINISTRATOR_KEY_ID, type Forecast} from '../kernel.js'
import {userArn} from './needs.js'
import {PolicyProblem, readPolicy, type Policy, type Principal} from './policy.js'

/** A day. */
const MAX_OFFSET_SECONDS = 86_400
/** Managed policies of a user, and characters of each without its white space. */
const MAX_POLICIES = 10
const MAX_CHARACTERS = 6144

/** Ten minutes. */
const MAX_SLOW_MS = 600_000

export function forecastOf(body: Record<string, unknown>): Forecast {
  const {throttleRate = 0, errorRate = 0, slowRate = 0, slowMs = 5000, lostRate = 0, seed = 1} = body
  const isRate = (rate: unknown): boolean => typeof rate === 'number' && rate >= 0 && rate <= 1
  if (![throttleRate, errorRate, slowRate, lostRate].every(isRate) || Number(throttleRate) + Number(errorRate) > 1)
    throw new BadRequest(
      400,
      'InvalidWeather',
      'a rate must be from 0 to 1, and throttleRate and errorRate at most 1 together',
    )
  if (!Number.isInteger(slowMs) || Number(slowMs) < 0 || Number(slowMs) > MAX_SLOW_MS)
    throw new BadRequest(400, 'InvalidWeather', `slowMs must be an integer from 0 to ${MAX_SLOW_MS}`)
  if (!Number.isInteger(seed)) throw new BadRequest(400, 'InvalidWeather', 'seed must be an integer')
  return {throttleRate, errorRate, slowRate, slowMs, lostRate, seed} as Forecast
}

export function offsetOf({offsetSeconds}: Record<string, unknown>): number {
  if (typeof offsetSeconds === 'number' && Math.abs(offsetSeconds) <= MAX_OFFSET_SECONDS) return offsetSeconds * 1000
  throw new BadRequest(
    400,
    'InvalidClock',
    `offsetSeconds must be a number from -${MAX_OFFSET_SECONDS} to ${MAX_OFFSET_SECONDS}`,
  )
}

/** A user of the account, named by `name`, else by its access key. */
export function principalOf(body: Record<string, unknown>): Principal & {secretAccessKey: string; userId: string} {
  const {accessKeyId, secretAccessKey, name = accessKeyId, policies = [], serviceControlPolicy} = body
  if (typeof accessKeyId !== 'string' || !/^\w{3,128}$/.test(accessKeyId) || typeof secretAccessKey !== 'string')
    throw new BadRequest(400, 'InvalidPrincipal', 'accessKeyId and secretAccessKey are required')
  if (accessKeyId === ADMINISTRATOR_KEY_ID)
    throw new BadRequest(400, 'InvalidPrincipal', `${accessKeyId} is the access key of the lab's administrator`)
  if (typeof name !== 'string' || !/^[\w+=,.@-]{1,64}$/.test(name))
    throw new BadRequest(400, 'InvalidPrincipal', 'name must be a valid name of an IAM user')
  return {
    accessKeyId,
    secretAccessKey,
    arn: userArn(name),
    userId: `AIDA${name
      .toUpperCase()
      .replaceAll(/[^A-Z2-7]/g, '')
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    policy: managed(policies).flatMap((one) => read('policies', one)),
    ...(serviceControlPolicy !== undefined && {
      serviceControlPolicy: read('serviceControlPolicy', serviceControlPolicy),
    }),
  }
}

/** As IAM's quotas leave them. Source: "IAM and AWS STS quotas", IAM user guide; its words: what CreatePolicy and AttachUserPolicy answer. */
function managed(policies: unknown): unknown[] {
  if (!Array.isArray(policies)) throw new BadRequest(400, 'InvalidPrincipal', 'policies must be a list of policies')
  if (policies.length > MAX_POLICIES)
    throw new BadRequest(409, 'LimitExceeded', `Cannot exceed quota for PoliciesPerUser: ${MAX_POLICIES}`)
  if (policies.some((one) => JSON.stringify(one).replaceAll(/\s/g, '').length > MAX_CHARACTERS))
    throw new BadRequest(409, 'LimitExceeded', `Cannot exceed quota for PolicySize: ${MAX_CHARACTERS}`)
  return policies
}

function read(what: string, document: unknown): Policy {
  try {
    return readPolicy(document)
  } catch (error) {
    if (error instanceof PolicyProblem)
      throw new BadRequest(400, 'MalformedPolicyDocument', `${what}: ${error.message}`)
    throw error
  }
}
