import type {RecordedType} from '../../cloudformation/recorded.js'
import {refusePlan, refuseSelection, refuseVault, VAULT} from './rules.js'

export const recorded: Readonly<Record<string, RecordedType>> = {
  'AWS::Backup::BackupPlan': {
    area: 'backups',
    ref: '{uuid}',
    attributes: {
      BackupPlanArn: 'arn:aws:backup:{region}:{account}:backup-plan:{ref}',
      BackupPlanId: '{ref}',
      VersionId: '{hex:48}',
    },
    arn: 'backup:{region}:{account}:backup-plan:{ref}',
    tags: {name: 'BackupPlanTags', shape: 'map'},
    valid: refusePlan,
  },
  'AWS::Backup::BackupSelection': {
    area: 'backups',
    ref: '{uuid}_{BackupPlanId}',
    attributes: {Id: '{ref}'},
    createOnly: ['BackupPlanId', 'BackupSelection'],
    valid: refuseSelection,
  },
  [VAULT]: {
    area: 'backups',
    ref: '{name}',
    attributes: {BackupVaultArn: 'arn:aws:backup:{region}:{account}:backup-vault:{name}', BackupVaultName: '{name}'},
    name: {property: 'BackupVaultName', max: 50},
    createOnly: ['BackupVaultName', 'EncryptionKeyArn'],
    arn: 'backup:{region}:{account}:backup-vault:{name}',
    tags: {name: 'BackupVaultTags', shape: 'map'},
    valid: refuseVault,
  },
}
