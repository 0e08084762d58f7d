/** The records of clients' name are changed. That takes the control plane of Route 53, which is one for all regions. */

import type {Change, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {setTimeout as sleep} from 'node:timers/promises'
import {DrError} from '../../../errors.js'
import type {Region} from '../../../model/deployment.js'
import type {CallOptions} from '../../../ports/call.js'
import type {Route, RouteNeeds, Shortcoming, SteerOptions, VerifyOptions} from '../../../ports/route.js'
import {inARow, pollUntil, withDeadline} from '../../../ports/waits.js'
import {systemClock} from '../../clock.js'
import type {Clients} from '../clients.js'
import {isFault} from '../errors.js'
import {sendChange} from '../send-change.js'
import type {ClientName} from './client-name.js'
import {
  ANSWERS_IN_A_ROW,
  Fitness,
  NO_REGION,
  leadInWords,
  recordsOf,
  recovery,
  SERVICE,
  slowTtl,
  stops,
  targetOf,
  unfit,
} from './route53-records.js'

export interface ControlPlaneParts {
  clients: Clients
  name: ClientName
  hostedZoneId: string
  /** How long a steer waits until all name servers have the change, in milliseconds. */
  patienceMs: number
}

/** Somebody else changed the records between our reading of them and our change: look again, so many times. */
const ATTEMPTS = 10
/** Milliseconds at most before the next of them. */
const PAUSE_MS = 400
const PACE = {firstMs: 300, capMs: 5000}

export class ControlPlaneRoute implements Route {
  /** AWS runs the control plane of Route 53 in us-east-1 (AWS fault isolation boundaries, "Global services"). */
  readonly needs: RouteNeeds = {service: 'the control plane of Route 53', plane: 'control', region: 'us-east-1'}
  readonly spread =
    'when the name servers have the change, generally within 60 s (Route 53 developer guide), and the TTL of the record has passed'
  readonly byName = true
  readonly #parts: ControlPlaneParts
  readonly #fitness: Fitness

  constructor(parts: ControlPlaneParts) {
    this.#parts = parts
    this.#fitness = new Fitness(parts.name.name, (options) => this.shortcomings(options))
  }

  async serving(options?: CallOptions): Promise<Region> {
    return this.#fitness.first(this.#parts.name.serving(options), options)
  }

  /**
   * Takes the records away as they were read and puts the changed ones in their place, in one batch, which Route 53 carries out as a
   * whole or not at all (Route 53 API reference, ChangeResourceRecordSets): a record that somebody else has changed since is no longer
   * there to be taken away, so that nobody's change is lost. Returns when all name servers have it (INSYNC). Throws `RouteUnfit`
   * (exit stopped) for records that are not ours to change, and `RouteBusy` or `ChangePending` (both pass).
   */
  async steer(region: Region, {signal, note}: SteerOptions = {}): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const changes = changesTo(await this.#records({signal}), region, this.#parts.name)
      if (changes.length === 0) return
      try {
        return await this.#send(changes, region, {signal, note})
      } catch (error) {
        if (!isFault(error, 'InvalidChangeBatch', 'PriorRequestNotComplete')) throw error
        if (attempt >= ATTEMPTS) throw busy(this.#parts.name.name, error as DrError)
        await sleep(Math.random() * PAUSE_MS, undefined, {signal})
      }
    }
  }

  async verify(served: () => Promise<boolean>, {clock, signal}: VerifyOptions): Promise<void> {
    await inARow(ANSWERS_IN_A_ROW, clock, signal, served)
  }

  byHand(region: Region): string {
    const {name, hostedZoneId} = this.#parts
    return `make ${name.name} lead to ${name.hosts[region]} in the hosted zone ${hostedZoneId} of Route 53`
  }

  async shortcomings(options?: CallOptions): Promise<Shortcoming[]> {
    const {clients, name, hostedZoneId} = this.#parts
    const [{records, missing}, unprepared] = await Promise.all([
      recordsOf(clients, {hostedZoneId, name: name.name}, options),
      recovery(clients, hostedZoneId, options),
    ])
    return missing ? [missing] : [...foreignTo(records, name), ...slowTtl(name.name, records), ...unprepared]
  }

  /** Throws `RouteUnfit` for those that are not ours to change. */
  async #records(options: CallOptions): Promise<ResourceRecordSet[]> {
    const {clients, name, hostedZoneId} = this.#parts
    const {records, missing} = await recordsOf(clients, {hostedZoneId, name: name.name}, options)
    const found = missing ? [missing] : foreignTo(records, name)
    if (found.length > 0) throw unfit(name.name, found)
    return records
  }

  async #send(Changes: Change[], region: Region, {signal, note}: SteerOptions): Promise<void> {
    const {clients, name, hostedZoneId: HostedZoneId, patienceMs} = this.#parts
    const batch = {HostedZoneId, ChangeBatch: {Comment: `todo-dr sends clients to ${region}`, Changes}}
    let Id: string | undefined
    await sendChange(
      async () => {
        const {ChangeInfo} = await clients.call(SERVICE, NO_REGION, 'ChangeResourceRecordSets', batch, {signal})
        Id = ChangeInfo?.Id
      },
      async () => changesTo(await this.#records({signal}), region, name).length === 0,
      signal,
    )
    // The answer with its id was lost: the name servers themselves will tell.
    if (Id === undefined) return
    note?.(`Route 53 has taken the change; waiting until all name servers have it`)
    const change = {Id}
    await withDeadline(
      {clock: systemClock, ms: patienceMs, signal, expired: () => pending(name.name, patienceMs)},
      (inner) =>
        pollUntil(
          systemClock,
          inner,
          async () => {
            const {ChangeInfo} = await clients.call(SERVICE, NO_REGION, 'GetChange', change, {signal: inner})
            return ChangeInfo?.Status === 'INSYNC'
          },
          PACE,
        ),
    )
  }
}

/** One record without a routing policy, or one of a weight for each region; each leads to the host of a region. */
function foreignTo(records: readonly ResourceRecordSet[], name: ClientName): Shortcoming[] {
  const regions = records.map((record) => name.regionOf(targetOf(record)))
  const plainly = records.length === 1 && records[0]!.SetIdentifier === undefined
  const weighted =
    records.length === Object.keys(name.hosts).length &&
    new Set(regions).size === records.length &&
    records.every(({Weight}) => Weight !== undefined)
  if ((plainly || weighted) && !regions.includes(undefined)) return []
  return [
    stops(
      `its records are ${records.map((record) => leadInWords(record)).join(', ')}, and not one CNAME to a host of a region or a weighted one for each`,
      records.some(({Failover}) => Failover !== undefined)
        ? 'use via: data-plane for failover records, or change the records (docs/routes.md)'
        : 'change the records, or name the hosts of the regions in todo-dr.yaml, as route.domains (docs/routes.md)',
    ),
  ]
}

/** Empty where the name leads to the region already. */
function changesTo(records: readonly ResourceRecordSet[], region: Region, name: ClientName): Change[] {
  const heaviest = Math.max(1, ...records.map(({Weight = 0}) => Weight))
  return records.flatMap((record) => {
    const isThere = name.regionOf(targetOf(record)) === region
    const changed: ResourceRecordSet =
      record.Weight === undefined
        ? {...record, ResourceRecords: [{Value: name.hosts[region]}]}
        : {...record, Weight: isThere ? heaviest : 0}
    const isRight = record.Weight === undefined ? isThere : record.Weight === changed.Weight
    if (isRight) return []
    return [
      {Action: 'DELETE' as const, ResourceRecordSet: record},
      {Action: 'CREATE' as const, ResourceRecordSet: changed},
    ]
  })
}

const busy = (name: string, cause: DrError): DrError =>
  new DrError({
    code: 'RouteBusy',
    exit: 'failed',
    what: `others keep changing ${name} in Route 53: ${ATTEMPTS} changes of ours came too late`,
    why: cause.why,
    next: 'todo-dr steer',
    requestId: cause.requestId,
    cause,
    passing: true,
  })

const pending = (name: string, ms: number): DrError =>
  new DrError({
    code: 'ChangePending',
    exit: 'failed',
    what: `Route 53 has taken the change of ${name}, but not all name servers have it after ${ms / 1000} s`,
    next: 'todo-dr status',
    passing: true,
  })
