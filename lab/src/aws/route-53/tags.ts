/** Tags of hosted zones and health checks. */

import type * as Api from '@aws-sdk/client-route-53'

import type {Zones} from '../../data-plane/dns/zones.js'
import type {HealthCheckers} from '../../data-plane/health/health-checkers.js'
import type {Operation, TaggedResource} from '../../kernel.js'
import {arnOf, bareId} from './api.js'
import {noSuchCheck, noSuchZone} from './faults.js'

interface Tagged {
  tags: Api.Tag[]
}

export function tagOperations(zones: Zones, checkers: HealthCheckers): Record<string, Operation> {
  const find = (type: Api.TagResourceType | undefined, given: string | undefined): Tagged => {
    const id = bareId(given)
    const found = (type === 'hostedzone' ? zones : checkers).all.get(id)
    if (!found) throw type === 'hostedzone' ? noSuchZone(id) : noSuchCheck(id)
    return found
  }

  const described = (type: Api.TagResourceType | undefined, id: string | undefined): Api.ResourceTagSet => ({
    ResourceType: type,
    ResourceId: bareId(id),
    Tags: find(type, id).tags,
  })
  return {
    ChangeTagsForResource(input: Api.ChangeTagsForResourceRequest) {
      const {AddTags = [], RemoveTagKeys = []} = input
      const tagged = find(input.ResourceType, input.ResourceId)
      const gone = new Set([...RemoveTagKeys, ...AddTags.map(({Key}) => Key)])
      tagged.tags = [...tagged.tags.filter(({Key}) => !gone.has(Key)), ...AddTags]
      return {}
    },
    ListTagsForResource: ({ResourceType, ResourceId}: Api.ListTagsForResourceRequest) => ({
      ResourceTagSet: described(ResourceType, ResourceId),
    }),
    ListTagsForResources: ({ResourceType, ResourceIds = []}: Api.ListTagsForResourcesRequest) => ({
      ResourceTagSets: ResourceIds.map((id) => described(ResourceType, id)),
    }),
  }
}

export const allTagged = (zones: Zones, checkers: HealthCheckers): TaggedResource[] => [
  ...[...zones.all.values()].map(({id, tags}) => ({arn: arnOf('hostedzone', id), tags})),
  ...[...checkers.all.values()].map(({id, tags}) => ({arn: arnOf('healthcheck', id), tags})),
]
