import {Flags} from '@oclif/core'
import type {ToDo} from '../../actions/crud/result.js'
import {CrudCommand} from '../../cli/crud-command.js'

export default class CrudCreate extends CrudCommand {
  static override summary = 'Create a ToDo through the edge'
  static override description =
    'Prints the new ToDo. With --request-id, you can safely repeat the call: the ToDo is created only once.'
  static override examples = ['<%= config.bin %> crud create --task "Sample Task new" --status wip']
  static override flags = {
    task: Flags.string({description: 'Text of the task', required: true}),
    status: Flags.string({description: 'Status, such as wip or done', default: 'wip'}),
    'request-id': Flags.string({description: 'Idempotency key, such as a UUID', helpValue: 'ID'}),
  }

  async run(): Promise<ToDo> {
    const {flags} = await this.parse(CrudCreate)
    const {task, status, 'request-id': requestId} = flags
    const todo = await this.call<ToDo>({method: 'POST', body: {task, status, ...(requestId && {requestId})}})
    this.show(todo)
    this.emit({code: 'done', text: `ToDo ${todo.id} is stored`, next: `todo-dr crud get ${todo.id}`})
    return todo
  }
}
