/** Tags of resources: in which shape a type keeps them, and how a stack's own tags get there. */

import type {Properties, TagProperty} from './provider.js'
import {isRecord} from './template.js'

export interface Tag {
  Key: string
  Value: string
}

/** The property of most types that take tags. */
export const TAGS: TagProperty = {name: 'Tags', shape: 'list'}

/**
 * A resource's properties with the tags of its stack, as CloudFormation propagates them; a tag of the resource's own wins.
 * Source: "Resource tag", CloudFormation template reference.
 */
export function withStackTags(
  property: TagProperty | undefined,
  properties: Properties,
  tags: readonly Tag[],
): Properties {
  if (property === undefined || tags.length === 0) return properties
  const given = properties[property.name]
  if (property.shape === 'map') return {...properties, [property.name]: {...tagMap(tags), ...given}}
  const own: Tag[] = given ?? []
  const rest = tags.filter(({Key}) => own.every((tag) => tag.Key !== Key))
  return {...properties, [property.name]: [...own, ...rest]}
}

/** CloudFormation's tag list or map as a map, as the services with `tags` maps want them. */
export function tagMap(tags: unknown): Record<string, string> | undefined {
  if (Array.isArray(tags)) return Object.fromEntries(tags.map(({Key, Value}: Tag) => [Key, Value]))
  return isRecord(tags) ? (tags as Record<string, string>) : undefined
}

/** CloudFormation's tag map or list as a list. */
export function tagList(tags: unknown): Tag[] | undefined {
  if (Array.isArray(tags)) return tags as Tag[]
  return isRecord(tags) ? Object.entries(tags).map(([Key, Value]) => ({Key, Value: String(Value)})) : undefined
}
