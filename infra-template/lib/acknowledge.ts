import {Validations} from 'aws-cdk-lib'
import type {IConstruct} from 'constructs'

/**
 * Accepts one finding of cdk-nag (`RDS14`, or `IAM5[Resource::*]` for rules that find several things) on a construct and
 * what is inside it, with the reason. `npm run check` lists them all, and fails on one that nothing needs any more.
 */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({id: `AwsSolutions-${rule}`, reason})
}
