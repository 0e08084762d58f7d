/** Which provider makes which resource type. */

import {customResource} from '../cloudformation/custom-resource.js'
import * as apigateway from './apigateway/resources.js'
import {method} from './apigateway/method-resource.js'
import * as cloudfront from './cloudfront/resources.js'
import {alarm} from './cloudwatch/resources.js'
import * as cognito from './cognito-idp/resources.js'
import {lambdaFunction, lambdaPermission} from './lambda/resources.js'
import type {ResourceProvider} from '../cloudformation/provider.js'
import * as proxy from './rds/proxy-resources.js'
import * as rds from './rds/resources.js'
import {RECORDED, recordedProvider} from '../cloudformation/recorded.js'
import {bucket, bucketPolicy} from './s3/resources.js'
import {secret, secretTargetAttachment} from './secretsmanager/resources.js'
import {ssmParameter} from './ssm/resources.js'
import {webAcl, webAclAssociation} from './wafv2/resources.js'

/** Types that are really made, by the lab's own services. */
export const MADE: Readonly<Record<string, ResourceProvider>> = {
  'AWS::ApiGateway::Authorizer': apigateway.authorizer,
  'AWS::ApiGateway::Deployment': apigateway.deployment,
  'AWS::ApiGateway::GatewayResponse': apigateway.gatewayResponse,
  'AWS::ApiGateway::Method': method,
  'AWS::ApiGateway::Model': apigateway.model,
  'AWS::ApiGateway::RequestValidator': apigateway.requestValidator,
  'AWS::ApiGateway::Resource': apigateway.resource,
  'AWS::ApiGateway::RestApi': apigateway.restApi,
  'AWS::ApiGateway::Stage': apigateway.stage,
  'AWS::CloudFront::Distribution': cloudfront.distribution,
  'AWS::CloudFront::Function': cloudfront.cloudFrontFunction,
  'AWS::CloudFront::KeyValueStore': cloudfront.keyValueStore,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::Cognito::UserPool': cognito.userPool,
  'AWS::Cognito::UserPoolClient': cognito.userPoolClient,
  'AWS::Cognito::UserPoolDomain': cognito.userPoolDomain,
  'AWS::Cognito::UserPoolResourceServer': cognito.resourceServer,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': lambdaPermission,
  'AWS::RDS::DBCluster': rds.cluster,
  'AWS::RDS::DBClusterParameterGroup': rds.parameterGroup,
  'AWS::RDS::DBInstance': rds.instance,
  'AWS::RDS::DBProxy': proxy.proxy,
  'AWS::RDS::DBProxyEndpoint': proxy.proxyEndpoint,
  'AWS::RDS::DBProxyTargetGroup': proxy.proxyTargetGroup,
  'AWS::RDS::DBSubnetGroup': rds.subnetGroup,
  'AWS::RDS::GlobalCluster': rds.globalCluster,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::SecretsManager::Secret': secret,
  'AWS::SecretsManager::SecretTargetAttachment': secretTargetAttachment,
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::WAFv2::WebACLAssociation': webAclAssociation,
}

const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'

/** Undefined for a type that the lab does not support. */
export function providerOf(type: string): ResourceProvider | undefined {
  if (isCustom(type)) return customResource(type)
  if (Object.hasOwn(MADE, type)) return MADE[type]
  const recorded = Object.hasOwn(RECORDED, type) ? RECORDED[type] : undefined
  return recorded && recordedProvider(type, recorded)
}
