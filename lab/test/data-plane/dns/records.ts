/** Zones for tests. */

import type {ResourceRecordSet, RRType} from '@aws-sdk/client-route-53'

import type {Situation} from '../../../src/data-plane/dns/routing.js'
import {keyOf, Served, Zone} from '../../../src/data-plane/dns/zone.js'
import {Zones} from '../../../src/data-plane/dns/zones.js'

export const SOA = 'ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 300'

export const record = (
  Name: string,
  Type: RRType,
  values: readonly string[],
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet => ({Name, Type, TTL: 60, ResourceRecords: values.map((Value) => ({Value})), ...more})

export const alias = (Name: string, Type: RRType, DNSName: string, more: Partial<ResourceRecordSet> = {}) => ({
  Name,
  Type,
  AliasTarget: {HostedZoneId: 'Z1', DNSName, EvaluateTargetHealth: true},
  ...more,
})

/** Of every zone. */
export const NAME_SERVERS = ['ns-1.awsdns-00.com.', 'ns-2.awsdns-00.net.']

/** With the records that each zone has. */
const whole = (zone: string, records: readonly ResourceRecordSet[]) =>
  new Map(
    [record(zone, 'NS', NAME_SERVERS, {TTL: 172_800}), record(zone, 'SOA', [SOA], {TTL: 900}), ...records].map(
      (one) => [keyOf(one), one],
    ),
  )

export const served = (zone: string, ...records: ResourceRecordSet[]): Served => new Served(zone, whole(zone, records))

export function zonesOf(zones: Record<string, ResourceRecordSet[]>): Zones {
  const all = new Zones()
  for (const [name, records] of Object.entries(zones)) {
    const zone = new Zone(`Z${all.all.size}`, name, name, NAME_SERVERS, undefined)
    zone.change(whole(name, records), 0)
    all.all.set(zone.id, zone)
  }

  return all
}

/** `unhealthy`: ids of health checks. */
export const situation = (unhealthy: readonly string[] = [], random: () => number = () => 0): Situation => ({
  isHealthy: (id) => !unhealthy.includes(id),
  random,
})
