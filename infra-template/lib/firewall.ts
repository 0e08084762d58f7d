import {CfnWebACL} from 'aws-cdk-lib/aws-wafv2'
import {Construct} from 'constructs'

/**
 * Requests in five minutes from one address: 100 a second on average, above what a drill sends from one machine, and far below what
 * one address could do to the APIs' throttle.
 */
const REQUESTS_PER_ADDRESS = 30_000

/**
 * Of todo-dr, which marks its requests: 1,000 a second on average. Anybody can send the mark, so that it must not lift the limit. A
 * rate-based rule counts roughly, and late (WAF developer guide, "Rate-based rule caveats").
 */
const PROBES_PER_ADDRESS = 300_000
const PROBE_HEADER = 'x-todo-dr-probe'

/** Of AWS's common rules, those that would refuse what a ToDo may well say, or a client that names no browser. */
const COUNTED_ONLY = [
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'NoUserAgent_HEADER',
  'SizeRestrictions_BODY',
]

/** What a web ACL stands in front of: an API whose clients use no edge has one of its own. */
const BEFORE = {
  edge: {scope: 'CLOUDFRONT', description: 'In front of the distribution'},
  api: {scope: 'REGIONAL', description: 'In front of the API'},
} as const

/** A web ACL: too many requests of one address, and what AWS's managed rules know as an attack. */
export class Firewall extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, props: {name: string; before: keyof typeof BEFORE}) {
    super(scope, id)
    const visibilityConfig = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
      metricName: `${props.name}-${metricName}`,
      cloudWatchMetricsEnabled: true,
      // A sample shows headers, and with them tokens.
      sampledRequestsEnabled: false,
    })
    const managed = (name: string, priority: number, counted: string[] = []): CfnWebACL.RuleProperty => ({
      name,
      priority,
      overrideAction: {none: {}},
      visibilityConfig: visibilityConfig(name),
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name,
          ruleActionOverrides: counted.map((rule) => ({name: rule, actionToUse: {count: {}}})),
        },
      },
    })
    const isProbe: CfnWebACL.StatementProperty = {
      sizeConstraintStatement: {
        fieldToMatch: {singleHeader: {Name: PROBE_HEADER}},
        comparisonOperator: 'GT',
        size: 0,
        textTransformations: [{priority: 0, type: 'NONE'}],
      },
    }
    const rate = (
      name: string,
      priority: number,
      limit: number,
      scopeDownStatement: CfnWebACL.StatementProperty,
    ): CfnWebACL.RuleProperty => ({
      name,
      priority,
      action: {block: {}},
      visibilityConfig: visibilityConfig(name),
      statement: {rateBasedStatement: {aggregateKeyType: 'IP', limit, scopeDownStatement}},
    })
    const acl = new CfnWebACL(this, 'Acl', {
      name: `${props.name}-${props.before}`,
      ...BEFORE[props.before],
      defaultAction: {allow: {}},
      visibilityConfig: visibilityConfig(props.before),
      rules: [
        rate('rate', 0, REQUESTS_PER_ADDRESS, {notStatement: {statement: isProbe}}),
        rate('rate-of-probes', 1, PROBES_PER_ADDRESS, isProbe),
        managed('AWSManagedRulesCommonRuleSet', 2, COUNTED_ONLY),
        managed('AWSManagedRulesKnownBadInputsRuleSet', 3),
      ],
    })
    this.arn = acl.attrArn
  }
}
