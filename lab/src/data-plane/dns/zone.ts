/** Hosted zones: what their control plane holds, and what their name servers have seen of it. */

import type {ResourceRecordSet, RRType} from '@aws-sdk/client-route-53'

import {compareNames} from './names.js'

/** Of a zone, by `keyOf`. */
export type RecordSets = ReadonlyMap<string, ResourceRecordSet>

/** What makes a record set another one than its neighbors. Names are normal. */
export const keyOf = ({Name, Type, SetIdentifier}: ResourceRecordSet): string =>
  JSON.stringify([Name, Type, SetIdentifier ?? null])

/** What a zone's name servers know. */
export class Served {
  private readonly groups = new Map<string, Map<RRType, ResourceRecordSet[]>>()
  /** Names that exist because something below them does. */
  private readonly above = new Set<string>()

  constructor(
    readonly zone: string,
    records: RecordSets,
  ) {
    for (const record of records.values()) {
      const name = record.Name!
      const types = this.groups.get(name) ?? new Map<RRType, ResourceRecordSet[]>()
      this.groups.set(name, types)
      types.set(record.Type!, [...(types.get(record.Type!) ?? []), record])
      for (let dot = name.indexOf('.') + 1; name.slice(dot).endsWith(zone); dot = name.indexOf('.', dot) + 1)
        this.above.add(name.slice(dot))
    }
  }

  exists(name: string): boolean {
    return this.groups.has(name) || this.above.has(name)
  }

  types(name: string): RRType[] {
    return [...(this.groups.get(name)?.keys() ?? [])]
  }

  /** The record sets of one name and type: one, or those that a routing policy chooses among. */
  group(name: string, type: RRType): readonly ResourceRecordSet[] {
    return this.groups.get(name)?.get(type) ?? []
  }
}

export class Zone {
  /** Undefined until its making has reached the name servers. */
  served: Served | undefined
  tags: {Key?: string; Value?: string}[] = []
  /** Accelerated recovery of its public records: what was asked for last, and when that is so, by AWS's clock. */
  recovery = {isWanted: false, doneAt: 0}
  private records: RecordSets = new Map()

  constructor(
    readonly id: string,
    /** Normal. */
    readonly name: string,
    readonly callerReference: string,
    readonly nameServers: readonly string[],
    public comment: string | undefined,
  ) {}

  get all(): RecordSets {
    return this.records
  }

  /** In the order of ListResourceRecordSets. */
  sorted(): ResourceRecordSet[] {
    return [...this.records.values()].sort(compareRecords)
  }

  /** The name servers see it after `ms`. */
  change(records: RecordSets, ms: number): void {
    this.records = records
    const arrive = (): void => {
      this.served = new Served(this.name, records)
    }

    if (ms === 0) arrive()
    else setTimeout(arrive, ms).unref()
  }
}

/** By name, type and identifier. */
export const compareRecords = (left: ResourceRecordSet, right: ResourceRecordSet): number =>
  compareNames(left.Name!, right.Name!) ||
  compareTexts(left.Type!, right.Type!) ||
  compareTexts(left.SetIdentifier ?? '', right.SetIdentifier ?? '')

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
