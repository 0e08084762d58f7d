/** Whether somebody may use a database account. Source: "Creating and using an IAM policy for IAM database access", Aurora user guide. */

import {judge, readPolicy} from '../../govern/policy.js'
import {arn, type Lab, type PolicyQuestion, type Verdict} from '../../kernel.js'

/** `id`: that of a proxy (`prx-...`) or of a cluster (`cluster-...`). */
export const accountArn = (region: string, id: string, user: string): string =>
  arn('rds-db', region, `dbuser:${id}/${user}`)

/** A user by its policies, where it has some; the session of a role by those of the role; anybody else may. */
export async function mayConnect(lab: Lab, who: string, resource: string, region: string): Promise<boolean> {
  const question: PolicyQuestion = {
    action: 'rds-db:connect',
    resource,
    context: (key) => (key === 'aws:requestedregion' ? region : undefined),
  }
  const [, role] = /:assumed-role\/([^/]+)\//.exec(who) ?? []
  if (role !== undefined) return roleMayConnect(lab, role, question)
  const judged = lab.credentials.judge(who, question)
  return judged === undefined || isAllowed([judged.identity, judged.organization ?? 'allowed'])
}

export const roleNameOf = (roleArn: string): string => roleArn.split('/').at(-1)!

/** By the inline policies of the role and those of the account that are attached to it. Throws where one of them can't be read. */
export async function roleMayConnect(lab: Lab, RoleName: string, question: PolicyQuestion): Promise<boolean> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const iam = (operation: string, input: object): Promise<any> => lab.call('iam', operation, input, lab.home)
  const [{PolicyNames}, {AttachedPolicies}] = await Promise.all([
    iam('ListRolePolicies', {RoleName}),
    iam('ListAttachedRolePolicies', {RoleName}),
  ])
  const documents: string[] = await Promise.all([
    ...PolicyNames.map(async (PolicyName: string) =>
      iam('GetRolePolicy', {RoleName, PolicyName}).then((found) => found.PolicyDocument),
    ),
    ...AttachedPolicies.map(async ({PolicyArn}: {PolicyArn: string}) =>
      iam('GetPolicyVersion', {PolicyArn, VersionId: 'v1'}).then((found) => found.PolicyVersion.Document),
    ),
  ])
  const policy = documents.flatMap((document) => readPolicy(JSON.parse(decodeURIComponent(document))))
  return isAllowed([judge(policy, question)])
}

const isAllowed = (verdicts: Verdict[]): boolean => verdicts.every((verdict) => verdict === 'allowed')
