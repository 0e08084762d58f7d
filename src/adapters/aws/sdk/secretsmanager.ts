export {
  SecretsManagerClient as Client,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
