/** The whole story on a running lab: seed, load, outage, failover, verdict, failback. */

import {diagnose} from '../../diagnose.js'
import {DrError} from '../../errors.js'
import type {RunOutcome} from '../../engine/outcome.js'
import {rest} from '../../measure/clock.js'
import {countUnsureAgain} from '../../measure/count-again.js'
import {INTERRUPTED, measureSwitch} from '../../measure/measure-switch.js'
import type {DrillResult} from '../../measure/result.js'
import {wake} from '../../measure/wake.js'
import type {Emit} from '../../messages.js'
import {primaryOf} from '../../model/observation.js'
import type {Observation} from '../../model/observation.js'
import {homeOf, otherRegion} from '../../model/regions.js'
import {reportedTopology} from '../../model/topology.js'
import type {Region} from '../../model/deployment.js'
import type {Diagnosis} from '../../model/diagnosis.js'
import type {Waiver} from '../../model/gate.js'
import type {LedgerEntry} from '../../model/ledger.js'
import type {Objectives} from '../../model/verdict.js'
import type {LabAdmin} from '../../ports/lab-admin.js'
import type {MigrationFolder} from '../../ports/migrations.js'
import type {Run, RunStore} from '../../ports/runs.js'
import type {Stage} from '../../ports/stage.js'
import type {World} from '../../ports/world.js'
import {observe} from '../../probes/observe.js'
import {setUp} from '../../workloads/set-up.js'
import {achieved} from '../../report/format.js'
import {applyProject} from '../seed/apply.js'
import {runSwitch, switchRefused} from '../switch/run.js'
import type {SwitchInput} from '../switch/run.js'
import {SCENARIOS} from './scenarios.js'
import type {Scenario, ScenarioName} from './scenarios.js'
import {atServedRate} from './served-rate.js'
import type {ServedLoad} from './served-rate.js'

export interface DrillInput {
  /** The name under which the result is filed. */
  target: string
  world: World
  /** The nemesis. */
  lab: LabAdmin
  runs: RunStore
  objectives: Objectives
  /** Seconds of lag that count as caught up. */
  maxLagSeconds: number
  scenario: ScenarioName
  /** Delay of replication, milliseconds. */
  lagMs: number
  ratePerSecond: number
  seed: number
  failback: boolean
  /** Of the project that is rehearsed: its functions need its schema. */
  migrations?: MigrationFolder
  stage: Stage
  emit: Emit
  signal: AbortSignal
}

export interface DrillOutcome {
  result: DrillResult
  outcome: RunOutcome
  entries: readonly LedgerEntry[]
  /** Absent where none was asked for, the switch before it was not done, or it could not begin. */
  failback?: RunOutcome
  /** Why the outage could not be ended, or the failback not begin. What was measured before it stands. */
  trouble?: DrError
}

/** A lag is in force when the metric shows this part of it; it samples, and may have caught a moment before. */
const LAG_SEEN = 0.8
const LAG_LIMIT_SECONDS = 30
const DETECT_LIMIT_SECONDS = 60
const WHOLE_LIMIT_SECONDS = 10

/**
 * Leaves no fault and no lag behind, whatever happens. Interrupted once the outage has begun, it gives what the ledger tells of it
 * so far, and does not fail back. Throws `DrillNeedsHealth` (exit refused) on a lab that is not whole, and `LeaseHeld` (exit refused) on one
 * that another operator is changing.
 */
export async function runDrill(input: DrillInput): Promise<DrillOutcome> {
  const {world, runs, stage, signal, emit} = input
  const scenario: Scenario = SCENARIOS[input.scenario]
  const primary = await primaryOfLab(input)
  const {setup} = world.workload
  if (setup) await stage('seed', setup.title, () => setUp(world, primary, {signal}))
  if (input.migrations) await applyProject({world, operator: 'drill', stage, signal}, primary, input.migrations)
  await stage('wake', 'Wait until the lab is healthy and warmed up', async () => {
    await wholeLab(input)
    await nobodyElse(input)
    await wake(world, {tokensOf: primary, signal})
  })
  const run = await runs.create(`drill-${input.scenario}`)
  const measured = await atServedRate(input, (load) => underFault(input, load, scenario, primary, run))
  const {result, outcome} = measured
  emit({code: 'note', text: verdictLine(result)})
  const wanted = input.failback && outcome.status === 'done' && !measured.trouble && !signal.aborted
  const {failback, trouble = measured.trouble} = wanted ? await failBack(input, result) : {}
  if (trouble) result.notices.push(`the drill did not end as it should: ${trouble.message}`)
  await countUnsureAgain({...input, ...measured})
  if (signal.aborted && !result.notices.includes(INTERRUPTED)) result.notices.push(INTERRUPTED)
  if (outcome.status !== 'stopped') await run.writeJson('result.json', result)
  return {...measured, failback, trouble}
}

/** Empty where it was interrupted before it had begun. */
async function failBack(
  input: DrillInput,
  {topology}: DrillResult,
): Promise<Pick<DrillOutcome, 'failback' | 'trouble'>> {
  const {world, runs, stage, maxLagSeconds, signal} = input
  try {
    const failback = await stage('failback', `Fail back to ${homeOf(world.deployment)}`, () =>
      switchNow(input, {intent: 'failback', newRun: () => runs.create('failback')}),
    )
    if (!signal.aborted) topology.afterFailback = reportedTopology(await observe(world, {signal}), maxLagSeconds)
    return {failback}
  } catch (error) {
    return signal.aborted ? {} : {trouble: ofOurs(error)}
  }
}

/** What we have words for; everything else is a fault of the program, and is thrown on. */
function ofOurs(error: unknown): DrError {
  if (error instanceof DrError) return error
  throw error
}

/** Said before the failback, which may take long and may fail. */
const verdictLine = ({verdict, rto, rpo}: DrillResult): string =>
  [
    `verdict: ${verdict}`,
    `writes ${achieved(rto.write)}`,
    `reads ${achieved(rto.read)}`,
    rpo.checked ? `${rpo.lostCount} of ${rpo.acknowledged} acknowledged writes lost` : 'loss unknown',
  ].join(', ')

async function primaryOfLab(input: DrillInput): Promise<Region> {
  const observation = await lookUntil(input, (one) => primaryOf(one) !== undefined)
  return primaryOf(observation)!
}

const wholeLab = (input: DrillInput): Promise<Observation> =>
  lookUntil(input, (observation) => diagnose(observation).situation === 'Healthy')

/** A drill tells nothing on a lab that is broken before it begins. Right after a deployment health takes a moment, and so does a busy machine. */
async function lookUntil(
  {world, signal}: DrillInput,
  isWhole: (observation: Observation) => boolean,
): Promise<Observation> {
  const end = world.clock.now() + WHOLE_LIMIT_SECONDS * 1000
  for (;;) {
    const observation = await observe(world, {signal})
    if (isWhole(observation)) return observation
    if (world.clock.now() >= end) throw notWhole(diagnose(observation))
    await rest(world.clock, 250, signal)
    signal.throwIfAborted()
  }
}

/** Whose lease keeps the drill from its switch: found out later, the outage would have been made for nothing. */
async function nobodyElse({world, signal}: DrillInput): Promise<void> {
  const holder = await world.lease.holder({signal})
  if (!holder) return
  throw new DrError({
    code: 'LeaseHeld',
    exit: 'refused',
    what: `another operator is running a command: ${holder.owner}`,
    why: 'the drill could not switch, so the outage was not started',
    next: `wait until it finishes; if its process is dead, the lease ends by itself in ${holder.secondsLeft} s`,
  })
}

const notWhole = ({situation, summary, next}: Diagnosis): DrError =>
  new DrError({
    code: 'DrillNeedsHealth',
    exit: 'refused',
    what: `the lab is not healthy: ${situation}`,
    why: summary,
    next: next ?? 'todo-dr status',
  })

/** Load, outage, switch and judgement; then the outage ends. */
async function underFault(input: DrillInput, load: ServedLoad, scenario: Scenario, primary: Region, run: Run) {
  const {lab, stage, lagMs} = input
  let broken = false
  const heal = async (): Promise<void> => {
    const lift = () => lab.liftFault(scenario.fault, primary)
    if (broken) await stage('lift', `End the outage of ${scenario.title} of ${primary}`, lift)
    if (lagMs > 0) await lab.setLag(0)
  }

  const measure = async () => {
    if (lagMs > 0) await stage('lag', `Delay replication by ${lagMs} ms`, () => lab.setLag(lagMs))
    return measureSwitch({
      ...input,
      ...load,
      run,
      lab: true,
      warmupSeconds: Math.max(2, lagMs / 1000 + 1),
      beforeFault: () => lagInForce(input, primary),
      async fault() {
        broken = true
        await stage('fault', `Break ${scenario.title} of ${primary}`, () => lab.startFault(scenario.fault, primary))
      },
      async execute(detected) {
        try {
          const seen = await stage('detect', 'Detect the outage', () => notice(input, scenario))
          const decidedFrom = detected()
          return await switchNow(input, {
            intent: scenario.intent,
            newRun: async () => run,
            seen,
            diagnosed: () => decidedFrom,
          })
        } catch (error) {
          if (!input.signal.aborted) throw error
          return notSwitched(input, scenario, primary, run)
        }
      },
    })
  }

  const measured = await measure().catch(async (error: unknown) => {
    await heal()
    throw error
  })
  const trouble = await heal().then(() => undefined, ofOurs)
  return {...measured, trouble}
}

/** Of a drill that was interrupted before its switch had begun. */
function notSwitched({world}: DrillInput, {intent}: Scenario, primary: Region, run: Run): RunOutcome {
  const now = world.clock.now()
  return {
    schemaVersion: 1,
    runId: run.id,
    runDirectory: run.folder,
    intent,
    from: primary,
    to: otherRegion(world.deployment, primary),
    digest: '',
    status: 'undone',
    exit: 'interrupted',
    failure: {code: 'Interrupted', what: 'interrupted'},
    unsure: [],
    startedAt: now,
    finishedAt: now,
    phases: [],
  }
}

/** What the lab loses is what the drill is there to measure. Journaled with the run. */
const DRILL_WAIVERS: Waiver[] = [{name: 'allow-data-loss', reason: 'drill'}]

/** Throws `Refused` (exit refused) where a gate that no waiver lifts stands in the way: nothing was changed then. */
async function switchNow(
  input: DrillInput,
  how: Pick<SwitchInput, 'diagnosed' | 'intent' | 'newRun' | 'seen'>,
): Promise<RunOutcome> {
  const {target, world, maxLagSeconds, emit, signal} = input
  const switched = await runSwitch({
    ...how,
    target,
    world,
    maxLagSeconds,
    operator: 'drill',
    // Its lab is its own.
    recent: async () => ({unfinished: []}),
    waivers: how.intent === 'failover' ? DRILL_WAIVERS : [],
    // The drill has told the diagnosis when it noticed the outage.
    emit: (event) => event.code === 'diagnosis' || emit(event),
    signal,
  })
  if (!switched.outcome) throw switchRefused(switched)
  return switched.outcome
}

async function lagInForce({world, lagMs, signal}: DrillInput, primary: Region): Promise<void> {
  if (lagMs === 0) return
  const standby = otherRegion(world.deployment, primary)
  const end = world.clock.now() + lagMs + LAG_LIMIT_SECONDS * 1000
  for (;;) {
    const seconds = (await world.database.lag(standby, {signal}))?.seconds
    if (seconds !== undefined && seconds * 1000 >= lagMs * LAG_SEEN) return
    if (world.clock.now() >= end) break
    await rest(world.clock, 100, signal)
    signal.throwIfAborted()
  }

  throw new DrError({
    code: 'LagNotInForce',
    exit: 'failed',
    what: `replication to ${standby} does not show the lag of ${lagMs} ms, so the outage was not started`,
    next: 'todo-dr status',
  })
}

/** Looks until the outage is seen, and returns that look. */
async function notice({world, emit, signal}: DrillInput, {situations}: Scenario): Promise<Observation> {
  const end = world.clock.now() + DETECT_LIMIT_SECONDS * 1000
  for (;;) {
    const observation = await observe(world, {signal})
    const diagnosis = diagnose(observation)
    if (situations.includes(diagnosis.situation)) {
      emit({code: 'diagnosis', ...diagnosis})
      return observation
    }

    if (world.clock.now() >= end) {
      throw new DrError({
        code: 'OutageNotSeen',
        exit: 'unknown',
        what: `${DETECT_LIMIT_SECONDS} s after the fault the diagnosis is ${diagnosis.situation}`,
        why: diagnosis.summary,
        next: 'todo-dr status',
      })
    }

    await rest(world.clock, 50, signal)
    signal.throwIfAborted()
  }
}
