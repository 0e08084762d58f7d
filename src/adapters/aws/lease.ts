/**
 * The operator lease: an object in a bucket of each region, written with compare-and-swap (S3's `If-None-Match: *` to
 * take, `If-Match` to renew, take over and release). It keeps two operators from acting at once. Its age is told by S3's own
 * clock alone, the `Date` of the answer against `Last-Modified`: a laptop whose clock is off must neither take a living lease
 * nor lock everybody out.
 */

import {setTimeout as sleep} from 'node:timers/promises'
import {DrError, Unreachable} from '../../errors.js'
import type {Region} from '../../model/deployment.js'
import type {CallOptions, Lease, LeaseHold, LeaseHolder} from '../../ports/world.js'
import type {PartingLease} from '../../ports/teardown.js'
import {CALL_DEADLINE_MS} from './clients.js'
import type {Clients} from './clients.js'
import {isFault, isServerFault} from './errors.js'

export const LEASE_KEY = 'operator-lease.json'

/** What the object holds. A released lease stays as an object without owner, so that the fencing number never falls. */
interface LeaseRecord {
  owner: string | null
  /** Seconds that it outlives its last writing. */
  ttlSeconds: number
  /** Fencing number: grows with every taking. */
  token: number
  /** When its holder took it, epoch milliseconds by S3's clock. For people. */
  since: number
}

interface Found {
  region: Region
  record?: LeaseRecord
  etag?: string
  /** By S3's clock: milliseconds until it runs out. 0 where nobody holds it. */
  leftMs: number
  /** S3's clock, epoch milliseconds. */
  now: number
}

/** Why a region has no say: nobody answered, or a service that is falling apart did. */
type Silent = Map<Region, DrError>

type Acquired = Awaited<ReturnType<Lease['acquire']>>

interface LeaseCall extends CallOptions {
  /** Milliseconds for one call to one region. */
  deadlineMs: number
}

/** A region that is gone must not hold up the failover from it: S3 answers well within this. */
const ANSWER_MS = 2000

/** Both of S3's times are whole seconds: an age may be told as a second more than it is. */
const ROUNDING_MS = 1000

/** So often is a region that kept the lease asked to give it back. */
const RELEASES = 3

/** Another writer was faster: look again, so many times. */
const ATTEMPTS = 4
const CONFLICT_WAIT_MS = 100
const CONFLICTS = ['PreconditionFailed', 'ConditionalRequestConflict']

export class AwsLease implements Lease, PartingLease {
  readonly #clients: Clients
  readonly #buckets: Readonly<Record<Region, string>>
  readonly #regions: Set<Region>
  readonly #answerMs: number
  /** Where the last writing of a holding has succeeded. */
  #keeping: Region[] = []
  /** The writing that is under way, or the last one. */
  #writing: Promise<unknown> = Promise.resolve()

  /** `buckets`: of each region that keeps the lease. */
  constructor(clients: Clients, buckets: Readonly<Record<Region, string>>, answerMs = ANSWER_MS) {
    this.#clients = clients
    this.#buckets = buckets
    // In a fixed order.
    this.#regions = new Set(Object.keys(buckets).sort())
    this.#answerMs = answerMs
  }

  acquire(owner: string, ttlSeconds: number, options: CallOptions = {}): Promise<Acquired> {
    return this.#write(options, (found) => {
      const held = found.find((at) => at.record?.owner !== owner && at.leftMs > 0)
      if (held) throw leaseHeld(held)
      const token = Math.max(0, ...found.map(({record}) => record?.token ?? 0)) + 1
      return {owner, ttlSeconds, token, since: Math.max(...found.map(({now}) => now))}
    })
  }

  async renew(hold: LeaseHold, ttlSeconds: number, options: CallOptions = {}): Promise<void> {
    await this.#write(options, (found) => {
      const own = found.find(({record}) => isOf(record, hold))?.record
      refuseLost(found, hold)
      return {...hold, ttlSeconds, since: own?.since ?? Math.max(...found.map(({now}) => now))}
    })
  }

  async confirm(hold: LeaseHold, options: CallOptions = {}): Promise<void> {
    const {found, silent} = await this.#look(this.#keeping, {...options, deadlineMs: this.#answerMs})
    refuseLost(found, hold)
    if (found.length === 0) throw [...silent.values()][0] ?? noRegion()
  }

  async forget(region: Region): Promise<number> {
    this.#regions.delete(region)
    await this.#writing
    return this.#regions.size
  }

  async holder(options: CallOptions = {}): Promise<LeaseHolder | undefined> {
    const {found, silent} = await this.#look([...this.#regions], {...options, deadlineMs: this.#answerMs})
    if (found.length === 0) throw [...silent.values()][0] ?? noRegion()
    const [newest] = found
      .filter(({record, leftMs}) => record !== undefined && record.owner !== null && leftMs > 0)
      .sort((one, other) => other.record!.token - one.record!.token)
    return newest && {owner: newest.record!.owner!, secondsLeft: Math.ceil(newest.leftMs / 1000)}
  }

  async release(hold: LeaseHold, options: CallOptions = {}): Promise<void> {
    const call = {...options, deadlineMs: this.#answerMs}
    let regions = [...this.#regions]
    for (let attempt = 1; regions.length > 0 && attempt <= RELEASES; attempt++) {
      const held = await this.#releaseIn(regions, hold, call)
      // Who kept it to the end is only slow: left there, it would refuse the next command for a minute. Who was gone is not waited for.
      regions = held.filter((region) => this.#keeping.includes(region))
    }
  }

  /** Which of the regions may still hold it: they were silent. Gone, or taken over after its end, is released too. */
  async #releaseIn(regions: Region[], hold: LeaseHold, call: LeaseCall): Promise<Region[]> {
    const {found, silent} = await this.#look(regions, call)
    const own = found.filter(({record}) => isOf(record, hold))
    const released = await Promise.allSettled(
      own.map((at) => this.#put(at, {owner: null, ttlSeconds: 0, token: hold.token, since: at.now}, call)),
    )
    const unsure = released.flatMap((outcome, index) => {
      if (outcome.status === 'fulfilled' || isFault(outcome.reason, ...CONFLICTS)) return []
      if (isOut(outcome.reason)) return [own[index]!.region]
      throw outcome.reason
    })
    return [...silent.keys(), ...unsure]
  }

  /** Looks, judges and writes; once more where another writer was faster. */
  #write(options: CallOptions, judge: (found: Found[]) => LeaseRecord): Promise<Acquired> {
    const written = this.#untilUndisputed(options, judge)
    this.#writing = written.catch(() => undefined)
    return written
  }

  async #untilUndisputed(options: CallOptions, judge: (found: Found[]) => LeaseRecord): Promise<Acquired> {
    const call = {...options, deadlineMs: this.#answerMs}
    // Once silent, silent for this writing: a region costs its deadline once, however often others are faster.
    const silent: Silent = new Map()
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#writeOnce(silent, call, judge)
      } catch (error) {
        if (attempt >= ATTEMPTS || !isFault(error, ...CONFLICTS)) throw error

        await sleep(CONFLICT_WAIT_MS * (1 + Math.random()), undefined, {signal: options.signal})
      }
    }
  }

  /** Regions that do not answer are added to `silent`, and those in it are not asked. */
  async #writeOnce(silent: Silent, call: LeaseCall, judge: (found: Found[]) => LeaseRecord): Promise<Acquired> {
    const found = await this.#lookPatiently(silent, call)
    const record = judge(found)
    const taken: Region[] = []
    // In the fixed order of the region names: two operators collide in the first region, and one of them gives way there.
    for (const at of found) {
      try {
        await this.#put(at, record, call)
        taken.push(at.region)
      } catch (error) {
        if (!isOut(error)) throw error
        if (await this.#isKept(at, record, call)) taken.push(at.region)
        else silent.set(at.region, error)
      }
    }

    if (taken.length === 0) throw noRegion()
    this.#keeping = taken
    return {regions: taken, unreachable: [...silent.keys()].sort(), token: record.token}
  }

  /** Whether a writing has arrived whose answer has not: a holding is new, or has longer to go. A region that is gone is silent here, too. */
  async #isKept({region, record, leftMs}: Found, {owner, token}: LeaseRecord, call: LeaseCall): Promise<boolean> {
    const [seen] = (await this.#look([region], call)).found
    const hold = {owner: owner!, token}
    return isOf(seen?.record, hold) && (!isOf(record, hold) || seen!.leftMs > leftMs)
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
    throw [...silent.values()][0] ?? noRegion()
  }

  /** Reads the regions at once; a fault that is not silence is thrown. */
  async #look(regions: Region[], call: LeaseCall): Promise<{found: Found[]; silent: Silent}> {
    const answers = await Promise.allSettled(regions.map((region) => this.#read(region, call)))
    const found: Found[] = []
    const silent: Silent = new Map()
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') found.push(answer.value)
      else if (isOut(answer.reason)) silent.set(regions[index]!, answer.reason)
      else throw answer.reason
    }

    return {found, silent}
  }

  async #read(region: Region, call: LeaseCall): Promise<Found> {
    const object = {Bucket: this.#bucket(region), Key: LEASE_KEY}
    try {
      return await this.#clients.call('s3', region, 'GetObject', object, call, async (answer, now) => {
        const record = this.#parse(region, (await answer.Body?.transformToString()) ?? '')
        const age = now - (answer.LastModified?.getTime() ?? now)
        const leftMs = record.owner === null ? 0 : Math.max(0, record.ttlSeconds * 1000 + ROUNDING_MS - age)
        return {region, etag: answer.ETag, record, leftMs, now}
      })
    } catch (error) {
      if (isFault(error, 'NoSuchKey')) return {region, leftMs: 0, now: this.#clients.now()}
      throw error
    }
  }

  async #put({region, etag}: Found, record: LeaseRecord, call: LeaseCall): Promise<void> {
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
      const {owner, ttlSeconds, token, since} = JSON.parse(text) as LeaseRecord
      const numbers = Number.isFinite(ttlSeconds) && Number.isInteger(token) && Number.isFinite(since)
      if ((owner === null || typeof owner === 'string') && numbers) return {owner, ttlSeconds, token, since}
    } catch {
      // Told below.
    }

    throw new DrError({
      code: 'LeaseDamaged',
      exit: 'refused',
      what: `the operator lease in ${region} cannot be read`,
      why: `s3://${this.#bucket(region)}/${LEASE_KEY} was not written by this version of todo-dr`,
      next: 'make sure that nobody else is running todo-dr, then delete that object',
    })
  }
}

/** A bucket that is gone has no say either: a teardown may have got so far. */
const isOut = (error: unknown): error is DrError =>
  error instanceof Unreachable || isServerFault(error) || isFault(error, 'NoSuchBucket')

const isOf = (record: LeaseRecord | undefined, {owner, token}: LeaseHold): boolean =>
  record?.owner === owner && record.token === token

/** A higher token was given after ours. A lower one is of a region that was away when ours was taken, and counts while it lives. */
function refuseLost(found: Found[], hold: LeaseHold): void {
  const newer = found.find(
    ({record, leftMs}) =>
      record !== undefined &&
      !isOf(record, hold) &&
      (record.token >= hold.token || (leftMs > 0 && record.owner !== hold.owner)),
  )
  if (newer) throw leaseLost(newer)
}

const noRegion = (): Unreachable => new Unreachable('no region can hold the operator lease')

function leaseHeld({region, record, leftMs}: Found): DrError {
  const left = Math.ceil(leftMs / 1000)
  return new DrError({
    code: 'LeaseHeld',
    exit: 'refused',
    what: `another operator is running a command: ${record!.owner}`,
    why: `it has held the lease in ${region} since ${new Date(record!.since).toISOString()}`,
    next: `wait until it finishes; if its process is dead, the lease ends by itself in ${left} s, and the same command then takes it over; nothing was changed`,
  })
}

function leaseLost({region, record}: Found): DrError {
  const {owner, since} = record!
  const who =
    owner === null
      ? `it was held and given back by someone else after ${new Date(since).toISOString()}`
      : `${owner} has held it in ${region} since ${new Date(since).toISOString()}`
  return new DrError({
    code: 'LeaseLost',
    exit: 'refused',
    what: 'another operator has taken the lease over; this process changes nothing more',
    why: who,
    next: 'todo-dr status',
  })
}
