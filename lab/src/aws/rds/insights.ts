/**
 * Performance Insights and Database Insights of a cluster, and what its instances have of them. Sources: RDS API reference, CreateDBCluster and
 * ModifyDBCluster; Aurora user guide, "Considerations for Database Insights". Texts without another source are assumed.
 */

import type {
  CreateDBClusterMessage,
  CreateDBInstanceMessage,
  DBCluster,
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
} from '@aws-sdk/client-rds'

import {fault} from '../../kernel.js'

export interface PerformanceInsights {
  enabled: boolean
  /** Days; undefined while it is off. */
  retention?: number
  kmsKeyId?: string
}

/** Performance Insights of the cluster, and the mode. */
export interface Insights extends PerformanceInsights {
  mode: 'standard' | 'advanced'
}

const OFF: Insights = {mode: 'standard', enabled: false}
/** Days, where nothing is said. */
const DEFAULT_RETENTION = 7
/** Days, of the advanced mode. */
const ADVANCED_RETENTION = 465

type Asked = Pick<
  CreateDBInstanceMessage,
  'EnablePerformanceInsights' | 'PerformanceInsightsKMSKeyId' | 'PerformanceInsightsRetentionPeriod'
>

const combination = (text: string): Error => fault('InvalidParameterCombination', text)

/** What an input makes of what there was. @throws InvalidParameterValue, InvalidParameterCombination */
function performanceInsights(asked: Asked, before: PerformanceInsights): PerformanceInsights {
  const {EnablePerformanceInsights: enabled = before.enabled, PerformanceInsightsRetentionPeriod: days} = asked
  const isMonths = days !== undefined && days % 31 === 0 && days >= 31 && days <= 23 * 31
  if (days !== undefined && days !== 7 && days !== 731 && !isMonths)
    throw fault('InvalidParameterValue', `Invalid Performance Insights retention period: ${days}.`)
  const key = asked.PerformanceInsightsKMSKeyId
  if (before.enabled && key !== undefined && key !== before.kmsKeyId)
    throw combination('You cannot change your Performance Insights KMS key.')
  return enabled
    ? {enabled, retention: days ?? before.retention ?? DEFAULT_RETENTION, kmsKeyId: key ?? before.kmsKeyId}
    : {enabled}
}

/**
 * Of a cluster. The change to the advanced mode itself must turn Performance Insights on and name the retention, whatever they are
 * already (ModifyDBCluster; ansible-collections/amazon.aws#2543 quotes the refusal).
 */
export function clusterInsights(input: CreateDBClusterMessage | ModifyDBClusterMessage, before = OFF): Insights {
  const mode = input.DatabaseInsightsMode ?? before.mode
  const after = performanceInsights(input, before)
  if (mode !== 'advanced') return {...after, mode}
  const named: PerformanceInsights =
    before.mode === 'advanced'
      ? after
      : {enabled: input.EnablePerformanceInsights ?? false, retention: input.PerformanceInsightsRetentionPeriod}
  if (!named.enabled || (named.retention ?? 0) < ADVANCED_RETENTION)
    throw combination(
      `To enable the Advanced mode of Database Insights, modify your cluster to enable Performance Insights and set the retention period for Performance Insights to at least ${ADVANCED_RETENTION} days.`,
    )
  return {...after, mode}
}

/**
 * Of an instance: new ones have what their cluster has, an assumption, and in the advanced mode all have the same. The mode is the
 * cluster's, and cannot be changed here.
 */
export function instanceInsights(
  input: CreateDBInstanceMessage | ModifyDBInstanceMessage,
  {id, insights}: {id: string; insights: Insights},
  before: PerformanceInsights = insights,
): PerformanceInsights {
  if (input.DatabaseInsightsMode !== undefined && input.DatabaseInsightsMode !== insights.mode)
    throw combination(`The mode of Database Insights is that of the DB cluster ${id}: modify the cluster.`)
  const after = performanceInsights(input, before)
  const isOther =
    after.enabled !== insights.enabled || after.retention !== insights.retention || after.kmsKeyId !== insights.kmsKeyId
  if (insights.mode === 'advanced' && isOther)
    throw combination(
      `In the Advanced mode of Database Insights each DB instance of the DB cluster ${id} must have the Performance Insights settings of the cluster.`,
    )
  return after
}

/** In the words of both DBCluster and DBInstance. */
export const shownInsights = (
  {enabled, retention, kmsKeyId}: PerformanceInsights,
  DatabaseInsightsMode: Insights['mode'],
): Pick<
  DBCluster,
  | 'DatabaseInsightsMode'
  | 'PerformanceInsightsEnabled'
  | 'PerformanceInsightsKMSKeyId'
  | 'PerformanceInsightsRetentionPeriod'
> => ({
  DatabaseInsightsMode,
  PerformanceInsightsEnabled: enabled,
  PerformanceInsightsRetentionPeriod: retention,
  PerformanceInsightsKMSKeyId: kmsKeyId,
})
