/** Tags of resources: in which shape a type keeps them, and how a stack's own tags get there. */

import type {Properties, ResourceContext, ResourceProvider, TagProperty} from './provider.js'
import {request} from './shape.js'
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

/** Brings the tags of a thing from those of `previous` to those of `properties`: only what differs is set, and what is gone is removed. */
export async function retag(
  {tags, tagCalls}: ResourceProvider,
  {physicalId, attributes}: {physicalId: string; attributes: Properties},
  properties: Properties,
  previous: Properties,
  context: ResourceContext,
): Promise<void> {
  if (!tags || !tagCalls) return
  const [before, after] = [previous, properties].map(
    (all) => new Map((tagList(all[tags.name]) ?? []).map(({Key, Value}) => [Key, Value])),
  )
  const added = [...after!].filter(([key, value]) => before!.get(key) !== value)
  const removed = [...before!.keys()].filter((key) => !after!.has(key))
  const {service, add, remove, shape} = tagCalls
  const target = tagCalls.target(physicalId, {...properties, ...attributes}, context)
  const list = added.map(([Key, Value]) => ({Key, Value}))
  const inShape = {list, map: Object.fromEntries(added), items: {Items: list}}
  if (added.length > 0) await request(context, service, add, {...target, Tags: inShape[shape]})
  const TagKeys = shape === 'items' ? {Items: removed} : removed
  if (removed.length > 0) await request(context, service, remove, {...target, TagKeys})
}
