import type {EvaluationResult, PolicyEvaluationDecisionType, SimulatePrincipalPolicyRequest} from '@aws-sdk/client-iam'

import {randomCapitals} from '../../cloudformation/names.js'
import {recordsOf} from '../../cloudformation/records.js'
import {ACCOUNT, fault, type Lab, type Offering, type Operation, type Verdict} from '../../kernel.js'
import {page} from '../by-region.js'
import {api} from './api.js'
import {readOperations, ROLE} from './reads.js'

/** Of SimulatePrincipalPolicy, and its default (IAM API). */
const PAGE = 100

const DECISIONS: Record<Verdict, PolicyEvaluationDecisionType> = {
  allowed: 'allowed',
  denied: 'explicitDeny',
  'not-allowed': 'implicitDeny',
}

/** IAM, as far as it is read, and asked whether a principal may do something: that it answers by the policies that the lab enforces. */
export class IamService implements Offering<'iam'> {
  readonly api = api
  readonly operations: Record<string, Operation>

  constructor(private readonly lab: Lab) {
    this.operations = {
      ...readOperations(lab),
      SimulatePrincipalPolicy: (input: SimulatePrincipalPolicyRequest) => this.simulate(input),
    }
  }

  hasRole(arn: string): boolean {
    return recordsOf(this.lab)
      .inRegion('', ROLE)
      .some(({attributes}) => attributes.Arn === arn)
  }

  addRole(name: string): void {
    recordsOf(this.lab).put({
      type: ROLE,
      region: '',
      physicalId: name,
      arn: undefined,
      properties: {RoleName: name},
      attributes: {Arn: arnOf(`/${name}`), RoleId: `AROA${randomCapitals(17)}`},
      createdAt: new Date(),
    })
  }

  /**
   * One result for each action and resource. Conditions know only the context that the request brings: the simulator looks up neither
   * regions nor tags (SimulatePrincipalPolicy, IAM API).
   */
  private simulate(input: SimulatePrincipalPolicyRequest): object {
    const {ActionNames = [], ResourceArns = [], MaxItems = PAGE, Marker} = input
    if (input.PolicyInputList?.length || input.PermissionsBoundaryPolicyInputList?.length || input.ResourcePolicy)
      throw fault('NotImplemented', 'iam.SimulatePrincipalPolicy: policies in the request', 501)
    const malformed = ActionNames.find((name) => !/^[\w-]+:\w+$/.test(name))
    if (malformed !== undefined) throw fault('InvalidInput', `Invalid Action Name: ${malformed}`)
    const resources = ResourceArns.length > 0 ? ResourceArns : ['*']
    const results = ActionNames.flatMap((action) => resources.map((resource) => this.result(input, action, resource)))
    const {items, next} = page(results, MaxItems, Marker)
    return {EvaluationResults: items, IsTruncated: next !== undefined, Marker: next}
  }

  private result(input: SimulatePrincipalPolicyRequest, action: string, resource: string): EvaluationResult {
    const {PolicySourceArn = '', ContextEntries = []} = input
    const given = new Map(
      ContextEntries.map(({ContextKeyName = '', ContextKeyValues = []}) => [
        ContextKeyName.toLowerCase(),
        ContextKeyValues[0],
      ]),
    )
    const missing = new Set<string>()
    const context = (key: string): string | undefined => {
      if (!given.has(key)) missing.add(key)
      return given.get(key)
    }

    const {identity, organization} = this.judge(PolicySourceArn, {action, resource, context})
    // What the organization does not allow, no policy of the user's own allows.
    const verdict = organization === undefined || organization === 'allowed' ? identity : organization
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: DECISIONS[verdict],
      MatchedStatements: [],
      MissingContextValues: [...missing],
      ...(organization && {OrganizationsDecisionDetail: {AllowedByOrganizations: organization === 'allowed'}}),
    }
  }

  /** A role of the lab may do everything, as its sessions can. */
  private judge(
    source: string,
    question: Parameters<Lab['credentials']['judge']>[1],
  ): {identity: Verdict; organization?: Verdict} {
    const [, kind, name] = /^arn:aws:iam::\d{12}:(user|role)\/(?:.*\/)?([\w+=,.@-]+)$/.exec(source) ?? []
    if (!kind || !name) throw fault('InvalidInput', `Invalid Entity Arn: ${source}`)
    if (kind === 'role' && recordsOf(this.lab).find('', ROLE, name)) return {identity: 'allowed'}
    const judged = kind === 'user' ? this.lab.credentials.judge(source, question) : undefined
    if (!judged) throw fault('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`, 404)
    return judged
  }
}

const arnOf = (path: string): string => `arn:aws:iam::${ACCOUNT}:role${path}`
