import {Args, Flags} from '@oclif/core'
import type {ToDo} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'

export default class CrudUpdate extends CrudCommand {
  static override summary = 'Update a ToDo through the edge'
  static override description =
    'Replaces the task and the status, and prints the updated ToDo. Exits 1 if the id does not exist.'
  static override examples = ['<%= config.bin %> crud update 2 --task "Sample Task" --status done']
  static override args = {id: Args.string({description: 'Id of the ToDo', required: true})}
  static override flags = {
    task: Flags.string({description: 'Text of the task', required: true}),
    status: Flags.string({description: 'Status, such as wip or done', required: true}),
  }

  async run(): Promise<ToDo> {
    const {args, flags} = await this.parse(CrudUpdate)
    const {task, status} = flags
    const todo = await this.call<ToDo>({method: 'POST', body: {id: args.id, task, status}})
    this.show(todo)
    this.emit({code: 'done', text: `ToDo ${todo.id} is updated`, next: `todo-dr crud get ${todo.id}`})
    return todo
  }
}
