import type {TaggedResource} from '../kernel.js'
import type {ResourceRecord} from './records.js'
import {tagList} from './shape.js'

export const tagsOf = ({properties}: ResourceRecord): {Key: string; Value: string}[] => tagList(properties.Tags) ?? []

export const asTagged = (record: ResourceRecord): TaggedResource[] =>
  record.arn === undefined ? [] : [{arn: record.arn, tags: tagsOf(record)}]
