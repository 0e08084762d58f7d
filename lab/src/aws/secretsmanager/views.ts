import type {Secret, SecretVersion} from './secret.js'

const tagsOf = (secret: Secret): {Key: string; Value: string}[] =>
  [...secret.tags].map(([Key, Value]) => ({Key, Value}))

export const versionEntry = ({id, stages, createdAt}: SecretVersion) => ({
  VersionId: id,
  VersionStages: [...stages],
  CreatedDate: createdAt,
})

export const listEntry = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  KmsKeyId: secret.kmsKeyId,
  CreatedDate: secret.createdAt,
  LastChangedDate: secret.changedAt,
  DeletedDate: secret.deletedAt,
  PrimaryRegion: secret.primaryRegion,
  Tags: tagsOf(secret),
  SecretVersionsToStages: Object.fromEntries([...secret.versions].map(([id, {stages}]) => [id, [...stages]])),
})

export const describe = (secret: Secret) => {
  const {SecretVersionsToStages, ...entry} = listEntry(secret)
  return {
    ...entry,
    VersionIdsToStages: SecretVersionsToStages,
    ReplicationStatus:
      secret.replicas.size === 0
        ? undefined
        : [...secret.replicas.values()].map(({region, kmsKeyId, status, message}) => ({
            Region: region,
            KmsKeyId: kmsKeyId ?? 'alias/aws/secretsmanager',
            Status: status,
            StatusMessage: message,
          })),
  }
}
