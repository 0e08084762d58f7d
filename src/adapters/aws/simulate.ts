/** What IAM's policy simulator says of a principal. */

import type {EvaluationResult} from '@aws-sdk/client-iam'
import type {CallOptions} from '../../ports/call.js'
import type {Denials, Wanted} from '../../ports/vitals.js'
import type {Clients} from './clients.js'

/** The most results of one answer (IAM API, SimulatePrincipalPolicy). */
const PAGE = 1000

/**
 * A question for each set of resources: the simulator answers for every action on every resource, and most of those pairs are
 * nobody's. `principal` is of a user or a role: the simulator knows no sessions.
 */
export async function simulate(
  clients: Clients,
  principal: string,
  wanted: readonly Wanted[],
  options: CallOptions,
): Promise<Denials> {
  const questions = new Map<string, {ActionNames: string[]; ResourceArns: string[]}>()
  for (const action of new Set(wanted.map((one) => one.action))) {
    const ResourceArns = wanted.filter((one) => one.action === action).map(({resource}) => resource)
    const key = ResourceArns.join(' ')
    const known = questions.get(key)
    if (known) known.ActionNames.push(action)
    else questions.set(key, {ActionNames: [action], ResourceArns})
  }

  const answers = await Promise.all(
    [...questions.values()].map((question) =>
      clients.call(
        'iam',
        '',
        'SimulatePrincipalPolicy',
        {PolicySourceArn: principal, MaxItems: PAGE, ...question},
        options,
      ),
    ),
  )
  const refused = answers.flatMap(({EvaluationResults = []}) => EvaluationResults.filter((one) => isRefused(one)))
  const named = (some: EvaluationResult[]): Wanted[] =>
    some.map(({EvalActionName: action = '', EvalResourceName: resource = ''}) => ({action, resource}))
  return {
    denied: named(refused.filter((one) => !lacksContext(one))),
    unsure: named(refused.filter((one) => lacksContext(one))),
  }
}

const isRefused = (one: EvaluationResult): boolean =>
  one.EvalDecision !== 'allowed' ||
  one.OrganizationsDecisionDetail?.AllowedByOrganizations === false ||
  one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false

/** A condition asks for what only a real call brings, such as its region: the simulator counts it as not met. */
const lacksContext = ({MissingContextValues: missing = []}: EvaluationResult): boolean => missing.length > 0
