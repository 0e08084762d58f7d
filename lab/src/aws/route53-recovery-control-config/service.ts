import {
  clustersOf,
  notFound,
  type Cluster,
  type Clusters,
  type ControlPanel,
  type RoutingControl,
} from '../../data-plane/recovery/clusters.js'
import type {SafetyRule} from '../../data-plane/recovery/safety-rules.js'
import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {wrongRegion} from '../../wire/authentication.js'
import {page} from '../by-region.js'
import {api} from './api.js'

/** "You must specify the AWS Region as us-west-2" (AWS General Reference, ARC endpoints and quotas). */
const HOME = 'us-west-2'
/** Of a list that does not say how many it wants: assumed. */
const PAGE = 100

interface Asked {
  ClusterArn?: string
  ControlPanelArn?: string
  RoutingControlArn?: string
  SafetyRuleArn?: string
  MaxResults?: number
  NextToken?: string
}

interface NewRule {
  AssertedControls?: string[]
  GatingControls?: string[]
  TargetControls?: string[]
  ControlPanelArn: string
  Name: string
  RuleConfig: SafetyRule['config']
  WaitPeriodMs: number
}

/**
 * The control plane of ARC's routing controls. What it makes is PENDING in its answer and DEPLOYED a moment later, which takes AWS
 * minutes for a cluster. The codes are those of the API reference; the texts are assumed.
 */
export class RecoveryControlConfigService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly all: Clusters

  constructor(lab: Lab) {
    this.all = clustersOf(lab)
    const {all} = this
    const operations: Record<string, (input: never) => object> = {
      CreateCluster: ({ClusterName}: {ClusterName: string}) => ({
        Cluster: cluster(all.makeCluster(ClusterName), PENDING),
      }),
      DescribeCluster: ({ClusterArn}: Asked) => ({Cluster: cluster(this.cluster(ClusterArn))}),
      ListClusters: (input: Asked) =>
        listed(
          'Clusters',
          [...all.clusters.values()].map((one) => cluster(one)),
          input,
        ),
      DeleteCluster: ({ClusterArn}: Asked) => this.deleteCluster(this.cluster(ClusterArn)),
      CreateControlPanel: ({ClusterArn, ControlPanelName}: Asked & {ControlPanelName: string}) => ({
        ControlPanel: this.shownPanel(all.makePanel(ControlPanelName, this.cluster(ClusterArn).arn), PENDING),
      }),
      DescribeControlPanel: ({ControlPanelArn}: Asked) => ({
        ControlPanel: this.shownPanel(this.panel(ControlPanelArn)),
      }),
      ListControlPanels: (input: Asked) => {
        const panels =
          input.ClusterArn === undefined ? [...all.panels.values()] : all.panelsOf(this.cluster(input.ClusterArn).arn)
        return listed(
          'ControlPanels',
          panels.map((one) => this.shownPanel(one)),
          input,
        )
      },
      DeleteControlPanel: ({ControlPanelArn}: Asked) => this.deletePanel(this.panel(ControlPanelArn)),
      CreateRoutingControl: (input: Asked & {RoutingControlName: string}) => this.createControl(input),
      DescribeRoutingControl: ({RoutingControlArn}: Asked) => ({
        RoutingControl: control(all.control(RoutingControlArn)),
      }),
      ListRoutingControls: (input: Asked) =>
        listed(
          'RoutingControls',
          all.controlsOf(this.panel(input.ControlPanelArn).arn).map((one) => control(one)),
          input,
        ),
      DeleteRoutingControl: ({RoutingControlArn}: Asked) => this.deleteControl(all.control(RoutingControlArn)),
      CreateSafetyRule: (input: {AssertionRule?: NewRule; GatingRule?: NewRule}) => this.createRule(input),
      ListSafetyRules: (input: Asked) =>
        listed(
          'SafetyRules',
          all
            .rulesOf(this.panel(input.ControlPanelArn).arn)
            .map((one) => ({[one.kind === 'assertion' ? 'ASSERTION' : 'GATING']: rule(one)})),
          input,
        ),
      DeleteSafetyRule({SafetyRuleArn = ''}: Asked) {
        if (!all.rules.delete(SafetyRuleArn)) throw notFound('safety rule', SafetyRuleArn)
        return {}
      },
    }
    this.operations = Object.fromEntries(
      Object.entries(operations).map(([name, operation]): [string, Operation] => [
        name,
        (input, {region}) => {
          if (region !== HOME) throw wrongRegion(region)
          return operation(input as never)
        },
      ]),
    )
  }

  private cluster(arn = ''): Cluster {
    const found = this.all.clusters.get(arn)
    if (!found) throw notFound('cluster', arn)
    return found
  }

  private panel(arn = ''): ControlPanel {
    const found = this.all.panels.get(arn)
    if (!found) throw notFound('control panel', arn)
    return found
  }

  /** In the default control panel where none is named. */
  private createControl({
    ClusterArn,
    ControlPanelArn,
    RoutingControlName,
  }: Asked & {RoutingControlName: string}): object {
    const {arn} = this.cluster(ClusterArn)
    const panel =
      ControlPanelArn === undefined
        ? this.all.panelsOf(arn).find(({isDefault}) => isDefault)!
        : this.panel(ControlPanelArn)
    if (panel.clusterArn !== arn) throw invalid(`The control panel ${panel.arn} is not of the cluster ${arn}`)
    return {RoutingControl: control(this.all.makeControl(RoutingControlName, panel.arn), PENDING)}
  }

  private createRule({AssertionRule, GatingRule}: {AssertionRule?: NewRule; GatingRule?: NewRule}): object {
    const given = AssertionRule ?? GatingRule
    if (!given || (AssertionRule && GatingRule)) throw invalid('One of AssertionRule and GatingRule must be given')
    const {AssertedControls = [], TargetControls = [], GatingControls = []} = given
    const [watched, counted] = AssertionRule ? [AssertedControls, AssertedControls] : [TargetControls, GatingControls]
    const {arn: panelArn} = this.panel(given.ControlPanelArn)
    for (const arn of [...watched, ...counted]) this.all.control(arn)
    const made = this.all.makeRule({
      name: given.Name,
      panelArn,
      kind: AssertionRule ? 'assertion' : 'gating',
      watched,
      counted,
      config: given.RuleConfig,
      waitMs: given.WaitPeriodMs,
    })
    return {[AssertionRule ? 'AssertionRule' : 'GatingRule']: rule(made, PENDING)}
  }

  /** What is still in use is kept: "delete the routing controls and control panels first" is what AWS's console asks for. */
  private deleteCluster({arn, name}: Cluster): object {
    const panels = this.all.panelsOf(arn)
    if (panels.some((panel) => !panel.isDefault || this.all.controlsOf(panel.arn).length > 0))
      throw conflict(`The cluster ${name} has control panels or routing controls`)
    for (const panel of panels) this.all.panels.delete(panel.arn)
    this.all.clusters.delete(arn)
    return {}
  }

  private deletePanel({arn, name, isDefault}: ControlPanel): object {
    if (isDefault || this.all.controlsOf(arn).length > 0 || this.all.rulesOf(arn).length > 0)
      throw conflict(`The control panel ${name} is the default one, or has routing controls or safety rules`)
    this.all.panels.delete(arn)
    return {}
  }

  private deleteControl({arn, name}: RoutingControl): object {
    const rules = [...this.all.rules.values()].filter(({watched, counted}) => [...watched, ...counted].includes(arn))
    if (rules.length > 0) throw conflict(`The routing control ${name} is part of the safety rule ${rules[0]!.name}`)
    this.all.controls.delete(arn)
    return {}
  }

  private shownPanel({arn, name, clusterArn, isDefault}: ControlPanel, Status = DEPLOYED): object {
    return {
      ClusterArn: clusterArn,
      ControlPanelArn: arn,
      DefaultControlPanel: isDefault,
      Name: name,
      Owner: ACCOUNT,
      RoutingControlCount: this.all.controlsOf(arn).length,
      Status,
    }
  }
}

const PENDING = 'PENDING'
const DEPLOYED = 'DEPLOYED'

const invalid = (text: string): Error => fault('ValidationException', text, 400, {Message: text})
const conflict = (text: string): Error => fault('ConflictException', text, 409, {Message: text})

function listed(name: string, all: object[], {MaxResults = PAGE, NextToken}: Asked): object {
  const {items, next} = page(all, MaxResults, NextToken)
  return {[name]: items, NextToken: next}
}

const cluster = ({arn, name, endpoints}: Cluster, Status = DEPLOYED): object => ({
  ClusterArn: arn,
  Name: name,
  NetworkType: 'IPV4',
  Owner: ACCOUNT,
  Status,
  // A pending one has none yet: assumed.
  ...(Status === DEPLOYED && {ClusterEndpoints: endpoints}),
})

const control = ({arn, name, panelArn}: RoutingControl, Status = DEPLOYED): object => ({
  ControlPanelArn: panelArn,
  Name: name,
  Owner: ACCOUNT,
  RoutingControlArn: arn,
  Status,
})

const rule = (
  {arn, name, panelArn, kind, watched, counted, config, waitMs}: SafetyRule,
  Status = DEPLOYED,
): object => ({
  ...(kind === 'assertion' ? {AssertedControls: watched} : {TargetControls: watched, GatingControls: counted}),
  ControlPanelArn: panelArn,
  Name: name,
  Owner: ACCOUNT,
  RuleConfig: config,
  SafetyRuleArn: arn,
  Status,
  WaitPeriodMs: waitMs,
})
