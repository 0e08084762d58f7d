/** Sends clients to the primary where the route is left behind: look, gates, lease, a proven write, the route, the proof through it. */

import {planEvent, prepare, showVerdict, unprovenEvent} from '../../engine/prepare.js'
import {runPlan} from '../../engine/run-plan.js'
import type {RecentRuns} from '../../engine/unfinished.js'
import type {ExitName} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {regionOf} from '../../model/regions.js'
import type {Run} from '../../ports/runs.js'
import type {World} from '../../ports/world.js'
import type {SteerResult} from './result.js'

export interface SteerInput {
  /** Its name, for the result. */
  target: string
  world: World
  /** By default the primary; any other region is refused by a gate. */
  to?: Region
  /** Stop after the gates. */
  dryRun: boolean
  maxLagSeconds: number
  /** The runs of the deployment. */
  recent: () => Promise<RecentRuns>
  /** Called once, when nothing stands in the way. */
  newRun: () => Promise<Run>
  /** Who holds the operator lease. */
  operator: string
  emit: Emit
  signal: AbortSignal
}

/** Throws `RegionUnknown` (exit usage), and what the run throws, such as `LeaseHeld` (exit refused). */
export async function runSteer(input: SteerInput): Promise<{result: SteerResult; exit: ExitName}> {
  const {target, world, to, dryRun, emit, signal} = input
  if (to !== undefined) regionOf(world.deployment, to)
  const decidedFrom = world.clock.now()
  const {observation, diagnosis, plan, unprovenFence, gates} = await prepare({...input, intent: 'steer', toAct: true})
  emit({code: 'diagnosis', ...diagnosis})
  emit(planEvent(plan))
  if (unprovenFence) emit(unprovenEvent(unprovenFence))
  const verdict = gates([])
  showVerdict(verdict, emit)
  const result: SteerResult = {
    schemaVersion: 1,
    target,
    dryRun,
    situation: diagnosis.situation,
    from: observation.edge.reachable ? observation.edge.value : null,
    to: plan.to,
    refusals: verdict.refusals,
    outcome: null,
  }
  if (verdict.refusals.length > 0) return {result, exit: 'refused'}
  const {needs, spread} = world.route
  emit({code: 'note', text: `clients follow ${spread}; ${needs.service} must answer`})
  if (dryRun) {
    emit({code: 'done', text: 'No gate refuses this plan; a dry run changes nothing.'})
    return {result, exit: 'done'}
  }

  const run = await input.newRun()
  const owner = `${input.operator} ${run.id}`
  const {runId, status, failure, exit} = await runPlan({
    plan,
    world,
    run,
    waivers: [],
    owner,
    decidedFrom,
    emit,
    signal,
  })
  return {result: {...result, outcome: {runId, status, ...(failure && {failure})}}, exit}
}
