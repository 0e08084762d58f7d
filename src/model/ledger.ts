/** What clients were told: a line for every probe request, intent before the send, outcome after. */

export type ProbeKind = 'write' | 'read'

/** ok: acknowledged. fail: refused or an honest error, not applied as far as the client was told. unsure: no answer. */
export type ProbeOutcome = 'ok' | 'fail' | 'unsure'

/**
 * Of an honest no, where the answer says who gave it. not-run: API Gateway could not have the function run, as behind a fence.
 * firewall: the edge or the API refused the request before anybody looked at it, as a rate limit does.
 */
export type ProbeRefusal = 'not-run' | 'firewall'

/** Times are epoch milliseconds with fraction. */
export interface LedgerEntry {
  requestId: string
  kind: ProbeKind
  /** The instant on the open-loop schedule, which an outage does not slow down. */
  scheduledAt: number
  sentAt: number
  /** Absent while in flight and for probes that were never answered before the run was cut. */
  finishedAt?: number
  /** Absent in the intent line. */
  outcome?: ProbeOutcome
  /** Of a `fail`, where the answer names it. */
  refusal?: ProbeRefusal
  /** HTTP status; absent without an answer. */
  status?: number
  /** The region that was asked directly; absent for a request through the edge. */
  via?: string
  /** The region that says it served the request. */
  region?: string
  /** Of a client that keeps what the name of the edge leads to for so many seconds, whatever its time to live. */
  keptSeconds?: number
}

/**
 * Slots of the schedule for which nothing was sent. They say nothing about the service, neither that it was there nor that
 * it was not. Epoch milliseconds.
 */
export interface Gap {
  /** late: the prober itself did not run. full: too many requests were waiting for their answers. */
  notProbed: 'full' | 'late'
  /** The first of the slots. */
  from: number
  /** When it was noticed that their time had passed. */
  to: number
  writes: number
  reads: number
  /** As of a probe. */
  via?: string
  /** Likewise. */
  keptSeconds?: number
}

/** Sent as clients send that keep a name for its time to live: what is asked of a region directly is no part of their outage. */
export const throughEdge = ({via, keptSeconds}: Pick<LedgerEntry, 'keptSeconds' | 'via'>): boolean =>
  via === undefined && keptSeconds === undefined
