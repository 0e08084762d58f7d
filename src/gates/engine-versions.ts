import type {Gate, GateInput} from '../model/gate.js'
import type {Region} from '../model/deployment.js'

/**
 * Refuses a switch between different engine versions: AWS promotes only a standby of the primary's version, down to the patch
 * level, and says so when the writers have been stopped for it (Aurora user guide, "Upgrading an Amazon Aurora global database").
 * A version that nobody can read refuses nothing.
 */
export const engineVersions: Gate = {
  id: 'engine-versions',
  intents: ['switchover', 'failover', 'failback'],
  waiver: 'engine-versions',
  check(input) {
    const {from, to} = input
    const target = versionIn(input, to)
    const primary = (from && versionIn(input, from)) ?? ofGlobal(input)
    if (target === undefined || primary === undefined || target === primary) return
    return {
      reason: `${to} runs engine version ${target}, and the primary ${primary}: AWS promotes only a standby of the same version`,
      hint: `finish the upgrade of both regions; if you know that AWS takes these two: --waive engine-versions=REASON`,
    }
  },
}

function versionIn({observation}: GateInput, region: Region): string | undefined {
  const cluster = observation.regions[region]?.cluster
  return cluster?.reachable ? cluster.value.engineVersion : undefined
}

/** The global database has the primary's version, and is seen from the other region too. */
const ofGlobal = ({observation: {global}}: GateInput): string | undefined =>
  global.reachable ? global.value.engineVersion : undefined
