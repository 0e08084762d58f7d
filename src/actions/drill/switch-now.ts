/** Look, plan, gates, run: what the commands do, with the consent that a drill gives itself on a lab. */

import type {OpenTarget} from '../../open/target.js'
import type {RunOutcome} from '../../engine/outcome.js'
import {planEvent, prepare, showVerdict} from '../../engine/prepare.js'
import {runPlan} from '../../engine/run-plan.js'
import {DrError} from '../../errors.js'
import type {Emit} from '../../messages.js'
import type {Waiver} from '../../model/gate.js'
import type {Intent} from '../../model/plan.js'
import type {Run} from '../../ports/runs.js'

/** What the lab loses is what the drill is there to measure. Journaled with the run. */
const DRILL_WAIVERS: Waiver[] = [
  {name: 'allow-data-loss', reason: 'drill'},
  {name: 'unsure-fence', reason: 'drill'},
]

export interface SwitchInput {
  target: Pick<OpenTarget, 'maxLagSeconds' | 'world'>
  intent: Intent
  run: Run
  emit: Emit
  signal: AbortSignal
  /** When the command began to look, epoch milliseconds. */
  decidedFrom?: number
}

/** Throws `DrillRefused` (exit refused) where a gate that no waiver lifts stands in the way: nothing was changed then. */
export async function switchNow({target, intent, run, emit, signal, decidedFrom}: SwitchInput): Promise<RunOutcome> {
  const {world, maxLagSeconds} = target
  const {plan, gates} = await prepare({world, intent, maxLagSeconds, signal})
  const waivers = intent === 'failover' ? DRILL_WAIVERS : []
  const verdict = gates(waivers)
  emit(planEvent(plan))
  showVerdict(verdict, emit)
  const [first] = verdict.refusals
  if (!first) return runPlan({plan, world, run, emit, signal, waivers, owner: `drill ${run.id}`, decidedFrom})
  throw new DrError({
    code: 'DrillRefused',
    exit: 'refused',
    what: `the ${intent} to ${plan.to} was refused by the gate ${first.gate}`,
    why: first.reason,
    next: first.hint,
  })
}
