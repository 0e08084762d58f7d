/** The records of the clients' name in a hosted zone of Route 53, as its control plane keeps them. */

import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {DrError} from '../../../errors.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Shortcoming} from '../../../ports/route.js'
import {abortAfter} from '../../abort-after.js'
import {plain} from '../../dns/query.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'

export const SERVICE = 'route53'
/** Route 53 has one endpoint for all regions. */
export const NO_REGION = ''
/** Good answers through the name, one after the other, that prove a region. */
export const ANSWERS_IN_A_ROW = 3
/** More than any routing policy of ours has. */
const PAGE = 20
/** "We recommend that you specify a TTL of 60 seconds or less" (ResourceRecordSet, Route 53 API reference). */
const TTL_SECONDS = 60
/** So long a steer, which must work without the control plane, waits for it. Milliseconds. */
const EXAMINE_MS = 1500

export interface Place {
  hostedZoneId: string
  /** In lower case, without the last dot. */
  name: string
}

export const stops = (text: string, remedy: string): Shortcoming => ({text, remedy, stops: true})
export const slows = (text: string, remedy: string): Shortcoming => ({text, remedy, stops: false})

/** The records of the name, or what is wrong where there are none. Throws where the control plane does not answer, or does not allow it. */
export async function recordsOf(
  clients: Clients,
  {hostedZoneId, name}: Place,
  options?: CallOptions,
): Promise<{records: ResourceRecordSet[]; missing?: Shortcoming}> {
  const page = {HostedZoneId: hostedZoneId, StartRecordName: name, MaxItems: PAGE}
  try {
    const {ResourceRecordSets = []} = await clients.call(SERVICE, NO_REGION, 'ListResourceRecordSets', page, options)
    const records = ResourceRecordSets.filter(({Name = ''}) => plain(Name) === name)
    if (records.length > 0) return {records}
    return {
      records,
      missing: stops(
        `the hosted zone ${hostedZoneId} has no record ${name}`,
        'correct route.name or route.hostedZoneId in todo-dr.yaml',
      ),
    }
  } catch (error) {
    if (!isFault(error, 'NoSuchHostedZone', 'InvalidInput')) throw error
    return {
      records: [],
      missing: stops(
        `Route 53 has no records of ${name} in the hosted zone ${hostedZoneId}: ${(error as DrError).why}`,
        'correct route.hostedZoneId in todo-dr.yaml, or the account of these credentials',
      ),
    }
  }
}

/** What an alias, or a record of several values, has none of. */
export const targetOf = ({Type, ResourceRecords = []}: ResourceRecordSet): string | undefined =>
  Type === 'CNAME' && ResourceRecords.length === 1 ? plain(ResourceRecords[0]!.Value ?? '') : undefined

/** How a person names a record: what distinguishes it from others of its name. */
export const recordInWords = ({Type, Failover, Weight, SetIdentifier, AliasTarget}: ResourceRecordSet): string =>
  [
    AliasTarget ? `an alias of type ${Type}` : Type,
    Failover,
    Weight === undefined ? undefined : `of weight ${Weight}`,
    SetIdentifier === undefined ? undefined : `"${SetIdentifier}"`,
  ]
    .filter(Boolean)
    .join(' ')

/** The same, with where it leads. */
export function leadInWords(record: ResourceRecordSet): string {
  const target = targetOf(record)
  return target === undefined ? recordInWords(record) : `${recordInWords(record)} to ${target}`
}

/**
 * "You will be able to resume making changes to DNS records in the public hosted zone within approximately 60 minutes after AWS detects
 * that operations in the US East (N. Virginia) Region are impaired" (Route 53 developer guide, "Enabling accelerated recovery for managing
 * public DNS records"). It cannot be enabled any more by then.
 */
export async function recovery(clients: Clients, Id: string, options?: CallOptions): Promise<Shortcoming[]> {
  const remedy = `aws route53 update-hosted-zone-features --hosted-zone-id ${Id} --enable-accelerated-recovery`
  try {
    const {HostedZone} = await clients.call(SERVICE, NO_REGION, 'GetHostedZone', {Id}, options)
    const {AcceleratedRecoveryStatus: status = 'DISABLED'} = HostedZone?.Features ?? {}
    return status === 'ENABLED'
      ? []
      : [
          slows(
            `accelerated recovery of its hosted zone ${Id} is ${status}: without us-east-1 nobody can change its records`,
            status === 'ENABLING' ? 'wait until it is ENABLED: todo-dr health' : remedy,
          ),
        ]
  } catch (error) {
    options?.signal?.throwIfAborted()
    // That it is not known says nothing about the route.
    if (!(error instanceof DrError)) throw error
    return [slows(`accelerated recovery of its hosted zone ${Id} is not known: ${error.why ?? error.message}`, remedy)]
  }
}

/** Clients keep an answer for so long. */
export function slowTtl(name: string, records: readonly ResourceRecordSet[]): Shortcoming[] {
  const longest = Math.max(0, ...records.map(({TTL = 0}) => TTL))
  if (longest <= TTL_SECONDS) return []
  return [
    slows(
      `clients keep an answer for ${name} for ${longest} s, and AWS recommends ${TTL_SECONDS} s or less`,
      `set the TTL of all records ${name} to ${TTL_SECONDS} s`,
    ),
  ]
}

/**
 * Looks once whether the set-up stops a steer, before anything is changed. The control plane need not answer: where it is silent, or
 * does not allow it, nobody can tell, and the route is tried.
 */
export class Fitness {
  #isTold = false
  readonly #looks: ((options: CallOptions) => Promise<Shortcoming[]>)[]

  /** Where one of the looks has no answer, the others count. */
  constructor(
    private readonly name: string,
    ...looks: ((options: CallOptions) => Promise<Shortcoming[]>)[]
  ) {
    this.#looks = looks
  }

  /** What `asked` says, unless something stops the route: that tells more than where the name leads. */
  async first<T>(asked: Promise<T>, options?: CallOptions): Promise<T> {
    asked.catch(() => undefined)
    await this.check(options)
    return asked
  }

  /** Throws `RouteUnfit` (exit stopped) with what stops it. */
  async check({signal}: CallOptions = {}): Promise<void> {
    if (this.#isTold) return
    const found = await Promise.all(
      this.#looks.map((look) => abortAfter(EXAMINE_MS, signal, (inner) => look({signal: inner})).catch(() => [])),
    )
    signal?.throwIfAborted()
    const stopping = found.flat().filter((one) => one.stops)
    if (stopping.length > 0) throw unfit(this.name, stopping)
    this.#isTold = true
  }
}

export const unfit = (name: string, found: readonly Shortcoming[]): DrError =>
  new DrError({
    code: 'RouteUnfit',
    exit: 'stopped',
    what: `${name} cannot be steered by Route 53: ${found.map(({text}) => text).join('; ')}`,
    next: found[0]!.remedy,
  })
