/**
 * The open-loop prober. Its schedule is fixed from a start instant and waits for no answer, so that an outage does not
 * slow it down: a prober that waits sends fewest probes when they matter most ("coordinated omission", Gil Tene).
 * It never retries, as a retry hides an outage.
 */

import type {LedgerEntry, ProbeKind} from '../model/ledger.js'
import type {Run} from '../ports/runs.js'
import type {ApiRequest, Workload} from '../ports/workload.js'
import type {Api, Clock} from '../ports/world.js'
import {endsWithin} from '../ports/waits.js'
import {instant, rest, steadyClock} from './clock.js'
import {heldToken} from './held-token.js'
import type {HeldToken, TokenSource} from './held-token.js'
import {outcomeOfError} from './outcome.js'
import {probeRequestId} from './request-id.js'

export interface ProberInput {
  api: Pick<Api, 'edge'>
  /** Whose writes and reads are sent. */
  workload: Workload
  /** Asked at the start and then in the background; a probe never waits for it. */
  token: TokenSource
  run: Pick<Run, 'append' | 'id'>
  /** Writes a second, and as many reads; above 0, at most 2000. */
  ratePerSecond: number
  /** Determines the request ids, together with the run's id. */
  seed: number
  /** Ends the schedule; `stop` still waits for what is in flight. */
  signal: AbortSignal
  clock?: Clock
  /** How long a probe waits for its answer. Default 2500 ms. */
  timeoutMs?: number
}

export interface ProberHealth {
  sent: number
  /** Probes that fell due while the bound on requests in flight was reached. They were not made and have no line. */
  skipped: number
  /** The worst delay between a probe's scheduled instant and its send, in milliseconds. */
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
  health(): ProberHealth
  /** Ends the schedule and waits, within the probes' deadline, until all have been answered and written. */
  stop(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 2500

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
  private readonly timeoutMs: number
  /** All probes that can be waiting at once when every one times out, and a half more. */
  private readonly maxInFlight: number
  private readonly ledger: LedgerEntry[] = []
  private readonly inFlight = new Set<Promise<void>>()
  private readonly troubles = new Set<string>()
  private readonly ended = new AbortController()
  private pacing: Promise<void> = Promise.resolve()
  private readonly token: HeldToken
  private lastAppend: Promise<unknown> = Promise.resolve()
  private skipped = 0
  private maxLateMs = 0

  constructor(private readonly input: ProberInput) {
    this.clock = input.clock ?? steadyClock
    this.timeoutMs = input.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.ratePerSecond = input.ratePerSecond
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

  health(): ProberHealth {
    return {
      sent: this.ledger.length,
      skipped: this.skipped,
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

  /** Writes on the whole slots of the schedule, reads on the half ones between. */
  private async pace(): Promise<void> {
    const slotMs = 500 / this.ratePerSecond
    for (let slot = 0; !this.ended.signal.aborted; slot++) {
      const scheduledAt = instant(this.startedAt + slot * slotMs)
      const wait = scheduledAt - this.clock.now()
      if (wait > 0) await rest(this.clock, wait, this.ended.signal)
      if (this.ended.signal.aborted) return
      if (this.inFlight.size >= this.maxInFlight) this.skipped++
      else this.launch(slot % 2 === 0 ? 'write' : 'read', slot, scheduledAt)
    }
  }

  private launch(kind: ProbeKind, slot: number, scheduledAt: number): void {
    const requestId = probeRequestId(this.input.run.id, this.input.seed, slot)
    const entry: LedgerEntry = {requestId, kind, scheduledAt, sentAt: instant(this.clock.now())}
    this.maxLateMs = Math.max(this.maxLateMs, entry.sentAt - scheduledAt)
    this.ledger.push(entry)
    this.append(entry)
    const probe = this.probe(entry).finally(() => this.inFlight.delete(probe))
    this.inFlight.add(probe)
  }

  private async probe(entry: LedgerEntry): Promise<void> {
    const token = this.token.value
    try {
      const answer = await this.input.api.edge({
        ...this.requestOf(entry),
        token,
        timeoutMs: this.timeoutMs,
      })
      entry.finishedAt = instant(this.clock.now())
      entry.outcome = this.input.workload.outcomeOf(entry.kind, answer)
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
  private append(entry: LedgerEntry): void {
    this.lastAppend = this.input.run.append('ledger.ndjson', {...entry}).catch((error: unknown) => {
      this.troubles.add(`the ledger could not be written: ${error instanceof Error ? error.message : String(error)}`)
    })
  }
}
