/** Metrics of CloudWatch, reduced to what is judged. */

import type {MetricDataResult} from '@aws-sdk/client-cloudwatch'
import type {Region} from '../../model/deployment.js'
import type {CallOptions} from '../../ports/call.js'
import type {Datum, Peak, Trouble} from '../../ports/vitals.js'
import type {Clients} from './clients.js'

const MINUTE_MS = 60_000
const TROUBLE_MS = 15 * MINUTE_MS
const DAY_MS = 24 * 60 * MINUTE_MS
const HOUR_SECONDS = 3600

export interface Question {
  id: string
  namespace: string
  metric: string
  dimensions: [name: string, value: string][]
  stat: 'Maximum' | 'Sum'
}

export async function troubleOf(
  clients: Clients,
  region: Region,
  functions: readonly string[],
  options: CallOptions,
): Promise<Trouble> {
  const question = (id: string, metric: string, name: string): Question => ({
    id,
    namespace: 'AWS/Lambda',
    metric,
    dimensions: [['FunctionName', name]],
    stat: 'Sum',
  })
  const results = await askMetrics(
    clients,
    region,
    functions.flatMap((name, index) => [
      question(`errors${index}`, 'Errors', name),
      question(`throttles${index}`, 'Throttles', name),
    ]),
    {spanMs: TROUBLE_MS, periodSeconds: 60},
    options,
  )
  const sums = (kind: string): Datum[] => dataOf(results.filter(({Id}) => Id?.startsWith(kind)))
  return {errors: sums('errors'), throttles: sums('throttles')}
}

/** `ServerlessDatabaseCapacity` is of each instance: the maximum of a cluster is that of its busiest one. */
export async function peakOf(clients: Clients, region: Region, cluster: string, options: CallOptions): Promise<Peak> {
  const question = (id: string, metric: string): Question => ({
    id,
    namespace: 'AWS/RDS',
    metric,
    dimensions: [['DBClusterIdentifier', cluster]],
    stat: 'Maximum',
  })
  const results = await askMetrics(
    clients,
    region,
    [question('capacity', 'ServerlessDatabaseCapacity'), question('connections', 'DatabaseConnections')],
    {spanMs: DAY_MS, periodSeconds: HOUR_SECONDS},
    options,
  )
  const highest = (id: string, from = 0): number | undefined =>
    highestOf(
      results.filter(({Id}) => Id === id),
      from,
    )
  // The hours that the last sixty minutes are a part of.
  const twoHoursAgo = clients.now() - 2 * HOUR_SECONDS * 1000
  return {
    capacity: highest('capacity'),
    connections: highest('connections'),
    lastHour: highest('capacity', twoHoursAgo),
  }
}

/** One call for all questions. `spanMs` back from now. */
export async function askMetrics(
  clients: Clients,
  region: Region,
  questions: readonly Question[],
  {spanMs, periodSeconds}: {spanMs: number; periodSeconds: number},
  options: CallOptions,
): Promise<MetricDataResult[]> {
  const now = clients.now()
  const {MetricDataResults = []} = await clients.call(
    'cloudwatch',
    region,
    'GetMetricData',
    {
      StartTime: new Date(now - spanMs),
      // The window's end is exclusive.
      EndTime: new Date(now + periodSeconds * 1000),
      MetricDataQueries: questions.map(({id, namespace, metric, dimensions, stat}) => ({
        Id: id,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metric,
            Dimensions: dimensions.map(([Name, Value]) => ({Name, Value})),
          },
          Period: periodSeconds,
          Stat: stat,
        },
      })),
    },
    options,
  )
  return MetricDataResults
}

/** Undefined where there is no datum since `from`, epoch milliseconds. */
export function highestOf(results: readonly MetricDataResult[], from = 0): number | undefined {
  const values = dataOf(results)
    .filter(({at}) => at >= from)
    .map(({value}) => value)
  return values.length === 0 ? undefined : Math.max(...values)
}

export const dataOf = (results: readonly MetricDataResult[]): Datum[] =>
  results.flatMap(({Timestamps = [], Values = []}) =>
    Values.map((value, index) => ({at: Timestamps[index]?.getTime() ?? 0, value})),
  )
