/** Every service of AWS that the lab knows, and what follows from the list. */

import {customResource, isCustom} from '../cloudformation/custom-resource.js'
import type {ResourceProvider} from '../cloudformation/provider.js'
import {recordedProvider} from '../cloudformation/recorded.js'
import type {Lab, Service} from '../kernel.js'
import type {AwsService} from './aws-service.js'
import {acm} from './acm/index.js'
import {apigateway} from './apigateway/index.js'
import {backup} from './backup/index.js'
import {cdk} from './cdk/index.js'
import {cloudformation} from './cloudformation/index.js'
import {cloudfront} from './cloudfront/index.js'
import {cloudfrontKeyvaluestore} from './cloudfront-keyvaluestore/index.js'
import {cloudwatch} from './cloudwatch/index.js'
import {codebuild} from './codebuild/index.js'
import {codecommit} from './codecommit/index.js'
import {codeconnections} from './codeconnections/index.js'
import {codepipeline} from './codepipeline/index.js'
import {cognitoIdp} from './cognito-idp/index.js'
import {ec2} from './ec2/index.js'
import {ecr} from './ecr/index.js'
import {events} from './events/index.js'
import {iam} from './iam/index.js'
import {kms} from './kms/index.js'
import {lambda} from './lambda/index.js'
import {logs} from './logs/index.js'
import {rds} from './rds/index.js'
import {route53} from './route-53/index.js'
import {route53RecoveryCluster} from './route53-recovery-cluster/index.js'
import {route53RecoveryControlConfig} from './route53-recovery-control-config/index.js'
import {s3} from './s3/index.js'
import {secretsmanager} from './secretsmanager/index.js'
import {servicequotas} from './servicequotas/index.js'
import {sns} from './sns/index.js'
import {ssm} from './ssm/index.js'
import {sts} from './sts/index.js'
import {tagging} from './tagging/index.js'
import {wafv2} from './wafv2/index.js'

export const SERVICES: readonly AwsService[] = [
  acm,
  apigateway,
  backup,
  cdk,
  cloudformation,
  cloudfront,
  cloudfrontKeyvaluestore,
  cloudwatch,
  codebuild,
  codecommit,
  codeconnections,
  codepipeline,
  cognitoIdp,
  ec2,
  ecr,
  events,
  iam,
  kms,
  lambda,
  logs,
  rds,
  route53,
  route53RecoveryCluster,
  route53RecoveryControlConfig,
  s3,
  secretsmanager,
  servicequotas,
  sns,
  ssm,
  sts,
  tagging,
  wafv2,
]

/** One of each, for one lab. None needs another while it is made. */
export const makeServices = (lab: Lab): Service[] => SERVICES.flatMap(({make}) => make?.(lab, providerOf) ?? [])

/** Types that are really made, by the lab's own services. */
export const MADE = byType(({types}) => types)

/** Types that are recorded only. */
export const RECORDED = byType(({recorded}) => recorded)

const PROVIDERS = new Map<string, ResourceProvider>([
  ...Object.entries(MADE),
  ...Object.entries(RECORDED).map(([type, entry]) => [type, recordedProvider(type, entry)] as const),
])

/** Undefined for a type that the lab does not support. */
export function providerOf(type: string): ResourceProvider | undefined {
  return isCustom(type) ? customResource(type) : PROVIDERS.get(type)
}

/** One table of all services, in the order of its names. */
function byType<T>(tableOf: (service: AwsService) => Readonly<Record<string, T>> | undefined): Record<string, T> {
  const entries = SERVICES.flatMap((service) => Object.entries(tableOf(service) ?? {}))
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}
