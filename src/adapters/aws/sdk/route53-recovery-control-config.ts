/**
 * The control plane of ARC's routing controls, with the one operation that is called. npm has no SDK client of it beside the version of the
 * others: this is the one of its data plane, which signs alike. Source: the service model route53-recovery-control-config/2020-11-02 of
 * botocore (Apache-2.0), and its rules for endpoints.
 */

import {Route53RecoveryClusterClient} from '@aws-sdk/client-route53-recovery-cluster'
import type {
  GetRoutingControlStateCommandOutput,
  Route53RecoveryClusterClientConfig,
} from '@aws-sdk/client-route53-recovery-cluster'
import {AwsRestJsonProtocol} from '@aws-sdk/core/protocols'
import {makeBuilder} from '@smithy/core/client'
import {getEndpointPlugin} from '@smithy/core/endpoints'
import {TypeRegistry} from '@smithy/core/schema'

interface Input {
  ControlPanelArn: string
  NextToken?: string
}

export interface Rule {
  Name?: string
  SafetyRuleArn?: string
  /** PENDING, DEPLOYED or PENDING_DELETION. */
  Status?: string
  RuleConfig?: {Type?: string; Threshold?: number; Inverted?: boolean}
}

interface Output extends Pick<GetRoutingControlStateCommandOutput, '$metadata'> {
  SafetyRules?: {
    ASSERTION?: Rule & {AssertedControls?: string[]}
    GATING?: Rule & {GatingControls?: string[]; TargetControls?: string[]}
  }[]
  NextToken?: string
}

type Builder = ReturnType<typeof makeBuilder<Route53RecoveryClusterClient['config'], Input, Output>>
type Schema = Parameters<Builder>[3][4]

const NAMESPACE = 'com.amazonaws.route53recoverycontrolconfig'
/** A setting that the types of clients do not have. */
const SIGNED = {signingName: 'route53-recovery-control-config'}
const TEXT = 0
const NUMBER = 1
const BOOLEAN = 2
const TEXTS = 64

const struct = (name: string, members: Record<string, unknown>): Schema =>
  [3, NAMESPACE, name, 0, Object.keys(members), Object.values(members)] as Schema

const parameter = (name: string) => ({type: 'builtInParams' as const, name})

const command: Builder = makeBuilder(
  {Endpoint: parameter('endpoint'), Region: parameter('region'), UseFIPS: parameter('useFipsEndpoint')},
  'Route53RecoveryControlConfig',
  'Route53RecoveryControlConfigClient',
  getEndpointPlugin,
)

const ofRule = {
  Name: TEXT,
  SafetyRuleArn: TEXT,
  Status: TEXT,
  RuleConfig: struct('RuleConfig', {Type: TEXT, Threshold: NUMBER, Inverted: BOOLEAN}),
}
const rule = struct('Rule', {
  ASSERTION: struct('AssertionRule', {...ofRule, AssertedControls: TEXTS}),
  GATING: struct('GatingRule', {...ofRule, GatingControls: TEXTS, TargetControls: TEXTS}),
})

export class ListSafetyRulesCommand extends command<Input, Output>({}, () => [], 'ListSafetyRules', [
  9,
  NAMESPACE,
  'ListSafetyRules',
  {http: ['GET', '/controlpanel/{ControlPanelArn}/safetyrules', 200]},
  struct('ListSafetyRulesRequest', {ControlPanelArn: [TEXT, 1], NextToken: [TEXT, {httpQuery: 'NextToken'}]}),
  struct('ListSafetyRulesResponse', {SafetyRules: [1, NAMESPACE, 'SafetyRules', 0, () => rule], NextToken: TEXT}),
]) {}

export class Client extends Route53RecoveryClusterClient {
  constructor(config: Route53RecoveryClusterClientConfig) {
    super({
      ...config,
      serviceId: 'Route53 Recovery Control Config',
      ...SIGNED,
      protocol: AwsRestJsonProtocol,
      protocolSettings: {
        defaultNamespace: NAMESPACE,
        errorTypeRegistries: [TypeRegistry.for(NAMESPACE)],
        version: '2020-11-02',
        serviceTarget: 'Route53RecoveryControlConfig',
      },
      endpointProvider: ({Endpoint, Region, UseFIPS}) => ({
        url: new URL(
          Endpoint ?? `https://route53-recovery-control-config${UseFIPS ? '-fips' : ''}.${Region}.amazonaws.com`,
        ),
      }),
    })
  }
}
