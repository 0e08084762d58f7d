/**
 * ChangeResourceRecordSets: a whole batch or nothing of it. The texts are those that users report of AWS, except where they are said to be
 * assumed.
 */

import type * as Api from '@aws-sdk/client-route-53'

import {isName, isWithin, normalName} from '../../data-plane/dns/names.js'
import {faultOf, TYPES} from '../../data-plane/dns/record-data.js'
import {keyOf, type RecordSets, type Zone} from '../../data-plane/dns/zone.js'
import {canonical} from '../../cloudformation/provider.js'
import {invalidBatch, invalidInput, noSuchCheck, unsupported} from './faults.js'

type RecordSet = Api.ResourceRecordSet

const OPERATION = 'ChangeResourceRecordSets'
/** How answers are chosen. */
const POLICIES = [
  'Weight',
  'Region',
  'Failover',
  'GeoLocation',
  'MultiValueAnswer',
  'CidrRoutingConfig',
  'GeoProximityLocation',
] as const
const SERVED_POLICIES: ReadonlySet<string> = new Set(['Weight', 'Failover'])

/** The records of a zone after a batch. Throws `InvalidInput`, `InvalidChangeBatch` or `NoSuchHealthCheck`. */
export function changed(zone: Zone, changes: readonly Api.Change[], hasCheck: (id: string) => boolean): RecordSets {
  const all = changes.map(({Action, ResourceRecordSet}) => ({
    action: Action!,
    record: shaped(zone, Action!, ResourceRecordSet!),
  }))
  const records = new Map(zone.all)
  const messages: string[] = []
  for (const {action, record} of all) {
    const found = action === 'DELETE' ? faultsOfDelete(records, record) : faultsOfPut(zone, records, record, action)
    messages.push(...found)
    if (found.length > 0) continue
    if (action === 'DELETE') records.delete(keyOf(record))
    else records.set(keyOf(record), record)
  }

  messages.push(...faultsOfZone(zone, records))
  if (messages.length > 0) throw invalidBatch(messages)
  for (const {action, record} of all) {
    const {HealthCheckId: id} = record
    if (action !== 'DELETE' && id !== undefined && !hasCheck(id)) throw noSuchCheck(id)
  }

  return records
}

/** A record set in Route 53's own form. Throws for what is no record set at all, and by name for what the lab does not serve. */
function shaped(zone: Zone, action: Api.ChangeAction, given: RecordSet): RecordSet {
  const Name = normalName(given.Name!)
  if (!isName(Name)) throw unsupported(OPERATION, `the name ${given.Name}`)
  const {Type, SetIdentifier, AliasTarget, TTL, ResourceRecords, TrafficPolicyInstanceId} = given
  if (!TYPES.has(Type!)) throw unsupported(OPERATION, `records of type ${Type}`)
  const where = `in Change with [Action=${action}, Name=${Name}, Type=${Type}, SetIdentifier=${SetIdentifier ?? 'null'}]`
  const bodies = [AliasTarget, TTL ?? ResourceRecords, TrafficPolicyInstanceId].filter((one) => one !== undefined)
  const isWhole = AliasTarget !== undefined || (TTL !== undefined && (ResourceRecords?.length ?? 0) > 0)
  if (bodies.length !== 1 || !isWhole)
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${bodies.length > 1 ? 'more than one' : 'none'} ${where}`,
    )
  const policies = POLICIES.filter((policy) => given[policy] !== undefined)
  const refused = policies.find((policy) => !SERVED_POLICIES.has(policy))
  if (refused) throw unsupported(OPERATION, `routing by ${refused}`)
  if (policies.length > 1 || (SetIdentifier !== undefined && policies.length === 0))
    throw invalidInput(
      `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, CidrRoutingConfig, or GeoProximityLocation], but found ${policies.length > 1 ? 'more than one' : 'none'} ${where}`,
    )
  if (policies.length > 0 && SetIdentifier === undefined)
    throw invalidInput(`Invalid request: Missing field 'SetIdentifier' ${where}`)
  const record = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as RecordSet
  return {...record, Name, ...(AliasTarget && {AliasTarget: alias(zone, AliasTarget)})}
}

/** An alias to a record of its zone; other targets are named, and refused. */
function alias(zone: Zone, {HostedZoneId, DNSName, EvaluateTargetHealth}: Api.AliasTarget): Api.AliasTarget {
  if (HostedZoneId !== zone.id)
    throw unsupported(
      OPERATION,
      `an alias to ${DNSName} of ${HostedZoneId}: the lab has aliases to records of the same zone`,
    )
  return {HostedZoneId, DNSName: normalName(DNSName!), EvaluateTargetHealth}
}

const named = ({Name, Type, SetIdentifier}: RecordSet): string =>
  `[name='${Name}', type='${Type}'${SetIdentifier === undefined ? '' : `, set identifier='${SetIdentifier}'`}]`

/** A record set is deleted by saying all of it. The order of its values makes no difference. */
function faultsOfDelete(records: RecordSets, record: RecordSet): string[] {
  const present = records.get(keyOf(record))
  if (!present) return [`Tried to delete resource record set ${named(record)} but it was not found`]
  if (comparable(present) === comparable(record)) return []
  return [
    `Tried to delete resource record set ${named(record)} but the values provided do not match the current values`,
  ]
}

const comparable = ({ResourceRecords = [], ...rest}: RecordSet): string =>
  canonical({...rest, values: ResourceRecords.map(({Value}) => Value).sort()})

function faultsOfPut(zone: Zone, records: RecordSets, record: RecordSet, action: Api.ChangeAction): string[] {
  const {Name, Type, AliasTarget, ResourceRecords = []} = record
  if (!isWithin(Name!, zone.name)) return [`RRSet with DNS name ${Name} is not permitted in zone ${zone.name}`]
  if (action === 'CREATE' && records.has(keyOf(record)))
    return [`Tried to create resource record set ${named(record)} but it already exists`]
  const values = ResourceRecords.map(({Value = ''}) => Value)
  return [
    ...neighborFaults(zone, records, record),
    ...values.flatMap((value) => {
      const why = faultOf(Type!, value)
      return why === undefined ? [] : [`Invalid Resource Record: '${why}'`]
    }),
    ...(new Set(values).size < values.length ? [`Duplicate Resource Record: '${values.join(', ')}'`] : []),
    ...(['CNAME', 'SOA'].includes(Type!) && values.length > 1
      ? [`RRSet of type ${Type} with DNS name ${Name} may have one value only`]
      : []),
    ...(AliasTarget ? aliasFaults(zone, records, record, AliasTarget) : []),
  ]
}

/** What may not stand beside what. */
function neighborFaults(zone: Zone, records: RecordSets, record: RecordSet): string[] {
  const {Name, Type, SetIdentifier, Failover} = record
  const beside = [...records.values()].filter((one) => one.Name === Name && keyOf(one) !== keyOf(record))
  if (Type === 'CNAME' && Name === zone.name)
    return [`RRSet of type CNAME with DNS name ${Name} is not permitted at apex in zone ${zone.name}`]
  if (Type === 'CNAME' && beside.some((one) => one.Type !== 'CNAME'))
    return [
      `RRSet of type CNAME with DNS name ${Name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`,
    ]
  if (Type !== 'CNAME' && beside.some((one) => one.Type === 'CNAME'))
    return [
      `RRSet of type ${Type} with DNS name ${Name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}`,
    ]
  const group = beside.filter((one) => one.Type === Type)
  if (group.length === 0) return []
  if (SetIdentifier === undefined)
    return [
      `RRSet with DNS name ${Name}, type ${Type} cannot be created as other RRSets exist with the same name and type.`,
    ]
  // The texts of the rest are assumed.
  const is = `RRSet with DNS name ${Name}, type ${Type}, SetIdentifier ${SetIdentifier} cannot be created as`
  if (group.some((one) => one.SetIdentifier === undefined))
    return [`${is} a non multi-answer RRSet exists with the same name and type.`]
  if (group.some((one) => (one.Failover === undefined) !== (Failover === undefined)))
    return [`${is} RRSets with another routing policy exist with the same name and type.`]
  return group.some((one) => Failover !== undefined && one.Failover === Failover)
    ? [`${is} a failover ${Failover} RRSet exists with the same name and type.`]
    : []
}

function aliasFaults(zone: Zone, records: RecordSets, {Name, Type}: RecordSet, {DNSName}: Api.AliasTarget): string[] {
  const what = `Tried to create an alias that targets ${DNSName}, type ${Type} in zone ${zone.id}, but`
  if (!isWithin(DNSName!, zone.name)) return [`${what} the alias target name does not lie within the target zone`]
  const isThere = [...records.values()].some((one) => one.Name === DNSName && one.Type === Type)
  return isThere && DNSName !== Name ? [] : [`${what} that target was not found`]
}

/** What every zone keeps. */
function faultsOfZone({name}: Zone, records: RecordSets): string[] {
  const has = (type: Api.RRType): boolean => records.has(keyOf({Name: name, Type: type}))
  return [
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
  ]
}
