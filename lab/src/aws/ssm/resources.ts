/** AWS::SSM::Parameter. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  changedProperties,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagList, tagMap} from '../../cloudformation/tags.js'

const put = (Name: string, properties: Properties, context: ResourceContext, Overwrite: boolean): Promise<unknown> =>
  request(context, 'ssm', 'PutParameter', {
    ...properties,
    Name,
    Overwrite,
    // AWS takes tags with a new parameter only.
    Tags: Overwrite ? undefined : tagList(properties.Tags),
  })

function refuseSecret({Type}: Properties): void {
  if (Type === 'SecureString') throw new Error('CloudFormation creates and changes no SecureString parameters')
}

const attributes = ({Type, Value}: Properties): Properties => ({Type, Value})

export const parameter: ResourceProvider = {
  tags: {name: 'Tags', shape: 'map'},
  tagCalls: {
    service: 'ssm',
    add: 'AddTagsToResource',
    remove: 'RemoveTagsFromResource',
    target: (ResourceId) => ({ResourceType: 'Parameter', ResourceId}),
    shape: 'list',
  },
  createOnly: ['Name'],
  async create(properties, context) {
    refuseSecret(properties)
    const name = properties.Name ?? `CFN-${generatedName(context.stackName, context.logicalId)}`
    await put(name, properties, context, false)
    return {physicalId: name, attributes: attributes(properties)}
  },
  /** A change of tags alone makes no new version: a value that was written beside the template stays. */
  async update(physicalId, properties, previous, context) {
    refuseSecret(properties)
    if (changedProperties(previous, properties).some((name) => name !== 'Tags'))
      await put(physicalId, properties, context, true)
    return {physicalId, attributes: attributes(properties)}
  },
  async read(Name, _all, context) {
    const {Parameters} = await call(context, 'ssm', 'DescribeParameters', {
      ParameterFilters: [{Key: 'Name', Option: 'Equals', Values: [Name]}],
    })
    if (Parameters.length === 0) return undefined
    const {Parameter} = await call(context, 'ssm', 'GetParameter', {Name})
    const {TagList} = await call(context, 'ssm', 'ListTagsForResource', {ResourceType: 'Parameter', ResourceId: Name})
    const Tags = tagMap(TagList)
    return liveOf(Parameters[0], ['Description', 'Name', 'Tier', 'Type'], {Tags, Value: Parameter.Value})
  },
  async delete(Name, _properties, context) {
    await unlessGone(call(context, 'ssm', 'DeleteParameter', {Name}))
  },
}
