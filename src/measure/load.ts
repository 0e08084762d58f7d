/**
 * The clients of a measurement. One goes through the edge, as all clients do, and its outage is what is measured. Beside it
 * each region's API has one of its own: a region that the edge sends nobody to may still say yes to who reaches it. Where clients find
 * the region by a name, one more keeps what it leads to for longer than it should: its outage is told apart.
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
/** Writes a second of the client that keeps a name: it tells minutes, and not milliseconds. */
export const LATE_PER_SECOND = 2

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
  const {workload, clock, api, late} = world
  const common = {...input, workload, clock}
  const others: Prober[] = []
  const beginDirect = async (region: Region): Promise<void> => {
    const prober = await startProber({
      ...common,
      ratePerSecond: Math.min(ratePerSecond, DIRECT_PER_SECOND),
      send: (request) => api.direct(region, request),
      via: region,
      kinds: ['write'],
      token: tokenSource(world, region),
    })
    others.push(prober)
  }

  const beginLate = async ({keptSeconds, edge}: NonNullable<World['late']>): Promise<void> => {
    const prober = await startProber({
      ...common,
      ratePerSecond: Math.min(ratePerSecond, LATE_PER_SECOND),
      send: (request) => edge(request),
      keptSeconds,
      kinds: ['write'],
      token: tokenSource(world),
    })
    others.push(prober)
  }

  const begun = Promise.all([...regionNames(world.deployment).map(beginDirect), ...(late ? [beginLate(late)] : [])])
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
    entries: () => [edge, ...others].flatMap((prober) => prober.entries()),
    gaps: () => [edge, ...others].flatMap((prober) => prober.gaps()),
    async stop() {
      await edge.stop()
      await begun
      await Promise.all(others.map((prober) => prober.stop()))
    },
  }
}
