import {isSilent} from '../diagnose.js'
import type {Gate} from '../model/gate.js'
import type {RegionObservation, Sample} from '../model/observation.js'
import type {Intent} from '../model/plan.js'

type Silences = (side: RegionObservation) => string[]

/** What a failover cannot do without; a planned switch also opens the functions. */
const forFailover: Silences = ({cluster, api}) => reasonsOf(cluster, api)
const forPlanned: Silences = ({cluster, api, writers}) => reasonsOf(cluster, api, writers)

const apiUnwell: Silences = ({api}) => (api.reachable && !api.value.ok ? [`its API answers ${api.value.status}`] : [])

/**
 * Refuses to send clients to a region that does not answer: the switch would turn a bad hour into a dead service.
 * A failback waits for a home region that is being rebuilt, so that only complete silence stops it.
 */
export const targetReachable: readonly Gate[] = [
  gateFor('switchover', (side) => [...forPlanned(side), ...apiUnwell(side)]),
  gateFor('failover', forFailover),
  gateFor('failback', (side) => (isSilent(side) ? forPlanned(side) : [])),
]

function gateFor(intent: Intent, silences: Silences): Gate {
  return {
    id: 'target-reachable',
    intents: [intent],
    check({to, observation}) {
      const side = observation.regions[to]
      const silent = side ? silences(side) : []
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
