/** The one AWS command that puts a changed property back to what its template says. Pure. */

import type {Region} from '../../../model/deployment.js'
import type {PropertyDrift, ResourceDrift} from '../../../ports/stack-drift.js'

/** The words of a command after `aws` and before `--region`; `id` is the physical id, which is the name in each type here. */
type Command = (id: string, value: string) => string | undefined

const cluster =
  (flag: (value: string) => string): Command =>
  (id, value) =>
    `rds modify-db-cluster --db-cluster-identifier ${id} ${flag(value)} --apply-immediately`
const instance =
  (flag: (value: string) => string): Command =>
  (id, value) =>
    `rds modify-db-instance --db-instance-identifier ${id} ${flag(value)} --apply-immediately`
const proxy =
  (flag: (value: string) => string): Command =>
  (id, value) =>
    `rds modify-db-proxy --db-proxy-name ${id} ${flag(value)}`
const lambda =
  (flag: string): Command =>
  (id, value) =>
    `lambda update-function-configuration --function-name ${id} --${flag} ${value}`
const valued =
  (flag: string) =>
  (value: string): string =>
    `--${flag} ${value}`
/** As the CLI writes booleans: `--require-tls` and `--no-require-tls`. */
const onOff =
  (flag: string) =>
  (value: string): string =>
    `--${value === 'true' ? '' : 'no-'}${flag}`

/**
 * Only what one command puts back without touching anything else, and without a restart. Names and flags are those of the AWS CLI Command
 * Reference (lambda update-function-configuration, logs put-retention-policy, rds modify-db-*, events enable-rule).
 */
const COMMANDS: Record<string, Command> = {
  'AWS::Lambda::Function/MemorySize': lambda('memory-size'),
  'AWS::Lambda::Function/Timeout': lambda('timeout'),
  'AWS::Lambda::Function/ReservedConcurrentExecutions': (id, value) =>
    `lambda put-function-concurrency --function-name ${id} --reserved-concurrent-executions ${value}`,
  'AWS::Logs::LogGroup/RetentionInDays': (id, value) =>
    `logs put-retention-policy --log-group-name ${id} --retention-in-days ${value}`,
  'AWS::RDS::DBCluster/BackupRetentionPeriod': cluster(valued('backup-retention-period')),
  'AWS::RDS::DBCluster/DeletionProtection': cluster(onOff('deletion-protection')),
  'AWS::RDS::DBInstance/AutoMinorVersionUpgrade': instance(onOff('auto-minor-version-upgrade')),
  'AWS::RDS::DBInstance/PromotionTier': instance(valued('promotion-tier')),
  'AWS::RDS::DBInstance/PubliclyAccessible': instance(onOff('publicly-accessible')),
  'AWS::RDS::DBProxy/IdleClientTimeout': proxy(valued('idle-client-timeout')),
  'AWS::RDS::DBProxy/RequireTLS': proxy(onOff('require-tls')),
  'AWS::Events::Rule/State': (id, value) =>
    value === 'ENABLED' || value === 'DISABLED'
      ? `events ${value === 'ENABLED' ? 'enable' : 'disable'}-rule --name ${id}`
      : undefined,
}

const PARAMETER = /^\/Parameters\/([\w-]+)$/

/** What needs no quoting in a shell, nor in the CLI's own `Key=value,Key=value`. */
const PLAIN = /^[\w./-]+$/

/** Undefined where there is no such command, or the template says nothing of the property. */
export function putBackCommand(
  region: Region,
  {type, physicalId}: Pick<ResourceDrift, 'physicalId' | 'type'>,
  {path, expected}: Pick<PropertyDrift, 'expected' | 'path'>,
): string | undefined {
  if (physicalId === undefined || !PLAIN.test(physicalId) || !PLAIN.test(expected) || expected === 'null') return
  const parameter = type === 'AWS::RDS::DBClusterParameterGroup' && PARAMETER.exec(path)?.[1]
  const words = parameter
    ? `rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name ${physicalId} --parameters ParameterName=${parameter},ParameterValue=${expected},ApplyMethod=immediate`
    : COMMANDS[type + path]?.(physicalId, expected)
  return words && `aws ${words} --region ${region}`
}
