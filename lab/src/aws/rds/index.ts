import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import * as groups from './group-resources.js'
import * as proxy from './proxy-resources.js'
import * as resources from './resources.js'
import {RdsService} from './service.js'

export const rds: AwsService = {
  api,
  make: (lab) => new RdsService(lab),
  types: {
    'AWS::RDS::DBCluster': resources.cluster,
    'AWS::RDS::DBClusterParameterGroup': groups.parameterGroup,
    'AWS::RDS::DBInstance': resources.instance,
    'AWS::RDS::DBProxy': proxy.proxy,
    'AWS::RDS::DBProxyEndpoint': proxy.proxyEndpoint,
    'AWS::RDS::DBProxyTargetGroup': proxy.proxyTargetGroup,
    'AWS::RDS::DBSubnetGroup': groups.subnetGroup,
    'AWS::RDS::GlobalCluster': resources.globalCluster,
  },
}
