import {Flags} from '@oclif/core'
import type {TeardownResult} from '../actions/teardown/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {operator} from '../cli/operator.js'

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

  async run(): Promise<TeardownResult> {
    const {flags} = await this.parse(Teardown)
    const {emit, signal} = this
    const began = Date.now()
    const [{openTeardown}, {runTeardown, nameToConfirm}, {inventoryLines}] = await Promise.all([
      import('../open/teardown.js'),
      import('../actions/teardown/run.js'),
      import('../render/estate.js'),
    ])
    const toolkit = !flags['keep-toolkit']
    const place = await openTeardown(this.session({lazy: true}), {toolkit})
    const name = nameToConfirm(place.app)
    const consent = this.consent({
      app: name,
      confirm: flags.confirm,
      question: `Type ${name} to delete all of this for good:`,
      danger: 'deletes the wrong application',
      next: `todo-dr teardown --confirm ${name}`,
    })
    const {result, exit} = await runTeardown({
      ...place,
      toolkit,
      unprotect: flags.unprotect,
      dryRun: flags['dry-run'],
      consent,
      operator: operator(),
      show(estate) {
        for (const text of inventoryLines(estate)) emit({code: 'note', text})
      },
      began,
      emit,
      signal,
    })
    this.exitWith(exit)
    return result
  }
}
