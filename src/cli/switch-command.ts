/** What switchover, failover and failback share: look, diagnose, plan, gates, run, result. */

import {DrCommand} from './dr-command.js'
import type {OpenTarget} from '../open/target.js'
import type {Prepared} from '../engine/prepare.js'
import type {RunOutcome} from '../engine/outcome.js'
import type {Diagnosis} from '../model/diagnosis.js'
import type {GateVerdict} from '../gates/index.js'
import type {Refusal, Waiver} from '../model/gate.js'
import type {Intent, Plan} from '../model/plan.js'
import type {Run} from '../ports/runs.js'
import {operator} from './operator.js'

/** The --json result of a switch. */
export interface SwitchResult {
  schemaVersion: 1
  target: string
  intent: Intent
  dryRun: boolean
  diagnosis: Diagnosis
  plan: Plan
  /** SHA-256 of the plan. */
  digest: string
  /** What stood in the way; empty where the plan was run or could have been. */
  refusals: Refusal[]
  /** What would have, without a waiver. */
  waived: Refusal[]
  /** Null where nothing was run: refused, or a dry run. */
  outcome: RunOutcome | null
}

export interface RunOptions {
  run: Run
  waivers: Waiver[]
  /** When the command began to look, epoch milliseconds. */
  decidedFrom: number
}

export abstract class SwitchCommand extends DrCommand {
  /** Looks and plans; says what it sees. */
  protected async prepare(target: OpenTarget, intent: Intent, to?: string): Promise<Prepared> {
    const [{planEvent, prepare}, {regionOf}] = await Promise.all([
      import('../engine/prepare.js'),
      import('../model/regions.js'),
    ])
    if (to !== undefined) regionOf(target.deployment, to)
    const {world, maxLagSeconds} = target
    const prepared = await prepare({world, intent, to, maxLagSeconds, signal: this.signal})
    this.emit({code: 'diagnosis', ...prepared.diagnosis})
    this.emit(planEvent(prepared.plan))
    return prepared
  }

  /** Look -> diagnose -> plan -> gates -> run, for a switch that loses nothing and so needs no consent. */
  protected async switchPlanned(
    intent: 'switchover' | 'failback',
    options: {dryRun: boolean; to?: string},
  ): Promise<SwitchResult> {
    const target = await this.openTarget()
    const decidedFrom = target.world.clock.now()
    const prepared = await this.prepare(target, intent, options.to)
    const verdict = prepared.gates([])
    await this.show(verdict)
    if (verdict.refusals.length > 0 || options.dryRun) return this.notRun(target, prepared, verdict, options.dryRun)
    const run = await target.runs.create(intent)
    const outcome = await this.carryOut(target, prepared.plan, {run, waivers: [], decidedFrom})
    this.exitWith(outcome.exit)
    return this.result(target, prepared, verdict, {dryRun: false, outcome})
  }

  protected async show(verdict: GateVerdict): Promise<void> {
    const {showVerdict} = await import('../engine/prepare.js')
    showVerdict(verdict, this.emit)
  }

  /** Refused, or a dry run: the status says which. */
  protected async notRun(
    target: OpenTarget,
    prepared: Prepared,
    verdict: GateVerdict,
    dryRun: boolean,
  ): Promise<SwitchResult> {
    const refused = verdict.refusals.length > 0
    if (refused) this.exitWith('refused')
    else this.emit({code: 'done', text: 'No gate refuses this plan; a dry run changes nothing.'})
    return this.result(target, prepared, verdict, {dryRun, outcome: null})
  }

  protected async carryOut({world}: OpenTarget, plan: Plan, options: RunOptions): Promise<RunOutcome> {
    const {runPlan} = await import('../engine/run-plan.js')
    const owner = `${operator()} ${options.run.id}`
    return runPlan({...options, plan, world, owner, emit: this.emit, signal: this.signal})
  }

  protected async result(
    {name}: OpenTarget,
    {diagnosis, plan}: Prepared,
    {refusals, waived}: GateVerdict,
    {dryRun, outcome}: Pick<SwitchResult, 'dryRun' | 'outcome'>,
  ): Promise<SwitchResult> {
    const {digest} = await import('../plans/digest.js')
    return {
      schemaVersion: 1,
      target: name,
      intent: plan.intent,
      dryRun,
      diagnosis,
      plan,
      digest: digest(plan),
      refusals,
      waived,
      outcome,
    }
  }
}
