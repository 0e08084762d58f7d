import type {
  AddTagsToResourceMessage,
  ListTagsForResourceMessage,
  RemoveTagsFromResourceMessage,
  Tag,
} from '@aws-sdk/client-rds'

import {fault, type Operation} from '../../kernel.js'
import type {Rds} from './store.js'

export function tagOperations({store}: Rds): Record<string, Operation> {
  const tagsOf = (name: string | undefined): Tag[] => {
    const tags = store.tags.get(name ?? '')
    if (!tags)
      throw fault(
        'InvalidParameterValue',
        `The specified resource name does not match an RDS resource in this region: ${name}`,
      )
    return tags
  }

  const set = (name: string | undefined, tags: Tag[]): void => {
    store.tags.set(name!, tags)
  }

  return {
    AddTagsToResource({ResourceName, Tags = []}: AddTagsToResourceMessage) {
      const added = new Set(Tags.map(({Key}) => Key))
      set(ResourceName, [...tagsOf(ResourceName).filter(({Key}) => !added.has(Key)), ...Tags])
      return {}
    },
    RemoveTagsFromResource({ResourceName, TagKeys = []}: RemoveTagsFromResourceMessage) {
      set(
        ResourceName,
        tagsOf(ResourceName).filter(({Key}) => !TagKeys.includes(Key!)),
      )
      return {}
    },
    ListTagsForResource: ({ResourceName}: ListTagsForResourceMessage) => ({TagList: tagsOf(ResourceName)}),
  }
}
