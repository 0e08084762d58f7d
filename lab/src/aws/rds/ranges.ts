import {fault, type Operation} from '../../kernel.js'

/** From, to, and what else there is. */
interface Range {
  from: number
  to: number
  /** Where not all in between are allowed. */
  only?: readonly number[]
}

const TIER: Range = {from: 0, to: 15}
const MONITORING: Range = {from: 0, to: 60, only: [0, 1, 5, 10, 15, 30, 60]}
const PORT: Range = {from: 1150, to: 65_535}
const RETENTION: Range = {from: 1, to: 35}
const IDLE: Range = {from: 1, to: 28_800}

/** Ranges that RDS's model does not have, and its documentation does, by operation and member. Source: RDS API reference. */
const RANGES: Record<string, Record<string, Range>> = {
  CreateDBCluster: {BackupRetentionPeriod: RETENTION, Port: PORT},
  ModifyDBCluster: {BackupRetentionPeriod: RETENTION, Port: PORT},
  CreateDBInstance: {PromotionTier: TIER, MonitoringInterval: MONITORING},
  ModifyDBInstance: {PromotionTier: TIER, MonitoringInterval: MONITORING},
  CreateDBProxy: {IdleClientTimeout: IDLE},
  ModifyDBProxy: {IdleClientTimeout: IDLE},
  ModifyDBProxyTargetGroup: {
    'ConnectionPoolConfig.MaxConnectionsPercent': {from: 1, to: 100},
    'ConnectionPoolConfig.MaxIdleConnectionsPercent': {from: 0, to: 100},
    'ConnectionPoolConfig.ConnectionBorrowTimeout': {from: 0, to: 300},
  },
}

/** Refuses numbers that RDS refuses, by `InvalidParameterValue`. */
export const withRanges = (operations: Record<string, Operation>): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      RANGES[name] ? ranged(RANGES[name], operation) : operation,
    ]),
  )

const ranged =
  (ranges: Record<string, Range>, operation: Operation): Operation =>
  (input: object, context) => {
    for (const [member, {from, to, only}] of Object.entries(ranges)) {
      const value = member
        .split('.')
        .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], input)
      if (typeof value !== 'number') continue
      if (value < from || value > to || (only && !only.includes(value)))
        throw fault(
          'InvalidParameterValue',
          `Invalid value ${value} for ${member.split('.').at(-1)}. Must be ${only ? `one of ${only.join(', ')}` : `between ${from} and ${to}`}`,
        )
    }

    return operation(input, context)
  }
