/**
 * How long clients cannot write, as an observer in a process of its own sees it through the edge: the longest time between two
 * acknowledged writes. Each region loss is a drill of a new lab under 100 writes a second. Planned switches go to and fro on one lab: on
 * `instant` under that load, and on `paced` against the bare calls that a switch cannot do without.
 */

import {setTimeout as sleep} from 'node:timers/promises'

import type {DrillResult} from '../../src/measure/result.js'
import {otherRegion, regionNames} from '../../src/model/regions.js'
import {Session} from '../../src/open/session.js'
import type {World} from '../../src/ports/world.js'
import {Sandbox} from '../support/cli.js'
import type {LabStatus} from '../support/cli.js'
import {Observer, longestGap} from './observer.js'

/**
 * Writes a second, 100 in all. Most are the observer's, which sees a gap to 13 ms: the prober reads as often as it writes, and one machine
 * bears all of it.
 */
const RATE = 20
const OBSERVED = 80
/** Seconds, at the median. */
const LOSS_BOUND = 1
const PLANNED_BOUND = 0.5
/** Times the outage of the bare calls. */
const BARE_BOUND = 1.1
const POLL_MS = 25
/** Milliseconds of load before a switch, and after it: longer than a change of the route takes to spread on `paced`. */
const WARM_MS = 2000
const SPREAD_MS = 3000

interface Input {
  rounds: number
  print: (name: string, text: string) => void
  median: (numbers: number[]) => number
}

/** Prints the outages; returns what is beyond its bound. */
export async function benchOutage({rounds, print, median}: Input): Promise<string[]> {
  const losses: number[] = []
  for (let round = 0; round < rounds; round++) {
    // A new lab each time: the functions of a standby that has served before are not cold any more.
    const {gap, result} = await onLab(loseRegion)
    losses.push(gap)
    const shown = result.phases.map(({id, seconds}) => `${id} ${seconds.toFixed(2)}`).join(' ')
    const prober = `prober ${result.rto.write.seconds?.toFixed(2)} s at ${result.probes.ratePerSecond}/s`
    print(`region loss ${round + 1}`, `${gap.toFixed(2)} s; ${prober}; ${shown}`)
  }

  print('region loss: write outage', `${median(losses).toFixed(2)} s (bound ${LOSS_BOUND})`)
  return median(losses) > LOSS_BOUND ? [`the write outage of a region loss is ${median(losses).toFixed(2)} s`] : []
}

/** Prints the pauses of planned switches; returns what is beyond its bound. */
export async function benchPlanned({rounds, print, median}: Input): Promise<string[]> {
  const failures: string[] = []
  const shown = (gaps: number[]): string => gaps.map((gap) => gap.toFixed(2)).join(', ')
  const there = await onLab(async (bench) => {
    const gaps: Record<'switchover' | 'failback', number[]> = {switchover: [], failback: []}
    for (let round = 0; round < rounds; round++)
      for (const intent of ['switchover', 'failback'] as const) gaps[intent].push(await switchUnderLoad(bench, intent))
    return gaps
  })
  for (const [intent, gaps] of Object.entries(there)) {
    print(`${intent}, instant: write pause`, `${median(gaps).toFixed(2)} s (${shown(gaps)}; bound ${PLANNED_BOUND})`)
    if (median(gaps) > PLANNED_BOUND) failures.push(`writes pause ${median(gaps).toFixed(2)} s in a ${intent}`)
  }

  const [ours, bare] = await onLab(async (bench) => {
    const gaps: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      gaps[0].push(await pauseOf(bench, () => bench.sandbox.expect(0, ['switchover', ...bench.at])))
      gaps[1].push(await pauseOf(bench, () => bareSwitchover(bench.world)))
    }

    return gaps
  }, 'paced')
  const ratio = median(ours) / median(bare)
  print('switchover, paced: write pause', `${median(ours).toFixed(2)} s (${shown(ours)})`)
  print('switchover, paced: bare calls', `${median(bare).toFixed(2)} s (${shown(bare)})`)
  print('switchover, paced: ratio', `${ratio.toFixed(2)} (bound ${BARE_BOUND})`)
  if (ratio > BARE_BOUND)
    failures.push(`a switchover pauses writes ${ratio.toFixed(2)} times as long as the bare calls`)
  return failures
}

interface Bench {
  sandbox: Sandbox
  /** The flag that names the lab. */
  at: string[]
  world: World
  observe: () => Observer
}

async function onLab<T>(act: (bench: Bench) => Promise<T>, pace = 'instant'): Promise<T> {
  const sandbox = new Sandbox()
  const target = `lab:outage-${process.pid}`
  const at = ['--target', target]
  let session: Session | undefined
  try {
    await sandbox.expect(0, ['lab', 'start', '--pace', pace, ...at])
    await sandbox.expect(0, ['seed', ...at])
    const {edgeUrl, regions} = await sandbox.json<LabStatus>(['lab', 'status', ...at])
    Object.assign(process.env, {XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME})
    session = new Session({target, folder: sandbox.folder, emit() {}})
    const world = await session.world()
    const tokens = await Promise.all(regions.map(async ({region}) => (await world.tokens.issue(region)).token))
    const order = {url: `${edgeUrl}/v1`, tokens, ratePerSecond: OBSERVED}
    return await act({sandbox, at, world, observe: () => Observer.start(order)})
  } finally {
    await session?.close()
    await sandbox.run(['lab', 'stop', ...at])
    sandbox.remove()
  }
}

async function loseRegion({sandbox, at, observe}: Bench): Promise<{gap: number; result: DrillResult}> {
  const observer = observe()
  // What it exits with depends on the objectives, which are not what is measured here.
  const {stdout, stderr} = await sandbox.run(['drill', ...at, '--rate', `${RATE}`, '--no-failback', '--json'])
  const acknowledged = await observer.stop()
  const result = parsed<DrillResult>(stdout, stderr)
  const {outageAt, endedAt} = result.times
  return {gap: longestGap(acknowledged, Date.parse(outageAt!), Date.parse(endedAt)), result}
}

/** Exits with 0 where nothing was lost and no two regions wrote at one time. */
async function switchUnderLoad({sandbox, at, observe}: Bench, intent: string): Promise<number> {
  const observer = observe()
  const result = await sandbox.json<DrillResult>([intent, ...at, '--measure', '--rate', `${RATE}`])
  const acknowledged = await observer.stop()
  return longestGap(acknowledged, Date.parse(result.times.commandAt), Date.parse(result.times.endedAt))
}

/** Of the observer's own writes, while there is no other load. */
async function pauseOf({observe}: Bench, act: () => Promise<unknown>): Promise<number> {
  const observer = observe()
  await sleep(WARM_MS)
  const from = Date.now()
  await act()
  const to = Date.now()
  await sleep(SPREAD_MS)
  return longestGap(await observer.stop(), from, to + SPREAD_MS)
}

/** What a switchover cannot do without, and nothing else. */
async function bareSwitchover({database, route, deployment}: World): Promise<void> {
  const [home] = regionNames(deployment)
  const from = (await database.describe(home!)).members.find(({isWriter}) => isWriter)!.region
  const to = otherRegion(deployment, from)
  await database.switchover(from, to)
  while (!(await database.describe(to)).members.some(({region, isWriter}) => isWriter && region === to))
    await sleep(POLL_MS)
  await route.steer(to)
  while ((await database.describe(to)).failover !== undefined) await sleep(POLL_MS)
}

function parsed<T>(stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout) as T
  } catch {
    throw new Error(stderr)
  }
}
