/** The SDK clients whose schemas the lab speaks, by signing name. Imported at the first call, so that boot stays quick. */

interface ClientModule {
  [name: string]: unknown
}

interface ClientEntry {
  load: () => Promise<ClientModule>
  client: string
}

export const CLIENTS: Record<string, ClientEntry> = {
  apigateway: {load: () => import('@aws-sdk/client-api-gateway'), client: 'APIGatewayClient'},
  cloudformation: {load: () => import('@aws-sdk/client-cloudformation'), client: 'CloudFormationClient'},
  cloudfront: {load: () => import('@aws-sdk/client-cloudfront'), client: 'CloudFrontClient'},
  'cloudfront-keyvaluestore': {
    load: () => import('@aws-sdk/client-cloudfront-keyvaluestore'),
    client: 'CloudFrontKeyValueStoreClient',
  },
  'cognito-idp': {
    load: () => import('@aws-sdk/client-cognito-identity-provider'),
    client: 'CognitoIdentityProviderClient',
  },
  ec2: {load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client'},
  kms: {load: () => import('@aws-sdk/client-kms'), client: 'KMSClient'},
  lambda: {load: () => import('@aws-sdk/client-lambda'), client: 'LambdaClient'},
  logs: {load: () => import('@aws-sdk/client-cloudwatch-logs'), client: 'CloudWatchLogsClient'},
  monitoring: {load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient'},
  rds: {load: () => import('@aws-sdk/client-rds'), client: 'RDSClient'},
  s3: {load: () => import('@aws-sdk/client-s3'), client: 'S3Client'},
  secretsmanager: {load: () => import('@aws-sdk/client-secrets-manager'), client: 'SecretsManagerClient'},
  servicequotas: {load: () => import('@aws-sdk/client-service-quotas'), client: 'ServiceQuotasClient'},
  ssm: {load: () => import('@aws-sdk/client-ssm'), client: 'SSMClient'},
  sts: {load: () => import('@aws-sdk/client-sts'), client: 'STSClient'},
  tagging: {
    load: () => import('@aws-sdk/client-resource-groups-tagging-api'),
    client: 'ResourceGroupsTaggingAPIClient',
  },
}
