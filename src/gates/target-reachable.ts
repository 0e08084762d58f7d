import {isSilent} from '../diagnose.js'
import type {Gate, GateInput} from '../model/gate.js'

/**
 * Refuses to send clients to a region that does not answer: the switch would turn a bad hour into a dead service.
 * A failback waits for a home region that is being rebuilt, so that only complete silence stops it.
 */
export const targetReachable: Gate = {
  id: 'target-reachable',
  check(input) {
    const silent = silences(input)
    if (silent.length === 0) return
    return {
      reason: `${input.to} cannot take over: ${silent.join('; ')}`,
      hint: 'todo-dr status says when it answers again',
    }
  },
}

function silences({intent, to, observation}: GateInput): string[] {
  const side = observation.regions[to]
  if (!side || (intent === 'failback' && !isSilent(side))) return []
  const needed = intent === 'failover' ? [side.cluster, side.api] : [side.cluster, side.api, side.writers]
  const silent = needed.flatMap((sample) => (sample.reachable ? [] : [sample.reason]))
  if (intent === 'switchover' && side.api.reachable && !side.api.value.ok)
    silent.push(`its API answers ${side.api.value.status}`)
  return silent
}
