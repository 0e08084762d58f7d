/** Every service of the lab, in the order in which they are made: none needs another while it is being made. */

import type {Service} from '../kernel.js'
import type {LocalLab} from '../lab.js'

type Make = (lab: LocalLab) => Promise<Service>

export const SERVICES: Make[] = [
  async (lab) => new (await import('./sts/service.js')).StsService(lab),
  async (lab) => new (await import('./ec2/service.js')).Ec2Service(lab),
  async (lab) => new (await import('./kms/service.js')).KmsService(lab),
  async (lab) => new (await import('./logs/service.js')).LogsService(lab),
  async () => new (await import('./servicequotas/service.js')).ServiceQuotasService(),
  async (lab) => new (await import('./tagging/service.js')).TaggingService(lab),
  async () => new (await import('./ssm/service.js')).SsmService(),
  async (lab) => new (await import('./secretsmanager/service.js')).SecretsManagerService(lab),
  async () => new (await import('./s3/service.js')).S3Service(),
  async (lab) => new (await import('./rds/service.js')).RdsService(lab),
  async (lab) => new (await import('./cloudwatch/service.js')).CloudWatchService(lab),
  async (lab) => new (await import('./lambda/service.js')).LambdaService(lab),
  async (lab) => new (await import('./cognito-idp/service.js')).CognitoService(lab),
  async () => new (await import('./wafv2/service.js')).WafService(),
  async (lab) => new (await import('./apigateway/service.js')).ApiGatewayService(lab),
  async (lab) => new (await import('./cloudfront/service.js')).CloudFrontService(lab),
  async (lab) => new (await import('./cloudfront-keyvaluestore/service.js')).KeyValueStoreService(lab),
  async (lab) => new (await import('./cloudformation/service.js')).CloudFormationService(lab),
]
