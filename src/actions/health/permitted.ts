/** What the switch will change, and whether the policies of whoever asks allow it. */

import type {Sample} from '../../model/observation.js'
import type {Place} from '../../model/permission.js'
import {CHANGES_OF} from '../../permissions/calls.js'
import {policyOf} from '../../permissions/policy.js'
import type {Asked, Identity} from '../../ports/checkup.js'
import type {Denials, Vitals, Wanted} from '../../ports/vitals.js'
import type {HealthIntent} from './intents.js'
import type {Ask} from './share.js'

/** What only reads, the look itself has tried. */
const READS = /:(Describe|Get|List)/

/** Each action of the switch that changes something, on each of its resources. Of what a `*` stands for, one serves as well as another. */
export const wantedFor = (intent: HealthIntent, place: Place): Wanted[] =>
  policyOf(CHANGES_OF[intent], place).Statement.flatMap(({Action, Resource}) =>
    Action.filter((action) => !READS.test(action)).flatMap((action) =>
      Resource.map((resource) => ({action, resource: resource.replaceAll('*', 'x')})),
    ),
  )

const SSO_ROLE = /^AWSReservedSSO_/

/**
 * The user, or the role of the session, that policies are attached to; undefined for any other principal. The name of a session
 * lacks the path of its role: that of IAM Identity Center is known ("Referencing permission sets in resource policies", its user
 * guide), and others are taken to have none.
 */
export function principalOf({arn, signInRegion}: Identity): string | undefined {
  if (/^arn:aws:iam::\d{12}:user\//.test(arn)) return arn
  const [, account, role = ''] = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? []
  if (account === undefined) return undefined
  const region = signInRegion === undefined || signInRegion === 'us-east-1' ? '' : `${signInRegion}/`
  const path = SSO_ROLE.test(role) ? `aws-reserved/sso.amazonaws.com/${region}` : ''
  return `arn:aws:iam::${account}:role/${path}${role}`
}

/** Of the changes that a switch makes. */
export interface Permissions extends Denials {
  /** How many were asked about; 0 for the account's root user, whom no policy limits. */
  asked: number
}

const DEADLINE_MS = 3000

/** What IAM says of the changes that the switch makes. `answers`: who asks, as each region knows it. */
export async function permitted(
  answers: readonly Promise<Asked<Identity>>[],
  {intent, place}: {intent: HealthIntent; place: Place},
  {denied}: Pick<Vitals, 'denied'>,
  ask: Ask,
): Promise<Sample<Permissions>> {
  const identity = await firstKnown(answers)
  if (!identity.known) return {reachable: false, reason: identity.why, next: identity.next}
  const {arn} = identity.value
  if (arn.endsWith(':root')) return {reachable: true, value: {asked: 0, denied: [], unsure: []}}
  const principal = principalOf(identity.value)
  if (principal === undefined)
    return {
      reachable: false,
      reason: `the policy simulator knows users and roles, and not ${arn}`,
      next: `todo-dr iam-policy ${intent} prints the policy that is needed`,
    }
  const wanted = wantedFor(intent, place)
  return ask("IAM's policy simulator", DEADLINE_MS, async (signal) => ({
    asked: wanted.length,
    ...(await denied(principal, wanted, {signal})),
  }))
}

/** Of the first region that knows who asks; where none does, what the last one says. */
async function firstKnown(answers: readonly Promise<Asked<Identity>>[]): Promise<Asked<Identity>> {
  const known = answers.map(async (answer) => {
    const one = await answer
    if (one.known) return one
    throw new Error(one.why)
  })
  return Promise.any(known).catch(() => answers.at(-1)!)
}
