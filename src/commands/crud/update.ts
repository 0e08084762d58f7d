import {Args, Flags} from '@oclif/core'
import type {ToDo} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'

export default class CrudUpdate extends CrudCommand {
  static override summary = 'Update a ToDo through the edge'
  static override examples = ['<%= config.bin %> crud update 2 --task "Sample Task" --status done']
  static override args = {id: Args.string({description: "The ToDo's id", required: true})}
  static override flags = {
    task: Flags.string({description: 'What is to be done', required: true}),
    status: Flags.string({description: 'How far it is, such as wip or done', required: true}),
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
