import type {Lab, Operation, Service, TaggedResource} from '../../kernel.js'
import {Alarms} from './alarms.js'
import {api} from './api.js'
import {Dashboards} from './dashboards.js'
import {metricOperations} from './metric-operations.js'

/** CloudWatch: the metrics that the lab's servers measure, what clients put beside them, alarms on both, and dashboards. */
export class CloudWatchService implements Service {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly alarms: Alarms

  constructor(lab: Lab) {
    this.alarms = new Alarms(lab)
    this.operations = {...metricOperations(lab), ...this.alarms.operations, ...new Dashboards().operations}
  }

  tagged(region: string): TaggedResource[] {
    return this.alarms.tagged(region)
  }
}
