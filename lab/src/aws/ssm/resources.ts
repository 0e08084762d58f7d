/** AWS::SSM::Parameter. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {tagList} from '../../cloudformation/tags.js'

const put = (Name: string, properties: Properties, context: ResourceContext, Overwrite: boolean): Promise<unknown> =>
  request(context, 'ssm', 'PutParameter', {
    ...properties,
    Name,
    Overwrite,
    // AWS takes tags with a new parameter only.
    Tags: Overwrite ? undefined : tagList(properties.Tags),
  })

const attributes = ({Type, Value}: Properties): Properties => ({Type, Value})

export const parameter: ResourceProvider = {
  tags: {name: 'Tags', shape: 'map'},
  createOnly: ['Name'],
  async create(properties, context) {
    if (properties.Type === 'SecureString') throw new Error('CloudFormation creates no SecureString parameters')
    const name = properties.Name ?? `CFN-${generatedName(context.stackName, context.logicalId)}`
    await put(name, properties, context, false)
    return {physicalId: name, attributes: attributes(properties)}
  },
  async update(physicalId, properties, _previous, context) {
    await put(physicalId, properties, context, true)
    return {physicalId, attributes: attributes(properties)}
  },
  async delete(Name, _properties, context) {
    await unlessGone(call(context, 'ssm', 'DeleteParameter', {Name}))
  },
}
