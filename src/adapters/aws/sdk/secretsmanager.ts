export {
  SecretsManagerClient as Client,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  RemoveRegionsFromReplicationCommand,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
