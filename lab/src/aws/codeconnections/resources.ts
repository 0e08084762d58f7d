/** AWS::CodeConnections::Connection: made PENDING, as by a call. */

import {
  call,
  liveOf,
  unlessGone,
  type Properties,
  type ResourceContext,
  type ResourceProvider,
} from '../../cloudformation/provider.js'
import {request} from '../../cloudformation/shape.js'
import {TAGS} from '../../cloudformation/tags.js'

const found = (ConnectionArn: string, context: ResourceContext): Promise<Properties> =>
  call(context, 'codeconnections', 'GetConnection', {ConnectionArn}).then(({Connection}) => Connection)

const attributesOf = ({ConnectionArn, ConnectionStatus, OwnerAccountId}: Properties): Properties => ({
  ConnectionArn,
  ConnectionStatus,
  OwnerAccountId,
})

export const connection: ResourceProvider = {
  tags: TAGS,
  tagCalls: {
    service: 'codeconnections',
    add: 'TagResource',
    remove: 'UntagResource',
    target: (ResourceArn) => ({ResourceArn}),
    shape: 'list',
  },
  createOnly: ['ConnectionName', 'HostArn', 'ProviderType'],
  async create(properties, context) {
    const {ConnectionArn} = await request(context, 'codeconnections', 'CreateConnection', properties)
    return {physicalId: ConnectionArn, attributes: attributesOf(await found(ConnectionArn, context))}
  },
  // Nothing but tags changes in place.
  update: async (physicalId) => ({physicalId}),
  async read(arn, _all, context) {
    const live = await unlessGone(found(arn, context))
    return live && liveOf(live, ['ConnectionName', 'ProviderType'])
  },
  async delete(arn, _properties, context) {
    await unlessGone(call(context, 'codeconnections', 'DeleteConnection', {ConnectionArn: arn}))
  },
}
