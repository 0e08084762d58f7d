import {noApiInReach} from '../diagnose.js'
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

/** What waits for an API, or ends with a proof by one, comes to nothing where none can be reached. */
const nobodyInReach: Silences = ({api}, {observation}) => (noApiInReach(observation) ? reasonsOf(api) : [])

const edgeOf = ({observation: {edge}}: GateInput): string | undefined => (edge.reachable ? edge.value : undefined)

/** Clients are sent there already: steering them there would only wait, for minutes, for a region that has to be left or repaired. */
const steeredAndDown: Silences = (side, input) =>
  edgeOf(input) === input.to ? [...reasonsOf(side.api), ...apiUnwell(side, input)] : []

/**
 * Refuses to send clients to a region that does not answer: the switch would turn a bad hour into a dead service.
 * A failback waits for a home region that is silent or being rebuilt, and steering goes to the primary: only a missing table,
 * a network that lets no API through, or a route that is there already, stops these.
 */
export const targetReachable: readonly Gate[] = [
  gateFor('switchover', (side, input) => [...forPlanned(side, input), ...apiUnwell(side, input)]),
  gateFor('failover', (side, input) => [...forFailover(side, input), ...worseThanNow(side, input)]),
  gateFor('failback', nobodyInReach),
  gateFor('steer', (side, input) => [...new Set([...nobodyInReach(side, input), ...steeredAndDown(side, input)])]),
]

/** Of a deployment that nobody has seeded: no region can serve, and no switch changes that. */
const noTable = ({diagnosis: {situation}}: GateInput): boolean => situation === 'TableMissing'

function hintOf(input: GateInput): string {
  if (noTable(input)) return 'todo-dr seed creates it'
  if (noApiInReach(input.observation))
    return 'no API can be reached from here: check your own proxy, firewall and VPN, or try from another network'
  return 'wait until it answers again; check with todo-dr status'
}

function gateFor(intent: Intent, silences: Silences): Gate {
  return {
    id: 'target-reachable',
    intents: [intent],
    check(input) {
      const {to, observation} = input
      const side = observation.regions[to]
      const silent = noTable(input) ? ['the database has no table yet'] : side ? silences(side, input) : []
      if (silent.length === 0) return
      return {
        reason: `${to} cannot take over: ${silent.join('; ')}`,
        hint: hintOf(input),
      }
    },
  }
}

function reasonsOf(...samples: Sample<unknown>[]): string[] {
  return samples.flatMap((sample) => (sample.reachable ? [] : [sample.reason]))
}
