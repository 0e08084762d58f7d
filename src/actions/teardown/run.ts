/** The verb: look, plan, ask the gates, have it confirmed, take it down, and say what is left. */

import type {ExitName} from '../../errors.js'
import {checkTeardown} from '../../gates/teardown.js'
import type {Emit} from '../../messages.js'
import type {Region} from '../../model/deployment.js'
import {isBackupVault, leftOf, remainingOf} from '../../model/estate.js'
import type {Estate} from '../../model/estate.js'
import type {Refusal} from '../../model/gate.js'
import {planTeardown} from '../../plans/teardown.js'
import type {Consent} from '../../ports/consent.js'
import type {ActFailure, TeardownResult} from './result.js'
import {endRecord} from './record.js'
import {takeDown} from './take-down.js'
import type {TakeDown} from './take-down.js'

/** What is torn down, and by what. */
export interface TeardownPlace extends Pick<TakeDown, 'demolition' | 'leaseIn' | 'runs' | 'clock'> {
  target: string
  /** Undefined where nothing that is there names one: there is nothing to tear down. */
  app?: string
  regions: Region[]
}

export interface TeardownRequest extends Pick<TakeDown, 'unprotect' | 'operator' | 'emit' | 'signal'>, TeardownPlace {
  /** CDK's bootstrap stacks too. */
  toolkit: boolean
  /** Stop after the gates. */
  dryRun: boolean
  /** To `nameToConfirm`. */
  consent: Consent
  /** Shows a person what is to be deleted. */
  show(estate: Estate): void
  /** When the command began, by the clock: epoch milliseconds. */
  began: number
}

export interface TeardownEnding {
  result: TeardownResult
  exit: ExitName
}

/** What is typed to confirm a teardown. */
export const nameToConfirm = (app: string | undefined): string => app ?? 'CDKToolkit'

/** Throws what the consent and the lease throw: nothing was changed then. Throws `Interrupted` and `LeaseLost` midway. */
export async function runTeardown(request: TeardownRequest): Promise<TeardownEnding> {
  const {demolition, app, toolkit, dryRun, emit, signal} = request
  const estate = app === undefined && !toolkit ? undefined : await demolition.look({signal})
  const plan = estate ? planTeardown(estate, request) : []
  const refusals = estate ? checkTeardown(estate, request) : []
  const ending = (exit: ExitName, at = estate, more: Partial<TeardownResult> = {}): TeardownEnding => ({
    result: {...resultOf(request, at), plan, refusals, ...more},
    exit,
  })

  if (refusals.length === 0 && (!estate || remainingOf(estate).length === 0)) {
    emit({code: 'done', text: `nothing has the tag of ${app ?? 'any application'}: nothing to delete`})
    if (!dryRun) await endRecord(request)
    return ending('done')
  }

  request.show(estate!)
  if (dryRun && refusals.length === 0) {
    emit({code: 'done', text: `${plan.length} acts would delete this; a dry run changes nothing`})
    return ending('done')
  }

  const all = refusals.length > 0 ? refusals : await unconfirmed(request)
  if (all.length > 0) {
    for (const refusal of all) emit({code: 'refusal', ...refusal, waived: false})
    return ending('refused', estate, {refusals: all})
  }

  const outcome = await takeDown({...request, app: app ?? '', estate: estate!})
  conclude(outcome.estate, outcome.failed, emit)
  const {done, failed} = outcome
  return ending(remainingOf(outcome.estate).length > 0 ? 'failed' : 'done', outcome.estate, {done, failed})
}

const resultOf = (request: TeardownRequest, at: Estate | undefined): Omit<TeardownResult, 'plan' | 'refusals'> => ({
  schemaVersion: 1,
  target: request.target,
  app: request.app ?? null,
  regions: request.regions,
  dryRun: request.dryRun,
  done: [],
  failed: [],
  remaining: at ? remainingOf(at) : [],
  pendingDeletion: at ? at.pendingDeletion.map((one) => leftOf(one)) : [],
  seconds: (request.clock.now() - request.began) / 1000,
})

async function unconfirmed({app, consent}: TeardownRequest): Promise<Refusal[]> {
  if (consent.given() || (await consent.ask())) return []
  const hint = `todo-dr teardown --confirm ${nameToConfirm(app)}`
  return [{gate: 'confirmed', reason: 'all of this, including the data, would be lost permanently', hint}]
}

function conclude({resources, stacks, pendingDeletion}: Estate, failed: ActFailure[], emit: Emit): void {
  for (const {what, why, next} of failed)
    emit({code: 'warning', text: why === undefined ? what : `${what}: ${why}`, hint: next})
  if (pendingDeletion.length > 0) {
    const ids = pendingDeletion.map(({id, region}) => `${id} (${region})`).join(', ')
    emit({code: 'note', text: `keys that AWS deletes after their waiting period, free of charge: ${ids}`})
  }

  const left = [...stacks, ...resources].filter(({owned}) => owned)
  if (left.length === 0) {
    emit({code: 'done', text: 'a scan by tag finds nothing left'})
    return
  }

  const names = left.map((one) => ('arn' in one ? one.arn : one.id))
  emit({
    code: 'warning',
    text: `still there: ${names.join(', ')}`,
    hint: resources.some((one) => one.owned && isBackupVault(one))
      ? 'AWS Backup deletes recovery points when they expire; todo-dr deletes none. When a vault is empty, delete it, then run todo-dr teardown again for the keys of its region'
      : 'run todo-dr teardown again; what it cannot delete, delete by hand',
  })
}
