/**
 * The clients of a measurement. One goes through the edge, as all clients do, and its outage is what is measured. Beside it
 * each region's API has one of its own: a region that the edge sends nobody to may still say yes to who reaches it.
 */

import type {Region} from '../model/deployment.js'
import type {Gap, LedgerEntry} from '../model/ledger.js'
import {regionNames} from '../model/regions.js'
import type {Run} from '../ports/runs.js'
import type {World} from '../ports/world.js'
import {startProber} from './prober.js'
import type {Prober} from './prober.js'
import {tokenSource} from './token-source.js'

/** Writes a second to each region: enough to see a second writer that lives for a second, and no load to speak of. */
const DIRECT_PER_SECOND = 5

export interface LoadInput {
  world: World
  run: Run
  /** Writes a second through the edge, and as many reads. */
  ratePerSecond: number
  seed: number
  signal: AbortSignal
}

export interface Load {
  /** The client whose outage is measured. */
  edge: Prober
  /** Of all clients. */
  entries(): LedgerEntry[]
  gaps(): Gap[]
  /** Ends all of them, and waits until all have been answered and written. */
  stop(): Promise<void>
}

/** Returns when the client of the edge has begun. The others are not waited for: a lost region must not hold up its failover. */
export async function startLoad({world, ratePerSecond, ...input}: LoadInput): Promise<Load> {
  const {workload, clock, api} = world
  const common = {...input, workload, clock}
  const direct: Prober[] = []
  const beginDirect = async (region: Region): Promise<void> => {
    const prober = await startProber({
      ...common,
      ratePerSecond: Math.min(ratePerSecond, DIRECT_PER_SECOND),
      send: (request) => api.direct(region, request),
      via: region,
      kinds: ['write'],
      token: tokenSource(world, region),
    })
    direct.push(prober)
  }

  const begun = Promise.all(regionNames(world.deployment).map(beginDirect))
  // Told at the end: while clients wait for a switch it must not end the process.
  begun.catch(() => undefined)
  const edge = await startProber({
    ...common,
    ratePerSecond,
    send: (request) => api.edge(request),
    token: tokenSource(world),
  })
  return {
    edge,
    entries: () => [edge, ...direct].flatMap((prober) => prober.entries()),
    gaps: () => [edge, ...direct].flatMap((prober) => prober.gaps()),
    async stop() {
      await edge.stop()
      await begun
      await Promise.all(direct.map((prober) => prober.stop()))
    },
  }
}
