/** What IAM's policy simulator says of a principal. */

import type {EvaluationResult} from '@aws-sdk/client-iam'
import type {CallOptions} from '../../ports/call.js'
import type {Denials, Wanted} from '../../ports/vitals.js'
import type {Clients} from './clients.js'

/** The most results of one answer (IAM API, SimulatePrincipalPolicy). */
const PAGE = 1000

/** So many results that nobody asked for cost less than another call. */
const SPARE = 10

interface PolicyQuestion {
  ActionNames: string[]
  ResourceArns: string[]
}

/** `principal` is of a user or a role: the simulator knows no sessions. */
export async function simulate(
  clients: Clients,
  principal: string,
  wanted: readonly Wanted[],
  options: CallOptions,
): Promise<Denials> {
  const answers = await Promise.all(
    questionsOf(wanted).map((question) =>
      clients.call(
        'iam',
        '',
        'SimulatePrincipalPolicy',
        {PolicySourceArn: principal, MaxItems: PAGE, ...question},
        options,
      ),
    ),
  )
  const asked = new Set(wanted.map(({action, resource}) => `${action} ${resource}`))
  const refused = answers
    .flatMap(({EvaluationResults = []}) => EvaluationResults)
    .filter((one) => isRefused(one) && asked.has(`${one.EvalActionName} ${one.EvalResourceName}`))
  const named = (some: EvaluationResult[]): Wanted[] =>
    some.map(({EvalActionName: action = '', EvalResourceName: resource = ''}) => ({action, resource}))
  return {
    denied: named(refused.filter((one) => !lacksContext(one))),
    unsure: named(refused.filter((one) => lacksContext(one))),
  }
}

/**
 * The simulator answers for every action on every resource of a question ("Each operation is evaluated for each resource", IAM API,
 * SimulatePrincipalPolicy): what has the same resources is asked together, and what has others too where that adds little.
 */
export function questionsOf(wanted: readonly Wanted[]): PolicyQuestion[] {
  const questions: PolicyQuestion[] = []
  for (const action of new Set(wanted.map((one) => one.action))) {
    const resources = wanted.filter((one) => one.action === action).map(({resource}) => resource)
    const [best] = questions
      .map((question) => ({question, merged: joined(question, action, resources)}))
      .map(({question, merged}) => ({question, merged, more: sizeOf(merged) - sizeOf(question) - resources.length}))
      .filter(({more}) => more <= SPARE)
      .sort((one, other) => one.more - other.more)
    if (best) Object.assign(best.question, best.merged)
    else questions.push({ActionNames: [action], ResourceArns: resources})
  }

  return questions
}

const joined = ({ActionNames, ResourceArns}: PolicyQuestion, action: string, resources: string[]): PolicyQuestion => ({
  ActionNames: [...ActionNames, action],
  ResourceArns: [...new Set([...ResourceArns, ...resources])],
})

const sizeOf = ({ActionNames, ResourceArns}: PolicyQuestion): number => ActionNames.length * ResourceArns.length

const isRefused = (one: EvaluationResult): boolean =>
  one.EvalDecision !== 'allowed' ||
  one.OrganizationsDecisionDetail?.AllowedByOrganizations === false ||
  one.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false

/** A condition asks for what only a real call brings, such as its region: the simulator counts it as not met. */
const lacksContext = ({MissingContextValues: missing = []}: EvaluationResult): boolean => missing.length > 0
