import {isSilent} from '../diagnose.js'
import type {Gate, GateInput} from '../model/gate.js'
import type {RegionObservation, Sample} from '../model/observation.js'
import type {Intent} from '../model/plan.js'

type Silences = (side: RegionObservation, input: GateInput) => string[]

/**
 * A failover away from a primary that serves, into a region that cannot: the same command, typed twice, would go back into the
 * region that was just escaped. Where nobody serves, a region that may is better than none.
 */
const worseThanNow = ({api}: RegionObservation, {observation, from}: GateInput): string[] => {
  const now = from === undefined ? undefined : observation.regions[from]?.api
  if (!api.reachable || api.value.ok || !now?.reachable || !now.value.ok) return []
  return [`its API answers ${api.value.status}, while that of ${from}, the primary, answers well`]
}

/** What a failover cannot do without; a planned switch also opens the functions. */
const forFailover: Silences = ({cluster, api}) => reasonsOf(cluster, api)
const forPlanned: Silences = ({cluster, api, writers}) => reasonsOf(cluster, api, writers)

const apiUnwell: Silences = ({api}) => (api.reachable && !api.value.ok ? [`its API answers ${api.value.status}`] : [])

/**
 * Refuses to send clients to a region that does not answer: the switch would turn a bad hour into a dead service.
 * A failback waits for a home region that is being rebuilt, so that only complete silence stops it.
 */
export const targetReachable: readonly Gate[] = [
  gateFor('switchover', (side, input) => [...forPlanned(side, input), ...apiUnwell(side, input)]),
  gateFor('failover', (side, input) => [...forFailover(side, input), ...worseThanNow(side, input)]),
  gateFor('failback', (side, input) => (isSilent(side) ? forPlanned(side, input) : [])),
]

function gateFor(intent: Intent, silences: Silences): Gate {
  return {
    id: 'target-reachable',
    intents: [intent],
    check(input) {
      const {to, observation} = input
      const side = observation.regions[to]
      const silent = side ? silences(side, input) : []
      if (silent.length === 0) return
      return {
        reason: `${to} cannot take over: ${silent.join('; ')}`,
        hint: 'wait until it answers again; check with todo-dr status',
      }
    },
  }
}

function reasonsOf(...samples: Sample<unknown>[]): string[] {
  return samples.flatMap((sample) => (sample.reachable ? [] : [sample.reason]))
}
