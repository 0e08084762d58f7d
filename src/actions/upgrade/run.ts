/** The verb: look, plan by the live roles, gates, consent, run. */

import {diagnose} from '../../diagnose.js'
import {lookBesideRuns} from '../../engine/look.js'
import {planEvent, showVerdict} from '../../engine/prepare.js'
import {runPlan} from '../../engine/run-plan.js'
import {openRunOf} from '../../engine/unfinished.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import {DrError} from '../../errors.js'
import type {ExitName} from '../../errors.js'
import {checkUpgrade} from '../../gates/index.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import type {Diagnosis} from '../../model/diagnosis.js'
import {inFull} from '../../model/engine-version.js'
import type {UpgradeTarget} from '../../model/engine-version.js'
import type {Refusal} from '../../model/gate.js'
import {primaryOf} from '../../model/observation.js'
import type {Observation, Sample} from '../../model/observation.js'
import type {Plan} from '../../model/plan.js'
import {homeOf, regionNames} from '../../model/regions.js'
import {digest, planUpgrade} from '../../plans/index.js'
import type {Consent} from '../../ports/consent.js'
import type {Run} from '../../ports/runs.js'
import {answerWithin} from '../../ports/waits.js'
import type {World} from '../../ports/world.js'
import type {UpgradeResult} from './result.js'

export interface UpgradeLookInput {
  world: World
  /** As RDS writes it, or the end of it: `3.10.5`. */
  to: string
  maxLagSeconds: number
  /** The runs of the deployment. */
  recent: () => Promise<RecentRuns>
  emit: Emit
  signal: AbortSignal
}

export interface UpgradeInput extends UpgradeLookInput {
  /** Its name, for the result. */
  target: string
  /** Stop after the gates. */
  dryRun: boolean
  consent: Consent
  /** Called once, when nothing stands in the way. */
  newRun: () => Promise<Run>
  /** Who holds the operator lease. */
  operator: string
}

export interface UpgradeLook {
  version: string
  running: Record<Region, string | null>
  diagnosis: Diagnosis
  plan: Plan
  refusals: Refusal[]
  /** Both clusters run the version, and RDS has nothing more to do with them. */
  settled: boolean
}

/** Throws what the consent and the run throw: `Declined` (exit interrupted), `LeaseHeld` (exit refused), ... */
export async function runUpgrade(input: UpgradeInput): Promise<{result: UpgradeResult; exit: ExitName}> {
  const {world, target, dryRun, consent, emit, signal} = input
  const decidedFrom = world.clock.now()
  const look = await lookBeforeUpgrade(input)
  const {version, running, diagnosis, plan, refusals, settled} = look
  const result: UpgradeResult = {
    schemaVersion: 1,
    target,
    dryRun,
    version,
    running,
    diagnosis,
    plan,
    digest: digest(plan),
    refusals,
    outcome: null,
  }
  if (refusals.length > 0) return {result, exit: 'refused'}
  if (settled) {
    emit({code: 'done', text: `Both clusters run ${version} already: nothing is left to do.`})
    return {result, exit: 'done'}
  }

  const {app} = world.deployment
  tellRisk(plan, emit)
  if (dryRun) {
    emit({code: 'done', text: 'No gate refuses this plan; a dry run changes nothing.'})
    return {result, exit: 'done'}
  }

  if (!consent.given() && !(await consent.ask())) {
    const hint = `todo-dr upgrade --to ${input.to} --confirm ${app}`
    const refusal = {gate: 'confirmed', reason: `clients of ${app} would be interrupted`, hint}
    showVerdict({refusals: [refusal], waived: []}, emit)
    return {result: {...result, refusals: [refusal]}, exit: 'refused'}
  }

  const run = await input.newRun()
  const owner = `${input.operator} ${run.id}`
  const outcome = await runPlan({plan, world, run, waivers: [], owner, decidedFrom, emit, signal})
  return {result: {...result, outcome}, exit: outcome.exit}
}

/** Changes nothing. Says what it sees. Throws `VersionInvalid` (exit usage). */
export async function lookBeforeUpgrade(input: UpgradeLookInput): Promise<UpgradeLook> {
  const {world, to, maxLagSeconds, emit, signal} = input
  if (!VERSION.test(to)) throw versionInvalid(to)
  const {deployment} = world
  const {observation, recent} = await lookBesideRuns({...input, toAct: true})
  const openRun = openRunOf(recent.unfinished)
  const diagnosis = diagnose(observation, openRun)
  emit({code: 'diagnosis', ...diagnosis})
  const running = Object.fromEntries(
    regionNames(deployment).map((region) => [region, versionIn(observation, region) ?? null]),
  )
  const version = inFull(to, running[primaryOf(observation) ?? homeOf(deployment)] ?? undefined)
  const plan = planUpgrade(observation, deployment, {version, maxLagSeconds})
  emit(planEvent(plan))
  const targets = await askTargets(world, running, signal)
  const {intent, from, to: primary} = plan
  const refusals = checkUpgrade({
    intent,
    from,
    to: primary,
    observation,
    diagnosis,
    maxLagSeconds,
    openRun,
    fencedByUs: false,
    version,
    targets,
  })
  showVerdict({refusals, waived: []}, emit)
  const settled = Object.values(observation.regions).every(
    ({cluster}) => cluster.reachable && cluster.value.engineVersion === version && cluster.value.status === 'available',
  )
  return {version, running, diagnosis, plan, refusals, settled}
}

const VERSION = /^(\d+\.\d+\.mysql_aurora\.)?\d+\.\d+\.\d+$/

function versionIn({regions}: Observation, region: Region): string | undefined {
  const cluster = regions[region]?.cluster
  return cluster?.reachable ? cluster.value.engineVersion : undefined
}

/** Milliseconds. */
const TARGETS_MS = 10_000

/** Of the regions whose version is known, each by its own RDS: regions get a version on different days. */
async function askTargets(
  {clock, database}: World,
  running: Record<Region, string | null>,
  signal: AbortSignal,
): Promise<Record<Region, Sample<UpgradeTarget[]>>> {
  const asked = Object.entries(running).map(async ([region, version]) => {
    if (version === null) return [region, {reachable: false, reason: 'its version is unknown'}] as const
    const what = `the engine versions in ${region}`
    try {
      const value = await answerWithin({clock, ms: TARGETS_MS, signal, what}, (inner) =>
        database.upgradeTargets(region, version, {signal: inner}),
      )
      return [region, {reachable: true, value}] as const
    } catch (error) {
      if (!(error instanceof DrError) || error.exit === 'credentials') throw error
      return [region, {reachable: false, reason: error.message}] as const
    }
  })
  return Object.fromEntries(await Promise.all(asked))
}

/**
 * The figure: "An update requires a database restart on all instances in a DB cluster, so you experience 20 to 30 seconds of downtime"
 * (Aurora user guide, "Database engine updates for Amazon Aurora MySQL"). Zero-downtime patching "isn't supported for [...] Aurora global
 * databases" ("Using zero-downtime patching").
 */
function tellRisk({from, to}: Plan, emit: Emit): void {
  emit({
    code: 'warning',
    text: `the databases restart, first that of ${from}, then that of ${to}, which writes: clients cannot read or write for the 20 to 30 seconds that AWS names, and longer where many transactions are open`,
  })
  emit({
    code: 'warning',
    text: `from the first restart until the end, ${from} cannot take over by a managed switch: AWS promotes only a standby of the primary's version`,
  })
}

const versionInvalid = (to: string): DrError =>
  new DrError({
    code: 'VersionInvalid',
    exit: 'usage',
    what: `--to ${to} is not a version of Aurora MySQL`,
    next: 'give it as RDS writes it, such as 8.0.mysql_aurora.3.10.5, or its end: 3.10.5',
  })
