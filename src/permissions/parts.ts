/** How much of a policy IAM takes at once. Pure. */

import type {PolicyDocument, Statement} from './policy.js'

/**
 * Characters of one managed policy. IAM does not count white space. Source: "IAM and AWS STS quotas", IAM user guide, which
 * gives 2,048 for all inline policies of a user together, and 10 managed policies that a user or a role can have.
 */
export const MANAGED_CHARACTERS = 6144
export const USER_INLINE_CHARACTERS = 2048

export const sizeOf = (policy: PolicyDocument): number => JSON.stringify(policy).replaceAll(/\s/g, '').length

/**
 * The policy as documents that IAM takes one by one and that allow together what it allows. Each statement goes into the first
 * document that has room for it. One that is too long by itself is taken apart by its actions, then by its resources.
 */
export function partsOf(policy: PolicyDocument, limit = MANAGED_CHARACTERS): PolicyDocument[] {
  const document = (Statement: Statement[]): PolicyDocument => ({...policy, Statement})
  const fits = (statements: Statement[]): boolean => sizeOf(document(statements)) <= limit
  const parts: Statement[][] = []
  for (const statement of policy.Statement.flatMap((one) => pieces(one, (piece) => fits([piece])))) {
    const open = parts.find((part) => fits([...part, statement]))
    if (open) open.push(statement)
    else parts.push([statement])
  }

  return parts.map((part) => document(part))
}

function pieces(statement: Statement, fits: (one: Statement) => boolean): Statement[] {
  if (fits(statement)) return [statement]
  const by = statement.Action.length > 1 ? 'Action' : 'Resource'
  const all = statement[by]
  if (all.length < 2) throw new Error(`no policy holds ${JSON.stringify(statement)}`)
  const middle = Math.ceil(all.length / 2)
  return [all.slice(0, middle), all.slice(middle)].flatMap((half) => pieces({...statement, [by]: half}, fits))
}
