import {Flags} from '@oclif/core'
import type {ActFailure, TeardownResult} from '../actions/teardown/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {DrError} from '../errors.js'
import type {OpenTeardown} from '../open/teardown.js'
import type {Estate} from '../model/estate.js'
import type {Refusal} from '../model/gate.js'

export default class Teardown extends DrCommand {
  static override summary = 'Delete an application: every stack and resource that carries its tag, in both regions'
  static override description =
    'Shows what it will delete and wants the name of the application typed, or given by --confirm. Names alone never suffice: only what carries the tag todo-dr:app is touched. Run it again after an interruption: it goes on from what is there. All data is lost, snapshots that carry the tag included; no final snapshot is taken, and what was encrypted with the application’s keys cannot be read once they are gone. Copy a snapshot with a key of your own first if the data is wanted.'

  static override examples = [
    '<%= config.bin %> teardown --dry-run',
    '<%= config.bin %> teardown --confirm ToDoMgmt --json',
  ]

  static override flags = {
    confirm: Flags.string({description: 'The name of the application, typed out', helpValue: 'NAME'}),
    'dry-run': Flags.boolean({description: 'Show what would be deleted, and stop', default: false}),
    unprotect: Flags.boolean({
      description: 'Lift termination and deletion protection first: protected data is then lost for good',
      default: false,
    }),
    'keep-toolkit': Flags.boolean({
      description:
        'Leave the bootstrap stacks of CDK; with --no-keep-toolkit they go too, unless other stacks were deployed with them',
      default: true,
      allowNo: true,
    }),
  }

  #opened?: OpenTeardown

  async run(): Promise<TeardownResult> {
    const {flags} = await this.parse(Teardown)
    const since = performance.now()
    const [{openTeardown}, {planTeardown}, {checkTeardown}, {inventoryLines}, {remainingOf, leftOf}] =
      await Promise.all([
        import('../open/teardown.js'),
        import('../plans/teardown.js'),
        import('../gates/teardown.js'),
        import('../render/estate.js'),
        import('../model/estate.js'),
      ])
    const {emit, signal} = this
    const toolkit = !flags['keep-toolkit']
    const opened = await openTeardown({flag: flags.target, toolkit, emit, signal})
    this.#opened = opened
    const {target, app, regions} = opened
    const estate = app === undefined && !toolkit ? undefined : await opened.demolition.look({signal})
    const plan = estate ? planTeardown(estate, flags) : []
    const refusals = estate ? checkTeardown(estate, flags) : []
    const result = (at: Estate | undefined, rest: Partial<TeardownResult>): TeardownResult => ({
      schemaVersion: 1,
      target,
      app: app ?? null,
      regions,
      dryRun: flags['dry-run'],
      plan,
      refusals,
      done: [],
      failed: [],
      remaining: at ? remainingOf(at) : [],
      pendingDeletion: at ? at.pendingDeletion.map((one) => leftOf(one)) : [],
      ...rest,
      seconds: (performance.now() - since) / 1000,
    })

    if (refusals.length === 0 && (!estate || remainingOf(estate).length === 0)) {
      this.emit({code: 'done', text: `nothing carries the tag of ${app ?? 'any application'}: nothing to delete`})
      return result(estate, {})
    }

    for (const text of inventoryLines(estate!)) this.emit({code: 'note', text})
    if (flags['dry-run'] && refusals.length === 0) {
      this.emit({code: 'done', text: `${plan.length} acts would delete this; a dry run changes nothing`})
      return result(estate, {})
    }

    const name = app ?? 'CDKToolkit'
    const unconfirmed = refusals.length === 0 ? await this.#confirmed(flags.confirm, name) : undefined
    const all = unconfirmed ? [unconfirmed] : refusals
    if (all.length > 0) {
      for (const refusal of all) this.emit({code: 'refusal', ...refusal, waived: false})
      this.exitWith('refused')
      return result(estate, {refusals: all})
    }

    const outcome = await this.#tearDown(estate!, flags.unprotect)
    const left = remainingOf(outcome.estate)
    this.#conclude(outcome.estate, outcome.failed)
    if (left.length > 0) this.exitWith('failed')
    return result(outcome.estate, {done: outcome.done, failed: outcome.failed})
  }

  protected override async finally(): Promise<void> {
    await this.#opened?.close()
    await super.finally()
  }

  /** The refusal where the name was neither given nor could be asked for. Throws where a wrong one was given, or typed. */
  async #confirmed(given: string | undefined, name: string): Promise<Refusal | undefined> {
    const next = `todo-dr teardown --confirm ${name}`
    const question = `Type ${name} to delete all of this for good:`
    const consent = this.consent({app: name, confirm: given, question, danger: 'deletes the wrong application', next})
    if (consent.given() || (await consent.ask())) return undefined
    return {gate: 'confirmed', reason: 'all of this, data included, would be lost for good', hint: next}
  }

  async #tearDown(estate: Estate, unprotect: boolean) {
    const {runTeardown} = await import('../actions/teardown/run.js')
    const {demolition, clock} = this.#opened!
    try {
      return await runTeardown({demolition, clock, estate, unprotect, emit: this.emit, signal: this.signal})
    } catch (error) {
      if (!this.signal.aborted) throw error
      throw new DrError({
        code: 'Interrupted',
        exit: 'interrupted',
        what: 'interrupted midway',
        why: 'what AWS has begun to delete goes on; the rest stands and is billed',
        next: 'todo-dr teardown goes on from what is there',
        cause: error,
      })
    }
  }

  #conclude({resources, stacks, pendingDeletion}: Estate, failed: ActFailure[]): void {
    for (const {what, why, next} of failed)
      this.emit({code: 'warning', text: why === undefined ? what : `${what}: ${why}`, hint: next})
    if (pendingDeletion.length > 0) {
      const ids = pendingDeletion.map(({id, region}) => `${id} (${region})`).join(', ')
      this.emit({code: 'note', text: `keys that AWS deletes after their waiting time, and does not bill: ${ids}`})
    }

    const left = [...stacks, ...resources].filter(({owned}) => owned)
    if (left.length === 0) {
      this.emit({code: 'done', text: 'a scan by tag finds nothing left'})
      return
    }

    const names = left.map((one) => ('arn' in one ? one.arn : one.id))
    this.emit({
      code: 'warning',
      text: `still there: ${names.join(', ')}`,
      hint: 'todo-dr teardown goes on from what is there; what it knows no way to delete, delete by hand',
    })
  }
}
