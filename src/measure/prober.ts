/**
 * The open-loop prober. Its schedule is fixed from a start instant and waits for no answer, so that an outage does not
 * slow it down: a prober that waits sends fewest probes when they matter most ("coordinated omission", Gil Tene).
 * It never retries, as a retry hides an outage. Slots that passed while the process did not run are recorded as not
 * probed: sent late and all at once they would be an outage of their own.
 */

import type {Gap, LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Run} from '../ports/runs.js'
import type {Region} from '../model/deployment.js'
import type {ApiAnswer, ApiRequest, Workload} from '../ports/workload.js'
import type {Clock} from '../ports/world.js'
import {endsWithin} from '../ports/waits.js'
import {instant, rest, steadyClock} from './clock.js'
import {heldToken} from './held-token.js'
import type {HeldToken, TokenSource} from './held-token.js'
import {outcomeOfError, refusalOf} from './outcome.js'
import {probeRequestId} from './request-id.js'

export interface ProberInput {
  send: (request: ApiRequest) => Promise<ApiAnswer>
  /** The region that `send` asks directly; absent where it goes through the edge. */
  via?: Region
  /** How long this client keeps what the name of the edge leads to, in seconds; absent where that is its time to live. */
  keptSeconds?: number
  /** What is sent, in turn. Default: writes and reads. */
  kinds?: readonly ProbeKind[]
  /** Whose writes and reads are sent. */
  workload: Workload
  /** Asked at the start and then in the background; a probe never waits for it. */
  token: TokenSource
  run: Pick<Run, 'append' | 'id'>
  /** Probes of each kind a second; above 0, at most 2000. */
  ratePerSecond: number
  /** Determines the request ids, together with the run's id, `via` and `keptSeconds`. */
  seed: number
  /** Ends the schedule; `stop` still waits for what is in flight. */
  signal: AbortSignal
  clock?: Clock
  /** How long a probe waits for its answer. Default 2500 ms. */
  timeoutMs?: number
}

export interface ProberHealth {
  sent: number
  /** Probes that were not made: their time had passed, or too many were waiting for an answer. */
  skipped: number
  /** The worst delay behind the schedule, of a probe that was sent or of one that was not, in milliseconds. */
  maxLateMs: number
  /** How often the token was refused with 401 and one of another pool was taken. */
  tokensReplaced: number
  /** Why the ledger could not be written, or no token could be had; the measurement is in memory all the same. */
  trouble: string[]
}

export interface Prober {
  /** The first scheduled instant. */
  readonly startedAt: number
  readonly ratePerSecond: number
  /** All probes so far, in the order of the schedule; those in flight have no outcome yet. The list is live. */
  entries(): readonly LedgerEntry[]
  /** What was not probed, in order. The list is live. */
  gaps(): readonly Gap[]
  health(): ProberHealth
  /** Ends the schedule and waits, within the probes' deadline, until all have been answered and written. */
  stop(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 2500

/**
 * A slot is left out once the next one of its kind is due. Timers tick in milliseconds: slots that lie closer together fall due
 * together.
 */
const MIN_TOO_LATE_MS = 5

/** How long the start waits for the first token. Without one it starts all the same: a client without a token is down too. */
const FIRST_TOKEN_MS = 5000

/** Asks for a token, then starts the schedule. Throws RangeError for a rate out of range. */
export async function startProber(input: ProberInput): Promise<Prober> {
  if (!(input.ratePerSecond > 0 && input.ratePerSecond <= 2000)) throw new RangeError(`rate ${input.ratePerSecond}`)
  const loop = new OpenLoop(input)
  await loop.begin()
  return loop
}

class OpenLoop implements Prober {
  startedAt = 0
  readonly ratePerSecond: number
  private readonly clock: Clock
  private readonly kinds: readonly ProbeKind[]
  private readonly timeoutMs: number
  private readonly slotMs: number
  private readonly tooLateMs: number
  /** All probes that can be waiting at once when every one times out, and a half more. */
  private readonly maxInFlight: number
  private readonly ledger: LedgerEntry[] = []
  private readonly notProbed: Gap[] = []
  private readonly inFlight = new Set<Promise<void>>()
  private readonly troubles = new Set<string>()
  private readonly ended = new AbortController()
  private pacing: Promise<void> = Promise.resolve()
  private readonly token: HeldToken
  private lastAppend: Promise<unknown> = Promise.resolve()
  private maxLateMs = 0

  constructor(private readonly input: ProberInput) {
    this.clock = input.clock ?? steadyClock
    this.timeoutMs = input.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.ratePerSecond = input.ratePerSecond
    this.kinds = input.kinds ?? ['write', 'read']
    this.slotMs = 1000 / input.ratePerSecond / this.kinds.length
    this.tooLateMs = Math.max(1000 / input.ratePerSecond, MIN_TOO_LATE_MS)
    this.maxInFlight = Math.ceil((2 * input.ratePerSecond * this.timeoutMs * 1.5) / 1000) + 16
    this.token = heldToken(input.token, {
      clock: this.clock,
      signal: this.ended.signal,
      onTrouble: (text) => this.troubles.add(text),
    })
    const end = () => this.ended.abort()
    if (input.signal.aborted) end()
    else input.signal.addEventListener('abort', end, {once: true, signal: this.ended.signal})
  }

  async begin(): Promise<void> {
    await endsWithin(this.clock, FIRST_TOKEN_MS, this.token.asked)
    this.startedAt = instant(this.clock.now())
    this.pacing = this.pace()
  }

  entries(): readonly LedgerEntry[] {
    return this.ledger
  }

  gaps(): readonly Gap[] {
    return this.notProbed
  }

  health(): ProberHealth {
    return {
      sent: this.ledger.length,
      skipped: this.notProbed.reduce((sum, {writes, reads}) => sum + writes + reads, 0),
      maxLateMs: instant(this.maxLateMs),
      tokensReplaced: this.token.replaced,
      trouble: [...this.troubles],
    }
  }

  async stop(): Promise<void> {
    this.ended.abort()
    await this.pacing
    await endsWithin(this.clock, this.timeoutMs + 1000, Promise.all(this.inFlight))
    await this.lastAppend
  }

  /** A kind a slot, in turn. */
  private async pace(): Promise<void> {
    for (let slot = 0; ;) {
      const wait = this.due(slot) - this.clock.now()
      if (wait > 0) await rest(this.clock, wait, this.ended.signal)
      if (this.ended.signal.aborted) return
      const next = this.firstInTime(slot)
      if (next > slot) {
        this.leaveOut('late', slot, next)
        // Answers that came meanwhile are read before more is asked.
        await rest(this.clock, 0, this.ended.signal)
        slot = next
        continue
      }

      if (this.inFlight.size >= this.maxInFlight) this.leaveOut('full', slot, slot + 1)
      else this.launch(slot)
      slot++
    }
  }

  private due(slot: number): number {
    return instant(this.startedAt + slot * this.slotMs)
  }

  /** This slot, or the first one behind it that is not too late to be sent. */
  private firstInTime(slot: number): number {
    const over = this.clock.now() - this.due(slot) - this.tooLateMs
    return over < 0 ? slot : slot + Math.floor(over / this.slotMs) + 1
  }

  /** The slots from `first` up to, and without, `end`. */
  private leaveOut(notProbed: Gap['notProbed'], first: number, end: number): void {
    const from = this.due(first)
    const writes = this.countOf('write', end) - this.countOf('write', first)
    const reads = end - first - writes
    const gap = {notProbed, from, to: instant(this.clock.now()), writes, reads, ...this.client}
    this.maxLateMs = Math.max(this.maxLateMs, gap.to - from)
    this.notProbed.push(gap)
    this.append(gap)
  }

  /** Who asks, in a line of the ledger. */
  private get client(): Pick<LedgerEntry, 'keptSeconds' | 'via'> {
    const {via, keptSeconds} = this.input
    return {...(via !== undefined && {via}), ...(keptSeconds !== undefined && {keptSeconds})}
  }

  /** How many slots before `end` are of this kind. */
  private countOf(kind: ProbeKind, end: number): number {
    const index = this.kinds.indexOf(kind)
    return index === -1 ? 0 : Math.ceil((end - index) / this.kinds.length)
  }

  private launch(slot: number): void {
    const {run, seed, via, keptSeconds} = this.input
    const kind = this.kinds[slot % this.kinds.length]!
    const scheduledAt = this.due(slot)
    const who = via ?? (keptSeconds === undefined ? undefined : `kept ${keptSeconds}`)
    const requestId = probeRequestId(who === undefined ? run.id : `${run.id} ${who}`, seed, slot)
    const sentAt = instant(this.clock.now())
    const entry: LedgerEntry = {requestId, kind, scheduledAt, sentAt, ...this.client}
    this.maxLateMs = Math.max(this.maxLateMs, entry.sentAt - scheduledAt)
    this.ledger.push(entry)
    this.append(entry)
    const probe = this.probe(entry).finally(() => this.inFlight.delete(probe))
    this.inFlight.add(probe)
  }

  private async probe(entry: LedgerEntry): Promise<void> {
    const token = this.token.value
    try {
      const answer = await this.input.send({
        ...this.requestOf(entry),
        token,
        timeoutMs: this.timeoutMs,
      })
      entry.finishedAt = instant(this.clock.now())
      const refusal = refusalOf(answer)
      entry.outcome = refusal ? 'fail' : this.input.workload.outcomeOf(entry.kind, answer)
      if (refusal) entry.refusal = refusal
      entry.status = answer.status
      if (answer.region !== undefined) entry.region = answer.region
      if (answer.status === 401) this.token.refused(token)
    } catch (error) {
      entry.finishedAt = instant(this.clock.now())
      entry.outcome = outcomeOfError(entry.kind, error)
    }

    this.append(entry)
  }

  /** Not of one row, which a user may have deleted. */
  private requestOf({kind, requestId}: LedgerEntry): ApiRequest {
    const {workload} = this.input
    return kind === 'read' ? workload.read() : workload.write(requestId, 'probe')
  }

  /** Queues the line; the store keeps the order of the calls. */
  private append(line: Gap | LedgerEntry): void {
    this.lastAppend = this.input.run.append('ledger.ndjson', {...line}).catch((error: unknown) => {
      this.troubles.add(`the ledger could not be written: ${error instanceof Error ? error.message : String(error)}`)
    })
  }
}
