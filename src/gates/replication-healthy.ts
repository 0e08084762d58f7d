import {shortSeconds} from '../model/duration.js'
import {STALLED_LAG_SECONDS, isConnected, lagOf} from '../model/topology.js'
import {isPrimaryLost} from './primary-answers.js'
import type {Gate, GateInput, Objection} from '../model/gate.js'

const id = 'replication-healthy'
const hint = 'try again when it has caught up; check with todo-dr status'

/**
 * Refuses a planned switch while replication is stalled: it would first fence the writers and then wait for a standby
 * that does not come closer, and clients would be down for nothing. A failback waits for a standby that is being
 * rebuilt or catches up, so that only a connected one that is far behind stops it.
 */
export const replicationHealthy: readonly Gate[] = [
  {
    id,
    intents: ['switchover'],
    // Behind a lost primary nothing catches up any more: another gate says what helps.
    check: (input) => (isPrimaryLost(input) ? undefined : stalled(input)),
  },
  {
    id,
    intents: ['failback'],
    check: (input) =>
      isPrimaryLost(input) || disconnected(input)
        ? undefined
        : farBehind(input, Math.max(input.maxLagSeconds, STALLED_LAG_SECONDS)),
  },
]

const stalled = (input: GateInput): Objection | undefined =>
  disconnected(input) ?? farBehind(input, input.maxLagSeconds)

function disconnected({to, observation: {global}}: GateInput): Objection | undefined {
  if (!global.reachable) return
  const member = global.value.members.find((one) => one.region === to)
  if (member && isConnected(member.synchronization)) return
  const why = member ? `the member is ${member.synchronization}` : 'it is not a member'
  return {reason: `replication to ${to} is stalled: ${why}`, hint}
}

function farBehind({to, observation}: GateInput, limit: number): Objection | undefined {
  const lag = observation.global.reachable ? lagOf(observation, to) : undefined
  if (lag === undefined || lag <= limit) return
  return {
    reason: `replication to ${to} is stalled: it is ${shortSeconds(lag)} behind; the limit is ${limit} s`,
    hint,
  }
}
