/** What RDS's resource providers share: names, and calls whose work goes on after the answer. */

import {generatedName} from '../../cloudformation/names.js'
import {
  call,
  unlessGone,
  waitUntil,
  type Properties,
  type ResourceContext,
  type TagCalls,
} from '../../cloudformation/provider.js'

/** RDS keeps identifiers in lower case, at most 63 characters. */
export const identifier = (given: unknown, context: ResourceContext): string =>
  typeof given === 'string' ? given : generatedName(context.stackName, context.logicalId, {max: 63, lowerCase: true})

interface Kind {
  /** As the operations spell it: `DBCluster` in `DeleteDBCluster`. */
  noun: string
  plural?: string
  /** The member by which the operations name one. */
  key: string
  /** The member that tells its status. */
  status?: string
  /** As DescribeEvents calls it, where it tells of failures. */
  source?: string
}

/** Statuses that no waiting ends. */
const HOPELESS = new Set(['failed', 'inaccessible-encryption-credentials', 'incompatible-parameters', 'storage-full'])

export function kindOf({noun, plural = `${noun}s`, key, status: member = 'Status', source}: Kind) {
  const describe = async (id: string, context: ResourceContext): Promise<Properties> =>
    (await call(context, 'rds', `Describe${plural}`, {[key]: id}))[plural][0]

  return {
    describe,

    /** Waits until it is available. Throws where it never will be, with what RDS's events say of it. */
    available: (id: string, context: ResourceContext): Promise<Properties> =>
      waitUntil(
        `${noun} ${id}`,
        () => describe(id, context),
        async ({[member]: status}) => {
          if (source === undefined || !HOPELESS.has(status)) return status === 'available'
          const {Events = []} = await call(context, 'rds', 'DescribeEvents', {SourceType: source, SourceIdentifier: id})
          throw new Error(`${id} is in the status ${status}. ${Events.at(-1)?.Message ?? ''}`)
        },
      ),

    /** Waits until it is gone; it may be gone already. */
    async remove(id: string, context: ResourceContext, more: Properties = {}): Promise<void> {
      await unlessGone(call(context, 'rds', `Delete${noun}`, {[key]: id, ...more}))
      await waitUntil(
        `The deletion of ${id}`,
        () => unlessGone(describe(id, context)),
        (left) => !left,
      )
    },
  }
}

export const globalClusters = kindOf({noun: 'GlobalCluster', key: 'GlobalClusterIdentifier'})
export const clusters = kindOf({noun: 'DBCluster', key: 'DBClusterIdentifier', source: 'db-cluster'})
export const instances = kindOf({
  noun: 'DBInstance',
  key: 'DBInstanceIdentifier',
  status: 'DBInstanceStatus',
  source: 'db-instance',
})
export const proxies = kindOf({noun: 'DBProxy', plural: 'DBProxies', key: 'DBProxyName'})
export const proxyEndpoints = kindOf({noun: 'DBProxyEndpoint', key: 'DBProxyEndpointName'})

/** Of a resource whose ARN `arnOf` knows. */
export const rdsTags = (arnOf: (id: string, attributes: Properties, region: string) => string): TagCalls => ({
  service: 'rds',
  add: 'AddTagsToResource',
  remove: 'RemoveTagsFromResource',
  target: (id, attributes, {region}) => ({ResourceName: arnOf(id, attributes, region)}),
  shape: 'list',
})
