/** Two regions in memory with a replica that lags: what a measurement needs of the world, and a truth to hold it against. */

import {Unreachable} from '../../src/errors.js'
import type {Deployment, Region} from '../../src/model/deployment.js'
import type {ApiAnswer, ApiRequest} from '../../src/ports/workload.js'
import type {World} from '../../src/ports/world.js'
import {todo} from '../../src/workloads/todo/index.js'
import type {FakeClock} from './fake-clock.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export class TwoRegions {
  primary: Region = HOME
  edgeServes: Region = HOME
  lost: Region | undefined
  /** Request ids by region, each with the instant at which it can be read there. */
  readonly rows: Record<Region, Map<string, number>> = {[HOME]: new Map(), [AWAY]: new Map()}
  latencyMs = 4

  constructor(
    readonly clock: FakeClock,
    readonly lagMs = 0,
  ) {}

  /** The region is gone, and with it what had not reached the other one. */
  lose(region: Region): void {
    this.lost = region
    const now = this.clock.now()
    for (const rows of Object.values(this.rows)) {
      for (const [id, readableAt] of rows) if (readableAt > now) rows.delete(id)
    }
  }

  /** The standby takes over with what has reached it. */
  promote(to: Region): void {
    this.primary = to
  }

  holds = (region: Region): Set<string> => {
    const now = this.clock.now()
    return new Set([...this.rows[region]!].flatMap(([id, readableAt]) => (readableAt <= now ? [id] : [])))
  }

  async edge(request: ApiRequest): Promise<ApiAnswer> {
    await this.clock.sleep(this.latencyMs)
    const reachable = this.edgeServes !== this.lost
    if (request.method === 'GET') return {status: 200, region: reachable ? this.edgeServes : AWAY, headers: {}}
    if (!reachable) return {status: 502, headers: {}}
    if (this.edgeServes !== this.primary) return {status: 503, region: this.edgeServes, headers: {}}
    const {requestId} = request.body as {requestId: string}
    const now = this.clock.now()
    this.rows[this.primary]!.set(requestId, now)
    const replica = this.primary === HOME ? AWAY : HOME
    if (this.lost === undefined) this.rows[replica]!.set(requestId, now + this.lagMs)
    return {status: 201, region: this.primary, headers: {}}
  }

  world(): World {
    const up = <T>(region: Region, value: T): T => {
      if (region === this.lost) throw new Unreachable(`${region} is gone`)
      return value
    }

    const refuse = (): never => {
      throw new Error('not part of a measurement')
    }

    const world: World = {
      deployment: {app: 'ToDoMgmt', regions: [{region: HOME}, {region: AWAY}]} as unknown as Deployment,
      workload: todo,
      clock: this.clock,
      api: {
        edge: (request) => this.edge(request),
        direct: refuse,
        health: async (region) => up(region, {status: 200, ok: true, latencyMs: 1}),
      },
      tokens: {get: async (region) => ({token: 'token', region, expiresAt: Infinity})},
      functions: {
        invoke: async (region, _, payload) => {
          const held = this.holds(up(region, region))
          return {present: (payload as {requestIds: string[]}).requestIds.filter((id) => held.has(id))}
        },
      },
      database: {
        describe: async (via) =>
          up(via, {
            id: 'todomgmt',
            status: 'available',
            members: [HOME, AWAY].map((region) => ({
              region,
              clusterArn: `arn:${region}`,
              isWriter: region === this.primary,
              ...(region !== this.primary && {synchronization: this.lost ? 'pending-resync' : 'connected'}),
            })),
          }),
        cluster: async (region) =>
          up(region, {id: 'c', arn: `arn:${region}`, status: 'available', availableInstances: 1}),
        proxy: async (region) => up(region, {available: 1, unavailable: 0}),
        switchover: refuse,
        failover: refuse,
        lagSeconds: async (region) => up(region, region === this.primary ? undefined : this.lagMs / 1000),
      },
      writers: {mode: async (region) => up(region, 'open' as const), fence: refuse, unfence: refuse},
      route: {
        needs: {service: 'nothing', plane: 'data'},
        spread: 'at once',
        serving: async () => this.edgeServes,
        steer: refuse,
        verify: refuse,
        byHand: refuse,
      },
      lease: {acquire: refuse, release: refuse},
    }
    return world
  }
}

/** Lets time pass until the promise is settled. */
export async function drive<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let settled = false
  const done = work.finally(() => (settled = true))
  done.catch(() => {})
  while (!settled) await clock.advance(20)
  return done
}
