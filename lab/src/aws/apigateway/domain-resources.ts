/** AWS::ApiGateway::DomainName and BasePathMapping. */

import {
  call,
  changedProperties,
  unlessGone,
  type Properties,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagMap, TAGS} from '../../cloudformation/tags.js'

const SERVICE = 'apigateway'

const replace = (path: string, value: unknown) => ({op: 'replace', path, value: String(value)})

/** The patches of what differs. Throws for what cannot be changed in place. */
function patches(type: string, after: Properties, before: Properties, paths: Record<string, string>): object[] {
  const changed = changedProperties(before, after).filter((name) => name !== 'Tags')
  const unknown = changed.filter((name) => !Object.hasOwn(paths, name))
  if (unknown.length > 0)
    throw new Error(`The lab cannot change ${unknown.join(', ')} of AWS::ApiGateway::${type} in place`)
  return changed.map((name) => replace(paths[name]!, after[name] ?? ''))
}

export const domainName: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: SERVICE,
    add: 'TagResource',
    remove: 'UntagResource',
    target: (name, _, {region}) => ({resourceArn: `arn:aws:apigateway:${region}::/domainnames/${name}`}),
    shape: 'map',
  },
  createOnly: ['DomainName'],
  async create(properties, context) {
    const input = {...properties, tags: tagMap(properties.Tags)}
    const made = await request(context, SERVICE, 'CreateDomainName', input)
    return {
      physicalId: made.domainName,
      attributes: {
        DomainNameArn: made.domainNameArn,
        RegionalDomainName: made.regionalDomainName,
        RegionalHostedZoneId: made.regionalHostedZoneId,
      },
    }
  },
  async update(name, properties, previous, context) {
    const paths = {RegionalCertificateArn: '/regionalCertificateArn', SecurityPolicy: '/securityPolicy'}
    const patchOperations = patches('DomainName', properties, previous, paths)
    await call(context, SERVICE, 'UpdateDomainName', {domainName: name, patchOperations})
    return {physicalId: name}
  },
  async delete(name, _properties, context) {
    await unlessGone(call(context, SERVICE, 'DeleteDomainName', {domainName: name}))
  },
}

export const basePathMapping: ResourceProvider = {
  createOnly: ['BasePath', 'DomainName'],
  async create(properties, context) {
    const {basePath} = await request(context, SERVICE, 'CreateBasePathMapping', properties)
    return {physicalId: `${properties.DomainName}|${basePath}`}
  },
  async update(physicalId, properties, previous, context) {
    const {DomainName, BasePath: basePath} = properties
    const paths = {RestApiId: '/restapiId', Stage: '/stage'}
    const patchOperations = patches('BasePathMapping', properties, previous, paths)
    await call(context, SERVICE, 'UpdateBasePathMapping', {domainName: DomainName, basePath, patchOperations})
    return {physicalId}
  },
  async delete(_physicalId, {DomainName, BasePath: basePath}, context) {
    await unlessGone(call(context, SERVICE, 'DeleteBasePathMapping', {domainName: DomainName, basePath}))
  },
}
