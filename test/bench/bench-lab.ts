/** A lab on which one region is lost again and again, and the other promoted: by the engine, or by the calls alone. */

import {setMaxListeners} from 'node:events'

import {runSwitch} from '../../src/actions/switch/run.js'
import {tokenSource} from '../../src/measure/token-source.js'
import {startProber} from '../../src/measure/prober.js'
import {primaryOf} from '../../src/model/observation.js'
import type {Region} from '../../src/model/deployment.js'
import {homeOf, otherRegion} from '../../src/model/regions.js'
import type {LabAdmin} from '../../src/ports/lab-admin.js'
import type {RunStore} from '../../src/ports/runs.js'
import type {World} from '../../src/ports/world.js'
import {Session} from '../../src/open/session.js'
import {observe} from '../../src/probes/observe.js'
import {setUp} from '../../src/workloads/set-up.js'
import {Sandbox} from '../support/cli.js'

export type ProfileName = 'instant' | 'paced'
export type Way = 'direct' | 'engine'

/** Writes a second: the resolution of the measurement is 10 ms. */
const RATE = 100
const POLL_MS = 25

export class BenchLab {
  private readonly signal: AbortSignal
  private seed = 0

  private constructor(
    private readonly name: string,
    readonly bootSeconds: number,
    private readonly session: Session,
    private readonly world: World,
    private readonly admin: LabAdmin,
    private readonly runs: RunStore,
    private readonly sandbox: Sandbox,
  ) {
    this.signal = new AbortController().signal
    setMaxListeners(0, this.signal)
  }

  static async start(profile: ProfileName): Promise<BenchLab> {
    const name = `bench-${process.pid}-${profile}`
    // The built lab: one that is compiled as it starts would be slow for a reason of ours.
    const sandbox = new Sandbox()
    const args = ['lab', 'start', '--target', `lab:${name}`, '--pace', profile]
    const {seconds} = await sandbox.json<{seconds: number}>(args)
    Object.assign(process.env, {XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME})
    const session = new Session({target: `lab:${name}`, folder: sandbox.folder, emit() {}})
    const world = await session.world()
    await setUp(world, homeOf(world.deployment))
    const admin = (await session.lab())!
    return new BenchLab(name, seconds, session, world, admin, await session.mirroredRuns(), sandbox)
  }

  /** Loses home under load, promotes the other region, and returns the seconds to its first acknowledged write. Goes home afterwards. */
  async timed(way: Way): Promise<number> {
    const {world} = this
    const home = homeOf(world.deployment)
    const away = otherRegion(world.deployment, home)
    const prober = await startProber({
      send: (request) => world.api.edge(request),
      workload: world.workload,
      token: tokenSource(world),
      run: {id: `bench-${way}-${process.pid}`, async append() {}},
      ratePerSecond: RATE,
      seed: this.seed++,
      signal: this.signal,
      clock: world.clock,
    })
    try {
      await this.admin.startFault('region-loss', home)
      // Both begin with the same knowledge: the region is gone.
      await observe(world)
      const begun = way === 'direct' ? await this.direct(away) : await this.switch('failover')
      const first = await this.firstWrite(() => prober.entries(), away)
      return (first - begun) / 1000
    } finally {
      await prober.stop()
      await this.admin.liftFault('region-loss', home)
      if (primaryOf(await observe(world)) === away) await this.switch('failback')
    }
  }

  async stop(): Promise<void> {
    await this.session.close()
    await this.sandbox.run(['lab', 'stop', '--target', `lab:${this.name}`])
    this.sandbox.remove()
  }

  /** The calls that a failover cannot do without, one after the other, and nothing else. Returns the instant of the first. */
  private async direct(to: Region): Promise<number> {
    const {database, route, clock} = this.world
    const begun = clock.now()
    await database.failover(to)
    while (!(await isWriter(this.world, to))) await clock.sleep(POLL_MS)
    await route.steer(to)
    return begun
  }

  /** Returns the instant of the first step. */
  private async switch(intent: 'failback' | 'failover'): Promise<number> {
    const {world, signal} = this
    const run = await this.runs.create(intent)
    const {outcome} = await runSwitch({
      target: 'bench',
      intent,
      world,
      maxLagSeconds: 5,
      waivers: intent === 'failover' ? [{name: 'allow-data-loss', reason: 'bench'}] : [],
      recent: async () => ({unfinished: []}),
      newRun: async () => run,
      operator: 'bench',
      emit() {},
      signal,
    })
    if (outcome?.status !== 'done') throw new Error(`the ${intent} is ${outcome?.status}: ${outcome?.failure?.what}`)
    const journal = (await run.read('journal.ndjson')) as {event: string; at: number}[]
    return journal.find(({event}) => event === 'step-intent')!.at
  }

  private async firstWrite(
    entries: () => ReturnType<Awaited<ReturnType<typeof startProber>>['entries']>,
    region: Region,
  ): Promise<number> {
    const {clock} = this.world
    for (;;) {
      const found = entries().find(
        (entry) => entry.kind === 'write' && entry.outcome === 'ok' && entry.region === region,
      )
      if (found) return found.finishedAt!
      await clock.sleep(POLL_MS)
    }
  }
}

async function isWriter({database}: World, region: Region): Promise<boolean> {
  const {members, failover} = await database.describe(region)
  return failover === undefined && members.some((member) => member.isWriter && member.region === region)
}
