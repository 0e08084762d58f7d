import type * as Api from '@aws-sdk/client-route53-recovery-cluster'

import {
  CLUSTER_REGIONS,
  clustersOf,
  notFound,
  type Clusters,
  type RoutingControl,
} from '../../data-plane/recovery/clusters.js'
import {ACCOUNT, fault, type Lab, type Operation, type Service} from '../../kernel.js'
import {wrongRegion} from '../../wire/authentication.js'
import {page} from '../by-region.js'
import {api} from './api.js'

/** Of a list that does not say how many it wants: assumed. */
const PAGE = 100

/**
 * The five endpoints of every cluster. A state lives while most of the five regions do: changes need "a quorum across five AWS Regions",
 * and what is read is "the consensus view" ("Amazon Region availability for routing control", ARC developer guide).
 */
export class RecoveryClusterService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly all: Clusters

  constructor(private readonly lab: Lab) {
    this.all = clustersOf(lab)
    const operations: Record<string, Operation> = {
      GetRoutingControlState: (input: Api.GetRoutingControlStateRequest): Api.GetRoutingControlStateResponse => {
        const {arn, name, state} = this.all.control(input.RoutingControlArn)
        return {RoutingControlArn: arn, RoutingControlName: name, RoutingControlState: state}
      },
      ListRoutingControls: (input: Api.ListRoutingControlsRequest) => this.list(input),
      UpdateRoutingControlState: (input: Api.UpdateRoutingControlStateRequest) => {
        this.all.update([input], input.SafetyRulesToOverride ?? [], lab.now())
        return {}
      },
      UpdateRoutingControlStates: (input: Api.UpdateRoutingControlStatesRequest) => {
        this.all.update(input.UpdateRoutingControlStateEntries!, input.SafetyRulesToOverride ?? [], lab.now())
        return {}
      },
    }
    this.operations = Object.fromEntries(
      Object.entries(operations).map(([name, operation]): [string, Operation] => [
        name,
        (input, context) => {
          this.checkEndpoint(context.region)
          return operation(input, context)
        },
      ]),
    )
  }

  private checkEndpoint(region: string): void {
    if (!CLUSTER_REGIONS.includes(region)) throw wrongRegion(region)
    const alive = CLUSTER_REGIONS.filter((one) => !this.lab.faults.lost(one)).length
    if (alive * 2 < CLUSTER_REGIONS.length)
      throw fault('EndpointTemporarilyUnavailableException', `${alive} of five regions are no quorum`, 503)
  }

  private list({ControlPanelArn, NextToken, MaxResults = PAGE}: Api.ListRoutingControlsRequest): object {
    if (ControlPanelArn !== undefined && !this.all.panels.has(ControlPanelArn))
      throw notFound('control panel', ControlPanelArn)
    const controls =
      ControlPanelArn === undefined ? [...this.all.controls.values()] : this.all.controlsOf(ControlPanelArn)
    const {items, next} = page(controls, MaxResults, NextToken)
    return {RoutingControls: items.map((control) => this.shown(control)), NextToken: next}
  }

  private shown({arn, name, panelArn, state}: RoutingControl): Api.RoutingControl {
    return {
      ControlPanelArn: panelArn,
      ControlPanelName: this.all.panels.get(panelArn)!.name,
      RoutingControlArn: arn,
      RoutingControlName: name,
      RoutingControlState: state,
      Owner: ACCOUNT,
    }
  }
}
