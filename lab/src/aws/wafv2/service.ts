import {randomUUID} from 'node:crypto'

import {
  arn,
  fault,
  GLOBAL_CONTROL_REGION,
  type CallContext,
  type Operation,
  type Service,
  type Offers,
} from '../../kernel.js'
import {api} from './api.js'

type Provides = Offers['wafv2']

type Verdict = 'allow' | 'block'

interface Rule {
  priority: number
  /** Undefined: it counts, and the next rule is asked. */
  verdict: Verdict | undefined
  matches(header: (name: string) => string | undefined): boolean
}

interface WebAcl {
  arn: string
  id: string
  name: string
  scope: 'CLOUDFRONT' | 'REGIONAL'
  defaultVerdict: Verdict
  rules: Rule[]
  /** ARNs of API stages. */
  resources: Set<string>
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- statements nest without end
type Input = Record<string, any>

/**
 * WAF: regional web ACLs that API Gateway really asks, by exact matches of a header. Managed rule groups and rates are taken and
 * never match: the lab has neither AWS's rules nor clients to guard against. The lab's edge asks no web ACL.
 */
export class WafService implements Provides, Service {
  readonly api = api
  /** By id. */
  private readonly acls = new Map<string, WebAcl>()

  readonly operations: Record<string, Operation> = {
    CreateWebACL: (input: Input, {region}: CallContext) => {
      const {Name: name, Scope: scope} = input
      if (scope === 'CLOUDFRONT' && region !== GLOBAL_CONTROL_REGION)
        throw fault(
          'WAFInvalidParameterException',
          `The scope is not valid: CLOUDFRONT must be called in ${GLOBAL_CONTROL_REGION}.`,
        )
      const id = randomUUID()
      const where = scope === 'CLOUDFRONT' ? 'global' : 'regional'
      const acl = {
        arn: arn('wafv2', region, `${where}/webacl/${name}/${id}`),
        id,
        name,
        scope,
        resources: new Set<string>(),
      }
      this.acls.set(id, {...acl, ...ruling(input)})
      return {Summary: {ARN: acl.arn, Id: id, Name: name}}
    },

    UpdateWebACL: (input: Input) => {
      Object.assign(
        this.find(({id}) => id === input.Id),
        ruling(input),
      )
      return {}
    },

    DeleteWebACL: ({Id}: Input) => {
      if (this.find(({id}) => id === Id).resources.size > 0)
        throw fault(
          'WAFAssociatedItemException',
          "AWS WAF couldn't perform the operation because your resource is being used.",
        )
      this.acls.delete(Id)
      return {}
    },

    AssociateWebACL: ({WebACLArn, ResourceArn}: Input) => {
      const acl = this.find((one) => one.arn === WebACLArn)
      if (acl.scope !== 'REGIONAL')
        throw fault('WAFInvalidParameterException', 'A distribution names its web ACL itself.')
      for (const other of this.acls.values()) other.resources.delete(ResourceArn)
      acl.resources.add(ResourceArn)
      return {}
    },

    DisassociateWebACL: ({ResourceArn}: Input) => {
      for (const acl of this.acls.values()) acl.resources.delete(ResourceArn)
      return {}
    },
  }

  /** Whether the web ACL of a stage, if it has one, lets a request through. */
  allows(resourceArn: string, header: (name: string) => string | undefined): boolean {
    const acl = [...this.acls.values()].find(({resources}) => resources.has(resourceArn))
    const decided = acl?.rules.find((rule) => rule.verdict && rule.matches(header))
    return (decided?.verdict ?? acl?.defaultVerdict ?? 'allow') === 'allow'
  }

  private find(isIt: (acl: WebAcl) => boolean): WebAcl {
    const acl = [...this.acls.values()].find(isIt)
    if (!acl)
      throw fault(
        'WAFNonexistentItemException',
        "AWS WAF couldn't perform the operation because your resource doesn't exist.",
      )
    return acl
  }
}

const ruling = ({DefaultAction, Rules = []}: Input): Pick<WebAcl, 'defaultVerdict' | 'rules'> => ({
  defaultVerdict: DefaultAction.Block ? 'block' : 'allow',
  rules: (Rules as Input[])
    .map(({Priority, Action = {}, Statement}) => ({
      priority: Number(Priority),
      verdict: Action.Allow ? ('allow' as const) : Action.Block ? ('block' as const) : undefined,
      matches: matcher(Statement),
    }))
    .toSorted((a, b) => a.priority - b.priority),
})

/** @throws WAFInvalidParameterException for a statement that the lab would judge otherwise than AWS */
function matcher({ByteMatchStatement: bytes, ManagedRuleGroupStatement, RateBasedStatement}: Input): Rule['matches'] {
  if (ManagedRuleGroupStatement || RateBasedStatement) return () => false
  const name = bytes?.FieldToMatch?.SingleHeader?.Name
  const isPlain = (bytes?.TextTransformations ?? []).every(({Type}: Input) => Type === 'NONE')
  if (!name || bytes.PositionalConstraint !== 'EXACTLY' || !isPlain || bytes.SearchString === undefined)
    throw fault(
      'WAFInvalidParameterException',
      'The lab supports exact matches of a header, managed rule groups and rates only.',
    )
  return (header) => header(name) === bytes.SearchString
}
