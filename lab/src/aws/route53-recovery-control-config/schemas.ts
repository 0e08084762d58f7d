/**
 * What an SDK client has of its service, in the same form: there is none of this service beside the version of the others. Source: the
 * service's model in botocore (Apache-2.0), as far as the lab supports it.
 */

import {AwsRestJsonProtocol} from '@aws-sdk/core/protocols'

import type {StructSchema, Traits} from '../../wire/schema.js'

const NAMESPACE = 'com.amazonaws.route53recoverycontrolconfig'

export class Client {
  readonly config = {
    protocol: AwsRestJsonProtocol,
    protocolSettings: {
      defaultNamespace: NAMESPACE,
      errorTypeRegistries: [],
      version: '2020-11-02',
      serviceTarget: 'Route53RecoveryControlConfig',
    },
  }
}

const TEXT = 0
const NUMBER = 1
const BOOLEAN = 2
/** A list, and a map, of texts. */
const TEXTS = 64
const TEXT_MAP = 128

/** Those whose names end with `!` are required. */
const struct = (name: string, members: Record<string, unknown>): StructSchema => {
  const [required, optional] = [true, false].map((is) =>
    Object.entries(members).filter(([member]) => member.endsWith('!') === is),
  ) as [[string, unknown][], [string, unknown][]]
  const all = [...required, ...optional]
  return [
    3,
    NAMESPACE,
    name,
    0,
    all.map(([member]) => member.replace('!', '')),
    all.map(([, schema]) => schema),
    required.length,
  ]
}

const list = (name: string, member: StructSchema): unknown => [1, NAMESPACE, name, 0, () => member]

const LABEL = [TEXT, 1]
const inQuery = (name: string, type: number): unknown => [type, {httpQuery: name} satisfies Traits]
const PAGE = {MaxResults: inQuery('MaxResults', NUMBER), NextToken: inQuery('NextToken', TEXT)}

const endpoint = struct('ClusterEndpoint', {Endpoint: TEXT, Region: TEXT})
const cluster = struct('Cluster', {
  ClusterArn: TEXT,
  ClusterEndpoints: list('ClusterEndpoints', endpoint),
  Name: TEXT,
  NetworkType: TEXT,
  Owner: TEXT,
  Status: TEXT,
})
const panel = struct('ControlPanel', {
  ClusterArn: TEXT,
  ControlPanelArn: TEXT,
  DefaultControlPanel: BOOLEAN,
  Name: TEXT,
  Owner: TEXT,
  RoutingControlCount: NUMBER,
  Status: TEXT,
})
const control = struct('RoutingControl', {
  ControlPanelArn: TEXT,
  Name: TEXT,
  Owner: TEXT,
  RoutingControlArn: TEXT,
  Status: TEXT,
})
const config = struct('RuleConfig', {'Inverted!': BOOLEAN, 'Threshold!': NUMBER, 'Type!': TEXT})
const ofRule = {'ControlPanelArn!': TEXT, 'Name!': TEXT, 'RuleConfig!': config, 'WaitPeriodMs!': NUMBER}
const ofMadeRule = {...ofRule, Owner: TEXT, 'SafetyRuleArn!': TEXT, 'Status!': TEXT}
const ofAssertion = {'AssertedControls!': TEXTS}
const ofGating = {'GatingControls!': TEXTS, 'TargetControls!': TEXTS}
const assertion = struct('AssertionRule', {...ofAssertion, ...ofMadeRule})
const gating = struct('GatingRule', {...ofGating, ...ofMadeRule})
const bothRules = {AssertionRule: assertion, GatingRule: gating}

const operation = (
  name: string,
  [method, path]: readonly [string, string],
  input: Record<string, unknown>,
  output: Record<string, unknown> = {},
): unknown => [
  9,
  NAMESPACE,
  name,
  {http: [method, path, 200]},
  struct(`${name}Request`, input),
  struct(`${name}Response`, output),
]

const token = {ClientToken: TEXT}
const tagged = {...token, Tags: TEXT_MAP}

export const CreateCluster = operation(
  'CreateCluster',
  ['POST', '/cluster'],
  {...tagged, 'ClusterName!': TEXT, NetworkType: TEXT},
  {Cluster: cluster},
)
export const DescribeCluster = operation(
  'DescribeCluster',
  ['GET', '/cluster/{ClusterArn}'],
  {'ClusterArn!': LABEL},
  {Cluster: cluster},
)
export const ListClusters = operation('ListClusters', ['GET', '/cluster'], PAGE, {
  Clusters: list('Clusters', cluster),
  NextToken: TEXT,
})
export const DeleteCluster = operation('DeleteCluster', ['DELETE', '/cluster/{ClusterArn}'], {'ClusterArn!': LABEL})

export const CreateControlPanel = operation(
  'CreateControlPanel',
  ['POST', '/controlpanel'],
  {...tagged, 'ClusterArn!': TEXT, 'ControlPanelName!': TEXT},
  {ControlPanel: panel},
)
export const DescribeControlPanel = operation(
  'DescribeControlPanel',
  ['GET', '/controlpanel/{ControlPanelArn}'],
  {'ControlPanelArn!': LABEL},
  {ControlPanel: panel},
)
export const ListControlPanels = operation(
  'ListControlPanels',
  ['GET', '/controlpanels'],
  {...PAGE, ClusterArn: inQuery('ClusterArn', TEXT)},
  {ControlPanels: list('ControlPanels', panel), NextToken: TEXT},
)
export const DeleteControlPanel = operation('DeleteControlPanel', ['DELETE', '/controlpanel/{ControlPanelArn}'], {
  'ControlPanelArn!': LABEL,
})

export const CreateRoutingControl = operation(
  'CreateRoutingControl',
  ['POST', '/routingcontrol'],
  {...token, 'ClusterArn!': TEXT, ControlPanelArn: TEXT, 'RoutingControlName!': TEXT},
  {RoutingControl: control},
)
export const DescribeRoutingControl = operation(
  'DescribeRoutingControl',
  ['GET', '/routingcontrol/{RoutingControlArn}'],
  {'RoutingControlArn!': LABEL},
  {RoutingControl: control},
)
export const ListRoutingControls = operation(
  'ListRoutingControls',
  ['GET', '/controlpanel/{ControlPanelArn}/routingcontrols'],
  {...PAGE, 'ControlPanelArn!': LABEL},
  {NextToken: TEXT, RoutingControls: list('RoutingControls', control)},
)
export const DeleteRoutingControl = operation(
  'DeleteRoutingControl',
  ['DELETE', '/routingcontrol/{RoutingControlArn}'],
  {'RoutingControlArn!': LABEL},
)

export const CreateSafetyRule = operation(
  'CreateSafetyRule',
  ['POST', '/safetyrule'],
  {
    ...tagged,
    AssertionRule: struct('NewAssertionRule', {...ofAssertion, ...ofRule}),
    GatingRule: struct('NewGatingRule', {...ofGating, ...ofRule}),
  },
  bothRules,
)
export const ListSafetyRules = operation(
  'ListSafetyRules',
  ['GET', '/controlpanel/{ControlPanelArn}/safetyrules'],
  {...PAGE, 'ControlPanelArn!': LABEL},
  {
    NextToken: TEXT,
    SafetyRules: list('SafetyRules', struct('Rule', {ASSERTION: assertion, GATING: gating})),
  },
)
export const DeleteSafetyRule = operation('DeleteSafetyRule', ['DELETE', '/safetyrule/{SafetyRuleArn}'], {
  'SafetyRuleArn!': LABEL,
})
