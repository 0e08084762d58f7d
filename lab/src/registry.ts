/** Every service of the lab, in the order in which they are made: none needs another while it is being made. */

import type {Service} from './kernel.js'
import type {LocalLab} from './lab.js'

type Make = (lab: LocalLab) => Promise<Service>

export const SERVICES: Make[] = [
  async (lab) => new (await import('./services/sts.js')).StsService(lab),
  async (lab) => new (await import('./services/ec2.js')).Ec2Service(lab),
  async (lab) => new (await import('./services/kms.js')).KmsService(lab),
  async (lab) => new (await import('./services/logs.js')).LogsService(lab),
  async () => new (await import('./services/service-quotas.js')).ServiceQuotasService(),
  async (lab) => new (await import('./services/tagging.js')).TaggingService(lab),
  async () => new (await import('./services/ssm.js')).SsmService(),
  async (lab) => new (await import('./services/secretsmanager.js')).SecretsManagerService(lab),
  async () => new (await import('./services/s3.js')).S3Service(),
  async (lab) => new (await import('./services/rds/index.js')).RdsService(lab),
  async (lab) => new (await import('./services/cloudwatch.js')).CloudWatchService(lab),
  async (lab) => new (await import('./services/lambda.js')).LambdaService(lab),
  async (lab) => new (await import('./services/cognito-idp.js')).CognitoService(lab),
  async () => new (await import('./services/wafv2.js')).WafService(),
  async (lab) => new (await import('./services/apigateway.js')).ApiGatewayService(lab),
  async (lab) => new (await import('./services/cloudfront.js')).CloudFrontService(lab),
  async (lab) => new (await import('./services/cloudfront-keyvaluestore.js')).KeyValueStoreService(lab),
  async (lab) => new (await import('./services/cloudformation.js')).CloudFormationService(lab),
]
