/** What clients were told: a line for every probe request, intent before the send, outcome after. */

export type ProbeKind = 'write' | 'read'

/** ok: acknowledged. fail: refused or an honest error, not applied as far as the client was told. unsure: no answer. */
export type ProbeOutcome = 'ok' | 'fail' | 'unsure'

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
  /** HTTP status; absent without an answer. */
  status?: number
  /** The region that says it served the request. */
  region?: string
}
