import {SecretValue} from 'aws-cdk-lib'
import type {Stage} from 'aws-cdk-lib/aws-apigateway'
import {CfnWebACL, CfnWebACLAssociation} from 'aws-cdk-lib/aws-wafv2'
import {Construct} from 'constructs'

/** What the edge adds to every request to an API. */
export const EDGE_HEADER = 'x-edge-key'

/** The header's value: a reference that CloudFormation resolves in the stack's own region, never the value itself. */
export const edgeKey = (secretName: string): string => SecretValue.secretsManager(secretName).unsafeUnwrap()

/** A regional web ACL in front of an API's stage that lets in who brings the edge's header, and answers 403 to all others. */
export class EdgeLock extends Construct {
  constructor(scope: Construct, id: string, props: {name: string; secretName: string; stage: Stage}) {
    super(scope, id)
    const visibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      // A sample shows headers, and with them tokens.
      sampledRequestsEnabled: false,
    })
    const acl = new CfnWebACL(this, 'Acl', {
      name: `${props.name}-edge-lock`,
      description: 'Only what comes through the edge',
      scope: 'REGIONAL',
      defaultAction: {block: {}},
      visibilityConfig: visibility(`${props.name}-edge-lock`),
      rules: [
        {
          name: 'from-the-edge',
          priority: 0,
          action: {allow: {}},
          visibilityConfig: visibility(`${props.name}-from-the-edge`),
          statement: {
            byteMatchStatement: {
              fieldToMatch: {singleHeader: {Name: EDGE_HEADER}},
              positionalConstraint: 'EXACTLY',
              searchString: edgeKey(props.secretName),
              textTransformations: [{priority: 0, type: 'NONE'}],
            },
          },
        },
      ],
    })
    new CfnWebACLAssociation(this, 'Association', {webAclArn: acl.attrArn, resourceArn: props.stage.stageArn})
  }
}
