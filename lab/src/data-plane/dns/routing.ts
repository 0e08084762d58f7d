/**
 * Which of the records that have one name and one type Route 53 answers with. Source: "How Amazon Route 53 chooses records when health
 * checking is configured", Route 53 developer guide.
 */

import type {ResourceRecordSet} from '@aws-sdk/client-route-53'

import type {Served} from './zone.js'

export interface Situation {
  /** Of a health check, by its id. */
  isHealthy(healthCheckId: string): boolean
  /** From 0 up to 1, without 1. */
  random(): number
}

/** Aliases that lead to aliases are followed so far: a circle of them leads nowhere. */
const MAX_DEPTH = 8

/** The record set whose values are the answer, which an alias has found elsewhere; undefined where an alias leads to nothing. */
export function chosen(
  served: Served,
  group: readonly ResourceRecordSet[],
  situation: Situation,
  depth = MAX_DEPTH,
): ResourceRecordSet | undefined {
  const record = choose(group, (one) => isUsable(served, one, situation, depth), situation)
  if (!record?.AliasTarget || depth === 0) return record?.AliasTarget ? undefined : record
  return chosen(served, targetOf(served, record), situation, depth - 1)
}

/** An alias to a record is of the record's own type. */
const targetOf = (served: Served, {AliasTarget, Type}: ResourceRecordSet): readonly ResourceRecordSet[] =>
  served.group(AliasTarget!.DNSName!, Type!)

/** Without a health check a record counts as healthy. An alias that evaluates its target is so while one of the records there is. */
function isUsable(served: Served, record: ResourceRecordSet, situation: Situation, depth: number): boolean {
  const {AliasTarget, HealthCheckId} = record
  if (HealthCheckId !== undefined && !situation.isHealthy(HealthCheckId)) return false
  if (!AliasTarget?.EvaluateTargetHealth) return true
  return depth > 0 && targetOf(served, record).some((one) => isUsable(served, one, situation, depth - 1))
}

function choose(
  group: readonly ResourceRecordSet[],
  isHealthy: (record: ResourceRecordSet) => boolean,
  {random}: Situation,
): ResourceRecordSet | undefined {
  if (group.some(({Failover}) => Failover !== undefined)) return byFailover(group, isHealthy)
  if (group.some(({Weight}) => Weight !== undefined)) return byWeight(group, isHealthy, random)
  return group[0]
}

/** The primary, unless it is unhealthy and the secondary is not. */
function byFailover(
  group: readonly ResourceRecordSet[],
  isHealthy: (record: ResourceRecordSet) => boolean,
): ResourceRecordSet | undefined {
  const [primary, secondary] = ['PRIMARY', 'SECONDARY'].map((role) => group.find(({Failover}) => Failover === role))
  if (!primary || !secondary) return primary ?? secondary
  return isHealthy(primary) || !isHealthy(secondary) ? primary : secondary
}

/** Records of weight 0 are considered where all others are unhealthy; where no record is healthy, all count as healthy. */
function byWeight(
  group: readonly ResourceRecordSet[],
  isHealthy: (record: ResourceRecordSet) => boolean,
  random: () => number,
): ResourceRecordSet {
  const weighty = (some: readonly ResourceRecordSet[]) => some.filter(({Weight = 0}) => Weight > 0)
  const healthy = group.filter((one) => isHealthy(one))
  const among = [weighty(healthy), healthy, weighty(group), group].find((some) => some.length > 0)!
  const total = among.reduce((sum, {Weight = 0}) => sum + Weight, 0)
  // Weights that are all 0 are alike.
  if (total === 0) return among[Math.floor(random() * among.length)]!
  let left = random() * total
  return among.find(({Weight = 0}) => (left -= Weight) < 0) ?? among.at(-1)!
}
