import {Duration} from 'aws-cdk-lib'
import {Rule, RuleTargetInput, Schedule} from 'aws-cdk-lib/aws-events'
import {LambdaFunction as FunctionTarget} from 'aws-cdk-lib/aws-events-targets'
import type {Function as LambdaFunction} from 'aws-cdk-lib/aws-lambda'
import {Construct} from 'constructs'

/** Lambda tells nobody how long an idle environment stays; five minutes is what users have found to be often enough, an assumption. */
const EVERY = Duration.minutes(5)

/**
 * The shortest that Lambda knows (PutFunctionEventInvokeConfig, Lambda API reference). By default it would keep the events of a
 * fenced function for six hours, and run them all at once when the region is opened again.
 */
const EVENT_AGE = Duration.minutes(1)

/**
 * Calls the functions behind the API often enough for one environment of each to stay, with its secret and its connection, also where
 * nobody calls the API: at the standby. A rule has five targets at the most (EventBridge user guide, "Quotas").
 */
export class WarmUp extends Construct {
  constructor(scope: Construct, id: string, {app, functions}: {app: string; functions: LambdaFunction[]}) {
    super(scope, id)
    for (const fn of functions) fn.configureAsyncInvoke({maxEventAge: EVENT_AGE, retryAttempts: 0})
    new Rule(this, 'Rule', {
      description: `${app}: keeps the functions behind the API warm`,
      schedule: Schedule.rate(EVERY),
      targets: functions.map((fn) => new FunctionTarget(fn, {event: RuleTargetInput.fromObject({warm: true})})),
    })
  }
}
