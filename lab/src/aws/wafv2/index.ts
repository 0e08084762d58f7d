import type {AwsService} from '../aws-service.js'
import {api} from './api.js'
import {webAcl, webAclAssociation} from './resources.js'
import {WafService} from './service.js'

export const wafv2: AwsService = {
  api,
  make: () => new WafService(),
  types: {'AWS::WAFv2::WebACL': webAcl, 'AWS::WAFv2::WebACLAssociation': webAclAssociation},
}
