/**
 * Two regions in memory, with time, roles, lag, silence and faults: the model that plans and the engine are run against.
 * It is unkind where AWS may be: after a failover an old primary that lives goes on taking writes, running calls end
 * after a fence, and a lost region hangs instead of refusing. It proves nothing about AWS or the lab.
 */

import {DrError, Unreachable} from '../../src/errors.js'
import {KnownPromotion} from '../../src/ports/known-promotion.js'
import type {Deployment, Region} from '../../src/model/deployment.js'
import {TABLE_MISSING} from '../../src/model/observation.js'
import type {CapacityFloor, CapacityRange, GlobalCluster, SecretState, WriterMode} from '../../src/model/observation.js'
import {inARow} from '../../src/ports/waits.js'
import type {ApiAnswer, ApiRequest} from '../../src/ports/workload.js'
import type {Accepted, FunctionRole, LeftVolume, RdsEvent, World} from '../../src/ports/world.js'
import {todo} from '../../src/workloads/todo/index.js'
import {VirtualClock} from './virtual-clock.js'

export const HOME = 'us-east-1'
export const AWAY = 'us-east-2'

export interface SimulatedRegion {
  /** Nothing in the region answers. */
  lost: boolean
  /** Lambda's control plane alone does not answer. */
  lambdaLost: boolean
  databaseUp: boolean
  instances: number
  /** What RDS calls each of them while the database is up. */
  instanceStatus: string
  /** What the control plane says. */
  isWriter: boolean
  /** What the database does: takes writes. */
  writable: boolean
  isMember: boolean
  synchronization: string | undefined
  lagSeconds: number | undefined
  /** What the primary's database knows of it. */
  sqlLagSeconds?: number
  engineVersion: string
  /** RDS upgrades its engine now. */
  upgrading: boolean
  capacity: CapacityRange
  raisedFrom: CapacityFloor | undefined
  /** In ACU. */
  peakAcu: number | undefined
  secrets: SecretState[]
  concurrencyLimit: number
  writers: WriterMode
  /** The fence is accepted and has no effect: something else writes. */
  fenceLeaks: boolean
  apiUp: boolean
  rows: Map<string, {id: string; task: string}>
}

export interface SimulatedOptions {
  /** A lost region accepts connections and never answers, until the adapter gives up. */
  hang?: boolean
  promotionMs?: number
  /** Milliseconds for which an accepted promotion is not shown. */
  hiddenMs?: number
  edgeMs?: number
  /** Milliseconds by which rows reach the standby. Undefined: they reach it with a planned promotion alone. */
  lagMs?: number
  /** Of an upgrade, halfway through which the database is down for a moment. */
  upgradeMs?: number
  /** Milliseconds of every call that is answered. */
  latencyMs?: number
}

/** Milliseconds after which an adapter gives up by itself: longer than any look of ours may take. */
const ADAPTER_GIVES_UP_MS = 30_000
export const WRITER_TIMEOUT_SECONDS = 10
const GOOD_TOKEN = 'good'

export interface Acknowledged {
  at: number
  region: Region
  requestId: string
}

export class SimulatedWorld {
  readonly clock = new VirtualClock()
  readonly regions: Record<Region, SimulatedRegion>
  readonly acknowledged: Acknowledged[] = []
  /** Names of the calls that changed something, in order. */
  readonly acts: string[] = []
  /** What RDS says of them, in either region. */
  readonly failoverEvents: RdsEvent[] = []
  /** What Aurora has kept at failovers. */
  readonly leftVolumes: (LeftVolume & {region: Region})[] = []
  serving: Region = HOME
  edgeKey: Region = HOME
  edgeLost = false
  /** Nobody has seeded it: the API has no table. */
  unseeded = false
  switching: {to: Region; status: string} | undefined
  /** Regions whose RDS shows the global database as it was in the beginning, until that instant. */
  oldView: {regions: Region[]; until: number} | undefined
  /** AWS accepts a promotion, and gives it up midway; `openly`, it says so in an event. */
  cancels: 'openly' | 'silently' | undefined
  readonly #events: {at: number; to: Region; text: string}[] = []
  /** When the switch under way begins to be shown. */
  #visibleAt = 0
  leaseHolder: string | undefined
  /** Grows with every taking. */
  leaseToken = 0
  /** Called before every call with its name and its region; may throw, or take its time. */
  fault: (call: string, at?: Region) => Promise<void> | void = () => undefined
  /** What is kept; the API takes no other than the good one. */
  token = GOOD_TOKEN
  #nextId = 1
  #lagMs: number | undefined
  readonly options: Required<Omit<SimulatedOptions, 'lagMs'>>

  constructor({lagMs, ...options}: SimulatedOptions = {}) {
    this.options = {
      hang: false,
      promotionMs: 2000,
      hiddenMs: 0,
      edgeMs: 500,
      latencyMs: 10,
      upgradeMs: 20_000,
      ...options,
    }
    this.regions = {[HOME]: region(true), [AWAY]: region(false)}
    if (lagMs !== undefined) this.setLag(lagMs)
  }

  /** From now on rows reach the standby by so much later, and its metric says so. */
  setLag(ms: number): void {
    this.#lagMs = ms
    for (const side of Object.values(this.regions)) side.lagSeconds = side.isWriter ? undefined : ms / 1000
  }

  readonly deployment: Deployment = {
    schemaVersion: 2,
    app: 'ToDoMgmt',
    globalClusterId: 'todomgmt',
    edge: {url: 'https://edge', distributionId: 'E1'},
    route: {kind: 'simulated'},
    regions: [HOME, AWAY].map((name) => ({
      region: name,
      apiUrl: `https://${name}/prod`,
      clusterArn: `arn:${name}`,
      clusterId: `todomgmt-${name}`,
      proxyName: `todomgmt-${name}`,
      userPoolId: 'pool',
      clientId: 'client',
      tokenUrl: `https://${name}/oauth2/token`,
      functions: {writers: ['u', 'r', 'c'], readers: ['g', 'l'], presence: 'l', migrate: 'c'},
      writerTimeoutSeconds: WRITER_TIMEOUT_SECONDS,
      leaseBucket: `lease-${name}`,
    })),
  }

  /** The shape that must be the same after every interruption. */
  topology(): object {
    const of = (name: Region) => {
      const {isWriter, writers, rows} = this.regions[name]!
      return {
        isWriter,
        writers,
        canaries: [...rows.values()].filter((row) => row.task.includes('canary')).length,
      }
    }

    const capacity = Object.values(this.regions).map(({capacity: {min}, raisedFrom}) => ({min, raisedFrom}))
    const versions = Object.values(this.regions).map(({engineVersion}) => engineVersion)
    return {home: of(HOME), away: of(AWAY), edge: this.edgeKey, switching: this.switching?.status, capacity, versions}
  }

  /** The region is gone, and with it what had not reached the other one. */
  lose(name: Region): void {
    Object.assign(this.regions[name]!, {lost: true})
  }

  /** Request ids that the region's database holds. */
  held(name: Region): Set<string> {
    return new Set(this.regions[name]!.rows.keys())
  }

  /** The region becomes the primary at once, with what has reached it. */
  promoteNow(name: Region): void {
    Object.assign(this.regions[name]!, {writable: true})
    this.#roles(name, false)
  }

  /** The edge serves the region at once. */
  steerNow(name: Region): void {
    this.edgeKey = name
    this.serving = name
  }

  /** The region returns; where another is the primary now, its database is rebuilt as a standby after `rebuildMs`. */
  async returns(name: Region, rebuildMs = 60_000): Promise<void> {
    const side = this.regions[name]!
    side.lost = false
    side.databaseUp = true
    if (side.isWriter) return
    Object.assign(side, {writable: false, synchronization: 'pending-resync', instances: 0})
    await this.clock.sleep(rebuildMs)
    Object.assign(side, {synchronization: 'connected', lagSeconds: 0.1, instances: 1, isMember: true})
  }

  /** A connection of one process. After `kill` it neither answers nor acts any more, as a killed process does. */
  connect(): {world: World; kill(): void; alive(): boolean} {
    let alive = true
    const guard = <T extends object>(port: T): T =>
      Object.fromEntries(
        Object.entries(port).map(([name, method]) => [
          name,
          typeof method !== 'function'
            ? method
            : async (...args: unknown[]) => {
                if (!alive) return never
                try {
                  return await (method as (...all: unknown[]) => unknown)(...args)
                } finally {
                  // eslint-disable-next-line no-unsafe-finally
                  if (!alive) return never
                }
              },
        ]),
      ) as T
    const {clock} = this
    const known = new KnownPromotion(clock)
    const world: World = {
      deployment: this.deployment,
      workload: todo,
      known,
      database: known.guard({...guard(this.#database()), now: () => clock.now()}),
      capacity: guard(this.#capacity()),
      leftVolumes: guard(this.#leftVolumes()),
      vitals: guard(this.#vitals()),
      writers: guard(this.#writers()),
      route: {...this.#route(), ...guard(this.#routeCalls())},
      api: guard(this.#api()),
      tokens: guard({
        get: async (preferred: Region) => ({
          token: this.token,
          region: preferred,
          expiresAt: Date.UTC(9999, 0),
          kept: this.token !== GOOD_TOKEN,
        }),
        issue: async (region: Region) => ({token: GOOD_TOKEN, region, expiresAt: Date.UTC(9999, 0)}),
        refused: async (token: string) => {
          if (token === this.token) this.token = GOOD_TOKEN
        },
      }),
      functions: guard({invoke: this.#invoke.bind(this)}),
      lease: guard(this.#lease()),
      clock: {now: () => clock.now(), sleep: guard({sleep: clock.sleep.bind(clock)}).sleep},
    }
    return {world, kill: () => (alive = false), alive: () => alive}
  }

  async #call(name: string, at: Region | undefined, alsoLost = false): Promise<void> {
    await this.fault(name, at)
    if (at !== undefined && (this.regions[at]!.lost || alsoLost)) {
      if (this.options.hang) await this.clock.sleep(ADAPTER_GIVES_UP_MS)
      throw new Unreachable(`${name}: ${at} does not answer`)
    }

    await this.clock.sleep(this.options.latencyMs)
  }

  #database(): Omit<World['database'], 'now'> {
    return {
      describe: async (via) => {
        await this.#call('describe', via)
        const {oldView} = this
        if (oldView?.regions.includes(via) && this.clock.now() < oldView.until) return this.#global(false)
        return this.#global()
      },
      cluster: async (at) => {
        await this.#call('cluster', at)
        const {instances, instanceStatus, databaseUp, engineVersion, capacity, raisedFrom, upgrading} =
          this.regions[at]!
        return {
          id: `todomgmt-${at}`,
          arn: `arn:${at}`,
          status: upgrading ? 'upgrading' : 'available',
          instances: Array.from({length: instances}, () =>
            upgrading ? 'upgrading' : databaseUp ? instanceStatus : 'failed',
          ),
          engineVersion,
          capacity,
          ...(raisedFrom && {raisedFrom}),
        }
      },
      proxy: async (at) => {
        await this.#call('proxy', at)
        const up = this.regions[at]!.databaseUp && this.regions[at]!.instances > 0
        return {available: up ? 1 : 0, unavailable: up ? 0 : 1}
      },
      lag: async (at) => {
        await this.#call('lag', at)
        const {isWriter, lagSeconds: seconds} = this.regions[at]!
        return isWriter || seconds === undefined ? undefined : {seconds, at: this.clock.now(), periodSeconds: 1}
      },
      switchover: async (primary, target) => {
        await this.#call('switchover', primary)
        return this.#accept(target, 'switching-over', true)
      },
      failover: async (target) => {
        await this.#call('failover', target)
        return this.#accept(target, 'failing-over', false)
      },
      upgrade: async (at, version) => {
        await this.#call('upgrade', at)
        this.#beginUpgrade(at, version)
      },
      upgradeTargets: async (at, version) => {
        await this.#call('targets', at)
        return TARGETS.filter((one) => one.version > version)
      },
      failoverEvents: async (via, since) => {
        await this.#call('events', via)
        return this.failoverEvents.filter(({at}) => at >= since)
      },
      givenUp: async (target, since) => {
        await this.#call('events', target)
        return this.#events.find(({at, to}) => at >= since && to === target)?.text
      },
    }
  }

  /** As RDS: of a primary after its standby alone. */
  #beginUpgrade(at: Region, version: string): void {
    const [side, other] = [this.regions[at]!, this.regions[otherOf(at)]!]
    const no = (code: string, what: string): Error => new DrError({code, exit: 'failed', what})
    if (side.upgrading || this.switching) throw no('InvalidDBClusterStateFault', `${at} is not available`)
    if (side.isWriter && other.engineVersion < version)
      throw no('InvalidParameterValue', 'Please upgrade global replicas first before upgrading the primary member.')
    this.acts.push(`upgrade ${at} ${version}`)
    side.upgrading = true
    void this.#upgrade(side, version)
  }

  async #upgrade(side: SimulatedRegion, version: string): Promise<void> {
    const quarter = this.options.upgradeMs / 4
    await this.clock.sleep(quarter * 2)
    const member = {synchronization: side.synchronization}
    Object.assign(side, {databaseUp: false, ...(!side.isWriter && {synchronization: 'pending-resync'})})
    await this.clock.sleep(quarter)
    Object.assign(side, {databaseUp: true, engineVersion: version, upgrading: false})
    // RDS calls it available before it has caught up.
    await this.clock.sleep(quarter)
    Object.assign(side, member)
  }

  #accept(to: Region, status: string, planned: boolean): Accepted {
    if (this.switching || this.regions[to]!.isWriter)
      throw new DrError({
        code: 'InvalidGlobalClusterStateFault',
        exit: 'failed',
        what: 'The global cluster is busy or switched',
      })
    this.acts.push(`${planned ? 'switchover' : 'failover'} ${to}`)
    this.switching = {to, status}
    this.#visibleAt = this.clock.now() + this.options.hiddenMs
    void this.#promote(to, planned)
    return {at: this.clock.now(), status: 'pending'}
  }

  async #promote(to: Region, planned: boolean): Promise<void> {
    const [old, target] = [this.regions[otherOf(to)]!, this.regions[to]!]
    if (planned) old.writable = false
    await this.clock.sleep(this.options.promotionMs * 0.8)
    if (this.cancels) {
      old.writable = old.isWriter && old.databaseUp
      if (this.cancels === 'openly')
        this.#events.push({at: this.clock.now(), to, text: `Global switchover to DB cluster ${to} is cancelled.`})
      this.switching = undefined
      return
    }

    if (planned) target.rows = new Map(old.rows)
    target.writable = true
    await this.clock.sleep(this.options.promotionMs * 0.2)
    this.#roles(to, planned)
    this.switching = undefined
  }

  #roles(to: Region, planned: boolean): void {
    Object.assign(this.regions[to]!, {isWriter: true, synchronization: undefined, lagSeconds: undefined})
    Object.assign(this.regions[otherOf(to)]!, {
      isWriter: false,
      synchronization: planned ? 'connected' : 'pending-resync',
      lagSeconds: this.#lagMs === undefined ? 0.1 : this.#lagMs / 1000,
    })
  }

  #global(isNew = true): GlobalCluster {
    const members = [HOME, AWAY].flatMap((name) => {
      const {isMember, isWriter: isWriterNow, synchronization} = this.regions[name]!
      const isWriter = isNew ? isWriterNow : name === HOME
      return isMember ? [{region: name, clusterArn: `arn:${name}`, isWriter, synchronization}] : []
    })
    const failover = isNew &&
      this.switching &&
      this.clock.now() >= this.#visibleAt && {status: this.switching.status, toArn: `arn:${this.switching.to}`}
    return {id: 'todomgmt', status: failover ? failover.status : 'available', ...(failover && {failover}), members}
  }

  #leftVolumes(): World['leftVolumes'] {
    return {
      list: async (at) => {
        await this.#call('snapshots', at)
        return this.leftVolumes.filter(({region}) => region === at)
      },
      keep: async (at, volume) => {
        await this.#call('snapshots', at)
        this.acts.push(`keep ${volume.snapshot}`)
        for (const one of this.leftVolumes) if (one.region === at && one.copy === volume.copy) one.copied = true
      },
    }
  }

  #capacity(): World['capacity'] {
    return {
      peak: async (at) => {
        await this.#call('peak', at)
        return this.regions[at]!.peakAcu
      },
      raise: async (at, min) => {
        await this.#call('raise', at)
        const side = this.regions[at]!
        this.acts.push(`raise ${at} ${min}`)
        side.raisedFrom ??= {min: side.capacity.min}
        side.capacity = {...side.capacity, min}
      },
      restore: async (at) => {
        await this.#call('restore', at)
        const side = this.regions[at]!
        if (!side.raisedFrom) return
        this.acts.push(`restore ${at}`)
        side.capacity = {...side.capacity, ...side.raisedFrom}
        side.raisedFrom = undefined
      },
    }
  }

  #vitals(): World['vitals'] {
    return {
      secrets: async (at) => {
        await this.#call('secrets', at)
        return this.regions[at]!.secrets
      },
      concurrencyLimit: async (at) => {
        await this.#call('limit', at)
        return this.regions[at]!.concurrencyLimit
      },
    }
  }

  #writers(): World['writers'] {
    const set = (name: string, mode: WriterMode) => async (at: Region) => {
      await this.#call(name, at, this.regions[at]!.lambdaLost)
      this.acts.push(`${name} ${at}`)
      this.regions[at]!.writers = mode
    }

    return {
      mode: async (at) => {
        await this.#call('mode', at, this.regions[at]!.lambdaLost)
        return this.regions[at]!.writers
      },
      fence: set('fence', 'fenced'),
      unfence: set('unfence', 'open'),
    }
  }

  #route(): Pick<World['route'], 'byHand' | 'needs' | 'spread'> {
    const service = 'the simulated route'
    return {needs: {service, plane: 'data'}, spread: 'soon', byHand: (to) => `point ${service} at ${to}`}
  }

  #routeCalls(): Pick<World['route'], 'serving' | 'steer' | 'verify'> {
    const reach = async (name: string): Promise<void> => {
      await this.#call(name, undefined)
      if (this.edgeLost) throw new Unreachable('the simulated route does not answer')
    }

    return {
      serving: async () => {
        await reach('serving')
        return this.edgeKey
      },
      steer: async (to) => {
        await reach('steer')
        this.acts.push(`steer ${to}`)
        this.edgeKey = to
        void this.clock.sleep(this.options.edgeMs).then(() => {
          this.serving = to
        })
      },
      verify: (served, {clock, signal}) => inARow(3, clock, signal, served),
    }
  }

  #api(): World['api'] {
    const answer = async (at: Region, request: ApiRequest): Promise<ApiAnswer> => {
      await this.#call(`api ${request.method}`, at)
      const {token = GOOD_TOKEN} = request
      return token === GOOD_TOKEN ? this.serve(at, request) : {status: 401, headers: {}}
    }

    return {
      // The edge takes reads, and reads alone, from the other region where the one it serves is gone.
      edge: (request) =>
        answer(
          request.method === 'GET' && this.regions[this.serving]!.lost ? otherOf(this.serving) : this.serving,
          request,
        ),
      direct: answer,
      health: async (at) => {
        await this.#call('health', at)
        const {apiUp, databaseUp} = this.regions[at]!
        const ok = apiUp && databaseUp && !this.unseeded
        const code = apiUp && databaseUp && this.unseeded ? TABLE_MISSING : undefined
        return {status: ok ? 200 : 503, ok, latencyMs: this.options.latencyMs, code}
      },
    }
  }

  /** One request; `runningMs` is how long the function runs between its admission and its commit. */
  async serve(at: Region, request: ApiRequest, runningMs = 0): Promise<ApiAnswer> {
    const side = this.regions[at]!
    const reply = (status: number, response?: object): ApiAnswer => ({
      status,
      region: at,
      headers: {},
      body: {status: status < 300 ? 'ok' : 'error', response},
    })
    const closed = request.method !== 'GET' && side.writers !== 'open' && !side.fenceLeaks
    if (!side.apiUp || closed) return reply(503)
    await this.clock.sleep(runningMs)
    if (!side.databaseUp || side.lost) return reply(503)
    if (request.method === 'GET') {
      if (request.query?.limit) return reply(200, {items: []})
      const found = [...side.rows.values()].find((row) => row.id === request.query?.id)
      return found ? reply(200, found) : reply(404)
    }

    if (!side.writable) return reply(503)
    const body = request.body as {id?: string; requestId?: string; task?: string}
    if (request.method === 'DELETE') {
      const entry = [...side.rows].find(([, row]) => row.id === body.id)
      if (!entry) return reply(404)
      side.rows.delete(entry[0])
      this.#replicate(at, (rows) => rows.delete(entry[0]))
      return reply(200, {})
    }

    // With an id it is a change, of a row that must be there.
    if (body.id !== undefined && ![...side.rows.values()].some((row) => row.id === body.id)) return reply(404)
    const key = body.requestId ?? ''
    const stored = side.rows.get(key)
    const row = stored ?? {id: String(this.#nextId++), task: body.task ?? ''}
    side.rows.set(key, row)
    this.#replicate(at, (rows) => rows.set(key, row))
    this.acknowledged.push({at: this.clock.now(), region: at, requestId: key})
    return reply(stored ? 200 : 201, row)
  }

  #replicate(from: Region, change: (rows: SimulatedRegion['rows']) => void): void {
    if (this.#lagMs === undefined) return
    const [source, target] = [this.regions[from]!, this.regions[otherOf(from)]!]
    if (this.#lagMs === 0) return change(target.rows)
    void this.clock.sleep(this.#lagMs).then(() => {
      if (!source.lost && source.databaseUp && source.isWriter) change(target.rows)
    })
  }

  async #invoke(at: Region, role: FunctionRole, payload: unknown): Promise<unknown> {
    await this.#call(role, at)
    // The question for the lag is the only one that a switch asks of it here.
    if (role === 'compare') return {answered: {standbys: this.#knownLags()}}
    if (role === 'migrate') {
      const {action, name} = payload as {action: string; name?: string}
      if (action === 'MIGRATE') this.acts.push(`migrate ${name}`)
      return {status: 'ok', response: {migrations: []}}
    }

    const held = this.held(at)
    return {present: (payload as {requestIds: string[]}).requestIds.filter((id) => held.has(id))}
  }

  #knownLags(): object[] {
    return Object.entries(this.regions).flatMap(([region, {sqlLagSeconds: seconds}]) =>
      seconds === undefined ? [] : [{region, milliseconds: 1000 * seconds, age: 500}],
    )
  }

  #lease(): World['lease'] {
    const isHeld = async ({owner, token}: {owner: string; token: number}): Promise<void> => {
      await this.#call('lease', undefined)
      if (this.leaseHolder !== owner || this.leaseToken !== token)
        throw new DrError({code: 'LeaseLost', exit: 'refused', what: `The lease is lost to ${this.leaseHolder}`})
    }

    return {
      acquire: async (owner) => {
        await this.#call('lease', undefined)
        if (this.leaseHolder !== undefined && this.leaseHolder !== owner)
          throw new DrError({
            code: 'LeaseHeld',
            exit: 'refused',
            what: `The operator lease is held by ${this.leaseHolder}`,
          })
        this.leaseHolder = owner
        this.leaseToken++
        return {
          regions: [HOME, AWAY].filter((name) => !this.regions[name]!.lost),
          unreachable: [],
          token: this.leaseToken,
        }
      },
      renew: isHeld,
      confirm: isHeld,
      holder: async () => (this.leaseHolder === undefined ? undefined : {owner: this.leaseHolder, secondsLeft: 60}),
      release: async ({owner, token}) => {
        if (this.leaseHolder === owner && this.leaseToken === token) this.leaseHolder = undefined
      },
    }
  }
}

/** What RDS can upgrade to, of the versions of the tests. */
const TARGETS = [
  '8.0.mysql_aurora.3.10.4',
  '8.0.mysql_aurora.3.10.5',
  '8.0.mysql_aurora.3.11.0',
  '8.4.mysql_aurora.8.4.7',
].map((version) => ({version, isMajor: version.startsWith('8.4')}))

const otherOf = (name: Region): Region => (name === HOME ? AWAY : HOME)

const never = new Promise<never>(() => undefined)

const region = (primary: boolean): SimulatedRegion => ({
  lost: false,
  lambdaLost: false,
  databaseUp: true,
  instances: 1,
  instanceStatus: 'available',
  isWriter: primary,
  writable: primary,
  isMember: true,
  synchronization: primary ? undefined : 'connected',
  lagSeconds: primary ? undefined : 0.1,
  engineVersion: '8.0.mysql_aurora.3.10.3',
  upgrading: false,
  capacity: {min: 0.5, max: 8},
  raisedFrom: undefined,
  peakAcu: undefined,
  secrets: [{name: 'ToDoMgmt/admin', version: 'v1', replicas: []}],
  concurrencyLimit: 1000,
  writers: 'open',
  fenceLeaks: false,
  apiUp: true,
  rows: new Map(),
})
