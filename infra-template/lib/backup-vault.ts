import {Annotations, Duration, RemovalPolicy} from 'aws-cdk-lib'
import {BackupVault} from 'aws-cdk-lib/aws-backup'
import type {IKey} from 'aws-cdk-lib/aws-kms'
import type {Construct} from 'constructs'
import type {Backup} from './config.js'

/** Days until a lock in compliance mode is for ever, at the least (PutBackupVaultLockConfiguration, AWS Backup API reference). */
const COOLING_OFF = Duration.days(3)

/**
 * Takes the backups of one region's cluster, and copies of the other's. No recovery point goes before its time: in governance mode but by
 * those who may take the lock away, in compliance mode by nobody, AWS included ("AWS Backup Vault Lock", AWS Backup developer guide).
 */
export function backupVault(
  scope: Construct,
  id: string,
  {name, key, backup, protect}: {name: string; key: IKey; backup: Backup; protect: boolean},
): BackupVault {
  const isForEver = backup.lock === 'compliance'
  const vault = new BackupVault(scope, id, {
    backupVaultName: name,
    encryptionKey: key,
    lockConfiguration: {
      minRetention: Duration.days(backup.retentionDays),
      ...(isForEver && {changeableFor: COOLING_OFF}),
    },
    // AWS deletes an empty vault alone.
    removalPolicy: protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
  if (isForEver)
    Annotations.of(vault).addWarningV2(
      'todo-dr:backup-lock',
      `The lock of the backup vault ${name} is in compliance mode. ${COOLING_OFF.toDays()} days after the deployment nobody can change or remove it, neither you nor AWS: each backup stays, and is billed, for ${backup.retentionDays} days. "lock": "governance" in config.json can be undone.`,
    )
  return vault
}
