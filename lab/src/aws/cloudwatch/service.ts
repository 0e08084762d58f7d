import type {Lab, Offering, Operation, TaggedResource, WatchedMetric} from '../../kernel.js'
import {Alarms} from './alarms.js'
import {api} from './api.js'
import {Dashboards} from './dashboards.js'
import {isBreached, watchedBy} from './data-stream.js'
import {metricOperations} from './metric-operations.js'

/** CloudWatch: the metrics that the lab's servers measure, what clients put beside them, alarms on both, and dashboards. */
export class CloudWatchService implements Offering<'monitoring'> {
  readonly api = api
  readonly operations: Record<string, Operation>
  private readonly alarms: Alarms

  constructor(private readonly lab: Lab) {
    this.alarms = new Alarms(lab)
    this.operations = {...metricOperations(lab), ...this.alarms.operations, ...new Dashboards().operations}
  }

  tagged(region: string): TaggedResource[] {
    return this.alarms.tagged(region)
  }

  watched(alarmName: string, region: string): WatchedMetric | undefined {
    const alarm = this.alarms.described(alarmName, region)
    return alarm && watchedBy(alarm)
  }

  isBreached(watched: WatchedMetric, region: string, pace: number): boolean | undefined {
    return isBreached(this.lab, region, watched, pace)
  }
}
