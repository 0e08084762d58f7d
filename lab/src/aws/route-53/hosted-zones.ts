/** Hosted zones and their records. */

import type * as Api from '@aws-sdk/client-route-53'

import {compareNames, isName, normalName, shownName} from '../../data-plane/dns/names.js'
import {compareRecords, keyOf, Zone} from '../../data-plane/dns/zone.js'
import type {Zones} from '../../data-plane/dns/zones.js'
import {randomId} from '../../data-plane/http.js'
import {fault, type Lab, type Operation} from '../../kernel.js'
import {bareId} from './api.js'
import {changed} from './change-batch.js'
import {invalidInput, noSuchZone, unsupported} from './faults.js'
import {pageFrom} from './paging.js'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Of ListResourceRecordSets (Route 53 API). */
const MOST_RECORDS = 300
/** Of the records that each zone begins with, in seconds ("NS and SOA records", Route 53 developer guide). */
const NS_TTL = 172_800
const SOA_TTL = 900

interface Change {
  id: string
  at: Date
  comment: string | undefined
  /** Epoch milliseconds of AWS's clock. */
  inSyncAt: number
}

export class HostedZones {
  readonly operations: Record<string, Operation>
  private readonly changes = new Map<string, Change>()

  constructor(
    private readonly lab: Lab,
    private readonly zones: Zones,
    private readonly hasCheck: (id: string) => boolean,
  ) {
    this.operations = {
      CreateHostedZone: (input: Api.CreateHostedZoneRequest) => this.create(input),
      GetHostedZone: ({Id}: Api.GetHostedZoneRequest): Api.GetHostedZoneResponse => {
        const zone = this.find(Id)
        return {HostedZone: this.describe(zone), DelegationSet: delegation(zone)}
      },
      ListHostedZones: (input: Api.ListHostedZonesRequest) => this.list(input),
      ListHostedZonesByName: (input: Api.ListHostedZonesByNameRequest) => this.listByName(input),
      UpdateHostedZoneComment: ({Id, Comment}: Api.UpdateHostedZoneCommentRequest) => {
        const zone = this.find(Id)
        zone.comment = Comment
        return {HostedZone: this.describe(zone)}
      },
      UpdateHostedZoneFeatures: ({HostedZoneId, EnableAcceleratedRecovery}: Api.UpdateHostedZoneFeaturesRequest) => {
        const {recovery} = this.find(HostedZoneId)
        if (EnableAcceleratedRecovery !== undefined && EnableAcceleratedRecovery !== recovery.isWanted)
          Object.assign(recovery, {isWanted: EnableAcceleratedRecovery, doneAt: this.settled()})
        return {}
      },
      DeleteHostedZone: ({Id}: Api.DeleteHostedZoneRequest): Api.DeleteHostedZoneResponse => this.delete(this.find(Id)),
      ChangeResourceRecordSets: ({
        HostedZoneId,
        ChangeBatch,
      }: Api.ChangeResourceRecordSetsRequest): Api.ChangeResourceRecordSetsResponse => {
        const zone = this.find(HostedZoneId)
        zone.change(changed(zone, ChangeBatch!.Changes!, this.hasCheck), this.lab.profile.dnsChangeMs)
        return {ChangeInfo: this.begin(ChangeBatch!.Comment)}
      },
      ListResourceRecordSets: (input: Api.ListResourceRecordSetsRequest) => this.listRecords(input),
      GetChange: ({Id}: Api.GetChangeRequest): Api.GetChangeResponse => {
        const change = this.changes.get(bareId(Id))
        if (!change) throw fault('NoSuchChange', `Could not find resource with ID: ${Id}`, 404)
        return {ChangeInfo: info(change, this.lab.now() >= change.inSyncAt)}
      },
    }
  }

  private create(input: Api.CreateHostedZoneRequest): Api.CreateHostedZoneResponse {
    const {Name, CallerReference, HostedZoneConfig, VPC, DelegationSetId} = input
    if (VPC ?? HostedZoneConfig?.PrivateZone) throw unsupported('CreateHostedZone', 'private hosted zones')
    if (DelegationSetId) throw unsupported('CreateHostedZone', 'reusable delegation sets')
    const name = normalName(Name!)
    if (!isName(name) || name.startsWith('*') || !/^[^.]+\.[^.]+\./.test(name))
      throw fault('InvalidDomainName', `The domain name ${Name} is not valid.`)
    if ([...this.zones.all.values()].some((zone) => zone.callerReference === CallerReference))
      throw fault(
        'HostedZoneAlreadyExists',
        `A hosted zone has already been created with the specified caller reference: ${CallerReference}`,
        409,
      )
    const id = `Z${randomId(20, UPPER)}`
    const zone = new Zone(id, name, CallerReference!, nameServers(), HostedZoneConfig?.Comment)
    zone.change(new Map(firstRecords(zone).map((record) => [keyOf(record), record])), this.lab.profile.dnsChangeMs)
    this.zones.all.set(id, zone)
    return {
      HostedZone: this.describe(zone),
      ChangeInfo: this.begin(),
      DelegationSet: delegation(zone),
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
    }
  }

  /** Only what Route 53 has made itself may be left. */
  private delete(zone: Zone): Api.DeleteHostedZoneResponse {
    const isOwn = ({Name, Type}: Api.ResourceRecordSet): boolean =>
      Name === zone.name && (Type === 'NS' || Type === 'SOA')
    if (![...zone.all.values()].every((record) => isOwn(record)))
      throw fault(
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      )
    this.zones.all.delete(zone.id)
    return {ChangeInfo: this.begin()}
  }

  private list({Marker = '', MaxItems, DelegationSetId, HostedZoneType}: Api.ListHostedZonesRequest): object {
    if (DelegationSetId) throw unsupported('ListHostedZones', 'reusable delegation sets')
    const all = HostedZoneType === 'PrivateHostedZone' ? [] : [...this.zones.all.values()]
    if (Marker !== '' && !this.zones.all.has(Marker)) throw noSuchZone(Marker)
    const {items, next, size} = pageFrom(all, MaxItems, ({id}) => Marker === '' || id === Marker)
    return {
      HostedZones: items.map((zone) => this.describe(zone)),
      Marker,
      IsTruncated: next !== undefined,
      NextMarker: next?.id,
      MaxItems: size,
    } satisfies Api.ListHostedZonesResponse
  }

  private listByName({DNSName, HostedZoneId, MaxItems}: Api.ListHostedZonesByNameRequest): object {
    const from = DNSName === undefined ? undefined : normalName(DNSName)
    const id = bareId(HostedZoneId)
    const compare = (left: Pick<Zone, 'id' | 'name'>, right: Pick<Zone, 'id' | 'name'>): number =>
      compareNames(left.name, right.name) || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
    const sorted = [...this.zones.all.values()].sort(compare)
    const isFrom = (zone: Zone): boolean => from === undefined || compare(zone, {id, name: from}) >= 0
    const {items, next, size} = pageFrom(sorted, MaxItems, isFrom)
    return {
      HostedZones: items.map((zone) => this.describe(zone)),
      DNSName,
      HostedZoneId,
      IsTruncated: next !== undefined,
      NextDNSName: next?.name,
      NextHostedZoneId: next?.id,
      MaxItems: size,
    } satisfies Api.ListHostedZonesByNameResponse
  }

  private listRecords(input: Api.ListResourceRecordSetsRequest): object {
    const {StartRecordName, StartRecordType, StartRecordIdentifier, MaxItems} = input
    if (StartRecordName === undefined && (StartRecordType ?? StartRecordIdentifier) !== undefined)
      throw invalidInput('The input is not valid: StartRecordType and StartRecordIdentifier need a StartRecordName')
    const from = StartRecordName === undefined ? undefined : normalName(StartRecordName)
    const start = {Name: from, Type: (StartRecordType ?? '') as Api.RRType, SetIdentifier: StartRecordIdentifier}
    const isFrom = (record: Api.ResourceRecordSet): boolean => from === undefined || compareRecords(record, start) >= 0
    const sorted = this.find(input.HostedZoneId).sorted()
    const {items, next, size} = pageFrom(sorted, MaxItems, isFrom, MOST_RECORDS)
    return {
      ResourceRecordSets: items.map((record) => ({...record, Name: shownName(record.Name!)})),
      IsTruncated: next !== undefined,
      NextRecordName: next && shownName(next.Name!),
      NextRecordType: next?.Type,
      NextRecordIdentifier: next?.SetIdentifier,
      MaxItems: size,
    } satisfies Api.ListResourceRecordSetsResponse
  }

  /** Every change is PENDING in its own answer. */
  private begin(comment?: string): Api.ChangeInfo {
    const now = this.lab.now()
    const change = {
      id: `C${randomId(20, UPPER)}`,
      at: new Date(now),
      comment,
      inSyncAt: this.settled(),
    }
    this.changes.set(change.id, change)
    return info(change, false)
  }

  /** When a change of now is done. */
  private settled(): number {
    return this.lab.now() + this.lab.profile.dnsChangeMs
  }

  private describe(zone: Zone): Api.HostedZone {
    const {isWanted, doneAt} = zone.recovery
    const isDone = this.lab.now() >= doneAt
    const AcceleratedRecoveryStatus = isWanted ? (isDone ? 'ENABLED' : 'ENABLING') : isDone ? 'DISABLED' : 'DISABLING'
    return {
      Id: `/hostedzone/${zone.id}`,
      Name: zone.name,
      CallerReference: zone.callerReference,
      Config: {Comment: zone.comment, PrivateZone: false},
      ResourceRecordSetCount: zone.all.size,
      Features: {AcceleratedRecoveryStatus},
    }
  }

  private find(given: string | undefined): Zone {
    const id = bareId(given)
    const zone = this.zones.all.get(id)
    if (!zone) throw noSuchZone(id)
    return zone
  }
}

const info = ({id, at, comment}: Change, inSync: boolean): Api.ChangeInfo => ({
  Id: `/change/${id}`,
  Status: inSync ? 'INSYNC' : 'PENDING',
  SubmittedAt: at,
  Comment: comment,
})

const delegation = ({nameServers: NameServers}: Zone): Api.DelegationSet => ({NameServers: [...NameServers]})

/** Four, of four domains, as AWS deals them. */
const nameServers = (): string[] =>
  ['com', 'net', 'org', 'co.uk'].map((domain, index) => {
    const number = index * 512 + Math.floor(Math.random() * 512)
    return `ns-${number}.awsdns-${String(Math.floor(Math.random() * 64)).padStart(2, '0')}.${domain}`
  })

function firstRecords({name: Name, nameServers: servers}: Zone): Api.ResourceRecordSet[] {
  const soa = `${servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`
  return [
    {Name, Type: 'NS', TTL: NS_TTL, ResourceRecords: servers.map((server) => ({Value: `${server}.`}))},
    {Name, Type: 'SOA', TTL: SOA_TTL, ResourceRecords: [{Value: soa}]},
  ]
}
