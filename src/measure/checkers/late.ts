/** The recovery time of a client that keeps a name for longer than its time to live. */

import type {LedgerEntry} from '../../model/ledger.js'
import {recoveryTime} from './recovery.js'
import type {MeasuredRecovery, RecoveryInput} from './recovery.js'

export type LateRecovery = Pick<MeasuredRecovery, 'errorSeconds' | 'lowerBound' | 'recovered' | 'seconds'> & {
  /** So long it keeps a name. */
  keptSeconds: number
}

/**
 * Of its writes, and against no objective: it is down for longer than others for a reason of its own. A record mostly ends before it has
 * followed, so that its time is a lower bound. Undefined where there was no such client.
 */
export function lateRecovery({
  entries,
  ...times
}: Pick<RecoveryInput, 'endedAt' | 'entries' | 'outageAt'>): LateRecovery | undefined {
  const own = entries.flatMap(({keptSeconds, ...entry}) => (keptSeconds === undefined ? [] : [{keptSeconds, entry}]))
  const [first] = own
  if (!first) return undefined
  const probes = own.map(({entry}): LedgerEntry => entry)
  const intervalMs = probes.length > 1 ? probes[1]!.scheduledAt - probes[0]!.scheduledAt : 1000
  const {seconds, errorSeconds, lowerBound, recovered} = recoveryTime({
    ...times,
    entries: probes,
    kind: 'write',
    intervalMs,
    objectiveSeconds: Infinity,
  })
  return {keptSeconds: first.keptSeconds, seconds, errorSeconds, lowerBound, recovered}
}
