import {lookAtUse, observe} from '../../src/probes/observe.js'
import {resumePlan, runPlan, undoPlan} from '../../src/engine/run-plan.js'
import {readRecord} from '../../src/engine/unfinished.js'
import type {RunOutcome} from '../../src/engine/outcome.js'
import type {Waiver} from '../../src/model/gate.js'
import type {Intent, Plan} from '../../src/model/plan.js'
import {planFailback, planFailover, planSwitchover, planUpgrade} from '../../src/plans/index.js'
import type {PlanOptions} from '../../src/plans/index.js'
import type {Emit} from '../../src/messages.js'
import type {Run} from '../../src/ports/runs.js'
import {memoryRun, runOf} from '../support/memory-run.js'
import {AWAY, HOME} from '../support/simulated-world.js'
import type {SimulatedWorld} from '../support/simulated-world.js'

/** What the upgrades of the tests are to. */
export const NEXT_VERSION = '8.0.mysql_aurora.3.10.4'

const CONSENT: Waiver[] = [{name: 'allow-data-loss', reason: 'the test says so'}]

export async function planOf(sim: SimulatedWorld, intent: Intent, options: PlanOptions = {}): Promise<Plan> {
  const {world} = sim.connect()
  const observation = await observe(world)
  for (const region of [HOME, AWAY])
    Object.assign(observation.regions[region]!, await lookAtUse(world, observation, region))
  if (intent === 'upgrade') return planUpgrade(observation, sim.deployment, {version: NEXT_VERSION})
  if (intent === 'switchover') return planSwitchover(observation, sim.deployment, options)
  if (intent === 'failback') return planFailback(observation, sim.deployment, options)
  return planFailover(observation, sim.deployment)
}

export interface Started {
  run: Run
  /** Undefined where the process was killed. */
  outcome: RunOutcome | undefined
}

export interface StartOptions {
  waivers?: Waiver[]
  killAt?: string
  signal?: AbortSignal
  onPoint?: (point: string) => void
  owner?: string
  emit?: Emit
  /** By default one in memory. */
  run?: Run
}

/** Runs a plan in a process of its own, killed at a point if wanted. */
export async function start(sim: SimulatedWorld, plan: Plan, options: StartOptions = {}): Promise<Started> {
  const {waivers = CONSENT, owner = 'a', run = memoryRun()} = options
  const outcome = await inProcess(sim, run, options, (surroundings) => runPlan({...surroundings, plan, waivers, owner}))
  return {run, outcome}
}

/** Goes on with it in a new process. */
export const resume = (sim: SimulatedWorld, run: Run, options: StartOptions = {}): Promise<RunOutcome | undefined> =>
  inProcess(sim, run, options, async (surroundings) => {
    const record = await readRecord(surroundings.run, sim.deployment)
    return resumePlan({...surroundings, record, waivers: options.waivers ?? CONSENT})
  })

/** Takes it back in a new process. */
export const undo = (sim: SimulatedWorld, run: Run): Promise<RunOutcome | undefined> =>
  inProcess(sim, run, {}, async (surroundings) => {
    const record = await readRecord(surroundings.run, sim.deployment)
    return undoPlan({...surroundings, record, waivers: CONSENT})
  })

type InProcess = Omit<Parameters<typeof runPlan>[0], 'plan' | 'waivers' | 'owner'>

async function inProcess(
  sim: SimulatedWorld,
  run: Run,
  {killAt, signal = new AbortController().signal, onPoint, emit = () => undefined}: StartOptions,
  act: (surroundings: InProcess) => Promise<RunOutcome>,
): Promise<RunOutcome | undefined> {
  const process = sim.connect()
  let died = (): void => undefined
  const death = new Promise<undefined>((resolve) => {
    died = () => resolve(undefined)
  })
  const failpoint = async (point: string): Promise<void> => {
    onPoint?.(point)
    if (point !== killAt) return
    process.kill()
    died()
    await new Promise<never>(() => undefined)
  }

  const running = act({run: runOf(run, process.alive), world: process.world, emit, signal, failpoint})
  return Promise.race([running, death])
}
