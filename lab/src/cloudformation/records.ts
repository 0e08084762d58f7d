/**
 * The recorded resources that exist, by region. A record outlives its stack where the template retains it: then only its own
 * service's API (EC2, KMS) takes it away, as on AWS.
 */

import type {Lab, TaggedResource} from '../kernel.js'
import type {Properties} from './provider.js'
import {tagList, type Tag} from './tags.js'

export interface ResourceRecord {
  /** CloudFormation's name of the type. */
  type: string
  region: string
  /** What Ref gives. */
  physicalId: string
  /** Undefined for what AWS gives no ARN. */
  arn: string | undefined
  properties: Properties
  attributes: Record<string, string>
  /** The property with its tags, by default `Tags`. */
  tagProperty?: string
  createdAt: Date
  /** A KMS key that waits for its end. */
  deletionDate?: Date
}

class Records {
  private readonly records = new Map<string, ResourceRecord>()

  put(record: ResourceRecord): void {
    this.records.set(key(record.region, record.type, record.physicalId), record)
  }

  find(region: string, type: string, physicalId: string): ResourceRecord | undefined {
    return this.records.get(key(region, type, physicalId))
  }

  /** Of whatever type: some services give ids that no other type has, as EC2 does. */
  withId(region: string, physicalId: string): ResourceRecord | undefined {
    return this.inRegion(region).find((record) => record.physicalId === physicalId)
  }

  remove(region: string, type: string, physicalId: string): void {
    this.records.delete(key(region, type, physicalId))
  }

  /** Of these types, or of all, oldest first. */
  inRegion(region: string, ...types: string[]): ResourceRecord[] {
    return [...this.records.values()].filter(
      (record) => record.region === region && (types.length === 0 || types.includes(record.type)),
    )
  }

  /** Those that AWS gives an ARN. */
  tagged(region: string): TaggedResource[] {
    return this.inRegion(region).flatMap((record) =>
      record.arn === undefined ? [] : [{arn: record.arn, tags: tagsOf(record)}],
    )
  }
}

/** The tags that its template gave a resource. */
export const tagsOf = ({properties, tagProperty = 'Tags'}: ResourceRecord): Tag[] =>
  tagList(properties[tagProperty]) ?? []

const key = (region: string, type: string, physicalId: string): string => `${region} ${type} ${physicalId}`

const byLab = new WeakMap<Lab, Records>()

/** One a lab, made when first asked for. */
export function recordsOf(lab: Lab): Records {
  const records = byLab.get(lab) ?? new Records()
  byLab.set(lab, records)
  return records
}
