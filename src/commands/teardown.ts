import {Flags} from '@oclif/core'
import type {TeardownResult} from '../actions/teardown/result.js'
import {DrCommand} from '../cli/dr-command.js'
import {operator} from '../cli/operator.js'
import type {ExitName} from '../errors.js'
import type {Calls} from '../permissions/calls.js'

export default class Teardown extends DrCommand {
  static override summary = 'Delete an application: all its tagged stacks and resources in both regions'
  static override description =
    'Shows what it will delete and asks for the application name, typed or given with --confirm. Deletes only what has the tag todo-dr:app; a matching name is not enough. If it is interrupted, run it again: it continues with what is left. All data is lost, including snapshots with the tag. It takes no final snapshot. Anything encrypted with the keys of the application becomes unreadable. To keep the data, first copy a snapshot and encrypt it with your own key.'

  static override exits: readonly ExitName[] = ['refused', 'stopped', 'credentials']

  static override examples = [
    '<%= config.bin %> teardown --dry-run',
    '<%= config.bin %> teardown --confirm ToDoMgmt --json',
  ]

  // With --keep-toolkit: CDK's own stack is an administrator's, as its bootstrap is.
  static override calls: Calls = ['lease', 'estate.look', 'estate.delete']

  static override flags = {
    confirm: Flags.string({description: 'Application name, to confirm', helpValue: 'NAME'}),
    'dry-run': Flags.boolean({description: 'Show what would be deleted, but delete nothing', default: false}),
    unprotect: Flags.boolean({
      description: 'First remove termination and deletion protection; protected data is then lost permanently',
      default: false,
    }),
    'keep-toolkit': Flags.boolean({
      description: 'Keep the CDK bootstrap stacks; --no-keep-toolkit deletes them unless other stacks use them',
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
      question: `Type ${name} to delete all of this permanently:`,
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
      show: (estate) => {
        for (const text of inventoryLines(estate)) this.answer({code: 'note', text})
      },
      began,
      emit,
      signal,
    })
    this.exitWith(exit)
    return result
  }
}
