/** The hosted zone of a name that clients use, and whether the name is free in it. */

import type {GetHostedZoneCommandOutput} from '@aws-sdk/client-route-53'
import {isZoneId} from '../../config/hosted-zone.js'
import {DrError} from '../../errors.js'
import type {CallOptions} from '../../ports/call.js'
import {plain} from '../dns/query.js'
import type {Clients} from './clients.js'
import {isFault} from './errors.js'

export interface HostedZone {
  /** Without its path. */
  id: string
  /** In lower case, without the last dot. */
  name: string
  /** Likewise. */
  nameServers: string[]
}

const SERVICE = 'route53'
/** Route 53 has one endpoint for all regions. */
const NO_REGION = ''
/** Of one name there may be several, private ones among them. */
const PAGE = 20
/** What the template calls its two records of a name. */
const OURS = new Set(['home', 'away'])

/**
 * `given`: the id or the name of the zone; where undefined, the one with the longest name that the domain is in. Throws `ZoneNotOurs` (exit
 * usage) where the account has no such public zone, has several, or where the domain cannot be a CNAME in it.
 */
export async function zoneOf(
  clients: Clients,
  domain: string,
  given: string | undefined,
  options: CallOptions,
): Promise<HostedZone> {
  const id = given !== undefined && isZoneId(given) ? given : await idOf(clients, domain, given, options)
  const zone = await described(clients, domain, id, options)
  if (zone.name === domain)
    throw notOurs(domain, `it is the name of its hosted zone ${id}, which cannot be a CNAME`, `use www.${domain}, say`)
  if (!domain.endsWith(`.${zone.name}`))
    throw notOurs(domain, `the hosted zone ${id} is that of ${zone.name}`, 'correct hostedZone in config.json')
  return zone
}

async function idOf(
  clients: Clients,
  domain: string,
  given: string | undefined,
  options: CallOptions,
): Promise<string> {
  const labels = domain.split('.')
  const names = given === undefined ? labels.map((_, index) => labels.slice(index).join('.')) : [plain(given)]
  for (const name of names) {
    const page = {DNSName: name, MaxItems: PAGE}
    const {HostedZones = []} = await clients.call(SERVICE, NO_REGION, 'ListHostedZonesByName', page, options)
    const found = HostedZones.filter(({Name = '', Config}) => plain(Name) === name && !Config?.PrivateZone)
    const [first, second] = found.map(({Id = ''}) => Id.replace('/hostedzone/', ''))
    if (second !== undefined)
      throw notOurs(domain, `there are several public hosted zones ${name}: ${first}, ${second}`, BY_ID)
    if (first !== undefined) return first
  }

  const where = given === undefined ? `of ${domain}, or of a name above it` : plain(given)
  throw notOurs(domain, `Route 53 has no public hosted zone ${where} in this account`, MAKE_IT)
}

const BY_ID = 'write the id of the right one as hostedZone into config.json'
const MAKE_IT =
  'make the hosted zone in Route 53, or use the account that has it; or correct domain or hostedZone in config.json'

async function described(clients: Clients, domain: string, Id: string, options: CallOptions): Promise<HostedZone> {
  let answer: GetHostedZoneCommandOutput
  try {
    answer = await clients.call(SERVICE, NO_REGION, 'GetHostedZone', {Id}, options)
  } catch (error) {
    if (!isFault(error, 'NoSuchHostedZone')) throw error
    throw notOurs(domain, `Route 53 has no hosted zone ${Id} in this account`, MAKE_IT)
  }

  const {HostedZone: {Name = '', Config} = {}, DelegationSet} = answer
  if (Config?.PrivateZone) throw notOurs(domain, `the hosted zone ${Id} is private`, MAKE_IT)
  return {id: Id, name: plain(Name), nameServers: (DelegationSet?.NameServers ?? []).map((one) => plain(one))}
}

/** Throws `NameTaken` (exit usage) where the name has records that the template has not made: it would make none beside them. */
export async function freeName(
  clients: Clients,
  domain: string,
  zone: HostedZone,
  options: CallOptions,
): Promise<void> {
  const page = {HostedZoneId: zone.id, StartRecordName: domain, MaxItems: PAGE}
  const {ResourceRecordSets = []} = await clients.call(SERVICE, NO_REGION, 'ListResourceRecordSets', page, options)
  const others = ResourceRecordSets.filter(
    ({Name = '', Failover, SetIdentifier = ''}) =>
      plain(Name) === domain && !(Failover !== undefined && OURS.has(SetIdentifier)),
  )
  if (others.length === 0) return
  const types = [...new Set(others.map(({Type}) => Type))]
  throw new DrError({
    code: 'NameTaken',
    exit: 'usage',
    what: `${domain} has records already: ${types.join(', ')}`,
    why: `they stand in the hosted zone ${zone.id} and were not made by this project; nothing was changed`,
    next: 'choose another domain in config.json, or delete these records when no client needs them any more',
  })
}

const notOurs = (domain: string, why: string, next: string): DrError =>
  new DrError({
    code: 'ZoneNotOurs',
    exit: 'usage',
    what: `${domain} cannot be made the name of this deployment`,
    why: `${why}; nothing was changed`,
    next,
  })
