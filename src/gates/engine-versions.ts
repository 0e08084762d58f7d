import {distanceOf} from '../model/engine-version.js'
import type {Gate, GateInput} from '../model/gate.js'
import type {Region} from '../model/deployment.js'

/**
 * Refuses a switch between different engine versions: AWS promotes only a standby of the primary's version, down to the patch
 * level, and says so when the writers have been stopped for it. "None of the Aurora MySQL minor versions allow managed cross-Region
 * switchovers or failovers with differing patch levels" (Aurora user guide, "Upgrading an Amazon Aurora global database", which gives a
 * manual failover as the way out: it needs the same major and minor version alone). A version that nobody can read refuses nothing.
 */
export const engineVersions: Gate = {
  id: 'engine-versions',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'engine-versions',
  check(input) {
    const {intent, from, to} = input
    const target = versionIn(input, to)
    const primary = (from && versionIn(input, from)) ?? ofGlobal(input)
    if (target === undefined || primary === undefined || target === primary) return
    return {
      reason: `${to} runs engine version ${target}, and the primary ${primary}: AWS promotes only a standby of the same version`,
      hint: `todo-dr upgrade --to ${newer(target, primary)} makes them equal; ${intent === 'failover' ? manualFailover(to) : ''}if you know that AWS takes these two: --waive engine-versions=REASON`,
    }
  },
}

const newer = (one: string, other: string): string => (distanceOf(one, other) === 'downgrade' ? one : other)

const manualFailover = (to: Region): string =>
  `with the primary lost, AWS names a manual failover: remove ${to} from the global database, and it writes alone; `

function versionIn({observation}: GateInput, region: Region): string | undefined {
  const cluster = observation.regions[region]?.cluster
  return cluster?.reachable ? cluster.value.engineVersion : undefined
}

/** The global database has the primary's version, and is seen from the other region too. */
const ofGlobal = ({observation: {global}}: GateInput): string | undefined =>
  global.reachable ? global.value.engineVersion : undefined
