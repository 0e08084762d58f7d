/**
 * The clusters of Application Recovery Controller (ARC), with their routing controls. Their control plane makes them, five endpoints
 * turn them, and health checks of Route 53 follow them.
 */

import {randomUUID} from 'node:crypto'

import {randomId} from '../http.js'
import {ACCOUNT, fault, type Lab} from '../../kernel.js'
import {blockedBy, type SafetyRule, type State} from './safety-rules.js'

/** "ARC creates endpoints for each cluster in the following five Regions" (AWS General Reference, ARC endpoints and quotas). */
export const CLUSTER_REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1', 'ap-southeast-2']

/** "Number of routing controls per UpdateRoutingControlStates operation call" (ARC developer guide, "Quotas for routing control"). */
const MAX_CHANGES = 10

export interface Cluster {
  arn: string
  name: string
  endpoints: {Endpoint: string; Region: string}[]
}

export interface ControlPanel {
  arn: string
  name: string
  clusterArn: string
  isDefault: boolean
}

export interface RoutingControl {
  arn: string
  name: string
  panelArn: string
  state: State
}

export interface Change {
  RoutingControlArn?: string
  RoutingControlState?: State
}

const HEX = '0123456789abcdef'
const ARN = `arn:aws:route53-recovery-control::${ACCOUNT}`

export class Clusters {
  readonly clusters = new Map<string, Cluster>()
  readonly panels = new Map<string, ControlPanel>()
  readonly controls = new Map<string, RoutingControl>()
  readonly rules = new Map<string, SafetyRule>()

  makeCluster(name: string): Cluster {
    const endpoints = CLUSTER_REGIONS.map((Region) => ({
      Endpoint: `https://${randomId(8, HEX)}.route53-recovery-cluster.${Region}.amazonaws.com/v1`,
      Region,
    }))
    const cluster = {arn: `${ARN}:cluster/${randomUUID()}`, name, endpoints}
    this.clusters.set(cluster.arn, cluster)
    this.makePanel('DefaultControlPanel', cluster.arn, true)
    return cluster
  }

  makePanel(name: string, clusterArn: string, isDefault = false): ControlPanel {
    const panel = {arn: `${ARN}:controlpanel/${randomId(32, HEX)}`, name, clusterArn, isDefault}
    this.panels.set(panel.arn, panel)
    return panel
  }

  /** A new one is Off ("Creating routing control components in ARC", ARC developer guide). */
  makeControl(name: string, panelArn: string): RoutingControl {
    const arn = `${panelArn}/routingcontrol/${randomId(16, HEX)}`
    const control: RoutingControl = {arn, name, panelArn, state: 'Off'}
    this.controls.set(arn, control)
    return control
  }

  makeRule(rule: Omit<SafetyRule, 'arn' | 'quietUntil'>): SafetyRule {
    const made = {...rule, arn: `${rule.panelArn}/safetyrule/${randomId(16, HEX)}`, quietUntil: 0}
    this.rules.set(made.arn, made)
    return made
  }

  panelsOf(clusterArn: string): ControlPanel[] {
    return [...this.panels.values()].filter((one) => one.clusterArn === clusterArn)
  }

  controlsOf(panelArn: string): RoutingControl[] {
    return [...this.controls.values()].filter((one) => one.panelArn === panelArn)
  }

  rulesOf(panelArn: string): SafetyRule[] {
    return [...this.rules.values()].filter((one) => one.panelArn === panelArn)
  }

  control(arn = ''): RoutingControl {
    const found = this.controls.get(arn)
    if (!found) throw notFound('routing control', arn)
    return found
  }

  /** All of the changes, or none. `now`: epoch milliseconds. The codes are those of the API reference; the texts are assumed. */
  update(changes: readonly Change[], overridden: readonly string[], now: number): void {
    if (changes.length > MAX_CHANGES)
      throw fault('ServiceLimitExceededException', `At most ${MAX_CHANGES} routing controls in one request`, 400, {
        limitCode: 'routing-controls-per-request',
        serviceCode: 'route53-recovery-cluster',
      })
    const controls = changes.map(({RoutingControlArn}) => this.control(RoutingControlArn))
    const clusters = new Set(controls.map(({panelArn}) => this.panels.get(panelArn)!.clusterArn))
    if (clusters.size > 1)
      throw fault('ValidationException', 'All routing controls of a request must be of one cluster', 400, {
        reason: 'other',
      })
    const before = new Map([...this.controls].map(([arn, {state}]) => [arn, state]))
    const after = new Map(before)
    for (const {RoutingControlArn, RoutingControlState} of changes) after.set(RoutingControlArn!, RoutingControlState!)
    const touched = new Set(controls.map(({arn}) => arn))
    const concerned = [...this.rules.values()].filter((rule) => rule.watched.some((arn) => touched.has(arn)))
    for (const rule of concerned) {
      const why = overridden.includes(rule.arn) ? undefined : blockedBy(rule, {before, after, now})
      if (why !== undefined) throw blocked(rule, why)
    }

    for (const control of controls) control.state = after.get(control.arn)!
    for (const rule of concerned) rule.quietUntil = now + rule.waitMs
  }
}

export const notFound = (what: string, arn: string): Error =>
  fault('ResourceNotFoundException', `There is no ${what} ${arn}`, 404, {resourceId: arn, resourceType: what})

/**
 * "When a safety rule blocks a routing control state update, the error message includes the ARN of the rule" (ARC developer guide,
 * "Overriding safety rules to reroute traffic"). That it is a ConflictException is assumed.
 */
const blocked = ({arn}: SafetyRule, why: string): Error =>
  fault('ConflictException', `The request was blocked by the safety rule ${arn}: ${why}`, 400, {
    resourceId: arn,
    resourceType: 'safety rule',
  })

const made = new WeakMap<Lab, Clusters>()

/** Three services share them. */
export function clustersOf(lab: Lab): Clusters {
  const found = made.get(lab) ?? new Clusters()
  made.set(lab, found)
  return found
}
