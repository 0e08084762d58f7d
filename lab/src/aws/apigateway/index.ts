import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {basePathMapping, domainName} from './domain-resources.js'
import {method} from './method-resource.js'
import * as resources from './resources.js'
import {ApiGatewayService} from './service.js'

export const apigateway: AwsService = {
  api,
  make: (lab) => new ApiGatewayService(lab),
  types: {
    'AWS::ApiGateway::Account': resources.account,
    'AWS::ApiGateway::Authorizer': resources.authorizer,
    'AWS::ApiGateway::BasePathMapping': basePathMapping,
    'AWS::ApiGateway::Deployment': resources.deployment,
    'AWS::ApiGateway::DomainName': domainName,
    'AWS::ApiGateway::GatewayResponse': resources.gatewayResponse,
    'AWS::ApiGateway::Method': method,
    'AWS::ApiGateway::Model': resources.model,
    'AWS::ApiGateway::RequestValidator': resources.requestValidator,
    'AWS::ApiGateway::Resource': resources.resource,
    'AWS::ApiGateway::RestApi': resources.restApi,
    'AWS::ApiGateway::Stage': resources.stage,
  },
}
