import type {TaggedResource} from '../kernel.js'
import type {ResourceRecord} from '../resources/records.js'
import {tagList} from '../resources/shape.js'

export const tagsOf = ({properties}: ResourceRecord): {Key: string; Value: string}[] => tagList(properties.Tags) ?? []

export const asTagged = (record: ResourceRecord): TaggedResource[] =>
  record.arn === undefined ? [] : [{arn: record.arn, tags: tagsOf(record)}]
