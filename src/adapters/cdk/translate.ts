/** The toolkit's messages as our events. Its codes are public: https://docs.aws.amazon.com/cdk/api/toolkit-lib/message-registry/ */

import type {IoMessage, StackActivity, StackDeployProgress} from '@aws-cdk/toolkit-lib'
import type {StackPlace} from '../../model/stack.js'
import type {DeployerEvent} from '../../ports/deployer.js'

interface DeployedPayload {
  noOp: boolean
  stackArn: string
  outputs: Record<string, string>
}

interface BootstrapPayload {
  environment: {region: string}
}

/** Messages that only say how long something took, or what an event says already. */
const DULL =
  /^CDK_(TOOLKIT_I(1000|1001|4000|4001|4002|5000|5001|5501|5503|5901|521\d|522\d|9900)|ASSETS_|ASSEMBLY_I|SDK_)/

/** The one message without a code that is wanted: what follows may fail before any other one names the stack. */
const CREATING = /^(\S+): creating CloudFormation changeset\.\.\.$/

/**
 * Undefined where a person need not hear it. Errors are left out: they come out of the call itself. `regionOf`: where a stack
 * is deployed that its project places in this region.
 */
export function translate(
  message: IoMessage<unknown>,
  regionOf: (wanted: string) => string,
): DeployerEvent | undefined {
  switch (message.code) {
    case 'CDK_TOOLKIT_I5100': {
      const {stackName: name, environment} = (message.data as StackDeployProgress).stack
      return {kind: 'stack-begun', stack: {name, region: regionOf(environment.region)}}
    }

    case 'CDK_TOOLKIT_I5502': {
      return resource(message.data as StackActivity)
    }

    case 'CDK_TOOLKIT_I5900': {
      const {noOp, stackArn, outputs} = message.data as DeployedPayload
      return {kind: 'stack-done', stack: placeOf(stackArn), changed: !noOp, outputs}
    }

    case 'CDK_TOOLKIT_I9100': {
      return {kind: 'bootstrap-begun', region: (message.data as BootstrapPayload).environment.region}
    }

    default: {
      const text = message.message.trim()
      const stack = CREATING.exec(text)?.[1]
      if (stack !== undefined) return {kind: 'stack-changing', name: stack}
      if (message.level !== 'warn' || text === '' || DULL.test(message.code ?? '')) return undefined
      return {kind: 'note', level: 'warning', text}
    }
  }
}

function resource({event, progress}: StackActivity): DeployerEvent {
  return {
    kind: 'resource',
    stack: placeOf(event.StackId ?? ''),
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    at: event.Timestamp?.getTime() ?? Date.now(),
    done: progress.completed,
    total: progress.total,
  }
}

/** Of `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`. */
function placeOf(arn: string): StackPlace {
  const {region = '', name = ''} =
    /^arn:[^:]+:cloudformation:(?<region>[^:]+):[^:]*:stack\/(?<name>[^/]+)/.exec(arn)?.groups ?? {}
  return {name, region}
}
