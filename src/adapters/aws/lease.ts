/**
 * The operator lease: an object in a bucket of each region, written with compare-and-swap (S3's `If-None-Match: *` to
 * take, `If-Match` to renew, take over and release). It keeps two operators from acting at once.
 */

import {setTimeout as sleep} from 'node:timers/promises'
import {DrError, Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {CallOptions, Lease} from '../../ports/world.js'
import type {PartingLease} from '../../ports/teardown.js'
import {CALL_DEADLINE_MS} from './clients.js'
import type {Clients} from './clients.js'
import {isFault, isServerFault} from './errors.js'

export const LEASE_KEY = 'operator-lease.json'

/** What the object holds. A released lease stays as an object without owner, so that the fencing number never falls. */
interface LeaseRecord {
  owner: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /** Fencing number: grows with every change of holder. */
  token: number
}

interface Found {
  region: Region
  record?: LeaseRecord
  etag?: string
}

/** Why a region has no say: nobody answered, or a service that is falling apart did. */
type Silent = Map<Region, DrError>

type Acquired = Awaited<ReturnType<Lease['acquire']>>

type Looked = {found: Found[]; silent: Silent}

interface LeaseCall extends CallOptions {
  /** Milliseconds for one call to one region. */
  deadlineMs: number
}

/** A region that is gone must not hold up the failover from it: S3 answers well within this. */
const ANSWER_MS = 2000

/** Another writer was faster: look again, so many times. */
const ATTEMPTS = 4
const CONFLICT_WAIT_MS = 100
const CONFLICTS = ['PreconditionFailed', 'ConditionalRequestConflict']

export class AwsLease implements Lease, PartingLease {
  readonly #clients: Clients
  readonly #buckets: Readonly<Record<Region, string>>
  readonly #regions: Set<Region>
  readonly #answerMs: number
  /** The acquisition that is under way, or the last one. */
  #acquiring: Promise<unknown> = Promise.resolve()

  /** `buckets`: of each region that keeps the lease. */
  constructor(clients: Clients, buckets: Readonly<Record<Region, string>>, answerMs = ANSWER_MS) {
    this.#clients = clients
    this.#buckets = buckets
    // In a fixed order.
    this.#regions = new Set(Object.keys(buckets).sort())
    this.#answerMs = answerMs
  }

  acquire(owner: string, ttlSeconds: number, options: CallOptions = {}): Promise<Acquired> {
    const acquired = this.#acquire(owner, ttlSeconds, options)
    this.#acquiring = acquired.catch(() => undefined)
    return acquired
  }

  async forget(region: Region): Promise<number> {
    this.#regions.delete(region)
    await this.#acquiring
    return this.#regions.size
  }

  async #acquire(owner: string, ttlSeconds: number, options: CallOptions): Promise<Acquired> {
    const call = {...options, deadlineMs: this.#answerMs}
    // Once silent, silent for this acquisition: a region costs its deadline once, however often others are faster.
    const silent: Silent = new Map()
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#acquireOnce(owner, ttlSeconds, silent, call)
      } catch (error) {
        if (attempt >= ATTEMPTS || !isFault(error, ...CONFLICTS)) throw error

        await sleep(CONFLICT_WAIT_MS * (1 + Math.random()), undefined, {signal: options.signal})
      }
    }
  }

  async release(owner: string, options: CallOptions = {}): Promise<void> {
    const call = {...options, deadlineMs: this.#answerMs}
    const {found} = await this.#look([...this.#regions], call)
    const ours = found.filter(({record}) => record?.owner === owner)
    const released = await Promise.allSettled(
      ours.map((at) => this.#write(at, {owner: null, expiresAt: 0, token: at.record!.token}, call)),
    )
    // Gone, or taken over after its end: released either way. A region that dies now lets the lease run out.
    for (const outcome of released) {
      if (outcome.status === 'fulfilled') continue
      if (isOut(outcome.reason) || isFault(outcome.reason, ...CONFLICTS)) continue
      throw outcome.reason
    }
  }

  /** Regions that do not answer are added to `silent`, and those in it are not asked. */
  async #acquireOnce(owner: string, ttlSeconds: number, silent: Silent, call: LeaseCall): Promise<Acquired> {
    const found = await this.#lookPatiently(silent, call)
    const now = Date.now()
    for (const {region, record} of found) {
      if (record && record.owner !== null && record.owner !== owner && record.expiresAt > now) {
        throw leaseHeld(region, record)
      }
    }

    const highest = Math.max(0, ...found.map(({record}) => record?.token ?? 0))
    const renewal = found.every(({record}) => record?.owner === owner && record.token === highest)
    const record = {owner, expiresAt: now + ttlSeconds * 1000, token: renewal ? highest : highest + 1}
    const taken: Region[] = []
    // In the fixed order of the region names: two operators collide in the first region, and one of them gives way there.
    for (const at of found) {
      try {
        await this.#write(at, record, call)
        taken.push(at.region)
      } catch (error) {
        if (!isOut(error)) throw error
        silent.set(at.region, error)
      }
    }

    if (taken.length === 0) throw new Unreachable('no region can hold the operator lease')
    return {regions: taken, unreachable: [...silent.keys()].sort(), token: record.token}
  }

  /** Where nobody answers it is rather our own line that is slow: then everybody gets more time, once. */
  async #lookPatiently(silent: Silent, call: LeaseCall): Promise<Found[]> {
    const regions = [...this.#regions].filter((region) => !silent.has(region))
    let looked = await this.#look(regions, call)
    if (looked.found.length === 0 && silent.size === 0) {
      looked = await this.#look(regions, {...call, deadlineMs: Math.max(call.deadlineMs, CALL_DEADLINE_MS)})
    }

    for (const [region, silence] of looked.silent) silent.set(region, silence)
    if (looked.found.length > 0) return looked.found
    throw [...silent.values()][0] ?? new Unreachable('no region can hold the operator lease')
  }

  /** Reads the regions at once; a fault that is not silence is thrown. */
  async #look(regions: Region[], call: LeaseCall): Promise<Looked> {
    const answers = await Promise.allSettled(regions.map((region) => this.#read(region, call)))
    const looked: Looked = {found: [], silent: new Map()}
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') looked.found.push(answer.value)
      else if (isOut(answer.reason)) looked.silent.set(regions[index]!, answer.reason)
      else throw answer.reason
    }

    return looked
  }

  async #read(region: Region, call: LeaseCall): Promise<Found> {
    const object = {Bucket: this.#bucket(region), Key: LEASE_KEY}
    try {
      const {etag, text} = await this.#clients.call('s3', region, 'GetObject', object, call, async (answer) => ({
        etag: answer.ETag,
        text: (await answer.Body?.transformToString()) ?? '',
      }))
      return {region, etag, record: this.#parse(region, text)}
    } catch (error) {
      if (isFault(error, 'NoSuchKey')) return {region}
      throw error
    }
  }

  async #write({region, etag}: Found, record: LeaseRecord, call: LeaseCall): Promise<void> {
    const object = {
      Bucket: this.#bucket(region),
      Key: LEASE_KEY,
      Body: JSON.stringify(record),
      ContentType: 'application/json',
      ...(etag === undefined ? {IfNoneMatch: '*'} : {IfMatch: etag}),
    }
    await this.#clients.call('s3', region, 'PutObject', object, call)
  }

  #bucket(region: Region): string {
    return this.#buckets[region]!
  }

  #parse(region: Region, text: string): LeaseRecord {
    try {
      const {owner, expiresAt, token} = JSON.parse(text) as LeaseRecord
      if ((owner === null || typeof owner === 'string') && Number.isFinite(expiresAt) && Number.isInteger(token)) {
        return {owner, expiresAt, token}
      }
    } catch {
      // Told below.
    }

    throw new DrError({
      code: 'LeaseDamaged',
      exit: 'refused',
      what: `the operator lease in ${region} cannot be read`,
      why: `s3://${this.#bucket(region)}/${LEASE_KEY} was not written by todo-dr`,
      next: 'make sure that nobody else is running todo-dr, then delete that object',
    })
  }
}

/** A bucket that is gone has no say either: a teardown may have got so far. */
const isOut = (error: unknown): error is DrError =>
  error instanceof Unreachable || isServerFault(error) || isFault(error, 'NoSuchBucket')

function leaseHeld(region: Region, record: LeaseRecord): DrError {
  const left = Math.ceil((record.expiresAt - Date.now()) / 1000)
  return new DrError({
    code: 'LeaseHeld',
    exit: 'refused',
    what: `another operator is running a command: ${record.owner}`,
    why: `the lease in ${region} is held until ${new Date(record.expiresAt).toISOString()} (${left} s from now)`,
    next: 'wait until it finishes or the lease expires; nothing was changed',
  })
}
