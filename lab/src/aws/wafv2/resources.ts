/** AWS::WAFv2::WebACL and WebACLAssociation. */

import {generatedName} from '../../cloudformation/names.js'
import {call, unlessGone, type Properties, type ResourceProvider} from '../../cloudformation/provider.js'
import {TAGS} from '../../cloudformation/tags.js'

const SERVICE = 'wafv2'

/** CloudFormation's and the API's properties have the same names. */
export const webAcl: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: SERVICE,
    add: 'TagResource',
    remove: 'UntagResource',
    target: (_, {Arn}) => ({ResourceARN: Arn}),
    shape: 'list',
  },
  createOnly: ['Name', 'Scope'],
  async create(properties, context) {
    const Name = properties.Name ?? generatedName(context.stackName, context.logicalId, {max: 128})
    const {Summary} = await call(context, SERVICE, 'CreateWebACL', {...properties, Name})
    const {ARN: Arn, Id} = Summary as Properties
    return {
      physicalId: `${Name}|${Id}|${properties.Scope}`,
      attributes: {Arn, Id, Capacity: 1, LabelNamespace: `awswaf:${String(Arn).split(':')[4]}:webacl:${Name}:`},
    }
  },
  async update(physicalId, properties, _previous, context) {
    const {WebACL, ...lock} = await call(context, SERVICE, 'GetWebACL', {Id: idOf(physicalId)})
    await call(context, SERVICE, 'UpdateWebACL', {...properties, Id: WebACL.Id, ...lock})
    return {physicalId}
  },
  async delete(physicalId, _properties, context) {
    const found = await unlessGone(call(context, SERVICE, 'GetWebACL', {Id: idOf(physicalId)}))
    if (!found) return
    const {WebACL, ...lock} = found
    await unlessGone(call(context, SERVICE, 'DeleteWebACL', {Id: WebACL.Id, ...lock}))
  },
}

const idOf = (physicalId: string): string => physicalId.split('|')[1] ?? ''

export const webAclAssociation: ResourceProvider = {
  createOnly: 'all',
  async create({WebACLArn, ResourceArn}, context) {
    await call(context, SERVICE, 'AssociateWebACL', {WebACLArn, ResourceArn})
    return {physicalId: `${WebACLArn}|${ResourceArn}`}
  },
  async delete(_physicalId, {ResourceArn}, context) {
    await call(context, SERVICE, 'DisassociateWebACL', {ResourceArn})
  },
}
