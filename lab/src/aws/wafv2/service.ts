import {randomUUID} from 'node:crypto'

import {
  arn,
  fault,
  GLOBAL_CONTROL_REGION,
  type CallContext,
  type Operation,
  type Service,
  type Offers,
  type TaggedResource,
} from '../../kernel.js'
import type {Tag} from '../../cloudformation/tags.js'
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
  /** As it was given: the default action, the rules and how they are watched. */
  settings: Input
  /** Of the last change. Who changes it must have read it since (AWS WAF API, UpdateWebACL). */
  lockToken: string
  /** ARNs of API stages. */
  resources: Set<string>
  tags: Tag[]
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
      if (typeof name !== 'string' || !['CLOUDFRONT', 'REGIONAL'].includes(scope))
        throw fault('WAFInvalidParameterException', 'A web ACL has a name, and the scope CLOUDFRONT or REGIONAL.')
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
        tags: input.Tags ?? [],
      }
      this.acls.set(id, {...acl, ...ruling(input)})
      const {lockToken: LockToken} = this.acls.get(id)!
      return {Summary: {ARN: acl.arn, Id: id, Name: name, LockToken}}
    },

    GetWebACL: ({Id, ARN}: Input) => {
      const acl = this.find((one) => one.id === Id || one.arn === ARN)
      return {WebACL: shown(acl), LockToken: acl.lockToken}
    },

    GetWebACLForResource: ({ResourceArn}: Input) => {
      const acl = [...this.acls.values()].find(({resources}) => resources.has(ResourceArn))
      return acl ? {WebACL: shown(acl)} : {}
    },

    UpdateWebACL: (input: Input) => {
      const acl = this.unchanged(input)
      Object.assign(acl, ruling(input))
      return {NextLockToken: acl.lockToken}
    },

    DeleteWebACL: (input: Input) => {
      const {Id} = input
      if (this.unchanged(input).resources.size > 0)
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

    TagResource: ({ResourceARN, Tags}: Input) => {
      const acl = this.find((one) => one.arn === ResourceARN)
      const added = Tags as Tag[]
      acl.tags = [...acl.tags.filter(({Key}) => !added.some((one) => one.Key === Key)), ...added]
      return {}
    },

    UntagResource: ({ResourceARN, TagKeys}: Input) => {
      const acl = this.find((one) => one.arn === ResourceARN)
      acl.tags = acl.tags.filter(({Key}) => !TagKeys.includes(Key))
      return {}
    },
  }

  tagged(region: string): TaggedResource[] {
    const here = [...this.acls.values()].filter(({arn: name}) => name.split(':')[3] === region)
    return here.map(({arn: name, tags}) => ({arn: name, tags}))
  }

  /** Whether the web ACL of a stage, if it has one, lets a request through. */
  allows(resourceArn: string, header: (name: string) => string | undefined): boolean {
    const acl = [...this.acls.values()].find(({resources}) => resources.has(resourceArn))
    const decided = acl?.rules.find((rule) => rule.verdict && rule.matches(header))
    return (decided?.verdict ?? acl?.defaultVerdict ?? 'allow') === 'allow'
  }

  /** The ARN of the web ACL of a stage; undefined where it has none. */
  aclOf(resourceArn: string): string | undefined {
    return [...this.acls.values()].find(({resources}) => resources.has(resourceArn))?.arn
  }

  private unchanged({Id, LockToken}: Input): WebAcl {
    const acl = this.find(({id}) => id === Id)
    if (LockToken === acl.lockToken) return acl
    throw fault(
      'WAFOptimisticLockException',
      "AWS WAF couldn't save your changes because someone changed the resource after you started to edit it. Reapply your changes.",
    )
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

function ruling(input: Input): Pick<WebAcl, 'defaultVerdict' | 'lockToken' | 'rules' | 'settings'> {
  const {DefaultAction = {}, Description, Rules = [], VisibilityConfig} = input
  return {
    defaultVerdict: DefaultAction.Block ? 'block' : 'allow',
    rules: (Rules as Input[])
      .map(({Priority, Action = {}, Statement = {}}) => ({
        priority: Number(Priority),
        verdict: Action.Allow ? ('allow' as const) : Action.Block ? ('block' as const) : undefined,
        matches: matcher(Statement),
      }))
      .toSorted((a, b) => a.priority - b.priority),
    settings: {DefaultAction, Description, Rules: (Rules as Input[]).map((rule) => inBytes(rule)), VisibilityConfig},
    lockToken: randomUUID(),
  }
}

const shown = ({arn: ARN, id: Id, name: Name, settings}: WebAcl): Input => ({
  ARN,
  Id,
  Name,
  Capacity: 1,
  ManagedByFirewallManager: false,
  ...settings,
})

/** A template writes the string of a match as a text, and the API as bytes. */
function inBytes({Statement, ...rule}: Input): Input {
  const bytes = Statement?.ByteMatchStatement
  if (!bytes) return {...rule, Statement}
  return {...rule, Statement: {ByteMatchStatement: {...bytes, SearchString: Buffer.from(bytes.SearchString)}}}
}

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
  const wanted = Buffer.from(bytes.SearchString).toString()
  return (header) => header(name) === wanted
}
